"""Strokes placed so that none comes too near to another: the widest first, the others where there is room.

Evenly spaced streamlines after Jobard and Lefer, "Creating Evenly-Spaced Streamlines of Arbitrary Density" (1997), for
lines that have widths. Beside what is placed already, many lines are walked at once; of these the longest is taken
first, and of each of the others what the ones before it leave.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..errors import CppnError
from ..rng import Purpose, Stream
from .body import Stroke, Strokes
from .colouring import coloured
from .flow import Field, Flow, smooth, trails
from .lattice import Floats
from .room import Room
from .settings import Settings

LARGEST_HALF = 2000.0
MOST_PLACES = 6_000_000  # at which the room is known: filling them all takes seconds
_BEND = 1.6  # least radius of a middle line, in halves of its width
_STEP = 0.25  # units of a step, and between points at which the room is known: of narrower gaps, in gaps
_STEP_OF_GAP = 0.5
_FINE = 0.003  # units by which edges of bodies may be off a curve
_LEAST_BEND = 1.0  # and at least this, in units
_SEEDS, _MOST_SEEDS = 1 << 10, 1 << 15  # points of a round among which lines begin
_SHARE = 1.2  # of what is to be covered, in the lines of a round: the longest of too many would be all that is taken
_LEAST_AT_ONCE, _MOST_AT_ONCE = 12, 256
_POOR = 0.2  # of the lines of a round, taken: then the next one begins more
_AT_ONCE = 1 << 16  # places of fronts that are looked at
_PART, _PAIRS = 16, 256  # points of a trail that are looked at together, for where it meets itself; such pairs at once
_OF_PLACE, _OF_STEP, _OF_STROKE = 25, 16_384, 2500  # bytes of memory: of the longest stroke's steps, of most strokes
_FEW = 2  # below which there is no room


def place(
    angle: Field, half: tuple[float, float], settings: Settings, seed: int, *,
    shares: Sequence[float] = (1.0,), tone: Field | None = None,
) -> Strokes:  # fmt: skip
    """Strokes that follow `angle`, radians at points (n, 2), in a picture of `half` its width and height.

    Points are in hundredths of the picture's shorter side, the origin in its middle, x to the right, y down, and so are
    angles. `shares`: of the colours, in what is covered. `tone`: a value at points; the colours go to strokes in the
    order of it, else at random.
    Errors: CppnError for halves and shares that cannot be, and gaps too narrow for so long a picture.
    """
    if not all(1 <= one <= LARGEST_HALF for one in half):
        what = f"half a picture of {half[0]:g} by {half[1]:g} units"
        raise CppnError(what, where="half", legal=f"1 to {LARGEST_HALF:g} are legal")
    frame = half[0] - settings.margin, half[1] - settings.margin
    placed: list[Stroke] = []
    if min(frame) > 0:
        _check_places(frame, settings)
        site = _Site.of(angle, frame, settings)
        whole = sum(share for _, share in settings.widths)
        wanted = 4 * frame[0] * frame[1] * settings.fill
        due = 0.0
        for rank, (width, share) in enumerate(settings.widths):
            due += wanted * share / whole
            area, most = due - sum(one.area for one in placed), settings.most - len(placed)
            placed += _class(site, width, Stream(seed, Purpose.STROKES, rank), area, most)
    return Strokes(tuple(coloured(placed, shares, settings, seed, tone)), half, settings.caps)


def memory(half: tuple[float, float], settings: Settings) -> int:
    """The most bytes that placing takes, and what is placed; measured in whole processes, and rounded up."""
    places = _places((half[0] - settings.margin, half[1] - settings.margin), settings)
    return int(_OF_PLACE * places + _OF_STEP * settings.length[1] / _step(settings) + _OF_STROKE * settings.most)


def _step(settings: Settings) -> float:
    return min(_STEP, settings.gap * _STEP_OF_GAP)


def _places(frame: tuple[float, float], settings: Settings) -> float:
    """At how many places of half a frame's width and height the room is known, about."""
    return 4 * max(frame[0], 0.0) * max(frame[1], 0.0) / _step(settings) ** 2


