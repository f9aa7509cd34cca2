"""What strokes are like: how wide and long, how near to each other, how many."""

from __future__ import annotations

import math
from dataclasses import dataclass

from ..errors import CppnError

CAPS = ("butt", "round")
LEAST_GAP, LEAST_WIDTH, MOST_WIDTH = 0.2, 0.1, 40.0  # units
MOST_STROKES = 20_000
_LONGEST = 500.0


@dataclass(frozen=True)
class Settings:
    """How strokes are placed; all measures in hundredths of the picture's shorter side.

    `widths`: (width, share of the area that strokes cover), the widest first: they are placed first, and the others
    fill what is left. `gap`: no two strokes come nearer to each other. `length`: the least and the most; narrow strokes
    stay shorter than wide ones. `margin`: the middle lines of strokes stay this far inside the picture; below 0 they
    run out of it. `segments`: the chance that a stroke is cut into pieces. `caps`: "butt" or "round". `fill`: the share
    of the area inside the margin that is covered, if there is room; `most`: strokes in all.
    Errors: CppnError for what cannot be.
    """

    widths: tuple[tuple[float, float], ...] = ((5.5, 0.5), (2.75, 0.24), (1.4, 0.15), (0.7, 0.11))
    gap: float = 0.55
    length: tuple[float, float] = (0.9, 90.0)
    margin: float = 5.0
    segments: float = 0.08
    caps: str = "butt"
    fill: float = 0.6
    most: int = 4000

    def __post_init__(self) -> None:
        if not self.widths:
            raise CppnError("no widths", where="widths", legal="give one at least, with its share")
        for width, share in self.widths:
            _check("widths", width, LEAST_WIDTH, MOST_WIDTH)
            if not (0 < share < math.inf):
                raise CppnError(f"a share of {share:g}", where="widths", legal="shares are above 0")
        if any(a[0] <= b[0] for a, b in zip(self.widths, self.widths[1:], strict=False)):
            raise CppnError("widths that do not fall", where="widths", legal="write the widest first")
        _check("gap", self.gap, LEAST_GAP, 20.0)
        for one in self.length:
            _check("length", one, LEAST_WIDTH, _LONGEST)
        if self.length[0] > self.length[1]:
            raise CppnError(
                f"the least length, {self.length[0]:g}, is above the most, {self.length[1]:g}",
                where="length", legal="write (least, most)",
            )  # fmt: skip
        _check("margin", self.margin, -MOST_WIDTH, 49.0)
        _check("segments", self.segments, 0.0, 1.0)
        if self.caps not in CAPS:
            raise CppnError(f"there are no {self.caps!r} caps", where="caps", legal=f"legal: {', '.join(CAPS)}")
        _check("fill", self.fill, 0.0, 1.0)
        _check("most", self.most, 0, MOST_STROKES)


def _check(where: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:  # nor what is no number
        raise CppnError(f"{value:g} is out of range", where=where, legal=f"{low:g} to {high:g} are legal")
