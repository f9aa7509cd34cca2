"""The CPU engine: the whole picture is one Halide pipeline, compiled once for each shape of network.

A strip of pixels goes through every layer while it is in the first-level cache. A few units at a time are accumulated
in vector registers and meet their activation before they leave them. Weights, parameters, palette and view are set
at run time. Rows are handed to Python threads: Halide releases Python's lock while it draws.

A pixel's value depends on its absolute place alone and every sum runs in one order, so pictures are the same to the
bit for any number of threads, any band height and any crop.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import halide as hl
import numpy as np
from numpy.typing import NDArray

from ..develop import Field
from ..field.color import MODES, channels, decode, encode, to_srgb
from ..field.formula import Node, evaluate
from ..view import Frame
from .base import DTYPES, Pixels, Plan, PointPlan, Quality, Settle
from .fold import Folded, fold, fold_activation
from .halide_compile import compile_by_drawing
from .halide_ops import Expr, HalideOps, f32, float32_constants, written
from .halide_settle import halide_settle
from .parts import Part, cut, total
from .workers import Workers, in_forked_children

_F32 = hl.Float(32)
_TURN = ("turns", "same", "before", "after")  # of hues
_MOST = 10_000  # operations to compile: about two seconds
_LAYER = 250  # operations that take as long to compile as a layer's sums
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


class _Shape(NamedTuple):
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


def _shape(field: Field, folded: Folded, quality: Quality, scattered: bool) -> _Shape:
    layers = folded.layers
    return _Shape(
        folded.features,
        tuple(len(layer.bias) for layer in layers),
        tuple(layer.core for layer in layers),
        tuple(layer.residual for layer in layers),
        field.mode,
        field.turn is not None,
        field.invert,
        0 if field.table is None else len(field.table),
        quality.samples != 1,
        scattered,
        quality.bits,
        quality.dither,
    )


class HalideEngine:
    """Fused and vectorised, on `threads` threads."""

    name = "halide"

    def __init__(self, device: str = "cpu", threads: int = 1) -> None:
        self.device, self.threads = device, threads
        self.workers = Workers(threads)

    def prepare(self, field: Field, frame: Frame, quality: Quality) -> Plan:
        return HalidePlan(self, field, fold(field, frame, turns=True), frame, quality)

    def prepare_points(self, field: Field, frame: Frame, quality: Quality) -> PointPlan:
        return HalidePointPlan(self, field, fold(field, frame, turns=True), frame, quality)

    def takes(self, field: Field) -> bool:
        """Are its layers few, and its formulas short enough, to compile?"""
        cores = [fold_activation(one, turns=True).core for one in field.network.activations]
        return total([*field.network.inputs, *cores]) + _LAYER * len(cores) <= _MOST

    def settle(self, channels: int, quality: Quality) -> Settle:
        return halide_settle(self.workers, channels, quality)


class _Bound:
    """A compiled pipeline with the numbers of one field and frame."""

    _scattered: bool

    def __init__(self, engine: HalideEngine, field: Field, folded: Folded, frame: Frame, quality: Quality) -> None:
        self._workers, self._channels, self._dtype = engine.workers, field.channels, quality.dtype
        self._pipeline = _compile(_shape(field, folded, quality, self._scattered))
        # a Halide buffer does not keep the NumPy array behind it alive, so the plan does
        with np.errstate(over="ignore"):  # what is beyond float32 is infinite
            self._arrays = [np.ascontiguousarray(array, dtype=np.float32) for array in _numbers(field, folded)]
        self._buffers = [hl.Buffer(array) for array in self._arrays]
        self._parameters = [value for layer in folded.layers for value in layer.parameters.values()]
        self._scalars = [
            folded.gain, folded.offset, (frame.width - 1) / 2, (frame.height - 1) / 2,
            *frame[2:], 1 / int(quality.samples), 1 / quality.cost, *(field.turn or (0.0,) * 4),
        ]  # fmt: skip
        self._grid = int(quality.samples), quality.stagger

    def _draw(
        self, parts: Iterable[tuple[Pixels, int, int]], corner: tuple[int, int], more: Sequence[Any] = ()
    ) -> None:
        """Realize parts, each an array with its first row and column, counted from the corner's column and row."""
        with self._pipeline.lock:  # nobody may bind other numbers before all are done
            self._pipeline.bind([*self._buffers, *more], self._scalars, self._parameters, (*self._grid, *corner))
            self._workers.share(self._pipeline.realize, parts)


