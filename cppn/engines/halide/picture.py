"""A picture as a pipeline: stages, colours, samples and whole numbers."""

from __future__ import annotations

from typing import Any

import halide as hl

from ...field.color import MODES, channels, decode, encode, to_srgb
from .ops import Expr, HalideOps, f32, written
from .pipeline import Built, lanes
from .shape import PLACES, TURN, PictureShape
from .stages import Stages, Tile, best_tile

_F32, _INT = hl.Float(32), hl.Int(32)


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
    picture.stages.schedule(home, level, x, tile)


class Picture:
    """The Funcs of a picture, not scheduled.

    `out`: of c, x, y. `total`: the sum of a pixel's samples over the RDom `grid`; None where there is one. `colour`: a
    sample's, `is_mixed` where all channels are worked out together. `count`: channels.
    """

    def __init__(self, shape: PictureShape) -> None:
        self._shape, self.count = shape, channels(shape.mode)
        self.is_mixed = shape.averaged or shape.mode not in ("gray", "rgb")
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
        self.stages = Stages(shape.stages, shape.features, self._plane(place), place, self._image, self._number)
        ops = HalideOps(self._image("table", 2), shape.table_length, guarded=self.stages.guarded)
        leveled = []
        for i in range(MODES[shape.mode]):
            value, k = self.stages.output(i)
            leveled.append(value * self._number(f"gain_{k}") + self._number(f"offset_{k}"))
        turn = [self._number(key) for key in TURN] if shape.turned else None
        colours = to_srgb(shape.mode, leveled, range(count), shape.invert, ops, turn)
        if shape.averaged:
            colours = [decode(v, ops) for v in colours]
        # colours are worked out side by side, then picked one at a time
        self.colour = hl.Func("colour")
        self.colour[(*place, c)] = hl.mux(c, colours) if count > 1 else colours[0]
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
