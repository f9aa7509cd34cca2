"""Kinds of values that plain data may have: each reads itself and says what is legal.

Loaded in a few milliseconds, where a general library took half of the time of starting; and it says what is wrong as
this program does.
"""

from __future__ import annotations

import math
import re
from typing import Any

from ..errors import CppnError, shorten, unknown

_LENGTH = re.compile(r"([0-9]{1,6}(?:\.[0-9]{1,6})?)\s*(px|mm|%)?")
_COLOR = re.compile("#([0-9a-f]{3}|[0-9a-f]{6})")
_COUNT = re.compile(r"-?[0-9]{1,20}")


class Kind:
    """`one`, `many`: what it is called, alone and in a list."""

    one = many = ""
    is_table = False

    def takes(self, value: Any) -> bool:
        """Is the value of this kind, its range aside?"""
        raise NotImplementedError

    def read(self, value: Any) -> Any:
        """The value as sections hold it. Errors: CppnError, with the path to what is wrong in it."""
        if not self.takes(value):
            raise CppnError(f"{shown(value)} is not {self.one}")
        return value

    def write(self, value: Any) -> Any:
        """As JSON and TOML have it."""
        return value


class Number(Kind):
    """A finite number; `above`: which is larger than this."""

    one, many = "a number", "numbers"

    def __init__(self, low: float | None = None, high: float | None = None, above: float | None = None) -> None:
        self.low, self.high, self.above = low, high, above

    def takes(self, value: Any) -> bool:
        return isinstance(value, int | float) and not isinstance(value, bool)

    def read(self, value: Any) -> Any:
        """As of any kind. Errors: CppnError."""
        super().read(value)
        return self._in_range(value, as_float(value))

    def _in_range(self, given: Any, value: Any) -> Any:
        low, high = self.low, self.high
        if (low is not None and value < low) or (high is not None and value > high):
            raise CppnError(f"{shown(given)} is out of range", legal=self.legal)
        if self.above is not None and value <= self.above:
            raise CppnError(f"{shown(given)} is out of range", legal=f"more than {self.above:g} is legal")
        return value

    @property
    def legal(self) -> str:
        """The range in words."""
        if self.low is None:
            return f"at most {self.high:g} is legal"
        return f"at least {self.low:g} is legal" if self.high is None else f"{self.low:g} to {self.high:g} are legal"


class Whole(Number):
    """A whole number, also written as 3.0, or as text: JavaScript counts to 2⁵³ only."""

    one, many = "a whole number", "whole numbers"

    def takes(self, value: Any) -> bool:
        if isinstance(value, str):
            return _COUNT.fullmatch(value) is not None
        return super().takes(value) and (isinstance(value, int) or value.is_integer())

    def read(self, value: Any) -> Any:
        """As of any kind. Errors: CppnError."""
        if isinstance(value, float):
            as_float(value)
        Kind.read(self, value)
        return self._in_range(value, int(value))

    @property
    def legal(self) -> str:
        return f"{self.low} to {self.high} are legal" if self.high is not None else f"at least {self.low} is legal"


class Flag(Kind):
    """True or false."""

    one = "true or false"

    def takes(self, value: Any) -> bool:
        return isinstance(value, bool)


class Text(Kind):
    """Text of so many letters at most."""

    one, many = "text", "texts"

    def __init__(self, most: int | None = None) -> None:
        self.most = most

    def takes(self, value: Any) -> bool:
        return isinstance(value, str)

    def read(self, value: Any) -> Any:
        """As of any kind. Errors: CppnError."""
        super().read(value)
        if self.most is not None and len(value) > self.most:
            raise CppnError(f"a text of {len(value)} letters", legal=f"at most {self.most} are legal")
        return value


class Length(Kind):
    """How long something is in a picture: a number of hundredths of its shorter side, or pixels or millimetres as text.

    Held as a number, or as text like `2px` and `0.4mm`.
    """

    one, many = "a length", "lengths"
    legal = 'write a number of hundredths of the shorter side, or "2px" or "0.4mm"'

    def __init__(self, most: float) -> None:
        self.most = most

    def takes(self, value: Any) -> bool:
        return isinstance(value, str | int | float) and not isinstance(value, bool)

    def read(self, value: Any) -> Any:
        """As of any kind. Errors: CppnError."""
        super().read(value)
        unit = ""
        if isinstance(value, str):
            match = _LENGTH.fullmatch(value.strip().lower())
            if match is None:
                raise CppnError(f"cannot read {shown(value)}", legal=self.legal)
            value, unit = float(match[1]), (match[2] or "").replace("%", "")
        number = as_float(value)
        if not 0 <= number <= self.most * (100 if unit else 1):
            raise CppnError(f"{shown(value)} is out of range", legal=f"0 to {self.most:g} hundredths are legal")
        return f"{number:g}{unit}" if unit else number


