"""Adaptive anti-aliasing: more samples only where the picture has edges or detail too fine for its pixels.

The field is evaluated once at every corner of a pixel. Where it is smooth, a pixel's mean follows from the corners
around it: a cubic through four of them, integrated over the middle, gives (−1, 13, 13, −1)/24 in each direction. Where
it is not, the pixel is drawn again from samples of its own. Which is which depends on the sixteen nearest corners
alone, so that crops show the same pixels as the whole.

Of the 8×8 samples of `--aa 8`, a hard edge takes every second one, staggered like the squares of a chessboard; detail
without hard edges takes every fourth.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ..field.color import quantise
from ..field.numpy_ops import NumpyOps
from ..field.ops import Ops, Value
from ..network.develop import Field
from ..recipe.view import Frame
from .base import Engine, Pixels, Quality, Resolve

SIDE = 8  # of the grid of samples, those of --aa 8
STRIDES = (4, 2)  # of each need: 16 samples, 32 samples

# In units of 1/255. Measured on the art presets at 1024×1024: an edge passes a third difference of twice its height,
# a smooth pixel with one of 40 is off by 2 at most.
_LEAST_REACH, _LEAST_BEND = 4 / 255, 40 / 255

_AROUND, _MIDDLE = -1 / 24, 13 / 24


def smooth(corner: Callable[[int, int], Value], ops: Ops) -> tuple[Value, Value, Value]:
    """One channel of a pixel from the corners around it: its mean, how far they reach, how sharply they bend.

    `corner(i, j)` is sRGB in [0, 1], i columns and j rows from the corner above and left of the pixel, from −1 to 2.
    """
    v = {(i, j): corner(i, j) for i in range(-1, 3) for j in range(-1, 3)}
    across = [_AROUND * (v[-1, j] + v[2, j]) + _MIDDLE * (v[0, j] + v[1, j]) for j in range(-1, 3)]
    mean = _AROUND * (across[0] + across[3]) + _MIDDLE * (across[1] + across[2])
    # an edge nearby must not ring into a flat pixel
    low = ops.min(ops.min(v[0, 0], v[1, 0]), ops.min(v[0, 1], v[1, 1]))
    high = ops.max(ops.max(v[0, 0], v[1, 0]), ops.max(v[0, 1], v[1, 1]))
    mean = ops.max(ops.min(mean, high), low)
    # the mean in linear light is higher by half the variance times how sRGB's curve bends there, 1.4/(v + 0.055)
    dx, dy = v[1, 0] + v[1, 1] - v[0, 0] - v[0, 1], v[0, 1] + v[1, 1] - v[0, 0] - v[1, 0]
    light = (0.7 / 48) * (dx * dx + dy * dy) / (mean + 0.055)
    mean = ops.min(mean + ops.where(mean > 0.04045, light, 0.0), 1.0)

    thirds = [v[2, j] - v[-1, j] + 3.0 * (v[0, j] - v[1, j]) for j in (0, 1)]
    thirds += [v[i, 2] - v[i, -1] + 3.0 * (v[i, 0] - v[i, 1]) for i in (0, 1)]
    a, b, c, d = (ops.abs(third) for third in thirds)
    return mean, high - low, ops.max(ops.max(a, b), ops.max(c, d))


def need(reach: Value, bend: Value, ops: Ops) -> Value:
    """A pixel's need of samples, 0, 1 or 2, from the largest reach and bend of its channels."""
    hard = ops.where(bend > reach, 2.0, 1.0)
    return ops.where(reach > _LEAST_REACH, ops.where(bend > _LEAST_BEND, hard, 0.0), 0.0)


def numpy_resolve(channels: int, quality: Quality) -> Resolve:
    """`smooth` and `need` over arrays, for engines without code of their own."""
    ops = NumpyOps()

    def fill(corners: NDArray[np.float32], out: Pixels, needs: NDArray[np.uint8], top: int, left: int) -> None:
        rows, columns, _ = out.shape
        mean, reach, bend = smooth(lambda i, j: corners[1 + j :, 1 + i :][:rows, :columns], ops)
        needs[:] = need(reach.max(axis=2), bend.max(axis=2), ops)
        j, i = (index.astype(np.uint64) for index in np.mgrid[top : top + rows, left : left + columns])
        means = [mean[..., c] for c in range(channels)]
        out[:] = np.stack(quantise(means, i, j, quality.bits, bool(quality.dither), ops), axis=2)

    return fill


class AdaptivePlan:
    """A field on a frame, each pixel with as many samples as it needs."""

    def __init__(self, engine: Engine, field: Field, frame: Frame, quality: Quality) -> None:
        # the corner above and left of pixel (0, 0) has the number (1, 1): there is one more all around
        wider = frame._replace(width=frame.width + 3, height=frame.height + 3)
        # edges as sharp as the samples see them: a soft one would pass for a smooth place
        self._corners = engine.prepare(field, wider, Quality(1, 32, sharpness=SIDE))
        self._resolve = engine.resolve(field.channels, quality)
        self._scratch = threading.local()  # a large array costs more to obtain than to fill
        # made when first needed: a smooth picture never asks for them
        self._samples = lru_cache(
            lambda stride: engine.prepare_points(field, frame, replace(quality, samples=SIDE, stride=stride))
        )

    def draw(self, out: Pixels, top: int, left: int = 0) -> None:
        rows, columns, channels = out.shape
        shape = (rows + 3, columns + 3, channels)
        if getattr(self._scratch, "corners", np.empty(0)).size < math.prod(shape):
            self._scratch.corners = np.empty(math.prod(shape), np.float32)
        corners = self._scratch.corners[: math.prod(shape)].reshape(shape)
        self._corners.draw(corners, top, left)
        needs = np.empty((rows, columns), np.uint8)
        self._resolve(corners, out, needs, top, left)
        places = np.flatnonzero(needs)
        levels = needs.ravel()[places]
        for level, stride in enumerate(STRIDES, 1):
            at = places[levels == level]
            if at.size:
                j, i = (index.astype(np.int32) for index in np.divmod(at, columns))
                drawn = np.empty((at.size, channels), out.dtype)
                self._samples(stride).draw_at(drawn, j + np.int32(top), i + np.int32(left))
                out[j, i] = drawn
