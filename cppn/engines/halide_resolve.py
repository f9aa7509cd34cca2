"""`adaptive` compiled: which pixels need samples of their own, and the colours of those that do not."""

from __future__ import annotations

import threading
from functools import lru_cache, reduce

import halide as hl
import numpy as np
from numpy.typing import NDArray

from .adaptive import need, smooth
from .base import DTYPES, Pixels, Quality, Resolve
from .halide_compile import compile_by_drawing
from .halide_ops import HalideOps, float32_constants, written
from .workers import Workers, in_forked_children


def halide_resolve(workers: Workers, channels: int, quality: Quality) -> Resolve:
    """What tells which pixels need samples, on these threads."""
    pipeline = _compile(channels, quality.bits, quality.dither)

    def fill(corners: NDArray[np.float32], out: Pixels, needs: NDArray[np.uint8], top: int, left: int) -> None:
        rows, columns = needs.shape
        if columns < pipeline.least:  # vectors are drawn whole
            wide = rows, pipeline.least
            more = np.pad(corners, ((0, 0), (0, pipeline.least - columns), (0, 0)))
            wide_out, wide_need = np.empty((*wide, channels), out.dtype), np.empty(wide, np.uint8)
            fill(more, wide_out, wide_need, top, left)
            out[:], needs[:] = wide_out[:, :columns], wide_need[:, :columns]
            return
        with pipeline.lock:
            pipeline.bind(corners, top, left)
            workers.share(pipeline.realize, ((out[part], needs[part], part.start) for part in workers.rows(rows)))

    return fill


@lru_cache
def _compile(channels: int, bits: int, dithered: bool) -> _Pipeline:
    return _Pipeline(channels, bits, dithered)


in_forked_children(_compile.cache_clear)


class _Pipeline:
    """Compiled for a kind of pixel."""

    def __init__(self, channels: int, bits: int, dithered: bool) -> None:
        self.lock = threading.Lock()  # the corners belong to one drawing at a time
        self.lanes = int(hl.get_host_target().natural_vector_size(hl.Float(32)))
        self.least = 4 * self.lanes  # columns
        # rows of corners and of pixels are flat, channel beside channel, so that vectors load what lies together
        self._corners = hl.ImageParam(hl.Float(32), 2, "corners")
        self._channels = channels
        # for these and not the buffers' own beginnings, see `halide_engine`
        self._left, self._top = (hl.Param(hl.Int(32), key, 0) for key in ("left", "top"))
        x, y, f = (hl.Var(name) for name in "xyf")
        with float32_constants():
            mean, reach, bend = smooth(lambda i, j: self._corners[f + channels * i, y + j], HalideOps())
            spread = hl.Func("spread")
            spread[f, y] = (reach, bend)
            reaches, bends = ([spread[channels * x + k, y][part] for k in range(channels)] for part in (0, 1))
            needed = need(reduce(hl.max, reaches), reduce(hl.max, bends), HalideOps())
        out, needs = hl.Func("out"), hl.Func("needs")
        out[f, y] = written(mean, f // channels + self._left, y + self._top, f % channels, channels, bits, dithered)
        needs[x, y] = hl.cast(hl.UInt(8), needed)
        xo, xi = hl.Var("xo"), hl.Var("xi")
        out.vectorize(f, self.lanes)
        needs.split(x, xo, xi, 4 * self.lanes).vectorize(xi, self.lanes)
        spread.compute_at(needs, xo).vectorize(f, self.lanes)
        needs.compute_with(out, y)
        self._pipeline = hl.Pipeline([out, needs])
        none = np.empty((0, self.least * channels), DTYPES[bits]), np.empty((0, self.least), np.uint8)
        compile_by_drawing(self._pipeline, [self._corners], none)

    def bind(self, corners: NDArray[np.float32], top: int, left: int) -> None:
        """Set the corners of the next drawing; the first belongs to the pixel above and left of (left, top)."""
        buffer = hl.Buffer(corners.reshape(len(corners), -1))
        buffer.set_min([-self._channels, -1])
        self._corners.set(buffer)
        self._left.set(left)
        self._top.set(top)

    def realize(self, out: Pixels, needs: NDArray[np.uint8], start: int) -> None:
        """Fill pixels and needs, beginning `start` rows below the drawing's first."""
        pixels, wanted = hl.Buffer(out.reshape(len(out), -1)), hl.Buffer(needs)
        pixels.set_min([0, start])
        wanted.set_min([0, start])
        self._pipeline.realize([pixels, wanted])
