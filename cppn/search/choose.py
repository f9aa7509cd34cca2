"""Curation: degenerate pictures are refused with a reason, and of the rest a varied set is chosen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .measures import Measures, vector
from .palettes import Tone

SAME = 0.16  # distance below which two pictures would be called the same: see docs/curation.md


class Rule(NamedTuple):
    """A reason to refuse a picture: what it is called, and how far the number may go."""

    reason: str
    least: float | None = None
    most: float | None = None


RULES = {
    "contrast": Rule("flat: no light and dark", least=0.1),
    "largest_colour": Rule("nearly one colour", most=0.86),
    "edges": Rule("empty or busy: too few edges or too many", least=0.004, most=0.74),
    "crisp": Rule("soft: no crisp edge", least=0.004),
    "noise": Rule("noise: neighbours have nothing in common", most=0.5),
    "grain": Rule("aliased: too fine for its size", most=0.45),
}
_TONES = {"dark": Rule("not dark", most=0.46), "light": Rule("not light", least=0.66)}


def rejection(one: Measures, tone: Tone | None = None) -> str:
    """Why a picture is refused; empty if it is not."""
    rules = dict(RULES)
    if tone is not None:
        rules["lightness"] = _TONES[tone]
    for name, rule in rules.items():
        value = float(getattr(one, name))
        if rule.least is not None and value < rule.least:
            return f"{rule.reason} ({name} {value:.2f}, at least {rule.least:g})"
        if rule.most is not None and value > rule.most:
            return f"{rule.reason} ({name} {value:.2f}, at most {rule.most:g})"
    return ""


def appeal(one: Measures) -> float:
    """How well a picture is made, 0 to 1.

    By contrast, large shapes, something drawn, crisp edges, some calm and a place for the eye, figure against ground,
    several colours of several hues.
    """
    contrast = min(1.0, one.contrast / 0.55)
    large = min(1.0, 2.2 * float(one.scales[:3].sum()))
    drawn = min(1.0, one.edges / 0.12)
    calm = 1.0 - max(0.0, one.edges - 0.35) / 0.65
    colours = min(1.0, (1.0 - one.largest_colour) / 0.6) * (0.4 + 0.6 * min(1.0, one.spread / 45))
    crisp = min(1.0, one.crisp / 0.03)
    rest = min(1.0, one.calm / 0.15)  # a place for the eye
    figure = min(1.0, one.figure / 0.12)
    return float(
        (0.25 + 0.75 * contrast)
        * (0.3 + 0.7 * large)
        * (0.4 + 0.6 * calm)
        * (0.45 + 0.55 * drawn)
        * (0.5 + 0.5 * colours)
        * (0.4 + 0.6 * crisp)
        * (0.6 + 0.4 * rest)
        * (0.6 + 0.4 * figure)
    )


class Choice(NamedTuple):
    """One that was chosen: its number among the candidates, and how far it was from the nearest chosen before it."""

    number: int
    distance: float


def choose(measures: Sequence[Measures], families: Sequence[str], count: int) -> list[Choice]:
    """A varied set of pictures, the best first.

    Each next one is that which is farthest from all chosen before, good ones from a greater distance; families take
    their turns, so that none crowds the others out. None is chosen that would be called the same as another.
    """
    if not measures:
        return []
    points = np.stack([vector(one) for one in measures])
    worth = np.array([0.35 + 0.65 * appeal(one) for one in measures])
    nearest: NDArray[np.float64] = np.full(len(points), np.inf)
    names = np.array(families)
    taken = dict.fromkeys(dict.fromkeys(families), 0)
    chosen: list[Choice] = []
    while len(chosen) < min(count, len(points)):
        # a family that was taken more often than others must offer more
        share = np.array([taken[name] for name in families]) / max(1, max(taken.values()))
        score = np.minimum(nearest, 1.5) * worth * (1.0 - 0.35 * share)
        score[nearest < SAME] = -1
        best = int(score.argmax())
        if score[best] <= 0:
            break
        chosen.append(Choice(best, float(min(nearest[best], 9.0))))
        taken[str(names[best])] += 1
        nearest = np.minimum(nearest, np.sqrt(((points - points[best]) ** 2).sum(axis=1)))
        nearest[best] = -1
    return chosen
