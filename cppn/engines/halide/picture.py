"""A picture as a pipeline: stages, colours, samples and whole numbers."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import halide as hl

from ...compose.composition import columns
from ...compose.painting import CHANNELS
from ...field.dual import Dual
from ...field.formula import evaluate
from ...field.ops import Value
from ...field.program import SLOPES, Call, Let, Program
from ...field.spaces import decode, encode
from ..parts import size
from ..undefined import can_be_undefined
from .ops import Expr, HalideOps, f32, written
from .pipeline import Built, lanes
from .shape import PLACES, PictureShape, prefix
from .stages import Stages, Tile, at, best_tile, exact, put_exactly

_F32, _INT = hl.Float(32), hl.Int(32)
_LONG = 40  # operations of what is worked out once


def build_picture(shape: PictureShape) -> Built:
    """For a processor: stages, colours, samples and whole numbers, a strip of pixels at a time."""
    picture, tile = Picture(shape), best_tile(lanes())
    _schedule(picture, tile)
    return Built([picture.out], picture.arguments, tile.strip, [(picture.count, tile.strip, 0)])


def _schedule(picture: Picture, tile: Tile) -> None:
    c, x, y, xo, xi = (hl.Var(name) for name in ("c", "x", "y", "xo", "xi"))
    out, count = picture.out, picture.count
    out.bound(c, 0, count).reorder(c, x, y).split(x, xo, xi, tile.strip).unroll(c).vectorize(xi, tile.lanes)
    out.output_buffer().dim(1).set_stride(count)
    home, level = out, xo
    if picture.total is not None:
        total, grid = picture.total, picture.grid
        total.compute_at(out, xo).bound(c, 0, count).unroll(c).vectorize(x, tile.lanes)
        total.update().reorder(c, x, grid.x, grid.y, y).unroll(c).vectorize(x, tile.lanes)
        home, level = total, grid.x
    if picture.is_mixed:
        picture.colour.compute_at(home, level).bound(c, 0, count).reorder(c, x).unroll(c).vectorize(x, tile.lanes)
    for kept in picture.kept:
        kept.compute_at(home, level).vectorize(x, tile.lanes)
    for stages in picture.stages:
        stages.schedule(home, level, x, tile)


def _is_mixed(program: Program) -> bool:
    """Does a channel take more than an output of its own?"""
    return any(isinstance(step, Let) for step in program.steps) or any(len(tree.names) > 1 for tree in program.colour)


class Picture:
    """The Funcs of a picture, not scheduled.

    `out`: of c, x, y. `total`: the sum of a pixel's samples over the RDom `grid`; None where there is one. `colour`: a
    sample's, `is_mixed` where all channels are worked out together. `stages`: of each call of the program. `kept`: what
    is worked out once of a sample, beside them. `count`: channels.
    """

    def __init__(self, shape: PictureShape) -> None:
        self._shape, self.count = shape, shape.channels
        self.is_mixed = shape.averaged or _is_mixed(shape.program)
        self.stages: list[Stages] = []
        self.kept: list[Any] = []
        self._images: dict[str, Any] = {}
        self._numbers: dict[str, Any] = {}
        self.total: Any = None
        self.grid: Any = None
        self._define()

    @property
    def arguments(self) -> dict[str, Any]:
        """ImageParams, then Params, by name."""
        return self._images | self._numbers

    def _image(self, name: str, dimensions: int, kind: Any = _F32) -> Any:
        """An array that is bound for each drawing."""
        if name not in self._images:
            self._images[name] = hl.ImageParam(kind, dimensions, name)
        return self._images[name]

    def _number(self, name: str, kind: Any = _F32) -> Any:
        """A number that is bound for each drawing."""
        if name not in self._numbers:
            self._numbers[name] = hl.Param(kind, name, 0.0) if kind == _F32 else hl.Param(kind, name, 1)
        return self._numbers[name]

    def _define(self) -> None:
        shape, count = self._shape, self.count
        x, y, c, a, b = (hl.Var(name) for name in "xycab")
        place = [x, y, a, b] if shape.averaged else [x, y]
        plane = self._plane(place)
        known = {name: plane[name] if name in plane else self._number(name) for name in self._taken()}
        for name, length in shape.tables:
            known |= {key: (self._image(name, 2), length, k) for k, key in enumerate(columns(name))}
        for n in range(shape.paintings):
            known |= {f"paint{n}_{one}": self._image(f"paint{n}", 3)[k, x, y] for k, one in enumerate(CHANNELS)}
        ops, sizes = HalideOps(guarded=self._guarded()), dict[str, float]()
        colours = shape.program.run(known, ops, partial(self._ask, plane, place), partial(self._keep, place, sizes))
        if shape.averaged and not shape.program.is_light:
            colours = [decode(v, ops) for v in colours]
        if shape.program.is_light:
            colours = [exact(one) for one in colours]
        # colours are worked out side by side, then picked one at a time
        self.colour = hl.Func("colour")
        if shape.program.is_light and not shape.averaged:
            colours = [encode(v, ops) for v in colours]
        self.colour[(*place, c)] = hl.mux(c, [f32(one) for one in colours]) if count > 1 else f32(colours[0])
        if shape.averaged:
            samples, stride = (self._number(name, _INT) for name in ("samples", "stride"))
            self.grid = hl.RDom([(0, samples), (0, samples // stride)], "grid")
            self.total = hl.Func("total")
            self.total[x, y, c] = f32(0.0)
            self.total[x, y, c] += self.colour[x, y, self.grid.x, self.grid.y, c]
            value = encode(self.total[x, y, c] * self._number("share"), ops)
        else:
            value = self.colour[x, y, c]
        self.out = hl.Func("out")
        self.out[c, x, y] = written(value, *self._pixel(x, y), c, count, shape.bits, shape.dither)

    def _taken(self) -> list[str]:
        """The places and numbers that the program takes."""
        tables = {key for name, _ in self._shape.tables for key in columns(name)}
        paint = {f"paint{n}_{one}" for n in range(self._shape.paintings) for one in CHANNELS}
        return sorted(self._shape.program.names - tables - paint)

    def _guarded(self) -> bool:
        """May a network's value be no number? What programs make of numbers always is one."""
        cores = (one.core for network in self._shape.networks for stage in network.stages for one in stage.slices)
        return can_be_undefined([*cores, *(tree for network in self._shape.networks for tree in network.features)])

    def _ask(
        self, plane: Mapping[str, Expr], place: list[Any], call: Call, known: Mapping[str, Value]
    ) -> list[Value]:  # fmt: skip
        """The stages of a network, and its leveled outputs."""
        key = self._shape.program.asked.index((call.network, call.at is None))
        name = prefix(key)
        stages = Stages(
            self._shape.networks[key], self._at(plane, place, call, known), place,
            lambda text, dimensions: self._image(name + text, dimensions), lambda text: self._number(name + text),
            f"call{len(self.stages)}_",
        )  # fmt: skip
        self.stages.append(stages)
        leveled = []
        for i in range(len(call.outputs)):
            value, k = stages.output(i)
            gain, offset = (self._number(f"{name}{one}_{k}") for one in ("gain", "offset"))
            leveled.append(value * gain + offset)
        return leveled

    def _at(
        self, plane: Mapping[str, Expr], place: list[Any], call: Call, known: Mapping[str, Value]
    ) -> Mapping[str, Value]:  # fmt: skip
        """u, v, x and y where a network is asked, with their derivatives if these are asked for."""
        if call.at is None:
            slopes = {
                key: [one if isinstance(one, float) else self._number(one) for one in SLOPES[key]] for key in plane
            }
            return {key: Dual(one, *slopes[key]) for key, one in plane.items()} if call.slopes else plane
        x, y = (self._placed(one, call, place, known) for one in call.at)
        return {"u": x, "v": y, "x": x, "y": y}

    def _placed(self, given: Dual, call: Call, place: list[Any], known: Mapping[str, Value]) -> Value:
        """A coordinate worked out once: each unit of a stage would do it again."""
        ops = HalideOps()
        found = Dual(*(f32(evaluate(part, known, ops)) for part in given[: 3 if call.slopes else 1]))
        func = hl.Func(f"at{len(self.kept)}")
        put_exactly(func, place, found if call.slopes else found.value)
        self.kept.append(func)
        return at(func, place)

    def _keep(self, place: list[Any], sizes: dict[str, float], step: Let, value: Value) -> Value:
        """What is long, and used several times, is worked out once; a compiler would see it wherever it is used.

        One network's colours are short; worked out apart, a pixel in ten thousand would be rounded otherwise.
        """
        found = size(step.tree, sizes)
        if found <= _LONG or isinstance(value, float) or not self._shape.program.is_light:
            sizes[step.name] = found
            return value
        func = hl.Func(f"kept{len(self.kept)}")
        put_exactly(func, place, value)
        self.kept.append(func)
        return at(func, place)

    def _plane(self, place: list[Any]) -> dict[str, Expr]:
        """Where the place is: in pixels from the middle, and in the plane."""
        number = self._number
        column, row = self._pixel(*place[:2])
        u, v = hl.cast(_F32, column) - number("middle_x"), hl.cast(_F32, row) - number("middle_y")
        if self._shape.averaged:
            a, b = place[2:]
            stride = number("stride", _INT)
            b = b * stride + a % stride
            u, v = (
                coordinate + ((hl.cast(_F32, part) + f32(0.5)) * number("sample") - f32(0.5))
                for coordinate, part in ((u, a), (v, b))
            )
        plane = {axis: number(f"c{axis}") + number(f"u{axis}") * u + number(f"v{axis}") * v for axis in ("x", "y")}
        return {"u": u, "v": v, **plane}

    def _pixel(self, x: Any, y: Any) -> tuple[Expr, Expr]:
        """Column and row of the pixel drawn at (x, y)."""
        if self._shape.scattered:
            column, row = (self._image(name, 1, _INT)[x] for name in PLACES)
            return column, row
        # Halide multiplies a buffer's first row by its stride in 32 bits: too few for the last rows of a gigapixel
        # picture, so that buffers begin at 0 and the drawing's corner is a parameter
        return x + self._number("left", _INT), y + self._number("top", _INT)
