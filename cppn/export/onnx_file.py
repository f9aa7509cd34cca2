"""A recipe as an ONNX network: from points of the plane to colours."""

from __future__ import annotations

from itertools import groupby

import numpy as np
from onnx import TensorProto, ValueInfoProto, checker, helper

from ..develop import Field, develop
from ..drawing import complete
from ..field.color import to_srgb
from ..field.formula import evaluate
from ..network import Network
from ..recipe import Recipe
from ..sinks.metadata import KEY, Imprint, marked
from ..version import __version__
from .onnx_ops import OnnxOps, OnnxValue

OPSET, IR = 17, 8  # of 2022: what runs networks has long known both


def onnx_bytes(recipe: Recipe) -> bytes:
    """The bytes of an ONNX file, float32.

    Its input `points` is (n, 2): x and y. Its outputs are `colors`, (n, 1 or 3), sRGB in [0, 1], and `raw`, (n,
    outputs), the last layer's values. Weights are called as in safetensors files: `0.weight`, `0.bias`, …
    """
    recipe = complete(recipe)
    field, ops = develop(recipe), OnnxOps()
    with np.errstate(over="ignore"):  # beyond float32
        _colours(field, _outputs(field.network, ops), ops)
    graph = helper.make_graph(
        ops.nodes, KEY, [_tensor("points", 2)],
        [_tensor("colors", field.channels), _tensor("raw", field.network.widths[-1])], list(ops.tensors.values()),
    )  # fmt: skip
    model = helper.make_model(
        graph, ir_version=IR, opset_imports=[helper.make_opsetid("", OPSET)], producer_name=KEY,
        producer_version=__version__, doc_string=recipe.name,
    )  # fmt: skip
    helper.set_model_props(model, {KEY: marked(Imprint(recipe, {}).to_json())})
    checker.check_model(model, full_check=True)
    return bytes(model.SerializeToString(deterministic=True))


def _tensor(name: str, columns: int) -> ValueInfoProto:
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", columns])


def _outputs(network: Network, ops: OnnxOps) -> OnnxValue:
    """The layers; the last gives `raw`."""
    points = OnnxValue(ops, "points")
    point = dict(zip("xy", ops.columns(points, 2), strict=True))
    inputs = [*(evaluate(tree, point, ops) for tree in network.inputs), *network.latent]
    parts: list[OnnxValue] = []
    for varies, group in groupby(inputs, lambda value: isinstance(value, OnnxValue)):
        run = list(group)
        parts += run if varies else [_everywhere(run, points, ops)]
    h = ops.join(parts)
    for i, layer in enumerate(network.layers):
        weight, bias = ops.tensor(f"{i}.weight", layer.weight), ops.tensor(f"{i}.bias", layer.bias)
        z = ops.node("Gemm", h, weight, bias, transB=1)
        value = evaluate(layer.activation.tree, {**layer.activation.parameters, "x": z}, ops)
        if not isinstance(value, OnnxValue):  # an activation that takes no notice of x
            value = ops.node("Expand", value, ops.node("Shape", z))
        h = h + value if network.is_residual(i) else value
    return ops.node("Identity", h, output="raw")


def _everywhere(row: list[float], points: OnnxValue, ops: OnnxOps) -> OnnxValue:
    """The same row for every point."""
    size = ops.tensor(f"size_{len(row)}", np.array([len(row)], np.int64))
    shape = ops.node("Concat", ops.node("Shape", points, start=0, end=1), size, axis=0)
    return ops.node("Expand", ops.tensor(f"row_{len(ops.nodes)}", np.array([row], np.float32)), shape)


def _colours(field: Field, raw: OnnxValue, ops: OnnxOps) -> None:
    """From `raw` to `colors`."""
    low, high = field.levels
    outputs = ops.columns(ops.clamp((raw - low) / (high - low), 0.0, 1.0), field.network.widths[-1])
    columns = () if field.table is None else field.table.T.astype(np.float32)
    tables = [ops.tensor(f"palette_{i}", column) for i, column in enumerate(columns)]
    ops.join(to_srgb(field.mode, outputs, tables, field.invert, ops, field.turn), output="colors")
