"""Numbers as people write them: 0.0074, −1.5, 3.18 × 10⁸; the same for LaTeX."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

NOT_A_NUMBER = "no number"
RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_PLAIN = (1e-4, 1e5)  # numbers outside are written with a power of ten


def written(value: float | None, form: str = ".3g") -> str:
    """A number to read. `form`: ".3g" for three digits and powers of ten where needed, ".4f", or "d" of whole numbers.

    What is not finite: "∞", "−∞" or "no number", as is None.
    """
    if value is None or math.isnan(value):
        return NOT_A_NUMBER
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    mantissa, power = _parts(value, form)
    return mantissa.replace("-", "−") + (f" × 10{str(power).translate(RAISED)}" if power is not None else "")


def latex(value: float | None, form: str = ".3g") -> str:
    """The same for LaTeX, without dollars around it: `3.18 \\times 10^{8}`."""
    if value is None or math.isnan(value):
        return rf"\text{{{NOT_A_NUMBER}}}"
    if math.isinf(value):
        return r"\infty" if value > 0 else r"-\infty"
    mantissa, power = _parts(value, form)
    return mantissa + (rf" \times 10^{{{power}}}" if power is not None else "")


def _parts(value: float, form: str) -> tuple[str, int | None]:
    """Mantissa and, where there is one, the power of ten."""
    if form.endswith("g") and value and not _PLAIN[0] <= abs(value) < _PLAIN[1]:
        mantissa, power = format(value, f".{int(form[1:-1]) - 1}e").split("e")
        return (mantissa.rstrip("0").rstrip(".") if "." in mantissa else mantissa), int(power)
    text = format(value, form)
    return (f"{float(text):.0f}" if "e" in text else text), None


def listed(values: Sequence[Any]) -> str:
    """Values of a list: "42 to 44" for whole numbers in a row, else separated by commas."""
    whole = all(isinstance(value, int) and not isinstance(value, bool) for value in values)
    if whole and len(values) > 1 and list(values) == list(range(values[0], values[0] + len(values))):
        return f"{values[0]} to {values[-1]}"
    return ", ".join(said(value) for value in values)


def said(value: Any) -> str:
    """A value of any kind in words. A pair of numbers as a tuple is a range."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return str(value).replace("-", "−")
    if isinstance(value, float) or value is None:
        return written(value, ".6g")
    if isinstance(value, tuple) and len(value) == 2:
        return f"{said(value[0])} to {said(value[1])}"
    return listed(value) if isinstance(value, list | tuple) else str(value)
