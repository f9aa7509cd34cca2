"""Parameters: numbers with a meaning and a range, as texts such as `twist:amount=2` name them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from ..errors import CppnError, shorten, unknown

_NUMBER = re.compile(r"[+-]?(\d{1,20}\.?\d{0,20}|\.\d{1,20})(e[+-]?\d{1,2})?")


@dataclass(frozen=True)
class Parameter:
    """A number that shapes something: its meaning, default and legal range."""

    meaning: str
    default: float
    low: float
    high: float

    def check(self, value: float, where: str) -> float:
        """The value, or a CppnError that tells the range."""
        if not self.low <= value <= self.high:
            raise CppnError(f"{value:g} is out of range", where=where, legal=f"{self.low:g} to {self.high:g} are legal")
        return float(value)


def parse_named(what: str, text: str, catalogue: Mapping[str, Mapping[str, Parameter]]) -> tuple[str, dict[str, float]]:
    """What `NAME` or `NAME:key=value,…` means: the name, and the values of all of its parameters.

    `what`: what is named, for errors. Errors: CppnError for unknown names and parameters, and values out of range.
    """
    name, _, tail = (part.strip() for part in text.partition(":"))
    name = name.lower()
    if name not in catalogue:
        raise unknown(what, name, catalogue)
    known = catalogue[name]
    values = {key: one.default for key, one in known.items()}
    where = f"{what} {shorten(text)!r}"
    for item in filter(None, (piece.strip() for piece in tail.split(","))):
        key, _, value = (part.strip() for part in item.partition("="))
        if key not in known:
            raise unknown("parameter", key, known, where=where)
        if not _NUMBER.fullmatch(value.lower()):
            raise CppnError(f"{key} is not a number: {shorten(value)!r}", where=where, legal=f"write {key}=2")
        values[key] = known[key].check(float(value), f"{key} of {name}")
    return name, values
