"""What an activation's slope does over a range, as a table and in sentences."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .curve import Curve, Floats, curve
from .notation import written
from .tables import Column, Table
from .typeset import formula

DEPTH = 10  # layers through which the largest slope is multiplied
_POINTS = 4001  # an odd number, so that the middle is one of them
_FLAT = 1e-6  # below it a slope is none
_WEAK = 0.01  # of the largest slope, below which it is saturated
_CENTRED = 0.1  # of the values' range, by which it may be off the middle
_MOST = 4  # places that are told one by one

_COLUMNS = (
    Column("activation", "activation"), Column("formula", "formula"), Column("values", "values"),
    Column("gradient", "gradient"), Column("largest_slope", "largest slope", ".3g"),
    Column("largest_slope_to_depth", f"to the power of {DEPTH}", ".3g"), Column("zero", "gradient is zero"),
    Column("saturated", "saturated, % of x", ".0f"), Column("zero_centred", "zero-centred"), Column("kinks", "kinks"),
)  # fmt: skip


def table(texts: Sequence[str], low: float, high: float) -> Table:
    """A row for each activation; every number is of x in [low, high]."""
    note = (
        f"All of x from {written(low)} to {written(high)}. Saturated: the slope is below a hundredth of the largest. "
        "Zero-centred: the values reach as far below 0 as above, to a tenth of their range."
    )
    rows = [_row(curve(text, low, high, _POINTS)) for text in texts]
    return Table("curves-slopes", "Values and gradients", _COLUMNS, rows, note)


def remarks(texts: Sequence[str], low: float, high: float) -> list[str]:
    """What the slopes mean for gradients that pass through many layers."""
    said = []
    for text in texts:
        one = curve(text, low, high, _POINTS)
        title, most = one.activation.title, largest(one)
        if most is not None and most < 0.999:
            said.append(
                f"The slope of {title} here is at most {written(most)}: through {DEPTH} layers a gradient keeps "
                f"at most {written(most**DEPTH)} of its size, weights aside."
            )
        if one.kinks and len(one.kinks) <= _MOST:
            places = " and ".join(f"at {written(k.x)} from {written(k.left)} to {written(k.right)}" for k in one.kinks)
            said.append(f"The slope of {title} jumps {places}.")
        if one.gaps:
            said.append(f"{title} or its slope is no number at {one.gaps / _POINTS:.0%} of x.")
    return said


def largest(one: Curve) -> float | None:
    """The largest slope's magnitude, one-sided slopes at kinks among them; None if there is no number."""
    found = np.abs(_slopes(one))
    return float(found.max()) if found.size else None


def _slopes(one: Curve) -> Floats:
    sides = [side for kink in one.kinks for side in (kink.left, kink.right)]
    at = np.isin(one.x, [kink.x for kink in one.kinks])  # at a kink there is none
    found: Floats = np.concatenate([one.slope[~at], sides])
    finite: Floats = found[np.isfinite(found)]
    return finite


def _row(one: Curve) -> tuple[object, ...]:
    values, slopes, most = one.y[np.isfinite(one.y)], _slopes(one), largest(one)
    act = one.activation
    cell = formula(one.formula, act.tree)
    if most is None or not values.size:
        return (act.title, cell, "no number", "no number", None, None, None, None, None, None)
    low, high = float(values.min()), float(values.max())
    centred = low < 0 < high and abs(low + high) <= _CENTRED * (high - low)
    weak = float(np.mean(np.abs(slopes) < _WEAK * most)) * 100 if most else 100.0
    return (
        act.title, cell, _range(low, high), _range(float(slopes.min()), float(slopes.max())), most, most**DEPTH,
        _flat(one), weak, "yes" if centred else "no", _kinks(one),
    )  # fmt: skip


def _range(low: float, high: float) -> str:
    return written(low) if low == high else f"{written(low)} to {written(high)}"


def _flat(one: Curve) -> str:
    """The intervals over which there is no slope."""
    flat = np.abs(np.where(np.isfinite(one.slope), one.slope, 1)) < _FLAT
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flat, [False]]).astype(int)))
    runs = [(a, b - 1) for a, b in zip(edges[::2], edges[1::2], strict=True) if b - a > 1]
    told = [f"{written(float(one.x[a]), '.2g')} to {written(float(one.x[b]), '.2g')}" for a, b in runs]
    return "nowhere" if not runs else ", ".join(told) if len(told) <= _MOST else f"in {len(told)} intervals"


def _kinks(one: Curve) -> str:
    if not one.kinks:
        return "none"
    places = ", ".join(written(kink.x) for kink in one.kinks[:_MOST])
    return places if len(one.kinks) <= _MOST else f"{len(one.kinks)}"
