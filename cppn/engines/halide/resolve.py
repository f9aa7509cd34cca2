"""`adaptive` as a pipeline: which pixels need samples of their own, and the colours of those that do not."""

from __future__ import annotations

from functools import reduce

import halide as hl

from ..adaptive import need, smooth
from .ops import HalideOps, written
from .pipeline import Built, lanes
from .shape import ResolveShape

_STRIP = 4  # vectors of pixels at once


def build_resolve(shape: ResolveShape) -> Built:
    """Of corners and a drawing's first column and row, pixels and their needs."""
    channels, vector = shape.channels, lanes()
    ops = HalideOps(guarded=False)  # corners are in [0, 1]
    # rows of corners and of pixels are flat, channel beside channel, so that vectors load what lies together
    corners = hl.ImageParam(hl.Float(32), 2, "corners")
    # for these and not the buffers' own beginnings, see `picture`
    left, top = (hl.Param(hl.Int(32), key, 0) for key in ("left", "top"))
    x, y, f = (hl.Var(name) for name in "xyf")
    mean, reach, bend = smooth(lambda i, j: corners[f + channels * i, y + j], ops)
    spread = hl.Func("spread")
    spread[f, y] = (reach, bend)
    reaches, bends = ([spread[channels * x + k, y][part] for k in range(channels)] for part in (0, 1))
    needed = need(reduce(hl.max, reaches), reduce(hl.max, bends), ops)
    out, needs = hl.Func("out"), hl.Func("needs")
    place = f // channels + left, y + top, f % channels
    out[f, y] = written(mean, *place, channels, shape.bits, shape.dither)
    needs[x, y] = hl.cast(hl.UInt(8), needed)
    xo, xi = hl.Var("xo"), hl.Var("xi")
    strip = _STRIP * vector
    out.vectorize(f, vector)
    needs.split(x, xo, xi, strip).vectorize(xi, vector)
    spread.compute_at(needs, xo).vectorize(f, vector)
    needs.compute_with(out, y)
    arguments = {"corners": corners, "left": left, "top": top}
    return Built([out, needs], arguments, strip, [(strip * channels, 0), (strip, 0)])
