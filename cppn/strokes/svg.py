"""Strokes as an SVG picture, in units."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from .body import Floats, Stroke, Strokes

_UNDER = 0.1  # units by which a piece reaches under the next one, so that no paper shines through between them
_BEYOND = 1.0  # units by which ground and frames reach beyond the page, so that none of its edge stays bare
_TURN, _LONGEST, _SHORTEST = 0.4, 8.0, 0.2  # of a cubic: radians, units


Color = Sequence[float]  # sRGB in [0, 1]


class Page(NamedTuple):
    """What strokes lie on; lengths are in units, from the middle.

    `half`: of its width and height. `size`: both as SVG tells them, `640` pixels or `210mm`. `ground`: its colour; of
    None there is none. `frames`: how far a frame along its edges reaches in, and its colour; they lie on the strokes,
    one on another. `about`: XML that says what is shown.
    """

    half: tuple[float, float]
    size: tuple[str, str]
    ground: Color | None = None
    frames: Sequence[tuple[float, Color]] = ()
    about: str = ""


def svg(layers: Iterable[tuple[Strokes, Sequence[Color]]], page: Page) -> str:
    """An SVG picture of strokes, each with the colours of their numbers, from back to front."""
    (x, y), (width, height) = page.half, page.size
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="{-x:.7g} {-y:.7g} {2 * x:.7g} {2 * y:.7g}">'
    ]
    if page.about:
        lines.append(f"<metadata>{page.about}</metadata>")
    if page.ground is not None:
        lines.append(f'<path fill="{_hex(page.ground)}" d="{_box(x + _BEYOND, y + _BEYOND)}"/>')
    for strokes, colours in layers:
        paints = [_hex(colour) for colour in colours]
        lines.append('<g fill="none" stroke-linejoin="round">')
        for stroke in strokes.strokes:
            lines += _stroke(stroke, paints, strokes.caps == "round")
        lines.append("</g>")
    for reach, colour in page.frames:
        inner = _box(max(x - reach, 0.0), max(y - reach, 0.0))
        outer = _box(x + _BEYOND, y + _BEYOND)
        lines.append(f'<path fill="{_hex(colour)}" fill-rule="evenodd" d="{outer}{inner}"/>')
    return "\n".join([*lines, "</svg>", ""])


def _box(x: float, y: float) -> str:
    """A path around what is so far from the middle."""
    return f"M{_pair(-x, -y)}H{_short(x)}V{_short(y)}H{_short(-x)}z"


def _stroke(stroke: Stroke, paints: Sequence[str], is_round: bool) -> list[str]:
    """A path for each of a stroke's segments, and a disc for each round cap that is not at a whole one."""
    discs, paths = [], []
    whole = len(stroke.segments) == 1 and stroke.segments[0].start <= 0 and stroke.segments[0].end >= stroke.length
    for k, (start, end, colour) in enumerate(stroke.segments):
        joins = k + 1 < len(stroke.segments) and stroke.segments[k + 1].start <= end
        line = stroke.cut(start, min(end + _UNDER * joins, stroke.length))
        cap = ' stroke-linecap="round"' if is_round and whole else ""
        paths.append(f'<path stroke="{paints[colour]}" stroke-width="{_short(stroke.width)}"{cap} d="{_path(line)}"/>')
        if is_round and not whole:
            ends = [line[0]] * (start <= 0) + [line[-1]] * (end >= stroke.length)
            discs += [
                f'<circle fill="{paints[colour]}" stroke="none" cx="{_short(x)}" cy="{_short(y)}" '
                f'r="{_short(stroke.width / 2)}"/>'
                for x, y in ends
            ]
    return discs + paths  # a disc may reach into the next segment


def _path(line: Floats) -> str:
    """A line as cubics with its directions, fewer than it has points: a hundredth of a unit turns long pieces less."""
    step = np.diff(line, axis=0)
    length = np.sqrt(step[:, 0] ** 2 + step[:, 1] ** 2)
    ahead = step / length[:, None]
    turn = np.abs(ahead[:-1, 0] * ahead[1:, 1] - ahead[:-1, 1] * ahead[1:, 0])
    reached, turned = np.concatenate([[0.0], np.cumsum(length)]), np.concatenate([[0.0], np.cumsum(turn), [turn.sum()]])
    count = max(1, int(np.ceil(max(turned[-1] / _TURN, reached[-1] / _LONGEST))))
    share = turned / _TURN + reached / _LONGEST
    inner = np.unique(np.searchsorted(share, share[-1] * np.arange(1, count) / count))
    inner = inner[(reached[inner] > _SHORTEST) & (reached[inner] < reached[-1] - _SHORTEST)]
    at = np.concatenate([[0], inner, [len(line) - 1]])
    along = np.concatenate([ahead[:1], ahead[:-1] + ahead[1:], ahead[-1:]])[at]
    along /= np.sqrt(along[:, :1] ** 2 + along[:, 1:] ** 2)
    handle = along[:-1] * (np.diff(reached[at]) / 3)[:, None], along[1:] * (np.diff(reached[at]) / 3)[:, None]
    points = np.stack([line[at[:-1]] + handle[0], line[at[1:]] - handle[1], line[at[1:]]], axis=1).reshape(-1, 2)
    return f"M{_pair(*line[0].tolist())}C" + " ".join(_pair(*one) for one in points.tolist())


def _pair(x: float, y: float) -> str:
    return f"{_short(x)} {_short(y)}"


def _short(number: float) -> str:
    text = f"{number:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def _hex(colour: Color) -> str:
    return "#" + "".join(f"{round(255 * min(max(one, 0.0), 1.0)):02x}" for one in colour)
