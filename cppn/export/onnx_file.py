"""A recipe as an ONNX network: from points of the plane to colours."""

from __future__ import annotations

from itertools import groupby

import numpy as np
from onnx import TensorProto, ValueInfoProto, checker, helper

from ..compose.composition import is_plain
from ..draw.drawing import developed
from ..errors import CppnError
from ..field.aggregations import SUM
from ..field.formula import evaluate
from ..files.provenance import KEY, Provenance, marked
from ..network.develop import Field
from ..network.stages import Network
from ..network.walk import walk
from ..recipe import Recipe
from ..version import __version__
from .onnx_ops import OnnxOps, OnnxValue

OPSET, IR = 17, 8  # of 2022: what runs networks has long known both


def onnx_bytes(recipe: Recipe) -> bytes:
    """The bytes of an ONNX file, float32.

    Its input `points` is (n, 2): x and y. Its outputs are `colors`, (n, 1 or 3), sRGB in [0, 1], and `raw`, (n,
    outputs), the last layer's values. Weights are called as in safetensors files: `0.weight`, `0.bias`, …
    """
    recipe, field = developed(recipe)
    return field_bytes(field, recipe)


def field_bytes(field: Field, recipe: Recipe) -> bytes:
    """The same of a field, with the recipe that is told of it.

    Errors: CppnError for pictures that are more than one network's colours.
    """
    if not is_plain(field):
        raise CppnError(
            "a network file holds one network's colours, and this picture is composed of more", where="onnx",
            legal="export a page (.html) or a shader (.glsl)",
        )  # fmt: skip
    ops = OnnxOps()
    with np.errstate(over="ignore"):  # beyond float32
        _colours(field, _outputs(field.network, ops), ops)
    graph = helper.make_graph(
        ops.nodes, KEY, [_tensor("points", 2)],
        [_tensor("colors", field.color.channels), _tensor("raw", field.network.widths[-1])], list(ops.tensors.values()),
    )  # fmt: skip
    model = helper.make_model(
        graph, ir_version=IR, opset_imports=[helper.make_opsetid("", OPSET)], producer_name=KEY,
        producer_version=__version__, doc_string=recipe.name,
    )  # fmt: skip
    helper.set_model_props(model, {KEY: marked(Provenance(recipe, {}).to_json())})
    checker.check_model(model, full_check=True)
    return bytes(model.SerializeToString(deterministic=True))


def _tensor(name: str, columns: int) -> ValueInfoProto:
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", columns])


def _outputs(network: Network, ops: OnnxOps) -> OnnxValue:
    """The network, which gives `raw`."""
    points = OnnxValue(ops, "points")
    point = dict(zip("xy", ops.columns(points, 2), strict=True))
    inputs = [*(evaluate(tree, point, ops) for tree in network.inputs), *network.latent]
    parts: list[OnnxValue] = []
    for varies, group in groupby(inputs, lambda value: isinstance(value, OnnxValue)):
        run = list(group)
        parts += run if varies else [_everywhere(run, points, ops)]
    return ops.node("Identity", walk(network, ops.join(parts), _Units(network, ops))[-1], output="raw")


class _Units:
    """Tensors of shape (points, units)."""

    def __init__(self, network: Network, ops: OnnxOps) -> None:
        self._stages, self._ops, self.join = network.stages, ops, ops.join

    def affine(self, stage: int, h: OnnxValue) -> OnnxValue:
        ops, one = self._ops, self._stages[stage]
        if one.aggregation != SUM:
            return ops.join(one.aggregated(ops.columns(h, one.weight.shape[1]), ops))
        weight = ops.tensor(f"{stage}.weight", one.weight.astype(np.float32))
        bias = ops.tensor(f"{stage}.bias", one.bias.astype(np.float32))
        return ops.node("Gemm", h, weight, bias, transB=1)

    def part(self, z: OnnxValue, start: int, count: int) -> OnnxValue:
        ends = (self._ops.tensor(f"column_{k}", np.array([k], np.int64)) for k in (start, start + count, 1))
        first, last, axis = ends
        return self._ops.node("Slice", z, first, last, axis)

    def activate(self, stage: int, index: int, z: OnnxValue) -> OnnxValue:
        activation = self._stages[stage].slices[index].activation
        value = evaluate(activation.tree, {**activation.parameters, "x": z}, self._ops)
        if isinstance(value, OnnxValue):
            return value
        return self._ops.node("Expand", value, self._ops.node("Shape", z))  # it takes no notice of x

    def add(self, value: OnnxValue, shortcut: OnnxValue) -> OnnxValue:
        return shortcut + value


def _everywhere(row: list[float], points: OnnxValue, ops: OnnxOps) -> OnnxValue:
    """The same row for every point."""
    size = ops.tensor(f"size_{len(row)}", np.array([len(row)], np.int64))
    shape = ops.node("Concat", ops.node("Shape", points, start=0, end=1), size, axis=0)
    return ops.node("Expand", ops.tensor(f"row_{len(ops.nodes)}", np.array([row], np.float32)), shape)


def _colours(field: Field, raw: OnnxValue, ops: OnnxOps) -> None:
    """From `raw` to `colors`."""
    count = field.network.widths[-1]
    ends = (np.broadcast_to(np.asarray(end, np.float32), (1, count)) for end in field.color.ends)
    low, high = (ops.tensor(name, end) for name, end in zip(("low", "high"), ends, strict=True))
    leveled = ops.columns((raw - low) / (high - low), count)
    table = field.color.table
    columns = () if table is None else table.T.astype(np.float32)
    tables = [ops.tensor(f"palette_{i}", column) for i, column in enumerate(columns)]
    ops.join(field.color.srgb(leveled, tables, ops), output="colors")
