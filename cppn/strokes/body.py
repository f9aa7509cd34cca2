"""Strokes, and their bodies as rows of quads: what is near a line's piece, between the lines that halve its corners."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
_TINY = 1e-7  # units: points nearer than this to a cut are the cut


class Segment(NamedTuple):
    """The part of a stroke from `start` to `end` along its middle line, in one colour."""

    start: float
    end: float
    colour: int


@dataclass(frozen=True, eq=False)
class Stroke:
    """A thick line: the points of its middle line, (n, 2), and what of it is painted, in order along it.

    `colour`: of its first segment, and of all if it is of one colour.
    """

    points: Floats
    width: float
    colour: int = 0
    segments: tuple[Segment, ...] = ()

    @cached_property
    def along(self) -> Floats:
        """How far along the line each point is."""
        steps = np.diff(self.points, axis=0)
        return np.concatenate([[0.0], np.cumsum(np.sqrt(steps[:, 0] ** 2 + steps[:, 1] ** 2))])

    @property
    def length(self) -> float:
        """Of the middle line."""
        return float(self.along[-1])

    @property
    def area(self) -> float:
        """Of its body, without caps."""
        return self.length * self.width

    def cut(self, start: float, end: float) -> Floats:
        """The points of the middle line from one length to another."""
        along = self.along
        if start <= 0 and end >= along[-1]:
            return self.points
        ends = []
        for at in (start, end):
            k = min(max(int(np.searchsorted(along, at)), 1), len(along) - 1)
            part = (at - along[k - 1]) / (along[k] - along[k - 1])
            ends.append(self.points[k - 1] + min(max(part, 0.0), 1.0) * (self.points[k] - self.points[k - 1]))
        inner = self.points[(along > start + _TINY) & (along < end - _TINY)]
        return np.concatenate([ends[:1], inner, ends[1:]])


class Piece(NamedTuple):
    """A segment as a line of its own, and whether it begins and ends where its stroke does."""

    points: Floats
    width: float
    colour: int
    is_first: bool
    is_last: bool


@dataclass(frozen=True, eq=False)
class Strokes:
    """Strokes in order of their placing, in a picture of `half` its width and height in units; y grows downwards."""

    strokes: tuple[Stroke, ...]
    half: tuple[float, float]
    caps: str = "butt"

    @cached_property
    def pieces(self) -> tuple[Piece, ...]:
        """All that is painted."""
        return tuple(
            Piece(one.cut(start, end), one.width, colour, start <= 0, end >= one.length)
            for one in self.strokes
            for start, end, colour in one.segments
        )

    @cached_property
    def quads(self) -> Quads:
        """The same as quads."""
        made, is_round = self.pieces, self.caps == "round"
        return quads(
            [one.points for one in made],
            np.array([one.width / 2 for one in made]),
            np.array([one.colour for one in made], np.intp),
            np.array([(one.is_first and is_round, one.is_last and is_round) for one in made], bool).reshape(-1, 2),
        )


class Quads(NamedTuple):
    """The pieces of lines between neighbouring points, each an array over them.

    A point (x, y), a direction (dx, dy), a length; at either end the normal of the line that halves the corner there;
    half the width; the colour. `piece`: the line it is of, whose ends are quads `first` and `last`; `since`, `until`:
    how far they are. `is_round`: the caps of a line, (lines, 2).
    """

    points: Floats  # (n, 2)
    ends: Floats
    directions: Floats
    normals: Floats
    end_normals: Floats
    length: Floats
    half: Floats
    colour: NDArray[np.intp]
    piece: NDArray[np.intp]
    first: NDArray[np.intp]
    last: NDArray[np.intp]
    since: Floats
    until: Floats
    is_round: NDArray[np.bool_]


def quads(
    lines: Sequence[Floats], half: Floats, colour: NDArray[np.intp] | None = None,
    is_round: NDArray[np.bool_] | None = None,
) -> Quads:  # fmt: skip
    """The quads of lines, each with half its width, its colour and whether its caps are round."""
    colour = np.zeros(len(lines), np.intp) if colour is None else colour
    is_round = np.zeros((len(lines), 2), bool) if is_round is None else is_round
    points = np.concatenate(lines) if lines else np.zeros((0, 2))
    counts = np.array([len(line) for line in lines], np.intp)
    stops = np.cumsum(counts)
    is_quad = np.ones(len(points), bool)
    is_quad[stops - 1] = False  # from the last point of a line none begins
    at = np.flatnonzero(is_quad)
    step = points[at + 1] - points[at]
    length = np.sqrt(step[:, 0] ** 2 + step[:, 1] ** 2)
    directions = step / length[:, None]
    normals = np.zeros_like(points)
    normals[at] += directions
    normals[at + 1] += directions
    normals /= np.sqrt(normals[:, :1] ** 2 + normals[:, 1:] ** 2)
    piece = np.repeat(np.arange(len(lines)), counts - 1)
    last = np.cumsum(counts - 1) - 1
    first = last - counts + 2
    reached = np.cumsum(length)
    before = (reached - length)[first]
    return Quads(
        points[at], points[at + 1], directions, normals[at], normals[at + 1], length, half[piece], colour[piece],
        piece, first[piece], last[piece], reached - length - before[piece], reached[last][piece] - reached, is_round,
    )  # fmt: skip
