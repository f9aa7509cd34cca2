"""Lines along a field of angles."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .lattice import Floats, Lattice

Field = Callable[[Floats], Floats]  # of points (n, 2), one value each
May = Callable[[Floats, Floats], NDArray[np.bool_]]  # whether at points (2, n), with directions

_SPACING = 0.5
_AT_ONCE = 1 << 13  # points of a field, whose network may hold thousands of numbers for each
_LONGEST = 3.0  # units between points of a line
_TIP = 0.02  # from its ends to the points next to them
_GRAIN = 2.0**-20  # to which directions are rounded, so that the last bits of a machine's sines decide nothing


class Flow:
    """The directions of a field, between points of a lattice that reaches `reach` (x, y).

    `step`: between the points of a trail, in units.
    """

    def __init__(self, angle: Field, reach: tuple[float, float], step: float) -> None:
        self.step = step
        self._lattice = Lattice(reach, _SPACING)
        points = self._lattice.points()
        asked = (angle(points[k : k + _AT_ONCE]) for k in range(0, len(points), _AT_ONCE))
        values = np.nan_to_num(np.concatenate([*asked]), posinf=0.0, neginf=0.0)
        self._directions = np.round(np.stack([np.cos(values), np.sin(values)]) / _GRAIN) * _GRAIN

    def along(self, at: Floats) -> Floats:
        """The directions at points, both (2, n)."""
        found = self._lattice.between(self._directions, at[0], at[1])
        # where opposite directions meet, none is left
        found /= np.maximum(np.sqrt(found[0] * found[0] + found[1] * found[1]), 1e-9)
        return found


class Trails(NamedTuple):
    """Lines through points, walked both ways: `points` and `directions`, (2, 2·most + 1, lines), a step apart.

    What is walked of a line is from `first` to before `after`; the point that it began at is the middle one.
    """

    points: Floats
    directions: Floats
    first: NDArray[np.intp]
    after: NDArray[np.intp]


def trails(flow: Flow, at: Floats, most: NDArray[np.intp], bend: float, may: May) -> Trails:
    """The lines through points (2, n), `most` steps each way; by the midpoint method.

    They stop where they would bend in less than a radius of `bend`, and where they `may` not be.
    """
    count, longest = at.shape[1], int(most.max(initial=0))
    points = np.zeros((2, 2 * longest + 1, count))
    directions = np.zeros_like(points)
    points[:, longest] = at
    directions[:, longest] = flow.along(at)
    steps, pace = np.zeros((2, count), np.intp), flow.step
    line = np.tile(np.arange(count), 2)
    way = np.repeat([-1, 1], count)
    here, ahead, most = np.tile(at, 2), np.tile(directions[:, longest], 2) * way, np.tile(most, 2)
    for step in range(1, longest + 1):
        here = here + flow.along(here + ahead * (pace / 2)) * (way * pace)
        old, ahead = ahead, flow.along(here) * way
        turn = np.abs(old[0] * ahead[1] - old[1] * ahead[0])
        forward = old[0] * ahead[0] + old[1] * ahead[1]
        keep = np.flatnonzero((turn * bend <= pace) & (forward > 0) & may(here, ahead) & (most >= step))
        if len(keep) < len(line):
            line, way, most, here, ahead = line[keep], way[keep], most[keep], here[:, keep], ahead[:, keep]
        if not len(line):
            break
        steps[(way > 0).astype(np.intp), line] = step
        row = longest + step * way
        points[:, row, line], directions[:, row, line] = here, ahead * way
    return Trails(points, directions, longest - steps[0], longest + steps[1] + 1)


def smooth(
    points: Floats, directions: Floats, step: float, start: float, end: float, half: float, fine: float
) -> Floats:
    """A trail, (2, n) points `step` apart and directions, from one length to another as a line (m, 2).

    Its points are as near to each other as it takes for no edge of a body, `half` away, to be off by more than `fine`.
    Between the trail's points it is a cubic with their directions.
    """
    turn = np.abs(directions[0, :-1] * directions[1, 1:] - directions[1, :-1] * directions[0, 1:])
    # a chord c of a circle of radius r is off by c²/8r at most
    need = np.sqrt(turn / step * (1.0 + turn / step * half) / (8.0 * fine)) * step + step / _LONGEST
    reached = np.concatenate([[0.0], np.cumsum(need)])
    at = np.array([start, end]) / step
    k = np.minimum(at.astype(np.intp), len(need) - 1)
    first, last = reached[k] + need[k] * (at - k)
    pieces = max(1, int(np.ceil(last - first)))
    wanted = first + (last - first) * (np.arange(1, pieces) / pieces)
    k = np.minimum(np.searchsorted(reached, wanted, side="right") - 1, len(need) - 1)
    inner = k + (wanted - reached[k]) / need[k]
    # the last bits of a line lie as the trail does there, so that its ends do
    tip = min(_TIP / step, (at[1] - at[0]) / 4)
    inner = inner[(inner > at[0] + 2 * tip) & (inner < at[1] - 2 * tip)]
    at = np.concatenate([[at[0], at[0] + tip], inner, [at[1] - tip, at[1]]])
    k = np.minimum(at.astype(np.intp), len(need) - 1)
    t = at - k
    u = 1.0 - t
    p, q, d, e = points[:, k], points[:, k + 1], directions[:, k] * step, directions[:, k + 1] * step
    line: Floats = u * u * (1.0 + 2.0 * t) * p + t * t * (3.0 - 2.0 * t) * q + t * u * (u * d - t * e)
    return np.ascontiguousarray(line.T)
