"""Values on a square lattice over the picture, and between its points."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class Lattice:
    """Points every `spacing` units, the origin one of them, out to `reach` (x, y) on both sides at least."""

    def __init__(self, reach: tuple[float, float], spacing: float) -> None:
        across, down = (int(np.ceil(one / spacing)) + 1 for one in reach)
        self.spacing, self.across, self.down = spacing, across, down
        self.columns, self.rows = 2 * across + 1, 2 * down + 1

    def points(self) -> Floats:
        """All of them, (rows × columns, 2), row by row."""
        y, x = np.mgrid[-self.down : self.down + 1, -self.across : self.across + 1]
        return np.stack([x.ravel(), y.ravel()], axis=1) * self.spacing

    def between(self, values: Floats, x: Floats, y: Floats) -> Floats:
        """Bilinear values at points within reach, of values (…, rows × columns).

        With nothing that machines round differently.
        """
        u, v = x * (1 / self.spacing) + self.across, y * (1 / self.spacing) + self.down
        i, j = u.astype(np.intp), v.astype(np.intp)
        u -= i
        v -= j
        at = j * self.columns + i
        above, beside = values.take(at, axis=-1), values.take(at + 1, axis=-1)
        beside -= above
        beside *= u
        above += beside
        at += self.columns
        below, beside = values.take(at, axis=-1), values.take(at + 1, axis=-1)
        beside -= below
        beside *= u
        below += beside
        below -= above
        below *= v
        above += below
        return above
