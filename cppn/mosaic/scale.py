"""What the colours of a mosaic mean: one scale for all boxes, or each box's own."""

from __future__ import annotations

import math
import re

import numpy as np
from numpy.typing import NDArray

from ..errors import CppnError, shorten

Levels = tuple[float, float]

# for all boxes the range of the first input, or of all hidden units and outputs; for each box that of its unit
ABSOLUTE, COMMON, UNIT = "absolute", "common", "unit"
_NAMED = (ABSOLUTE, COMMON, UNIT)
Scale = str | Levels


def parse_scale(text: str) -> Scale:
    """The scale that `absolute`, `common`, `unit` or `LO:HI` means.

    Errors: CppnError for anything else, and for ends that are no numbers or in the wrong order.
    """
    text = text.strip().lower()
    if text in _NAMED:
        return text
    match = re.fullmatch(r"([^:]+):([^:]+)", text)
    try:
        low, high = (float(end) for end in match.groups()) if match else (math.nan, math.nan)
    except ValueError:
        low = high = math.nan
    if not (low < high and math.isfinite(high - low)):
        raise CppnError(
            f"{shorten(text)!r} is no scale", where="scale", legal=f"{', '.join(_NAMED)} or LO:HI, as in 0:1, are legal"
        )
    return low, high


def span(values: NDArray[np.floating]) -> Levels:
    """The least and the largest of the values that are numbers, apart in any case."""
    finite = values[np.isfinite(values)]
    if not finite.size:
        return 0.0, 1.0
    low, high = float(finite.min()), float(finite.max())
    return (low, high) if low < high else (low - 0.5, low + 0.5)


def spans(values: NDArray[np.floating]) -> NDArray[np.floating]:
    """Of each unit of (units, …) its span, (units, 2)."""
    return np.array([span(one) for one in values])
