"""How the stages of a network are computed in a Halide pipeline, and in which order.

A strip of pixels goes through every stage while it is in the first-level cache. A few units at a time are accumulated
in vector registers and meet their activation before they leave them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import halide as hl

from ...field.formula import Node, evaluate
from ..fold import PIXEL
from ..parts import Part, cut
from ..undefined import can_be_undefined
from .ops import Expr, HalideOps, f32
from .shape import SliceShape, StageShape

_HEAVY = 12  # operations of an activation above which unrolling it costs more compiling than it saves


class Tile(NamedTuple):
    """The block of sums held in registers: `vectors` × `units` accumulators, plus one for each operand."""

    lanes: int
    vectors: int
    units: int

    @property
    def strip(self) -> int:
        """How many pixels it covers."""
        return self.lanes * self.vectors


def best_tile(lanes: int) -> Tile:
    """That of a machine with so many floats in a vector."""
    if lanes == 8:  # AVX2 has 16 registers, AVX-512 and NEON 32
        return Tile(lanes, 3, 4)
    return Tile(lanes, 6, 4)


class Piece(NamedTuple):
    """A slice of a stage as a Func, how it is scheduled, and the number of its first unit within the stage."""

    func: Any
    shape: SliceShape
    first: int
    total: Any  # the Func that sums, or None
    loops: Sequence[Any]  # over what is summed
    parts: Sequence[Any]  # of its activation


class Stages:
    """The Funcs of a network's stages at a place (x, y, …).

    `image`, `number`: give the arrays and numbers that the pipeline is bound to, by name: `pixel{i}` and `w{i}_{j}`
    are the weights of stage i for u and v, and for its j-th source, `b{i}` the biases, `{parameter}_{i}_{k}` the
    parameters of its k-th slice. `guarded`: may a value be no number?
    """

    def __init__(
        self, shapes: Sequence[StageShape], features: Sequence[Node], plane: dict[str, Expr], place: list[Any],
        image: Callable[[str, int], Any], number: Callable[[str], Any],
    ) -> None:  # fmt: skip
        self._plane, self._place, self._image, self._number = plane, place, image, number
        cores = [one.core for shape in shapes for one in shape.slices]
        self.guarded = can_be_undefined([*features, *cores])
        self._ops = HalideOps(guarded=self.guarded)
        self.features: list[Any] = []  # Funcs in the order in which they are computed
        self._entering = [self._feature(j, tree) for j, tree in enumerate(features)]
        self._values: list[list[Piece]] = [[]]  # as sources are numbered
        for i, shape in enumerate(shapes):
            self._values.append(self._stage(i, shape))

    @property
    def pieces(self) -> list[Piece]:
        """The slices of all stages, in the order in which they are computed."""
        return [piece for pieces in self._values for piece in pieces]

    def output(self, unit: int) -> tuple[Expr, int]:
        """A unit of the last stage, and the number of its slice."""
        return self._unit(self._values[-1], unit)

    def _feature(self, index: int, tree: Node) -> Any:
        funcs = self._work_out(cut(tree), dict(self._plane), f"feature{index}", self._place)
        self.features += funcs
        return funcs[-1]

    def _stage(self, index: int, shape: StageShape) -> list[Piece]:
        pieces, first = [], 0
        for k, one in enumerate(shape.slices):
            pieces.append(self._slice(index, k, one, shape, first))
            first += one.units
        return pieces

    def _slice(self, index: int, k: int, one: SliceShape, shape: StageShape, first: int) -> Piece:
        o, label = hl.Var("o"), f"{index}_{k}"
        unit = o + first if first else o
        z, loops = self._image(f"b{index}", 1)[unit], []
        for j, source in enumerate(shape.sources):
            if not source:
                z = self._entered(z, index, j, unit)
        total = None
        summed = [(j, piece) for j, source in enumerate(shape.sources) if source for piece in self._values[source]]
        if summed:
            total = hl.Func(f"sum{label}")
            total[(*self._place, o)] = z
            for n, (j, piece) in enumerate(summed):
                r = hl.RDom([(0, piece.shape.units)], f"k{label}_{n}")
                column = r + piece.first if piece.first else r
                weight = self._image(f"w{index}_{j}", 2)
                total[(*self._place, o)] += weight[column, unit] * piece.func[(*self._place, r)]
                loops.append(r)
            z = hl.Expr(total[(*self._place, o)])
        value, parts = self._activated(one.core, z, label, [*self._place, o])
        for source in shape.shortcuts:
            value = value + self._at(self._values[source], unit)
        func = hl.Func(f"h{label}")
        func[(*self._place, o)] = value
        return Piece(func, one, first, total, loops, parts)

    def _entered(self, z: Expr, index: int, source: int, unit: Any) -> Expr:
        """The sums with what the network's inputs add."""
        pixel = self._image(f"pixel{index}", 2)
        u, v = (self._plane[one.name] for one in PIXEL)
        z = z + pixel[1, unit] * v + pixel[0, unit] * u
        for j, feature in enumerate(self._entering):
            z = z + self._image(f"w{index}_{source}", 2)[j, unit] * feature[tuple(self._place)]
        return z

    def _unit(self, pieces: Sequence[Piece], unit: int) -> tuple[Expr, int]:
        k = max(k for k, piece in enumerate(pieces) if piece.first <= unit)
        return pieces[k].func[(*self._place, unit - pieces[k].first)], k

    def _at(self, pieces: Sequence[Piece], unit: Any) -> Expr:
        """A unit of a source, wherever it lies."""
        if len(pieces) == 1:
            return hl.Expr(pieces[0].func[(*self._place, unit)])
        value: Any = None
        for piece in reversed(pieces):
            within = hl.clamp(unit - piece.first, 0, piece.shape.units - 1)
            here = hl.Expr(piece.func[(*self._place, within)])
            value = here if value is None else hl.select(unit < piece.first + piece.shape.units, here, value)
        return value

    def _activated(self, core: Node, z: Expr, label: str, place: list[Any]) -> tuple[Expr, list[Any]]:
        """The value of a core, and the Funcs of its parts."""
        values = {"x": z, **{key: self._number(f"{key}_{label}") for key in sorted(core.names - {"x"})}}
        *before, last = cut(core)
        parts = self._work_out(before, values, f"part{label}", place)
        return f32(evaluate(last.tree, values, self._ops)), parts

    def _work_out(self, parts: Sequence[Part], values: dict[str, Expr], label: str, place: list[Any]) -> list[Any]:
        """A Func of the place for each part of a formula; `values` come to know them."""
        funcs = []
        for k, part in enumerate(parts):
            func = hl.Func(f"{label}_{k}")
            func[tuple(place)] = f32(evaluate(part.tree, values, self._ops))
            values[part.name] = hl.Expr(func[tuple(place)])  # two of Funcs themselves `select` makes a tuple of
            funcs.append(func)
        return funcs

    def schedule(self, home: Any, level: Any, x: Any, tile: Tile) -> None:
        """Compute all within a loop, `level`, of `home`, a strip along x at a time."""
        for feature in self.features:
            feature.compute_at(home, level).vectorize(x, tile.lanes)
        for i, piece in enumerate(self.pieces):
            self._schedule(piece, i, home, level, x, tile)

    def _schedule(self, piece: Piece, i: int, home: Any, level: Any, x: Any, tile: Tile) -> None:
        o, h, total = hl.Var("o"), piece.func, piece.total
        xo, xi, oo, oi = (hl.Var(f"{name}{i}") for name in ("xo", "xi", "oo", "oi"))
        units = min(2 if total is None else tile.units, piece.shape.units)
        h.compute_at(home, level).split(x, xo, xi, tile.strip)
        h.split(o, oo, oi, units).reorder(xi, oi, xo, oo).vectorize(xi, tile.lanes)
        if sum(1 for _ in piece.shape.core.walk()) <= _HEAVY and not piece.parts:
            h.unroll(xi).unroll(oi)
        for part in piece.parts:
            part.compute_at(h, xo).split(x, xo, xi, tile.strip).vectorize(xi, tile.lanes)
        if total is None:
            return
        total.compute_at(h, xo).split(x, xo, xi, tile.strip).vectorize(xi, tile.lanes).unroll(xi).unroll(o)
        for n, loop in enumerate(piece.loops):
            update = total.update(n)
            update.split(x, xo, xi, tile.strip).reorder(xi, o, loop.x, xo).vectorize(xi, tile.lanes)
            update.unroll(xi).unroll(o)
