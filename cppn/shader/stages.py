"""A network's stages as a shader's text, and their weights as texels.

Units come in fours, as vec4s. A slice's units that fill up its last four are nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..field.activations import Activation
from ..field.aggregations import SUM
from ..field.dual import Dual, DualOps, dual
from ..field.formula import Node, evaluate
from ..field.glsl_ops import GlslOps
from ..field.ops import Ops, Value
from ..network.stages import Network
from ..network.walk import walk

_LANES = "xyzw"


class StagesText(NamedTuple):
    """`source`: GLSL functions around the network's; see `stages_text`.

    `weights`, (texels, 4): of each slice of a stage, for each four of its units, their biases and then the columns of
    4×4 matrices.
    """

    source: str
    weights: NDArray[np.float32]


def stages_text(network: Network, name: str, first: int, texel: int, *, is_steep: bool) -> StagesText:
    """The text of a folded network as a function `vec4 NAME(vec2 p)`, whose first lanes are the outputs.

    With `is_steep` it is `vec4 NAME(vec2 p, inout vec4 s, inout vec4 t)`: s.xy and t.xy are how p changes along columns
    and rows, and become how the outputs do. The activations' parameters are numbered from `first` on, the weights from
    `texel` on.
    """
    units = _Units(network, name, first, texel, is_steep)
    inputs = units.inputs(network.inputs)
    outputs = walk(network, inputs, units)[-1]
    results = []
    for part in units.parts:
        lanes = [f"{piece.name}{part}[{i // 4}].{_LANES[i % 4]}" for piece in outputs for i in range(piece.units)]
        results.append(f"vec4({', '.join((lanes + ['0.0'] * 4)[:4])})")
    slopes = [f"{to} = {text};" for to, text in zip("st", results[1:], strict=is_steep)]
    lines = "\n  ".join([*units.lines, *slopes, f"return {results[0]};"])
    taken = ", inout vec4 s, inout vec4 t" * is_steep
    source = f"{units.functions}\nvec4 {name}(vec2 p{taken}) {{\n  {lines}\n}}\n"
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
    """Arrays of vec4s: their names, while statements and weights are collected.

    `parts`: what follows the name of an array of values, and those of its derivatives.
    """

    def __init__(self, network: Network, name: str, first: int, texel: int, is_steep: bool) -> None:
        self.functions, self.lines, self.texels = "", list[str](), list[NDArray[np.float32]]()
        self.parts = ("", "u", "v") if is_steep else ("",)
        self._name, self._stages, self._used, self._at, self._is_steep = name, network.stages, first, texel, is_steep
        self._known: dict[tuple[Node, tuple[str, ...]], str] = {}

    def inputs(self, trees: Sequence[Node]) -> _Pieces:
        """The array of a network's inputs at the point p, in the plane's own units."""
        ops = GlslOps()
        x, y = (Dual(*(ops.value(f"{one}.{axis}") for one in "pst")) for axis in "xy")
        if self._is_steep:
            kind: Ops = DualOps(ops)
            place: dict[str, Value] = {"x": x, "y": y, "u": x, "v": y}
        else:
            kind, place = ops, {"x": x.value, "y": y.value, "u": x.value, "v": y.value}
        values = [dual(evaluate(tree, place, kind)) for tree in trees]
        said = []
        for name, part in zip(self.parts, zip(*values, strict=True), strict=False):
            padded = [*map(ops.text, part), *["0.0"] * (-len(values) % 4)]
            groups = [f"vec4({', '.join(padded[i : i + 4])})" for i in range(0, len(padded), 4)]
            said += [f"vec4 h0{name}[{len(groups)}];", *(f"h0{name}[{i}] = {text};" for i, text in enumerate(groups))]
        self.lines += [*ops.lines, *said]
        return (_Piece("h0", len(values)),)

    def join(self, parts: Sequence[_Pieces]) -> _Pieces:
        return tuple(piece for part in parts for piece in part)

    def affine(self, stage: int, h: _Pieces) -> _Sums:
        return _Sums(stage, h, 0, self._stages[stage].units)

    def part(self, z: _Sums, start: int, count: int) -> _Sums:
        return z._replace(start=start, units=count)

    def activate(self, stage: int, index: int, z: _Sums) -> _Pieces:
        slices = self._stages[stage].slices
        if self._stages[stage].aggregation != SUM:
            return self._aggregated(stage, z)
        name = f"h{stage + 1}" + f"_{index}" * (len(slices) > 1)
        activation, piece = slices[index].activation, _Piece(name, z.units)
        sums = dict(zip(self.parts, "zst", strict=False))
        self.lines += [f"vec4 {name}{part}[{piece.groups}];" for part in self.parts]
        self.lines += [
            f"for (int o = 0, k = {self._at}; o < {piece.groups}; ++o) {{",
            "  vec4 z = weight(k++)" + ", s = vec4(0.0), t = vec4(0.0)" * self._is_steep + ";",
        ]
        for one in z.entering:
            self.lines += [
                f"  for (int i = 0; i < {one.groups}; ++i, k += 4) {{",
                "    mat4 w = mat4(weight(k), weight(k + 1), weight(k + 2), weight(k + 3));",
                *(f"    {to} += w * {one.name}{part}[i];" for part, to in sums.items()),
                "  }",
            ]
        taken = ", s, t" * self._is_steep
        self.lines.append(f"  {name}[o] = {self._function(activation)}(z, {self._used}{taken});")
        self.lines += [f"  {name}{part}[o] = {to};" for part, to in sums.items() if part] + ["}"]
        # whatever the activation makes of nothing
        self.lines += [
            f"{name}{part}[{piece.groups - 1}].{_LANES[lane]} = 0.0;"
            for part in self.parts
            for lane in range((z.units - 1) % 4 + 1, 4)
        ]
        self._used += len(activation.parameters)
        self._pack(z)
        return (piece,)

    def _aggregated(self, stage: int, z: _Sums) -> _Pieces:
        """Units that do not sum, written out; their weights are texels in the order of the links."""
        one, name, ops = self._stages[stage], f"h{stage + 1}", GlslOps()
        links = [(unit, column) for unit, columns in enumerate(one.links or ()) for column in columns]
        at = {link: (self._at + i // 4, _LANES[i % 4]) for i, link in enumerate(links)}
        lanes = [(piece.name, f"[{i // 4}].{_LANES[i % 4]}") for piece in z.entering for i in range(piece.units)]
        rows = [Dual(*(ops.value(name + part + lane) for part in self.parts)) for name, lane in lanes]

        def weight(unit: int, column: int) -> Value:
            texel, lane = at[unit, column]
            return ops.value(f"weight({texel}).{lane}")

        if self._is_steep:
            found = [dual(value) for value in one.aggregated(rows, DualOps(ops), weight)]
        else:
            found = [Dual(value) for value in one.aggregated([row.value for row in rows], ops, weight)]
        piece = _Piece(name, one.units)
        said: list[str] = []
        for k, part in enumerate(self.parts):
            texts = [ops.text(value[k]) for value in found] + ["0.0"] * (-one.units % 4)
            said += [f"{name}{part}[{i // 4}] = vec4({', '.join(texts[i : i + 4])});" for i in range(0, len(texts), 4)]
        self.lines += [f"vec4 {name}{part}[{piece.groups}];" for part in self.parts]
        self.lines += ["{", *ops.lines, *said, "}"]
        packed = np.zeros((-(-len(links) // 4), 4), np.float32)
        packed.ravel()[: len(links)] = [one.weight[link] for link in links]
        self.texels.append(packed)
        self._at += len(packed)
        return (piece,)

    def add(self, value: _Pieces, shortcut: _Pieces) -> _Pieces:
        for part in self.parts:
            self._add(value, shortcut, part)
        return value

    def _add(self, value: _Pieces, shortcut: _Pieces, part: str) -> None:
        if [piece.units for piece in value] == [piece.units for piece in shortcut]:
            for one, other in zip(value, shortcut, strict=True):
                to, of = one.name + part, other.name + part
                self.lines.append(f"for (int o = 0; o < {one.groups}; ++o) {to}[o] += {of}[o];")
            return
        ours, theirs = ([(piece, i) for piece in pieces for i in range(piece.units)] for pieces in (value, shortcut))
        for (one, i), (other, j) in zip(ours, theirs, strict=True):
            to, of = one.name + part, other.name + part
            self.lines.append(f"{to}[{i // 4}].{_LANES[i % 4]} += {of}[{j // 4}].{_LANES[j % 4]};")

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
            self._known[key] = name = f"{self._name}_{len(self._known)}"
            self.functions += _function_text(name, *key, self._is_steep)
        return self._known[key]


def _function_text(name: str, core: Node, names: Sequence[str], is_steep: bool) -> str:
    ops = GlslOps("vec4")
    known = {key: ops.value(f"vec4(parameter(at + {i}))") for i, key in enumerate(names)}
    if not is_steep:
        value = ops.text(evaluate(core, {**known, "x": ops.value("x")}, ops))
        return f"vec4 {name}(vec4 x, int at) {{\n  {' '.join([*ops.lines, f'return {value};'])}\n}}\n"
    values = {key: Dual(one) for key, one in known.items()} | {"x": Dual(*map(ops.value, "xst"))}
    found = dual(evaluate(core, values, DualOps(ops)))
    value, *slopes = (ops.text(ops.say(ops.text(one))) for one in found)  # s and t are read before they are set
    lines = [*ops.lines, *(f"{to} = {one};" for to, one in zip("st", slopes, strict=True)), f"return {value};"]
    return f"vec4 {name}(vec4 x, int at, inout vec4 s, inout vec4 t) {{\n  {' '.join(lines)}\n}}\n"
