"""The pipeline of a shape of network: stages, colours, samples and whole numbers, compiled."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any, NamedTuple

import halide as hl
import numpy as np

from ..field.color import MODES, channels, decode, encode, to_srgb
from ..field.formula import Node
from .base import DTYPES, Pixels
from .halide_compile import compile_by_drawing
from .halide_ops import Expr, HalideOps, f32, float32_constants, written
from .halide_stages import Stages, StageShape, best_tile

TURN = ("turns", "same", "before", "after")  # of hues
_F32, _INT = hl.Float(32), hl.Int(32)


class Shape(NamedTuple):
    """All that a pipeline is compiled for."""

    features: tuple[Node, ...]
    stages: tuple[StageShape, ...]
    mode: str
    # at run time, these two would round a pixel in 100 000 otherwise: 255·(1 − c) + ½ becomes 255.5 − 255·c
    invert: bool
    turned: bool  # its hues; where a hue is only added to, always
    table_length: int
    averaged: bool
    scattered: bool  # single pixels, wherever they are
    bits: int
    dither: bool


class Pipeline:
    """A shape, compiled."""

    def __init__(self, shape: Shape) -> None:
        self.lock = threading.Lock()  # the parameters belong to one drawing at a time
        self.tile = best_tile()
        self._shape = shape
        self._images: dict[str, Any] = {}
        self._numbers: dict[str, Any] = {}
        with float32_constants():
            self._out = self._build()
        none = np.empty((0, self.tile.strip, channels(shape.mode)), DTYPES[shape.bits])
        compile_by_drawing(self._out, list(self._images.values()), [none])

    def bind(self, buffers: Mapping[str, Any], numbers: Mapping[str, float]) -> None:
        """Set what the next drawing is computed from, each by its name."""
        for name, image in self._images.items():
            image.set(buffers[name])
        for name, number in self._numbers.items():
            number.set(numbers[name])

    def _image(self, name: str, dimensions: int, kind: Any = _F32) -> Any:
        """An array that `bind` sets."""
        if name not in self._images:
            self._images[name] = hl.ImageParam(kind, dimensions, name)
        return self._images[name]

    def _number(self, name: str, kind: Any = _F32) -> Any:
        """A number that `bind` sets."""
        if name not in self._numbers:
            self._numbers[name] = hl.Param(kind, name, 0.0) if kind == _F32 else hl.Param(kind, name, 1)
        return self._numbers[name]

    def realize(self, out: Pixels, top: int, left: int) -> None:
        """Draw into `out` the pixels from row `top`, column `left` on, counted from the corner."""
        buffer = hl.Buffer(out)
        buffer.set_min([0, left, top])
        self._out.realize(buffer)

    def _build(self) -> Any:
        shape, tile = self._shape, self.tile
        count = channels(shape.mode)
        x, y, c, a, b = (hl.Var(name) for name in "xycab")
        place = [x, y, a, b] if shape.averaged else [x, y]
        stages = Stages(shape.stages, shape.features, self._plane(place), place, self._image, self._number)
        ops = HalideOps(self._image("table", 2), shape.table_length)

        leveled = []
        for i in range(MODES[shape.mode]):
            value, k = stages.output(i)
            leveled.append(value * self._number(f"gain_{k}") + self._number(f"offset_{k}"))
        turn = [self._number(key) for key in TURN] if shape.turned else None
        colours = to_srgb(shape.mode, leveled, range(count), shape.invert, ops, turn)
        if shape.averaged:
            colours = [decode(v, ops) for v in colours]
        # colours are worked out side by side, then picked one at a time
        colour = hl.Func("colour")
        colour[(*place, c)] = hl.mux(c, colours) if count > 1 else colours[0]

        out = hl.Func("out")
        xo, xi = hl.Var("xo"), hl.Var("xi")
        if shape.averaged:
            samples, stride = (self._number(name, _INT) for name in ("samples", "stride"))
            grid = hl.RDom([(0, samples), (0, samples // stride)], "grid")
            total = hl.Func("total")
            total[x, y, c] = f32(0.0)
            total[x, y, c] += colour[x, y, grid.x, grid.y, c]
            value = encode(total[x, y, c] * self._number("share"), ops)
        else:
            value = colour[x, y, c]
        out[c, x, y] = written(value, *self._pixel(x, y), c, count, shape.bits, shape.dither)

        out.bound(c, 0, count).reorder(c, x, y).split(x, xo, xi, tile.strip).unroll(c).vectorize(xi, tile.lanes)
        out.output_buffer().dim(1).set_stride(count)
        home, level = out, xo
        if shape.averaged:
            total.compute_at(out, xo).bound(c, 0, count).unroll(c).vectorize(x, tile.lanes)
            total.update().reorder(c, x, grid.x, grid.y, y).unroll(c).vectorize(x, tile.lanes)
            home, level = total, grid.x
        if shape.averaged or shape.mode not in ("gray", "rgb"):
            colour.compute_at(home, level).bound(c, 0, count).reorder(c, x).unroll(c).vectorize(x, tile.lanes)
        stages.schedule(home, level, x, tile)
        return out

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
            return self._image("column", 1, _INT)[x], self._image("row", 1, _INT)[x]
        # Halide multiplies a buffer's first row by its stride in 32 bits: too few for the last rows of a gigapixel
        # picture, so that buffers begin at 0 and the drawing's corner is a parameter
        return x + self._number("left", _INT), y + self._number("top", _INT)
