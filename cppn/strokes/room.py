"""The room that strokes leave: how far the nearest of them is, on a lattice."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .body import Floats, quads
from .lattice import Lattice
from .spans import Lines, Window, places, spans


class Room:
    """How far the nearest stroke is from any point, out to `reach` (x, y); at most `far`."""

    def __init__(self, reach: tuple[float, float], far: float, spacing: float) -> None:
        self._lattice, self._far = Lattice(reach, spacing), far
        self._distance = np.full(self._lattice.rows * self._lattice.columns, float(far))

    def clear(self, x: Floats, y: Floats) -> Floats:
        """The distance at points. Away from a corner it is too large by at most s²/8r: see `error`."""
        return self._lattice.between(self._distance, x, y)

    def error(self, near: float) -> float:
        """By how much a distance of `near` may be told too large.

        Between lattice points it is a mean of theirs, which for a distance from what is convex is at most
        s²/8 · (1/r) above it, r the least distance of the four; from several things it is the least, told too small.
        """
        spacing = self._lattice.spacing
        return spacing * spacing / 8 / max(near - spacing, spacing / 4)

    def take(self, lines: Sequence[Floats], half: float, far: float, is_round: bool) -> None:
        """Put strokes there; distances up to `far` are right from now on."""
        lattice = self._lattice
        one = quads(lines, np.full(len(lines), half))
        spacing, origin = lattice.spacing, (lattice.across, lattice.down)
        start, end = one.points / spacing + origin, one.ends / spacing + origin
        dx, dy = one.directions.T
        side = (half + far) / spacing
        # nearest to a corner of the line is what lies in its wedge, outside of both pieces that meet there
        wedge = np.abs(dx[:-1] * dy[1:] - dy[:-1] * dx[1:]) * side + 0.01
        before, behind = np.concatenate([[side], wedge]), np.concatenate([wedge, [side]])
        before[one.first] = behind[one.last] = side
        across = dx * start[:, 1] - dy * start[:, 0]
        along, until = dx * start[:, 0] + dy * start[:, 1], dx * end[:, 0] + dy * end[:, 1]
        around = Lines(
            np.stack([-dy, dy, dx, -dx]), np.stack([dx, -dx, dy, -dy]),
            np.stack([across - side, -across - side, along - before, -until - behind]),
        )  # fmt: skip
        room = side + np.maximum(before, behind)
        least, most = np.minimum(start[:, 1], end[:, 1]) - room, np.maximum(start[:, 1], end[:, 1]) + room
        is_butt = np.zeros((2, len(dx)), bool)
        is_butt[0, one.first] = is_butt[1, one.last] = not is_round
        for of, row, low, high in spans(around, least, most, Window(0, 0, lattice.columns, lattice.rows)):
            x, which = places(low, high)
            quad = of[which]
            aside = np.abs((dx[of] * row - across[of])[which] - dy[quad] * x) * spacing
            on = dx[quad] * x + (dy[of] * row)[which]
            short, long = along[quad] - on, on - until[quad]
            beyond = np.maximum(np.maximum(short, long), 0.0) * spacing
            flat = np.where(short > long, is_butt[0, quad], is_butt[1, quad]) & (beyond > 0)
            out = np.where(flat, np.maximum(aside - half, 0.0), aside)
            distance = np.sqrt(out * out + beyond * beyond) - np.where(flat, 0.0, half)
            np.minimum.at(self._distance, lattice.columns * row[which] + x, np.minimum(distance, self._far))
