"""The places of a grid that lie in convex pieces, as spans along its rows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]
_AT_ONCE = 1 << 15  # rows of pieces, so that what is computed of them stays in the cache
_PLACES = 1 << 18


class Window(NamedTuple):
    """A rectangle of a grid."""

    left: int
    top: int
    columns: int
    rows: int

    def flat(self, row: Ints, column: Ints) -> Ints:
        """Which of the window's places, counted row by row."""
        return (row - self.top) * self.columns + (column - self.left)


class Lines(NamedTuple):
    """The lines around pieces, each array (lines, pieces): a·x + b·y ≥ c is inside."""

    a: Floats
    b: Floats
    c: Floats

    def crossings(self, of: Ints, row: Ints) -> Iterator[tuple[NDArray[np.bool_], Floats]]:
        """Of each line, for rows of pieces: whether the inside begins there, and before which whole x it crosses.

        The same line turned round crosses before the same x, to the bit: pieces that share it share no place.
        """
        for a, b, c in zip(*self, strict=True):
            slope = np.where(a == 0, 1e-30, a)
            yield (slope > 0)[of], np.ceil((c / slope)[of] - (b / slope)[of] * row)


class Spans(NamedTuple):
    """Rows of pieces: which piece, which row, from column `low` to before `high`."""

    of: Ints
    row: Ints
    low: Ints
    high: Ints


def spans(lines: Lines, least: Floats, most: Floats, window: Window) -> Iterator[Spans]:
    """The places of a window in pieces, a few at once, in their order; `least`, `most`: the rows they reach."""
    bottom = window.top + window.rows
    first = np.clip(np.ceil(least), window.top, bottom).astype(np.intp)
    count = np.maximum(np.clip(np.floor(most) + 1, window.top, bottom).astype(np.intp) - first, 0)
    total = np.cumsum(count)
    start = 0
    while start < len(count) and count.any():
        stop = max(start + 1, int(np.searchsorted(total, total[start] + _AT_ONCE)))
        of = np.repeat(np.arange(start, stop), count[start:stop])
        row = np.arange(len(of)) + (first - total + count)[of] + (total[start] - count[start])
        low = np.full(len(of), float(window.left))
        high = np.full(len(of), float(window.left + window.columns))
        for is_low, at in lines.crossings(of, row):
            np.maximum(low, at, out=low, where=is_low)
            np.minimum(high, at, out=high, where=~is_low)
        keep = np.flatnonzero(low < high)
        found = Spans(of[keep], row[keep], low[keep].astype(np.intp), high[keep].astype(np.intp))
        reached = np.cumsum(found.high - found.low)
        # so many places at once, or a row's
        cuts: Ints | list[int] = (
            np.searchsorted(reached, np.arange(_PLACES, reached[-1], _PLACES)) + 1 if len(keep) else []
        )
        for part in zip(*(np.split(one, cuts) for one in found), strict=True):
            yield Spans(*part)
        start = stop


def places(low: Ints, high: Ints) -> tuple[Ints, Ints]:
    """All whole numbers from `low` to before `high`, and which of these pairs each is of."""
    count = high - low
    of = np.repeat(np.arange(len(low)), count)
    return np.arange(len(of)) + (low - np.cumsum(count) + count)[of], of
