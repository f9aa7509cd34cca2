"""Paintings: strokes that a network's field steers, as the pixels of any part of a picture."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

from ..field.numpy_ops import NumpyOps
from ..field.palettes import palette_stops
from ..field.spaces import decode
from ..network.develop import Field
from ..recipe import StrokesRecipe
from ..recipe.view import Frame
from ..strokes import Settings, Strokes, cover, place

CHANNELS = "rgba"
Pixels = NDArray[np.float32]
Ints = NDArray[np.integer]


@dataclass(frozen=True, eq=False)
class Painting:
    """Strokes of a field, whose tone is their angle and whose palette's swatches are their colours.

    Equal are those that look alike.
    """

    field: Field
    told: StrokesRecipe
    seed: int

    @cached_property
    def _key(self) -> tuple[object, ...]:
        numbers = hashlib.sha256()
        for network in (self.field.network, *self.field.others):
            numbers.update(repr((network.inputs, network.latent, network.activations)).encode())
            for weight, bias in network.maps:
                numbers.update(weight.tobytes() + bias.tobytes())
        return self.told, self.seed, self.field.color, self.field.space, self.field.view, numbers.digest()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Painting) and self._key == other._key

    def __hash__(self) -> int:
        return hash(self._key)

    @property
    def colours(self) -> list[tuple[float, ...]]:
        """Linear, of each of the strokes' numbers."""
        stops = palette_stops(self.field.color.palette or "")
        return [tuple(float(decode(c, NumpyOps())) for c in stop.color) for stop in stops]

    def strokes(self, frame: Frame) -> Strokes:
        """Placed in a picture of this shape: the same at any size."""
        # of sizes that are whole numbers of pixels, about the same shape is the same
        half = tuple(round(side / frame.percent, 2) for side in (frame.right, frame.bottom))
        return _placed(self, (half[0], half[1]))

    def cover(self, frame: Frame, left: int, top: int, columns: int, rows: int) -> Pixels:
        """Light times coverage, and coverage: (rows, columns, 4), of a rectangle of the frame's pixels."""
        strokes = self.strokes(frame)
        # pixels that the frame has beyond the picture's edges; of corners between pixels, half of one more
        beyond = (frame.width / 2 - frame.right, frame.height / 2 - frame.bottom)
        whole = math.floor(beyond[0]), math.floor(beyond[1])
        shift = beyond[0] - whole[0]
        half = strokes.half[0] + shift / frame.percent, strokes.half[1] + shift / frame.percent
        moved = replace(strokes, half=half) if shift else strokes
        return cover(moved, self.colours, left - whole[0], top - whole[1], columns, rows, frame.percent)

    def at(self, frame: Frame, columns: Ints, rows: Ints) -> Pixels:
        """The same of single pixels, (pixels, 4)."""
        left, top = int(columns.min()), int(rows.min())
        width, height = int(columns.max()) - left + 1, int(rows.max()) - top + 1
        found = np.empty((len(columns), 4), np.float32)
        for start in range(0, height, _ROWS):
            inside = (rows >= top + start) & (rows < top + start + _ROWS)
            if inside.any():
                part = self.cover(frame, left, top + start, width, min(_ROWS, height - start))
                found[inside] = part[rows[inside] - top - start, columns[inside] - left]
        return found


_ROWS = 256  # at once, of single pixels


@lru_cache(maxsize=8)
def _placed(one: Painting, half: tuple[float, float]) -> Strokes:
    from ..engines.reference import sampled
    from ..recipe.view import frame
    from .composition import tone

    told, made = one.told, tone(one.field)
    laid = frame(one.field.view, 100, 100)._replace(right=half[0], bottom=half[1])

    def angle(points: NDArray[np.float64]) -> NDArray[np.float64]:
        value: NDArray[np.float64] = sampled(made, laid, points[:, 0], points[:, 1])[0]
        return 2 * math.pi * told.turns * value

    settings = Settings(told.widths, told.gap, told.length, told.edge, told.pieces, told.caps, told.fill, told.most)
    shares: Sequence[float] = [stop.share for stop in palette_stops(one.field.color.palette or "")]
    return place(angle, half, settings, one.seed, shares=shares)
