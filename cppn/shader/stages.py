"""A network's stages as a shader's text, and their weights as texels.

Units come in fours, as vec4s. A slice's units that fill up its last four are nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..field.activations import Activation
from ..field.formula import Node, evaluate
from ..field.glsl_ops import GlslOps
from ..network.stages import Network
from ..network.walk import walk

_LANES = "xyzw"


class StagesText(NamedTuple):
    """`source`: GLSL functions around `vec4 network(vec2 p)`, whose first lanes are the outputs; see `Shader`.

    `weights`, (texels, 4): of each slice of a stage, for each four of its units, their biases and then the columns of
    4×4 matrices.
    """

    source: str
    weights: NDArray[np.float32]


def stages_text(network: Network, first: int) -> StagesText:
    """The text of a folded network, whose activations' parameters are numbered from `first` on."""
    units = _Units(network, first)
    inputs = units.inputs(network.inputs)
    outputs = walk(network, inputs, units)[-1]
    lanes = [f"{piece.name}[{i // 4}].{_LANES[i % 4]}" for piece in outputs for i in range(piece.units)]
    result = ", ".join((lanes + ["0.0"] * 4)[:4])
    lines = "\n  ".join([*units.lines, f"return vec4({result});"])
    source = f"{units.functions}\nvec4 network(vec2 p) {{\n  {lines}\n}}\n"
    return StagesText(source, np.concatenate(units.texels))


class _Piece(NamedTuple):
    """An array of vec4s, and how many units are in it."""

    name: str
    units: int

    @property
    def groups(self) -> int:
        return -(-self.units // 4)


_Pieces = tuple[_Piece, ...]


class _Sums(NamedTuple):
    """What a stage sums up for some of its units: text is made of it together with their activation."""

    stage: int
    entering: _Pieces
    start: int
    units: int


class _Units:
    """Arrays of vec4s: their names, while statements and weights are collected."""

    def __init__(self, network: Network, first: int) -> None:
        self.functions, self.lines, self.texels = "", list[str](), list[NDArray[np.float32]]()
        self._stages, self._used, self._at = network.stages, first, 0
        self._known: dict[tuple[Node, tuple[str, ...]], str] = {}

    def inputs(self, trees: Sequence[Node]) -> _Pieces:
        """The array of a network's inputs at the point p, in the plane's own units."""
        ops = GlslOps()
        x, y = ops.value("p.x"), ops.value("p.y")
        values = [ops.text(evaluate(tree, {"x": x, "y": y, "u": x, "v": y}, ops)) for tree in trees]
        padded = values + ["0.0"] * (-len(values) % 4)
        groups = [f"vec4({', '.join(padded[i : i + 4])})" for i in range(0, len(padded), 4)]
        self.lines += [*ops.lines, f"vec4 h0[{len(groups)}];", *(f"h0[{i}] = {text};" for i, text in enumerate(groups))]
        return (_Piece("h0", len(values)),)

    def join(self, parts: Sequence[_Pieces]) -> _Pieces:
        return tuple(piece for part in parts for piece in part)

    def affine(self, stage: int, h: _Pieces) -> _Sums:
        return _Sums(stage, h, 0, self._stages[stage].units)

    def part(self, z: _Sums, start: int, count: int) -> _Sums:
        return z._replace(start=start, units=count)

    def activate(self, stage: int, index: int, z: _Sums) -> _Pieces:
        slices = self._stages[stage].slices
        name = f"h{stage + 1}" + f"_{index}" * (len(slices) > 1)
        activation, piece = slices[index].activation, _Piece(name, z.units)
        self.lines += [
            f"vec4 {name}[{piece.groups}];",
            f"for (int o = 0, k = {self._at}; o < {piece.groups}; ++o) {{",
            "  vec4 z = weight(k++);",
        ]
        for one in z.entering:
            self.lines += [
                f"  for (int i = 0; i < {one.groups}; ++i, k += 4)",
                f"    z += mat4(weight(k), weight(k + 1), weight(k + 2), weight(k + 3)) * {one.name}[i];",
            ]
        self.lines += [f"  {name}[o] = {self._function(activation)}(z, {self._used});", "}"]
        # whatever the activation makes of nothing
        self.lines += [f"{name}[{piece.groups - 1}].{_LANES[lane]} = 0.0;" for lane in range((z.units - 1) % 4 + 1, 4)]
        self._used += len(activation.parameters)
        self._pack(z)
        return (piece,)

    def add(self, value: _Pieces, shortcut: _Pieces) -> _Pieces:
        if [piece.units for piece in value] == [piece.units for piece in shortcut]:
            for one, other in zip(value, shortcut, strict=True):
                self.lines.append(f"for (int o = 0; o < {one.groups}; ++o) {one.name}[o] += {other.name}[o];")
            return value
        to, of = ([(piece, i) for piece in pieces for i in range(piece.units)] for pieces in (value, shortcut))
        for (one, i), (other, j) in zip(to, of, strict=True):
            self.lines.append(f"{one.name}[{i // 4}].{_LANES[i % 4]} += {other.name}[{j // 4}].{_LANES[j % 4]};")
        return value

    def _pack(self, z: _Sums) -> None:
        stage, rows = self._stages[z.stage], slice(z.start, z.start + z.units)
        groups = -(-z.units // 4)
        bias = np.zeros(4 * groups)
        bias[: z.units] = stage.bias[rows]
        parts, at = [bias.reshape(-1, 1, 4)], 0
        for one in z.entering:
            padded = np.zeros((4 * groups, 4 * one.groups))
            padded[: z.units, : one.units] = stage.weight[rows, at : (at := at + one.units)]
            # (groups of units, groups of inputs, the input in its group, the unit in its group)
            parts.append(padded.reshape(groups, 4, one.groups, 4).transpose(0, 2, 3, 1).reshape(groups, -1, 4))
        texels = np.concatenate(parts, axis=1).reshape(-1, 4).astype(np.float32)
        self.texels.append(texels)
        self._at += len(texels)

    def _function(self, activation: Activation) -> str:
        """The function of a core, written once for all slices that have it."""
        key = activation.tree, tuple(activation.parameters)
        if key not in self._known:
            self._known[key] = name = f"activation{len(self._known)}"
            self.functions += _function_text(name, *key)
        return self._known[key]


def _function_text(name: str, core: Node, names: Sequence[str]) -> str:
    ops = GlslOps("vec4")
    known = {key: ops.value(f"vec4(parameter(at + {i}))") for i, key in enumerate(names)}
    value = ops.text(evaluate(core, {**known, "x": ops.value("x")}, ops))
    return f"vec4 {name}(vec4 x, int at) {{\n  {' '.join([*ops.lines, f'return {value};'])}\n}}\n"
