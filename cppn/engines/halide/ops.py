"""Halide expressions in float32 as a kind of value.

Halide calls libm for most elementary functions, one lane at a time. Those below are a few vector instructions each.
Their coefficients stand in `field/approximations.py`; the errors stated are the largest in float32 and are tested.
"""

from __future__ import annotations

import math
import threading
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import reduce
from operator import or_
from typing import Any

import halide as hl

from ...field.approximations import (  # fmt: skip
    ATAN,
    COS_HALF_TURNS,
    ERF,
    ERF_LIMIT,
    ROOT_POWER,
    SIN_TURNS,
    TANH,
    TANH_LIMIT,
)
from ...field.color import quantise
from ...field.ops import Ops, Value
from ..workers import in_forked_children

Expr = Any  # hl.Expr: Halide's Python module has no types


def f32(value: Value) -> Expr:
    """A Halide constant of a Python number; expressions pass."""
    return hl.f32(float(value)) if isinstance(value, (int, float)) else value


_EXP_LOW, _EXP_HIGH = -104.0, 88.72283  # where float32's exp is zero, and infinite
_FAR = 1 << 30  # no whole number that is hashed is as far below zero
_BUILDING = threading.Lock()


def _forget() -> None:
    global _BUILDING
    _BUILDING = threading.Lock()


in_forked_children(_forget)


@contextmanager
def float32_constants() -> Iterator[None]:
    """Halide warns of every constant that float32 rounds: within, that is meant.

    Warnings are filtered for all threads at once, so that one builds at a time.
    """
    with _BUILDING, warnings.catch_warnings():
        warnings.filterwarnings("ignore", "The floating-point value", RuntimeWarning)
        yield


