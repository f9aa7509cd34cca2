"""The pipeline of a shape of network: how it is computed, and in which order.

A strip of pixels goes through every layer while it is in the first-level cache. A few units at a time are accumulated
in vector registers and meet their activation before they leave them.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import halide as hl
import numpy as np

from ..field.color import MODES, channels, decode, encode, to_srgb
from ..field.formula import Node, evaluate
from .base import DTYPES, Pixels
from .halide_compile import compile_by_drawing
from .halide_ops import Expr, HalideOps, f32, float32_constants, written
from .parts import Part, cut

TURN = ("turns", "same", "before", "after")  # of hues
_F32, _INT = hl.Float(32), hl.Int(32)
_HEAVY = 12  # operations of an activation above which unrolling it costs more compiling than it saves


class _Tile(NamedTuple):
    """The block of sums held in registers: `vectors` × `units` accumulators, plus one for each operand."""

    lanes: int
    vectors: int
    units: int

    @property
    def strip(self) -> int:
        return self.lanes * self.vectors


def _tile() -> _Tile:
    lanes = int(hl.get_host_target().natural_vector_size(_F32))
    if lanes == 8:  # AVX2 has 16 registers, AVX-512 and NEON 32
        return _Tile(lanes, 3, 4)
    return _Tile(lanes, 6, 4)


class Shape(NamedTuple):
    """All that a pipeline is compiled for."""

    features: tuple[Node, ...]
    widths: tuple[int, ...]
    cores: tuple[Node, ...]
    residual: tuple[bool, ...]
    mode: str
    turned: bool  # its hues
    invert: bool
    table_length: int
    averaged: bool
    scattered: bool  # single pixels, wherever they are
    bits: int
    dither: bool


class Pipeline:
    """A shape, compiled."""

    def __init__(self, shape: Shape) -> None:
        self.lock = threading.Lock()  # the parameters belong to one drawing at a time
        self.tile = _tile()
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
        layers, sums = self._layers(place)
        ops = HalideOps(self._image("table", 2), shape.table_length)

        last = layers[-1]
        units = []
        for i in range(MODES[shape.mode]):
            value = last[(*place, i)] * self._number("gain") + self._number("offset")
            units.append(hl.select(hl.is_nan(value), f32(0.0), hl.clamp(value, f32(0.0), f32(1.0))))
        turn = [self._number(key) for key in TURN] if shape.turned else None
        colours = to_srgb(shape.mode, units, range(count), shape.invert, ops, turn)
        if shape.averaged:
            colours = [decode(v, ops) for v in colours]
        # colours are worked out side by side, then picked one at a time
        colour = hl.Func("colour")
        colour[(*place, c)] = hl.mux(c, colours) if count > 1 else colours[0]

        out = hl.Func("out")
        xo, xi = hl.Var("xo"), hl.Var("xi")
        if shape.averaged:
            samples, stagger = (self._number(name, _INT) for name in ("samples", "stagger"))
            grid = hl.RDom([(0, samples), (0, samples // stagger)], "grid")
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
        self._schedule(layers, sums, home, level, x)
        return out

    def _layers(self, place: list[Any]) -> tuple[list[Any], list[Any]]:
        """The Funcs of the layers, and beside each that sums over the one before, its sum and the loop over it."""
        shape, number = self._shape, self._number
        o = hl.Var("o")
        column, row = self._pixel(*place[:2])
        u, v = hl.cast(_F32, column) - number("middle_x"), hl.cast(_F32, row) - number("middle_y")
        if shape.averaged:
            a, b = place[2:]
            stagger = number("stagger", _INT)
            b = b * stagger + a % stagger
            u, v = (
                coordinate + ((hl.cast(_F32, part) + f32(0.5)) * number("sample") - f32(0.5))
                for coordinate, part in ((u, a), (v, b))
            )
        plane = {axis: number(f"c{axis}") + number(f"u{axis}") * u + number(f"v{axis}") * v for axis in ("x", "y")}
        self._features: list[Any] = []
        self._parts: list[list[Any]] = []  # parts of each layer's activation
        pixel, weight = self._image("pixel", 2), self._image("w0", 2)
        z = self._image("b0", 1)[o] + pixel[1, o] * v + pixel[0, o] * u
        for j, tree in enumerate(shape.features):
            funcs = self._work_out(cut(tree), dict(plane), f"feature{j}", place)
            feature = funcs[-1]
            self._features += funcs
            z = z + weight[j, o] * feature[tuple(place)]
        first = hl.Func("h0")
        first[(*place, o)] = self._activate(0, z, [*place, o])
        layers: list[Any] = [first]
        sums: list[Any] = [None]
        for i in range(1, len(shape.widths)):
            weight, bias, before = self._image(f"w{i}", 2), self._image(f"b{i}", 1), layers[-1]
            k = hl.RDom([(0, shape.widths[i - 1])], f"k{i}")
            total = hl.Func(f"sum{i}")
            total[(*place, o)] = bias[o]
            total[(*place, o)] += weight[k, o] * before[(*place, k)]
            h = hl.Func(f"h{i}")
            value = self._activate(i, hl.Expr(total[(*place, o)]), [*place, o])
            h[(*place, o)] = value + before[(*place, o)] if shape.residual[i] else value
            layers.append(h)
            sums.append((total, k))
        return layers, sums

    def _activate(self, index: int, z: Expr, place: list[Any]) -> Expr:
        core = self._shape.cores[index]
        values = {"x": z}
        for key in sorted(core.names - {"x"}):
            values[key] = self._number(f"{key}_{index}")
        *before, last = cut(core)
        self._parts.append(self._work_out(before, values, f"part{index}", place))
        return f32(evaluate(last.tree, values, HalideOps()))

    def _work_out(self, parts: Sequence[Part], values: dict[str, Expr], label: str, place: list[Any]) -> list[Any]:
        """A Func of the place for each part of a formula; `values` come to know them."""
        funcs = []
        for k, part in enumerate(parts):
            func = hl.Func(f"{label}_{k}")
            func[tuple(place)] = f32(evaluate(part.tree, values, HalideOps()))
            values[part.name] = hl.Expr(func[tuple(place)])  # two of Funcs themselves `select` makes a tuple of
            funcs.append(func)
        return funcs

    def _pixel(self, x: Any, y: Any) -> tuple[Expr, Expr]:
        """Column and row of the pixel drawn at (x, y)."""
        if self._shape.scattered:
            return self._image("column", 1, _INT)[x], self._image("row", 1, _INT)[x]
        # Halide multiplies a buffer's first row by its stride in 32 bits: too few for the last rows of a gigapixel
        # picture, so that buffers begin at 0 and the drawing's corner is a parameter
        return x + self._number("left", _INT), y + self._number("top", _INT)

    def _schedule(self, layers: list[Any], sums: list[Any], home: Any, level: Any, x: Any) -> None:
        tile, o = self.tile, hl.Var("o")
        for feature in self._features:
            feature.compute_at(home, level).vectorize(x, tile.lanes)
        for i, h in enumerate(layers):
            xo, xi, oo, oi = (hl.Var(f"{name}{i}") for name in ("xo", "xi", "oo", "oi"))
            units = min(2 if sums[i] is None else tile.units, self._shape.widths[i])
            h.compute_at(home, level).split(x, xo, xi, tile.strip)
            h.split(o, oo, oi, units).reorder(xi, oi, xo, oo).vectorize(xi, tile.lanes)
            light = sum(1 for _ in self._shape.cores[i].walk()) <= _HEAVY and not self._parts[i]
            if light:
                h.unroll(xi).unroll(oi)
            for part in self._parts[i]:
                part.compute_at(h, xo).split(x, xo, xi, tile.strip).vectorize(xi, tile.lanes)
            if sums[i] is None:
                continue
            total, k = sums[i]
            total.compute_at(h, xo).split(x, xo, xi, tile.strip).vectorize(xi, tile.lanes).unroll(xi).unroll(o)
            total.update().split(x, xo, xi, tile.strip).reorder(xi, o, k.x, xo).vectorize(xi, tile.lanes)
            total.update().unroll(xi).unroll(o)