def _check_places(frame: tuple[float, float], settings: Settings) -> None:
    if _places(frame, settings) > MOST_PLACES:
        raise CppnError(
            f"a gap of {settings.gap:g} where strokes fill {2 * frame[0]:.0f} by {2 * frame[1]:.0f} units", where="gap",
            legal="larger gaps and edges are, and pictures less long; a unit is a hundredth of the shorter side",
        )  # fmt: skip


@dataclass(frozen=True)
class _Site:
    """Where strokes are placed."""

    flow: Flow
    room: Room
    frame: tuple[float, float]
    settings: Settings

    @classmethod
    def of(cls, angle: Field, frame: tuple[float, float], settings: Settings) -> _Site:
        widest = settings.widths[0][0]
        reach = frame[0] + widest + 1, frame[1] + widest + 1  # the sides of what takes one step too many
        step = _step(settings)
        flow = Flow(angle, (frame[0] + 1, frame[1] + 1), step)
        return cls(flow, Room(reach, widest + settings.gap + 1, step), frame, settings)


@dataclass(frozen=True)
class _Brush:
    """One width of strokes, and what it needs around it."""

    site: _Site
    width: float
    across: Floats  # where its front is looked at, from the middle
    near: float  # how far from there other strokes must be
    bend: float

    @classmethod
    def of(cls, site: _Site, width: float) -> _Brush:
        half, gap = width / 2, site.settings.gap
        bend = max(_BEND * half + gap / 2, _LEAST_BEND)
        sample = site.flow.step * (1 + half / bend)  # what it is along the outer edge of a bend
        if site.settings.caps == "round":  # its ends are round too: all of it is within half its width of the middle
            across, near = np.zeros(1), half + gap
        else:
            across, near = np.linspace(-half, half, max(3, int(np.ceil(width / sample)) + 1)), gap
        # between samples a corner of another stroke may be nearer than at any of them
        apart = min(sample / 2, near)
        near += near - np.sqrt(near * near - apart * apart) + site.room.error(near) + 3 * _FINE
        return cls(site, width, across, near, bend)

    def may(self, at: Floats, ahead: Floats) -> NDArray[np.bool_]:
        """Whether the front of a stroke can be at points, (2, n), with directions."""
        across, room, (x, y) = self.across[:, None], self.site.room, self.site.frame
        allowed: NDArray[np.bool_] = (np.abs(at[0]) <= x) & (np.abs(at[1]) <= y)
        every = max(1, _AT_ONCE // len(across))
        for k in range(0, at.shape[1], every):
            here, front = at[:, k : k + every], ahead[:, k : k + every]
            clear = room.clear(here[0] - across * front[1], here[1] + across * front[0]).min(axis=0)
            allowed[k : k + every] &= clear >= self.near
        return allowed


def _class(site: _Site, width: float, stream: Stream, area: float, most: int) -> list[Stroke]:
    """Strokes of one width that cover an area, if there is room for them."""
    settings, step = site.settings, site.flow.step
    brush = _Brush.of(site, width)
    widest = settings.widths[0][0]
    shortest = max(settings.length[0], 0.9 * width)
    longest = max(shortest, settings.length[1] * np.sqrt(width / widest))
    usual = width * (shortest + (longest - shortest) / 3)
    found: list[Stroke] = []
    effort = 1
    while area > 0 and len(found) < most:
        count = min(_SEEDS * effort, _MOST_SEEDS)
        u = stream.uniform(4 * count).reshape(count, 4)
        seeds = (u[:, :2].T * 2 - 1) * np.array(site.frame)[:, None]
        able = np.flatnonzero(brush.may(seeds, site.flow.along(seeds)))
        at_once = min(int(max(_SHARE * area / usual, _LEAST_AT_ONCE)) * effort, _MOST_AT_ONCE)
        # where there is least room: beside what is there
        hugs = np.argsort(site.room.clear(*seeds[:, able]), kind="stable")[: at_once // 2]
        able = able[np.unique(np.concatenate([hugs, np.arange(min(len(able), at_once - len(hugs)))]))]
        wanted = shortest + (longest - shortest) * u[able, 2] ** 2
        walked = trails(site.flow, seeds[:, able], np.ceil(wanted / step).astype(np.intp), brush.bend, brush.may)
        reached = np.minimum((walked.after - walked.first - 1) * step, wanted)
        before = len(found)
        taken = _Round(brush)
        for k in np.argsort(-reached, kind="stable"):
            if area <= 0 or len(found) >= most or reached[k] < shortest:
                break
            part = slice(walked.first[k], walked.after[k])
            points, directions = walked.points[:, part, k], walked.directions[:, part, k]
            begin, end = taken.free(points, directions)
            length = (end - begin - 1) * step
            if length < shortest:
                continue
            # at one end of what is free, where there is something to be beside
            start = begin * step + (max(length - wanted[k], 0.0) if u[able[k], 3] < 0.5 else 0.0)
            line = smooth(points, directions, step, start, start + min(length, wanted[k]), width / 2, _FINE)
            taken.take(line)
            found.append(Stroke(line, width))
            area -= found[-1].area
        taken.tell_room()
        gained = len(found) - before
        if gained < at_once * _POOR:
            if gained < _FEW and (at_once == _MOST_AT_ONCE or count == _MOST_SEEDS):
                break
            effort *= 2
    return found


class _Round:
    """The strokes taken of those that were walked at once.

    The room is told of them together, before it is asked for something near: of one at a time takes twice as long.
    """

    def __init__(self, brush: _Brush) -> None:
        self._brush, self._lines, self._told = brush, list[Floats](), 0
        self._boxes = np.zeros((0, 2, 2))

    def take(self, line: Floats) -> None:
        """Take a stroke."""
        self._lines.append(line)
        self._boxes = np.concatenate([self._boxes, [[line.min(axis=0), line.max(axis=0)]]])

    def tell_room(self) -> None:
        """Have all that is taken in the room."""
        settings, half = self._brush.site.settings, self._brush.width / 2
        if self._told < len(self._lines):
            untold = self._lines[self._told :]
            self._brush.site.room.take(untold, half, half + settings.gap + 1, settings.caps == "round")
            self._told = len(self._lines)

    def free(self, points: Floats, directions: Floats) -> tuple[int, int]:
        """From which to before which of its points a trail is free: where it is so for longest."""
        brush, begin, end = self._brush, 0, points.shape[1]
        apart = brush.width + brush.near
        low, high = points.min(axis=1) - apart, points.max(axis=1) + apart
        beside = ((self._boxes[:, 0] < high) & (self._boxes[:, 1] > low)).all(axis=1)
        if beside[self._told :].any():
            self.tell_room()
        if beside.any():
            may = np.concatenate([[False], brush.may(points, directions), [False]])
            changes = np.flatnonzero(may[1:] != may[:-1])
            if not len(changes):
                return 0, 0
            best = 2 * int(np.argmax(changes[1::2] - changes[::2]))
            begin, end = int(changes[best]), int(changes[best + 1])
        return begin, begin + _before_itself(points[:, begin:end], brush.width + brush.near, brush.site.flow.step)


def _before_itself(points: Floats, near: float, step: float) -> int:
    """How many points of a trail come before it meets itself.

    A line that bends no more than a circle across `near` is that far from itself once it has gone half around.
    """
    every = max(1, int(near / 4 / step))
    near = math.sqrt(near * near + (every * step) ** 2 / 4)  # where it is looked at, it may be that much farther
    line = points[:, ::every]
    count, parts = line.shape[1], -(-line.shape[1] // _PART)
    apart = math.ceil(math.pi * near / 2 / (every * step))
    if count <= apart:
        return int(points.shape[1])
    # only parts that come near to each other are looked at; the last is filled up with its end
    line = np.concatenate([line, np.repeat(line[:, -1:], parts * _PART - count, axis=1)], axis=1)
    line = line.reshape(2, parts, _PART)
    low, high = line.min(axis=2), line.max(axis=2)
    close = (low[:, :, None] - high[:, None] < near) & (low[:, None] - high[:, :, None] < near)
    later, earlier = np.nonzero(np.tri(parts, dtype=bool) & close.all(axis=0))
    first = count
    for k in range(0, len(later), _PAIRS):
        one, other = later[k : k + _PAIRS], earlier[k : k + _PAIRS]
        x, y = line[:, one, :, None] - line[:, other, None]
        pair, i, j = np.nonzero(x * x + y * y < near * near)
        at, before = one[pair] * _PART + i, other[pair] * _PART + j
        first = min(first, int(at[at - before >= apart].min(initial=count)))
    return max(first - 1, 0) * every + 1 if first < count else int(points.shape[1])