class Color(Kind):
    """A colour, `#rgb` or `#rrggbb`; held as the latter."""

    one, many = "a colour", "colours"

    def takes(self, value: Any) -> bool:
        return isinstance(value, str)

    def read(self, value: Any) -> Any:
        """As of any kind. Errors: CppnError."""
        super().read(value)
        match = _COLOR.fullmatch(value.strip().lower())
        if match is None:
            raise CppnError(f"{shown(value)} is not a colour", legal='write "#d9622b"')
        return "#" + (match[1] if len(match[1]) == 6 else "".join(2 * digit for digit in match[1]))


class Word(Kind):
    """One of a few words or numbers."""

    def __init__(self, *words: str | int) -> None:
        self.words = words
        self.one = ", ".join(f"`{word}`" for word in words)

    def takes(self, value: Any) -> bool:
        return isinstance(value, str | int) and not isinstance(value, bool)

    def read(self, value: Any) -> Any:
        """As of any kind. Errors: CppnError."""
        if not (self.takes(value) and value in self.words):
            if isinstance(value, str) and all(isinstance(word, str) for word in self.words):
                raise unknown("word", value, map(str, self.words))
            raise CppnError(f"{shown(value)} is not legal", legal=f"legal: {', '.join(map(str, self.words))}")
        return value


class Many(Kind):
    """A list of one kind; held as a tuple. `alone`: one of them need not stand in a list."""

    def __init__(self, kind: Kind, least: int = 0, most: int | None = None, alone: bool = False) -> None:
        self.kind, self.least, self.most, self.alone = kind, least, most, alone
        self.one = f"a list of {kind.many}"

    def takes(self, value: Any) -> bool:
        return isinstance(value, list | tuple | set | frozenset) or (self.alone and self.kind.takes(value))

    def read(self, value: Any) -> Any:
        """As of any kind. Errors: CppnError."""
        super().read(value)
        if self.alone and self.kind.takes(value):
            value = (value,)
        if len(value) < self.least or (self.most is not None and len(value) > self.most):
            bounds = f"at least {self.least}" if len(value) < self.least else f"at most {self.most}"
            raise CppnError(f"a list of {len(value)}", legal=f"{bounds} are legal")
        kind = self.kind
        if kind.is_table:
            return self._tables(value)
        plain = type(kind) is Number and kind.low is kind.high is kind.above is None
        if plain and set(map(type, value)) <= {float} and all(map(math.isfinite, value)):
            return tuple(value)  # trained weights, by the million
        return tuple(map(kind.read, value))

    def write(self, value: Any) -> Any:
        return [self.kind.write(one) for one in value]

    def _tables(self, value: Any) -> Any:
        """Of these it is told which one is wrong."""
        found = []
        for i, one in enumerate(value):
            try:
                found.append(self.kind.read(one))
            except CppnError as error:
                raise error.below(str(i)) from None
        return tuple(found)


class Row(Kind):
    """A list of so many values, each of its own kind; held as a tuple."""

    def __init__(self, *kinds: Kind) -> None:
        self.kinds = kinds
        both = " and ".join(kind.one for kind in kinds)
        self.one, self.many = f"a pair: {both}", f"pairs: {both}"

    def takes(self, value: Any) -> bool:
        return isinstance(value, list | tuple) and len(value) == len(self.kinds)

    def read(self, value: Any) -> Any:
        """As of any kind. Errors: CppnError."""
        super().read(value)
        return tuple(kind.read(one) for kind, one in zip(self.kinds, value, strict=True))

    def write(self, value: Any) -> Any:
        return [kind.write(one) for kind, one in zip(self.kinds, value, strict=True)]


class Either(Kind):
    """The first of several kinds that takes a value."""

    def __init__(self, *kinds: Kind) -> None:
        self.kinds = kinds
        self.one = ", or ".join(kind.one for kind in kinds)

    def takes(self, value: Any) -> bool:
        return any(kind.takes(value) for kind in self.kinds)

    def read(self, value: Any) -> Any:
        """As of any kind. Errors: CppnError."""
        super().read(value)
        return self._of(value).read(value)

    def write(self, value: Any) -> Any:
        return self._of(value).write(value)

    def _of(self, value: Any) -> Kind:
        return next(kind for kind in self.kinds if kind.takes(value))


def as_float(value: float | str) -> float:
    """A number, perhaps as text, as a finite float. Errors: CppnError for others; ValueError for what is no number."""
    try:
        found = float(value)
    except OverflowError:
        found = math.inf
    if not math.isfinite(found):
        raise CppnError(f"{shown(value)} is not a finite number")
    return found


def shown(value: Any) -> str:
    """A value as errors quote it."""
    try:
        return shorten(repr(value), 40)
    except ValueError:  # Python writes no number of more than 4300 digits
        return "a number of thousands of digits"