class HalidePlan(_Bound):
    """Draws rectangles."""

    _scattered = False

    def draw(self, out: Pixels, top: int, left: int = 0) -> None:
        rows, columns, count = out.shape
        if count != self._channels or out.dtype != self._dtype or not out.flags.c_contiguous or top < 0 or left < 0:
            raise ValueError(f"cannot draw into shape {out.shape} of {out.dtype} at ({left}, {top})")
        strip = self._pipeline.tile.strip
        if columns < strip:  # the vectors of a strip are drawn whole
            wide = np.empty((rows, strip, count), out.dtype)
            self.draw(wide, top, left)
            out[:] = wide[:, :columns]
            return
        self._draw(((out[part], part.start, 0) for part in self._workers.rows(rows)), (left, top))


class HalidePointPlan(_Bound):
    """Draws single pixels."""

    _scattered = True

    def draw_at(self, out: Pixels, rows: NDArray[np.int32], columns: NDArray[np.int32]) -> None:
        count, strip = len(out), self._pipeline.tile.strip
        strips = -(-count // strip)
        places = [np.resize(index, strips * strip) for index in (columns, rows)]
        whole = np.empty((1, strips * strip, self._channels), self._dtype)
        step = strip * max(1, strips // (8 * self._workers.count))
        parts = ((whole[:, start : start + step], 0, start) for start in range(0, strips * strip, step))
        self._draw(parts, (0, 0), [hl.Buffer(index) for index in places])
        out[:] = whole[0, :count]


def _numbers(field: Field, folded: Folded) -> list[Any]:
    first = folded.layers[0]
    arrays = [folded.pixel, first.weight if folded.features else np.zeros((1, 1)), first.bias]
    for layer in folded.layers[1:]:
        arrays += [layer.weight, layer.bias]
    return [*arrays, np.zeros((1, 1)) if field.table is None else field.table.T]


def _compile(shape: _Shape) -> _Pipeline:
    """The pipeline of a shape; two threads that want the same one do not both compile it."""
    with _LOCK:
        lock = _LOCKS.setdefault(shape, threading.Lock())
    with lock:
        return _compiled(shape)


@lru_cache(maxsize=48)
def _compiled(shape: _Shape) -> _Pipeline:
    return _Pipeline(shape)


_LOCK = threading.Lock()
_LOCKS: dict[_Shape, threading.Lock] = {}


def _forget() -> None:
    global _LOCK
    _LOCK = threading.Lock()
    _LOCKS.clear()
    _compiled.cache_clear()


in_forked_children(_forget)


class _Pipeline:
    """A shape, compiled."""

    def __init__(self, shape: _Shape) -> None:
        self.lock = threading.Lock()  # the parameters belong to one drawing at a time
        self.tile = _tile()
        self._shape = shape
        depth = len(shape.widths)
        image = hl.ImageParam
        self._images = [image(_F32, 2, "pixel"), image(_F32, 2, "w0"), image(_F32, 1, "b0")]
        for i in range(1, depth):
            self._images += [image(_F32, 2, f"w{i}"), image(_F32, 1, f"b{i}")]
        self._table = image(_F32, 2, "table")
        self._places = [image(hl.Int(32), 1, name) for name in ("column", "row")] if shape.scattered else []
        self._images += [self._table, *self._places]
        names = ["gain", "offset", "middle_x", "middle_y", "cx", "cy", "ux", "uy", "vx", "vy", "sample", "share"]
        names += _TURN
        self._scalars = {key: hl.Param(_F32, key, 0.0) for key in names}
        self._grid = [hl.Param(hl.Int(32), key, 1) for key in ("samples", "stagger")]
        # Halide multiplies a buffer's first row by its stride in 32 bits: too few for the last rows of a gigapixel
        # picture, so that buffers begin at 0 and the drawing's corner is a parameter
        self._corner = [hl.Param(hl.Int(32), key, 0) for key in ("left", "top")]
        self._parameters: list[Any] = []
        with float32_constants():
            self._out = self._build()
        none = np.empty((0, self.tile.strip, channels(shape.mode)), DTYPES[shape.bits])
        compile_by_drawing(self._out, self._images, [none])

    def bind(
        self, buffers: Sequence[Any], scalars: Sequence[float], parameters: Sequence[float], places: Sequence[int]
    ) -> None:
        """Set the numbers of the next drawing."""
        for image, buffer in zip(self._images, buffers, strict=True):
            image.set(buffer)
        for scalar, value in zip(self._scalars.values(), scalars, strict=True):
            scalar.set(value)
        for parameter, value in zip(
            [*self._parameters, *self._grid, *self._corner], [*parameters, *places], strict=True
        ):
            parameter.set(value)

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
        ops = HalideOps(self._table, shape.table_length)

        last, s = layers[-1], self._scalars
        units = []
        for i in range(MODES[shape.mode]):
            value = last[(*place, i)] * s["gain"] + s["offset"]
            units.append(hl.select(hl.is_nan(value), f32(0.0), hl.clamp(value, f32(0.0), f32(1.0))))
        turn = [s[key] for key in _TURN] if shape.turned else None
        colours = to_srgb(shape.mode, units, range(count), shape.invert, ops, turn)
        if shape.averaged:
            colours = [decode(v, ops) for v in colours]
        # colours are worked out side by side, then picked one at a time
        colour = hl.Func("colour")
        colour[(*place, c)] = hl.mux(c, colours) if count > 1 else colours[0]

        out = hl.Func("out")
        xo, xi = hl.Var("xo"), hl.Var("xi")
        if shape.averaged:
            samples, stagger = self._grid
            grid = hl.RDom([(0, samples), (0, samples // stagger)], "grid")
            total = hl.Func("total")
            total[x, y, c] = f32(0.0)
            total[x, y, c] += colour[x, y, grid.x, grid.y, c]
            value = encode(total[x, y, c] * s["share"], ops)
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
        shape, s, images = self._shape, self._scalars, self._images
        o = hl.Var("o")
        column, row = self._pixel(*place[:2])
        u, v = hl.cast(_F32, column) - s["middle_x"], hl.cast(_F32, row) - s["middle_y"]
        if shape.averaged:
            a, b = place[2:]
            b = b * self._grid[1] + a % self._grid[1]
            u, v = (
                coordinate + ((hl.cast(_F32, part) + f32(0.5)) * s["sample"] - f32(0.5))
                for coordinate, part in ((u, a), (v, b))
            )
        plane = {"x": s["cx"] + s["ux"] * u + s["vx"] * v, "y": s["cy"] + s["uy"] * u + s["vy"] * v}
        self._features: list[Any] = []
        self._parts: list[list[Any]] = []  # parts of each layer's activation
        z = images[2][o] + images[0][1, o] * v + images[0][0, o] * u
        for j, tree in enumerate(shape.features):
            funcs = self._work_out(cut(tree), dict(plane), f"feature{j}", place)
            feature = funcs[-1]
            self._features += funcs
            z = z + images[1][j, o] * feature[tuple(place)]
        first = hl.Func("h0")
        first[(*place, o)] = self._activate(0, z, [*place, o])
        layers: list[Any] = [first]
        sums: list[Any] = [None]
        for i in range(1, len(shape.widths)):
            weight, bias, before = images[2 * i + 1], images[2 * i + 2], layers[-1]
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
            values[key] = hl.Param(_F32, f"{key}_{index}", 0.0)
            self._parameters.append(values[key])
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
        if self._places:
            return self._places[0][x], self._places[1][x]
        return x + self._corner[0], y + self._corner[1]

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
