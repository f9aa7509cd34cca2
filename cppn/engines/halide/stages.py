"""How the stages of a network are computed in a Halide pipeline, and in which order.

A strip of pixels goes through every stage while it is in the first-level cache. A few units at a time are accumulated
in vector registers and meet their activation before they leave them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import halide as hl

from ...field.aggregations import AGGREGATIONS, SUM
from ...field.dual import Dual, DualOps, dual
from ...field.formula import Node, evaluate
from ...field.ops import Ops, Value
from ..fold import PIXEL
from ..parts import Part, cut
from ..undefined import can_be_undefined
from .ops import HalideOps, f32
from .shape import NetworkShape, SliceShape, StageShape

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
    """A slice of a stage, or of linked units one, as a Func; the numbers of the slice and of the first unit within the
    stage; and how it is scheduled.
    """

    func: Any
    shape: SliceShape
    slice: int
    first: int
    total: Any  # the Func that sums, or None
    loops: Sequence[Any]  # over what is summed
    parts: Sequence[Any]  # of its activation
    components: int  # of its values: 3 with derivatives, else 1
    is_long: bool = False  # are the values that it sums written out?


def put(func: Any, args: list[Any], value: Value) -> None:
    """Define a Func: of a Dual, one with three components."""
    func[tuple(args)] = tuple(f32(one) for one in value) if isinstance(value, Dual) else f32(value)


def put_exactly(func: Any, args: list[Any], value: Value) -> None:
    """The same, of sums of products as they are written.

    Of a·b + c·d a compiler may round either product or neither, and does it differently from one vector of a strip to
    the next: crops would differ in their last bit.
    """
    put(func, args, Dual(*(exact(one) for one in value)) if isinstance(value, Dual) else exact(value))


def exact(value: Value) -> Value:
    """A value whose operations are rounded one by one."""
    return hl.strict_float(f32(value))


def at(func: Any, args: list[Any]) -> Value:
    """A Func's value: of three components, a Dual."""
    found = func[tuple(args)]  # two of Funcs themselves `select` makes a tuple of
    return Dual(*(hl.Expr(found[k]) for k in range(3))) if func.outputs() == 3 else hl.Expr(found)


def _is_simple(core: Node) -> bool:
    """Is it one function of what is summed, so that its derivative is one product?"""
    return all(arg.op == "name" for arg in core.args)


