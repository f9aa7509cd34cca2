"""The colours of strokes, in proportion, and the pieces that some are cut into."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from itertools import product

import numpy as np

from ..errors import CppnError
from ..rng import Purpose, Stream
from .body import Floats, Segment, Stroke, quads
from .flow import Field
from .settings import Settings
from .spans import places

_NARROWEST = 1.2  # units: narrower strokes stay whole
_SHORTEST = 0.8  # units of a piece
_BARE = 0.3  # of the strokes in pieces have bare ones
_STRAY = 0.2  # by how much a stroke may stand elsewhere in the order of tones, of all of it
_ALIKE = 0.1  # of its chance has a colour that a stroke beside has
_APART = 0.7  # units between the points by which strokes are found to be beside each other
_AT_ONCE = 1 << 13  # of these points, so that their neighbours take little memory
_MOST_PIECES = 9
_SQUARE = (0.45, 1.3)  # lengths of pieces, in widths


def coloured(
    strokes: Sequence[Stroke], shares: Sequence[float], settings: Settings, seed: int, tone: Field | None = None
) -> list[Stroke]:
    """The strokes in colours 0, 1, … that cover areas in proportion to `shares`, some of them cut.

    `tone`: colours go to strokes in the order of its values at their middles; else each is drawn at random among those
    that are behind their shares.
    Errors: CppnError for shares that cannot be.
    """
    weights = np.array(shares, np.float64)
    if not np.isfinite(weights).all() or (weights < 0).any() or not weights.any():
        told = ", ".join(f"{one:g}" for one in weights)
        raise CppnError(f"shares of {told or 'nothing'}", where="shares", legal="0 or more of each colour, not all 0")
    weights /= weights.sum()
    areas = np.array([one.area for one in strokes])
    u = Stream(seed, Purpose.STROKE_COLOURS).uniform(5 * len(strokes)).reshape(-1, 5)
    if tone is None:
        colours = _at_random(areas, weights, u[:, 0], _beside(strokes, settings.gap))
    else:
        colours = _by_tone(strokes, areas, weights, u[:, 0], tone)
    made = []
    able = np.flatnonzero(weights).tolist()
    for stroke, colour, draws in zip(strokes, colours, u[:, 1:].tolist(), strict=True):
        segments = _cut(stroke, colour, able, settings, draws) or (Segment(0.0, stroke.length, colour),)
        made.append(replace(stroke, colour=colour, segments=segments))
    return made


def _at_random(areas: Floats, weights: Floats, u: Floats, beside: Sequence[Sequence[int]]) -> list[int]:
    """Each of a colour that is behind its share, seldom that of a stroke beside it, of `beside` each."""
    painted, total, colours = np.zeros(len(weights)), 0.0, list[int]()
    for area, draw, others in zip(areas.tolist(), u.tolist(), beside, strict=True):
        total += area
        behind = np.maximum(weights * total - painted, 0.0)
        for colour in {colours[k] for k in others}:
            behind[colour] *= _ALIKE
        behind = np.cumsum(behind)
        colour = min(int(np.searchsorted(behind, draw * behind[-1], side="right")), len(weights) - 1)
        painted[colour] += area
        colours.append(colour)
    return colours


def _beside(strokes: Sequence[Stroke], gap: float) -> list[list[int]]:
    """Of each stroke, those before it whose edges are near its own, by points along them."""
    if not strokes:
        return []
    reach = gap + _APART
    bodies = quads([one.points for one in strokes], np.array([one.width / 2 for one in strokes]))
    count = np.ceil(bodies.length / _APART).astype(np.intp)
    at, of = places(np.zeros_like(count), count)
    middle = bodies.points[of] + bodies.directions[of] * (bodies.length[of] * (at + 0.5) / count[of])[:, None]
    side = np.stack([-bodies.directions[:, 1], bodies.directions[:, 0]], axis=1)[of] * bodies.half[of, None]
    place, owner = np.concatenate([middle - side, middle + side]), np.tile(bodies.piece[of], 2)
    cell = np.floor(place / reach).astype(np.int64)
    cell -= cell.min(axis=0) - 1
    columns = int(cell[:, 0].max()) + 2
    key = cell[:, 1] * columns + cell[:, 0]
    order = np.argsort(key, kind="stable")
    place, owner, key = place[order], owner[order], key[order]
    found = []
    for across, down, start in product((-1, 0, 1), (-1, 0, 1), range(0, len(key), _AT_ONCE)):
        wanted = key[start : start + _AT_ONCE] + down * columns + across
        other, of = places(np.searchsorted(key, wanted), np.searchsorted(key, wanted, side="right"))
        of += start
        apart = place[of] - place[other]
        near = (owner[other] < owner[of]) & (apart[:, 0] ** 2 + apart[:, 1] ** 2 < reach * reach)
        found.append(np.unique(owner[of[near]] * len(strokes) + owner[other[near]]))
    later, earlier = np.divmod(np.unique(np.concatenate(found)), len(strokes))
    return [one.tolist() for one in np.split(earlier, np.searchsorted(later, np.arange(1, len(strokes))))]


def _by_tone(strokes: Sequence[Stroke], areas: Floats, weights: Floats, u: Floats, tone: Field) -> list[int]:
    """The first colour where the tone is least, and so on, with a little disorder."""
    if not strokes:
        return []
    middles = np.array([one.cut(0.5 * one.length, one.length)[0] for one in strokes])
    place = _share_before(areas, np.asarray(tone(middles), np.float64))
    place = _share_before(areas, place + _STRAY * (u - 0.5))
    colours = np.minimum(np.searchsorted(np.cumsum(weights), place, side="right"), np.flatnonzero(weights)[-1])
    return [int(one) for one in colours]


def _share_before(areas: Floats, values: Floats) -> Floats:
    """How much of all area has lesser values than each has, half of its own included."""
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(areas[order])
    share = np.empty_like(reached)
    share[order] = (reached - areas[order] / 2) / reached[-1]
    return share


def _cut(
    stroke: Stroke, colour: int, able: Sequence[int], settings: Settings, draws: Sequence[float]
) -> tuple[Segment, ...]:
    """The pieces of a stroke, all of one length: each other one bare or of a second colour; none if it stays whole."""
    whether, how, size, which = draws
    if whether >= settings.segments or stroke.width < _NARROWEST:
        return ()
    length, (low, high) = stroke.length, _SQUARE
    piece = max(_SHORTEST, stroke.width * (low + (high - low) * size))
    count = min(2 * math.floor((length / piece + 1) / 2) - 1, _MOST_PIECES)  # odd: both ends are of the first colour
    if count < 3:
        return ()
    others = [k for k in able if k != colour]
    # between bare pieces, round caps would leave no room
    is_bare = not others or (how < _BARE and settings.caps == "butt")
    second = None if is_bare else others[int(which * len(others))]
    ends = [length * k / count for k in range(count)] + [length]
    return tuple(
        Segment(ends[k], ends[k + 1], colour if k % 2 == 0 or second is None else second)
        for k in range(count)
        if k % 2 == 0 or second is not None
    )
