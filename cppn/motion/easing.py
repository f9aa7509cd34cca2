"""Easings: how far along a movement is, at each part of its time. All begin at 0 and end at 1, exactly."""

from __future__ import annotations

import math
from collections.abc import Callable

from ..errors import unknown

EASINGS: dict[str, Callable[[float], float]] = {
    "linear": lambda t: t,
    "smooth": lambda t: t * t * (3 - 2 * t),
    "smoother": lambda t: t * t * t * (t * (6 * t - 15) + 10),
    "in": lambda t: t * t,
    "out": lambda t: t * (2 - t),
    "in-out": lambda t: 4 * t**3 if t < 0.5 else 1 - 4 * (1 - t) ** 3,
    "sine": lambda t: t if t in (0, 1) else 0.5 - 0.5 * math.cos(math.pi * t),
    "overshoot": lambda t: 1 - (1 - t) ** 2 * (2.7 * (1 - t) - 1.7) if 0 < t < 1 else t,
    "hold": lambda t: float(t >= 1),
}


def easing(name: str) -> Callable[[float], float]:
    """The easing of that name. Errors: CppnError if there is none."""
    if name not in EASINGS:
        raise unknown("easing", name, EASINGS)
    return EASINGS[name]