class Stages:
    """The Funcs of a network's stages at a place (x, y, …).

    `plane`: u, v, x and y; with derivatives, Duals, and then so are all values. `image`, `number`: give the arrays and
    numbers that the pipeline is bound to, by name: `pixel{i}` and `w{i}_{j}` are the weights of stage i for u and v,
    and for its j-th source, `b{i}` the biases; of linked units, `links` are the bias and the weights of each in turn.
    `{parameter}_{i}_{k}` the parameters of its k-th slice. `label`: of
    Funcs. `guarded`: may a value be no number?
    """

    def __init__(
        self, shape: NetworkShape, plane: Mapping[str, Value], place: list[Any],
        image: Callable[[str, int], Any], number: Callable[[str], Any], label: str,
    ) -> None:  # fmt: skip
        self._plane, self._place, self._image, self._number, self._label = plane, place, image, number, label
        self.shape = shape
        self._steep = any(isinstance(one, Dual) for one in plane.values())
        self.components = 3 if self._steep else 1
        cores = [one.core for stage in shape.stages for one in stage.slices]
        self.guarded = can_be_undefined([*shape.features, *cores])
        ops = HalideOps(guarded=self.guarded)
        self._ops: Ops = DualOps(ops) if self._steep else ops
        self.features: list[Any] = []  # Funcs in the order in which they are computed
        self._entering = [self._feature(j, tree) for j, tree in enumerate(shape.features)]
        self._values: list[list[Piece]] = [[]]  # as sources are numbered
        self._linked_numbers = 0  # so far
        for i, stage in enumerate(shape.stages):
            self._values.append(self._stage(i, stage))

    @property
    def pieces(self) -> list[Piece]:
        """The slices of all stages, in the order in which they are computed."""
        return [piece for pieces in self._values for piece in pieces]

    def output(self, unit: int) -> tuple[Value, int]:
        """A unit of the last stage, and the number of its slice."""
        return self._unit(self._values[-1], unit)

    def _feature(self, index: int, tree: Node) -> Any:
        funcs = self._work_out(cut(tree), dict(self._plane), f"{self._label}feature{index}", self._place)
        self.features += funcs
        return funcs[-1]

    def _stage(self, index: int, shape: StageShape) -> list[Piece]:
        pieces, first = [], 0
        for k, one in enumerate(shape.slices):
            if shape.links is None:
                pieces.append(self._slice(index, k, one, shape, first))
            else:
                pieces += [self._linked(index, k, one.core, shape, first + unit) for unit in range(one.units)]
            first += one.units
        return pieces

    def _linked(self, index: int, k: int, core: Node, shape: StageShape, unit: int) -> Piece:
        """A unit that takes few values, each written out."""
        links = shape.links or ()
        columns = list(self._columns(shape))
        bias, *weights = (self._image("links", 1)[self._linked_numbers + i] for i in range(1 + len(links[unit])))
        self._linked_numbers += 1 + len(weights)
        z: Value = dual(bias) if self._steep else bias
        taken = [weight * columns[column] for weight, column in zip(weights, links[unit], strict=True)]
        if shape.aggregation == SUM:
            z = sum(taken, z)
        elif taken:
            z = z + AGGREGATIONS[shape.aggregation](taken, self._ops)
        label, place = f"{index}_{unit}", [*self._place, hl.Var("o")]
        value, parts = self._activated(core, z, f"{index}_{k}", place, f"l{label}_")
        func = hl.Func(f"{self._label}l{label}")
        (put_exactly if self._steep and not _is_simple(core) else put)(func, place, value)
        return Piece(func, SliceShape(core, 1), k, unit, None, (), parts, self.components, True)

    def _columns(self, shape: StageShape) -> Iterator[Value]:
        """What stands behind each column of a stage's weight."""
        for source in shape.sources:
            if source:
                units = sum(one.units for one in self.shape.stages[source - 1].slices)
                yield from (self._unit(self._values[source], one)[0] for one in range(units))
            else:
                yield from (self._plane[one.name] for one in PIXEL)
                yield from (at(feature, self._place) for feature in self._entering)

    def _slice(self, index: int, k: int, one: SliceShape, shape: StageShape, first: int) -> Piece:
        o, label = hl.Var("o"), f"{index}_{k}"
        place = [*self._place, o]
        unit = o + first if first else o
        z, loops = self._image(f"b{index}", 1)[unit], []
        if self._steep:
            z = dual(z)
        for j, source in enumerate(shape.sources):
            if not source:
                z = self._entered(z, index, j, unit)
        total = None
        summed = [(j, piece) for j, source in enumerate(shape.sources) if source for piece in self._values[source]]
        if summed:
            total = hl.Func(f"{self._label}sum{label}")
            put(total, place, z)
            for n, (j, piece) in enumerate(summed):
                r = hl.RDom([(0, piece.shape.units)], f"{self._label}k{label}_{n}")
                column = r + piece.first if piece.first else r
                weight = self._image(f"w{index}_{j}", 2)[column, unit]
                put(total, place, at(total, place) + weight * at(piece.func, [*self._place, r]))
                loops.append(r)
            z = at(total, place)
        value, parts = self._activated(one.core, z, label, place)
        for source in shape.shortcuts:
            value = value + self._at(self._values[source], unit)
        func = hl.Func(f"{self._label}h{label}")
        (put_exactly if self._steep and not _is_simple(one.core) else put)(func, place, value)
        return Piece(func, one, k, first, total, loops, parts, self.components)

    def _entered(self, z: Value, index: int, source: int, unit: Any) -> Value:
        """The sums with what the network's inputs add."""
        pixel = self._image(f"pixel{index}", 2)
        u, v = (self._plane[one.name] for one in PIXEL)
        z = z + pixel[1, unit] * v + pixel[0, unit] * u
        for j, feature in enumerate(self._entering):
            z = z + self._image(f"w{index}_{source}", 2)[j, unit] * at(feature, self._place)
        return z

    def _unit(self, pieces: Sequence[Piece], unit: int) -> tuple[Value, int]:
        piece = next(piece for piece in reversed(pieces) if piece.first <= unit)
        return at(piece.func, [*self._place, unit - piece.first]), piece.slice

    def _at(self, pieces: Sequence[Piece], unit: Any) -> Value:
        """A unit of a source, wherever it lies."""
        if len(pieces) == 1:
            return at(pieces[0].func, [*self._place, unit])
        value: Any = None
        for piece in reversed(pieces):
            within = hl.clamp(unit - piece.first, 0, piece.shape.units - 1)
            here = at(piece.func, [*self._place, within])
            value = here if value is None else self._ops.where(unit < piece.first + piece.shape.units, here, value)
        return value

    def _activated(
        self, core: Node, z: Value, label: str, place: list[Any], more: str = ""
    ) -> tuple[Value, list[Any]]:  # fmt: skip
        """The value of a core, and the Funcs of its parts, called after the slice and `more`."""
        numbers = {key: self._of_kind(self._number(f"{key}_{label}")) for key in sorted(core.names - {"x"})}
        values = {"x": z, **numbers}
        *before, last = cut(core)
        parts = self._work_out(before, values, f"{self._label}part{more}{label}", place)
        return self._of_kind(evaluate(last.tree, values, self._ops)), parts

    def _work_out(self, parts: Sequence[Part], values: dict[str, Value], label: str, place: list[Any]) -> list[Any]:
        """A Func of the place for each part of a formula; `values` come to know them."""
        funcs = []
        for k, part in enumerate(parts):
            func = hl.Func(f"{label}_{k}")
            found = self._of_kind(evaluate(part.tree, values, self._ops))
            (put_exactly if self._steep else put)(func, place, found)
            values[part.name] = at(func, place)
            funcs.append(func)
        return funcs

    def _of_kind(self, value: Value) -> Value:
        """A value, perhaps a plain number, as all of these are."""
        return dual(value) if self._steep else f32(value)

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
        width = tile.lanes * max(1, tile.vectors // piece.components)
        h.compute_at(home, level).split(x, xo, xi, width)
        h.split(o, oo, oi, units).reorder(xi, oi, xo, oo).vectorize(xi, tile.lanes)
        if not (piece.is_long or piece.parts) and sum(1 for _ in piece.shape.core.walk()) <= _HEAVY:
            h.unroll(xi).unroll(oi)
        for part in piece.parts:
            part.compute_at(h, xo).split(x, xo, xi, width).vectorize(xi, tile.lanes)
        if total is None:
            return
        total.compute_at(h, xo).split(x, xo, xi, width).vectorize(xi, tile.lanes).unroll(xi).unroll(o)
        for n, loop in enumerate(piece.loops):
            update = total.update(n)
            update.split(x, xo, xi, width).reorder(xi, o, loop.x, xo).vectorize(xi, tile.lanes)
            update.unroll(xi).unroll(o)
