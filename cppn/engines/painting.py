"""Paintings as the pixels of any part of a picture."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ..compose.composition import tone
from ..compose.painting import CHANNELS, Painting
from ..field.numpy_ops import NumpyOps
from ..field.palettes import palette_stops
from ..field.spaces import decode
from ..recipe.layers import MOST_LAYERS
from ..recipe.view import Frame, frame
from ..strokes import Settings, Strokes, cover, memory, place
from .oracle import sampled

Pixels = NDArray[np.float32]
Ints = NDArray[np.integer]
_ROWS = 256  # at once, of single pixels


def painted(one: Painting, laid: Frame, left: int, top: int, columns: int, rows: int) -> Pixels:
    """Light times coverage, and coverage: (rows, columns, 4), of a rectangle of a frame's pixels."""
    strokes = strokes_of(one, laid)
    # pixels that the frame has beyond the picture's edges; of corners between pixels, half of one more
    beyond = laid.width / 2 - laid.right, laid.height / 2 - laid.bottom
    whole = math.floor(beyond[0]), math.floor(beyond[1])
    middle = laid.right + beyond[0] - whole[0], laid.bottom + beyond[1] - whole[1]
    return cover(strokes, _colours(one), left - whole[0], top - whole[1], columns, rows, laid.percent, middle)


def strokes_of(one: Painting, laid: Frame) -> Strokes:
    """A painting's strokes in pictures of a frame's shape: the same at any size."""
    return _placed(one, _half(laid))


def memory_of(one: Painting, laid: Frame) -> int:
    """The most bytes that a painting's strokes take in pictures of a frame's shape."""
    return memory(_half(laid), _settings(one))


def _half(laid: Frame) -> tuple[int, int]:
    """Of a picture's width and height in units.

    A sheet of paper or its thumbnail in whole numbers of pixels has only about its shape: to a unit that is the same,
    and no usual shape is near the middle between two units.
    """
    return round(laid.right / laid.percent), round(laid.bottom / laid.percent)


def _settings(one: Painting) -> Settings:
    told = one.told
    return Settings(told.widths, told.gap, told.length, told.edge, told.pieces, told.caps, told.fill, told.most)


def painted_at(paintings: Sequence[Painting], laid: Frame, columns: Ints, rows: Ints) -> dict[str, Pixels]:
    """The same of single pixels, by the names that programs have for them."""
    return {
        f"paint{n}_{channel}": values
        for n, one in enumerate(paintings)
        for channel, values in zip(CHANNELS, at(one, laid, columns, rows).T, strict=True)
    }


def at(one: Painting, laid: Frame, columns: Ints, rows: Ints) -> Pixels:
    """A painting at single pixels, (pixels, 4)."""
    left, top = int(columns.min()), int(rows.min())
    width, height = int(columns.max()) - left + 1, int(rows.max()) - top + 1
    found = np.empty((len(columns), 4), np.float32)
    for start in range(0, height, _ROWS):
        inside = (rows >= top + start) & (rows < top + start + _ROWS)
        if inside.any():
            part = painted(one, laid, left, top + start, width, min(_ROWS, height - start))
            found[inside] = part[rows[inside] - top - start, columns[inside] - left]
    return found


def _colours(one: Painting) -> list[tuple[float, ...]]:
    """Linear, of each of the strokes' numbers."""
    return [tuple(float(decode(c, NumpyOps())) for c in colour) for colour in one.colours]


@lru_cache(maxsize=MOST_LAYERS)  # every band asks for all of a picture
def _placed(one: Painting, half: tuple[float, float]) -> Strokes:
    told, made = one.told, tone(one.field)
    laid = frame(one.field.view, 100, 100)._replace(right=half[0], bottom=half[1])

    def angle(points: NDArray[np.float64]) -> NDArray[np.float64]:
        value: NDArray[np.float64] = sampled(made, laid, points[:, 0], points[:, 1])[0]
        return 2 * math.pi * told.turns * value

    shares = [stop.share for stop in palette_stops(one.field.color.palette or "")]
    return place(angle, half, _settings(one), one.seed, shares=shares)
