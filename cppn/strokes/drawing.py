"""Strokes as pixels: the coverage of each by its distance from the edges of the stroke that it is near.

A pixel is asked of the one quad of a stroke in which it lies, with sums in the order of the strokes, and in coordinates
of the whole picture: any part of a picture is the same to the bit. Bodies do not overlap, so coverages are added.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .body import Quads, Strokes
from .spans import Floats, Ints, Lines, Window, places, spans

Light = NDArray[np.float32]

_EDGE = 0.5  # pixels on either side of an edge that it covers in part
_NEAR = 1.5  # pixels from a cut within which it is looked at
_FAR = 1e9


def cover(
    strokes: Strokes, colours: Sequence[Sequence[float]], left: int, top: int, columns: int, rows: int, scale: float,
    middle: tuple[float, float] | None = None,
) -> Light:  # fmt: skip
    """A rectangle of pixels, shape (rows, columns, 4): linear red, green and blue times the coverage, and it.

    `colours`: linear, of each of the strokes' numbers. `left`, `top`: of the rectangle, in pixels of the whole picture,
    which has `scale` of them to a unit. `middle`: where the origin of units lies in these; else in half of the picture.
    """
    table = np.zeros((len(colours) + 1, 4), np.float32)
    if len(colours):
        table[1:, :3] = colours
    table[1:, 3] = 1
    window = Window(left, top, columns, rows)
    origin = np.array(strokes.half) * scale if middle is None else np.array(middle)
    laid = _lay(strokes, scale, origin - 0.5, window)
    labels = np.zeros(rows * columns, np.uint16)
    whole = _fill(labels, laid.only(~laid.is_end), window)
    ends = _ends(laid.only(laid.is_end), window)
    light = table.take(labels, axis=0)
    for at, covered, colour in whole, ends:
        for channel in range(4):
            np.add.at(light[:, channel], at, covered * table[colour + 1, channel])
    touched = np.concatenate([whole[0], ends[0]])
    over = touched[light[touched, 3] > 1]  # what is approximate where edges meet in a pixel, and rounding
    light[over] /= light[over, 3:]
    return light.reshape(rows, columns, 4)


class _Laid(NamedTuple):
    """Quads over pixels, whose middles are at whole numbers."""

    lines: Lines  # in which their pixels lie: at both sides, at the start, at the end
    least: Floats  # rows
    most: Floats
    half: Floats
    colour: Ints
    is_end: NDArray[np.bool_]  # near a cut or an end
    cuts: Floats  # (2, n, 3): the start and the end of the line, as a, b, c
    is_round: NDArray[np.bool_]  # (2, n)
    length: Floats  # of the line

    def only(self, keep: NDArray[np.bool_]) -> _Laid:
        at = np.flatnonzero(keep)
        lines = Lines(*(part[:, at] for part in self.lines))
        return _Laid(
            lines, self.least[at], self.most[at], self.half[at], self.colour[at], self.is_end[at], self.cuts[:, at],
            self.is_round[:, at], self.length[at],
        )  # fmt: skip


def _lay(strokes: Strokes, scale: float, middle: Floats, window: Window) -> _Laid:
    whole: Quads = strokes.quads
    starts, ends = whole.points * scale + middle, whole.ends * scale + middle
    reach = (whole.half * 3 * scale + 2)[:, None]  # beyond the corners of any quad, round caps included
    low, high = np.minimum(starts, ends) - reach, np.maximum(starts, ends) + reach
    is_seen = (high > (window.left, window.top)) & (low < (window.left + window.columns, window.top + window.rows))
    seen = np.flatnonzero(is_seen.all(axis=1))

    half, first, last = whole.half[seen] * scale, whole.first[seen], whole.last[seen]
    dx, dy = whole.directions[seen].T
    begin, stop = _line(whole.normals, starts), -_line(whole.end_normals, ends)
    side = np.stack([-dy, dx, dx * starts[seen, 1] - dy * starts[seen, 0]])
    is_round: NDArray[np.bool_] = whole.is_round[whole.piece[seen]].T
    far = half + _EDGE
    beyond = np.where(is_round, far, _EDGE) * np.stack([first == seen, last == seen])
    lines = Lines(*np.stack([side, -side, begin[:, seen], stop[:, seen]], axis=1))
    lines.c[:] -= np.stack([far, far, *beyond])

    # a cut far along the line is none here: the line may have turned by then
    near: NDArray[np.bool_] = np.stack([whole.since[seen], whole.until[seen]]) * scale < _NEAR
    cuts = np.stack([begin[:, first].T, stop[:, last].T])
    cuts[~near] = (0.0, 0.0, -_FAR)
    length = (whole.since + whole.length + whole.until)[seen] * scale
    return _Laid(
        lines, low[seen, 1], high[seen, 1], half, whole.colour[seen], near[0] | near[1], cuts, is_round & near, length
    )


def _line(normals: Floats, points: Floats) -> Floats:
    """Lines by points of theirs, (3, n): a, b and c."""
    return np.stack([normals[:, 0], normals[:, 1], normals[:, 0] * points[:, 0] + normals[:, 1] * points[:, 1]])


_Edges = tuple[Ints, NDArray[np.float32], Ints]  # places, coverages, colours


def _fill(labels: NDArray[np.uint16], laid: _Laid, window: Window) -> _Edges:
    """Label what quads cover whole, with their colours and 1; what they cover in part."""
    a, b, c = (part[:2] for part in laid.lines)
    inner = Lines(a, b, c + 2 * _EDGE)
    found: list[_Edges] = []
    for of, row, low, high in spans(laid.lines, laid.least, laid.most, window):
        within, until = low.astype(np.float64), high.astype(np.float64)
        for is_low, at in inner.crossings(of, row):
            np.maximum(within, at, out=within, where=is_low)
            np.minimum(until, at, out=until, where=~is_low)
        stop = np.maximum(until, low).astype(np.intp)
        start = np.minimum(within, stop).astype(np.intp)
        base = window.flat(row, np.zeros_like(row))
        filled, which = places(base + start, base + stop)
        labels[filled] = (laid.colour[of] + 1)[which]
        # a span's left edge, then its right: any window adds in this order
        x, which = places(np.stack([low, stop], axis=1).ravel(), np.stack([start, high], axis=1).ravel())
        which >>= 1
        quad = of[which]
        depth = [a[k, quad] * x + (b[k, of] * row - c[k, of])[which] for k in (0, 1)]
        covered = np.clip(np.minimum(*depth), 0.0, np.minimum(1.0, 2 * laid.half)[quad])
        found.append((base[which] + x, covered.astype(np.float32), laid.colour[quad]))
    return _joined(found)


def _ends(laid: _Laid, window: Window) -> _Edges:
    """What quads near cuts and ends cover."""
    a, b, c = laid.lines
    found: list[_Edges] = []
    for of, row, low, high in spans(laid.lines, laid.least, laid.most, window):
        x, which = places(low, high)
        quad = of[which]
        y = row[which]
        half = laid.half[quad]
        aside = a[0, quad] * x + b[0, quad] * y - (c[0] + laid.half + _EDGE)[quad]
        inside = np.full(len(x), _FAR)
        aside *= aside
        for cut, is_round in zip(laid.cuts, laid.is_round, strict=True):
            from_it = cut[quad, 0] * x + cut[quad, 1] * y - cut[quad, 2]
            rounded = is_round[quad]
            aside += np.where(rounded, np.minimum(from_it, 0.0) ** 2, 0.0)
            inside = np.minimum(inside, np.where(rounded, _FAR, from_it))
        covered = np.clip(half + _EDGE - np.sqrt(aside), 0.0, np.minimum(1.0, 2 * half))
        covered *= np.clip(inside + _EDGE, 0.0, np.minimum(1.0, laid.length[quad]))
        found.append((window.flat(y, x), covered.astype(np.float32), laid.colour[quad]))
    return _joined(found)


def _joined(found: list[_Edges]) -> _Edges:
    if not found:
        return np.zeros(0, np.intp), np.zeros(0, np.float32), np.zeros(0, np.intp)
    at, covered, colour = zip(*found, strict=True)
    return np.concatenate(at), np.concatenate(covered), np.concatenate(colour)