class HalideOps(Ops):
    """`lookup` takes a table as (its two-dimensional buffer, its length, a column's number).

    `guarded`: what comes may be no number; else what is undefined is not looked for.
    """

    def __init__(self, *, guarded: bool = True) -> None:
        self._guarded = guarded

    def real(self, whole: Value) -> Value:
        return hl.cast(hl.Float(32), whole)

    def word(self, number: int) -> Value:
        return hl.u32(number)

    def whole(self, x: Value) -> Value:
        # of two casts Halide makes one, straight from a float, which takes −3 to 2³² − 1
        return hl.cast(hl.UInt(32), hl.cast(hl.Int(32), f32(x)) + _FAR) - hl.u32(_FAR)

    def where(self, condition: Value, yes: Value, no: Value) -> Value:
        return hl.select(condition, f32(yes), f32(no))

    def abs(self, x: Value) -> Value:
        return hl.abs(x)

    def floor(self, x: Value) -> Value:
        return hl.floor(x)

    def round(self, x: Value) -> Value:
        return hl.round(x)

    def sqrt(self, x: Value) -> Value:
        return hl.sqrt(x)

    # of a value and a number, the processor's own minimum is the number where the value is NaN, as it should be

    def min(self, a: Value, b: Value) -> Value:
        return super().min(a, b) if isinstance(b, (int, float)) else self._or_nan(b, hl.min(f32(a), b), a, b)

    def max(self, a: Value, b: Value) -> Value:
        return super().max(a, b) if isinstance(b, (int, float)) else self._or_nan(b, hl.max(f32(a), b), a, b)

    def clamp(self, x: Value, low: Value, high: Value) -> Value:
        # of two limits the compiler may turn the order round, as if there were no NaN
        limited = super().clamp(x, low, high)
        return self._or_nan(low, limited, x) if self._guarded else limited

    def exp(self, x: Value) -> Value:
        # beyond these, Halide's own exponent overflows
        value = hl.select(x > f32(_EXP_HIGH), f32(math.inf), hl.exp(hl.clamp(f32(x), f32(_EXP_LOW), f32(_EXP_HIGH))))
        return self._or_nan(x, value, x)

    def log(self, x: Value) -> Value:
        return self._or_nan(x, hl.log(f32(x)), x)

    def sin(self, x: Value) -> Value:
        """Error below 2.5e-7 beyond that of rounding x/2π."""
        return self.sin_turns(x * f32(0.5 / math.pi))

    def sin_turns(self, turns: Value) -> Value:
        """Error below 2.5e-7."""
        turns = turns - hl.round(turns)
        # sin repeats mirrored beyond a quarter turn
        folded = hl.select(hl.abs(turns) > f32(0.25), hl.select(turns > f32(0.0), f32(0.5), f32(-0.5)) - turns, turns)
        return folded * polynomial(folded * folded, SIN_TURNS)

    def cos(self, x: Value) -> Value:
        """Error below 2.5e-7 beyond that of rounding x/2π."""
        turns = x * f32(0.5 / math.pi)
        s = f32(0.25) - hl.abs(turns - hl.round(turns))
        return s * polynomial(s * s, SIN_TURNS)

    def cos_squared(self, turns: Value) -> Value:
        """Error below 5e-7 of its peak."""
        f = turns - hl.round(turns)
        u = f * f
        c = u + f32(COS_HALF_TURNS[-1])
        for coefficient in COS_HALF_TURNS[-2::-1]:
            c = c * u + f32(coefficient)
        return c * c

    def srgb_curve(self, x: Value) -> Value:
        """Error below 8e-7."""
        return x * x * polynomial(hl.sqrt(x), ROOT_POWER)

    def unit(self, x: Value) -> Value:
        return hl.select(self._is_nan(x), f32(0.0), hl.clamp(x, f32(0.0), f32(1.0)))

    def tanh(self, x: Value) -> Value:
        """Error below 5e-7."""
        t = hl.clamp(f32(x), f32(-TANH_LIMIT), f32(TANH_LIMIT))
        u = t * t
        return self._or_nan(x, t * polynomial(u, TANH[0]) / polynomial(u, TANH[1]), x)

    def erf(self, x: Value) -> Value:
        """Error below 7e-7."""
        t = hl.clamp(f32(x), f32(-ERF_LIMIT), f32(ERF_LIMIT))
        u = t * t
        return self._or_nan(x, t * polynomial(u, ERF[0]) / polynomial(u, ERF[1]), x)

    def atan2(self, y: Value, x: Value) -> Value:
        """Error below 5e-7."""
        y, x = f32(y), f32(x)
        ay, ax = hl.abs(y), hl.abs(x)
        small, large = hl.min(ax, ay), hl.max(ax, ay)
        t = small / hl.max(large, f32(1e-30))
        angle = t * polynomial(t * t, ATAN)
        angle = hl.select(ay > ax, f32(math.pi / 2) - angle, angle)
        angle = hl.select(x < f32(0.0), f32(math.pi) - angle, angle)
        return self._or_nan(math.nan, hl.select(y < f32(0.0), -angle, angle), y, x)

    def lookup(self, table: Value, t: Value) -> Value:
        image, length, column = table
        at = t * f32(length - 1)
        low = hl.clamp(hl.cast(hl.Int(32), at), 0, length - 2)
        a, b = image[low, column], image[low + 1, column]
        return a + (b - a) * (at - hl.cast(hl.Float(32), low))

    def _or_nan(self, otherwise: Value, value: Expr, *args: Value) -> Expr:
        """The value; `otherwise` where an argument is NaN, which Halide's minima, exponentials and limits lose."""
        unknown = [self._is_nan(arg) for arg in args if not isinstance(arg, (int, float))]
        return hl.select(reduce(or_, unknown), f32(otherwise), value) if unknown else value

    def _is_nan(self, x: Expr) -> Expr:
        """By its bits: a compiler that is told that sums are numbers takes `is_nan` of one for false."""
        if not self._guarded:
            return hl.is_nan(f32(x))
        bits = hl.reinterpret(hl.Int(32), f32(x))
        return (bits & hl.i32(0x7FFFFFFF)) > hl.i32(0x7F800000)


def written(value: Expr, column: Expr, row: Expr, c: Any, count: int, bits: int, dithered: bool) -> Expr:
    """What is written of channel `c`, of `count`, at a pixel: whole numbers of 8 or 16 bits, or floats."""
    wide = hl.cast(hl.UInt(32), column), hl.cast(hl.UInt(32), row)
    levels = quantise([value] * count, *wide, bits, dithered, HalideOps())
    level = hl.mux(c, levels) if count > 1 else levels[0]
    return level if bits == 32 else hl.cast(hl.UInt(bits), level)


def polynomial(x: Expr, coefficients: Sequence[float]) -> Expr:
    """The polynomial with the constant coefficient first, by Horner's rule."""
    value = f32(coefficients[-1])
    for c in coefficients[-2::-1]:
        value = value * x + f32(c)
    return value
