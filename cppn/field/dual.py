"""Values with their derivatives along a picture's columns and rows, as a kind of value over any other kind.

Forward-mode differentiation by dual numbers (Clifford 1873; Griewank & Walther 2008, chapter 3): what is computed of a
point is computed of its derivatives beside it, exactly. Where a function has a step, the derivative beside the step is
taken; where it has a corner, that of one side. A derivative of 0.0, a plain number, costs nothing.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

from .ops import PEAK, Ops, Value

_TINY = 1e-18  # what is divided by is at least this: at the origin, the derivative of a distance is 0


class _Parts(NamedTuple):
    value: Value
    du: Value = 0.0
    dv: Value = 0.0


class Dual(_Parts):
    """A value, and how much it changes from one column to the next (`du`) and from one row to the next (`dv`)."""

    __slots__ = ()
    __array_ufunc__ = None  # arrays leave sums with duals to them

    def __float__(self) -> float:
        return float(self.value)

    def __add__(self, other: Value) -> Dual:
        b = dual(other)
        return Dual(self.value + b.value, plus(self.du, b.du), plus(self.dv, b.dv))

    def __radd__(self, other: Value) -> Dual:
        return Dual(other + self.value, self.du, self.dv)

    def __neg__(self) -> Dual:
        return Dual(-self.value, times(-1.0, self.du), times(-1.0, self.dv))

    def __sub__(self, other: Value) -> Dual:
        b = dual(other)
        return Dual(self.value - b.value, *(plus(p, times(-1.0, q)) for p, q in zip(self[1:], b[1:], strict=True)))

    def __rsub__(self, other: Value) -> Dual:
        return dual(other) - self

    def __mul__(self, other: Value) -> Dual:
        b = dual(other)
        pairs = zip(self[1:], b[1:], strict=True)
        return Dual(self.value * b.value, *(plus(times(p, b.value), times(self.value, q)) for p, q in pairs))

    def __rmul__(self, other: Value) -> Dual:
        return Dual(other * self.value, times(other, self.du), times(other, self.dv))

    def __truediv__(self, other: Value) -> Dual:
        b = dual(other)
        value = self.value / b.value
        if is_zero(b.du) and is_zero(b.dv):
            return Dual(value, *(0.0 if is_zero(p) else p / b.value for p in self[1:]))
        slopes = [plus(p, times(-1.0, times(value, q))) for p, q in zip(self[1:], b[1:], strict=True)]
        return Dual(value, *(0.0 if is_zero(p) else p / b.value for p in slopes))

    def __rtruediv__(self, other: Value) -> Dual:
        return dual(other) / self

    def __lt__(self, other: Value) -> Value:
        return self.value < dual(other).value

    def __le__(self, other: Value) -> Value:
        return self.value <= dual(other).value

    def __gt__(self, other: Value) -> Value:
        return self.value > dual(other).value

    def __ge__(self, other: Value) -> Value:
        return self.value >= dual(other).value


def dual(value: Value) -> Dual:
    """The value itself; of a plain one, one that does not change."""
    return value if isinstance(value, Dual) else Dual(value)


def is_zero(value: Value) -> bool:
    """Is it the plain number 0?"""
    return isinstance(value, float) and value == 0.0


def plus(a: Value, b: Value) -> Value:
    """a + b, where plain zeros cost nothing."""
    return b if is_zero(a) else a if is_zero(b) else a + b


def times(a: Value, b: Value) -> Value:
    """a · b, where plain zeros and ones cost nothing."""
    if is_zero(a) or is_zero(b):
        return 0.0
    if isinstance(a, float) and abs(a) == 1.0:
        return b if a > 0 else -b
    return a if isinstance(b, float) and b == 1.0 else a * b


class DualOps(Ops):
    """The operations on duals of another kind's values."""

    def __init__(self, ops: Ops) -> None:
        self.ops = ops

    def _chain(self, value: Value, x: Dual, slope: Callable[[], Value]) -> Dual:
        """A function's value at x, and its slope there times how x changes."""
        if is_zero(x.du) and is_zero(x.dv):
            return Dual(value)
        found = slope()
        return Dual(value, times(found, x.du), times(found, x.dv))

    def _choose(self, condition: Value, a: Value, b: Value) -> Value:
        return 0.0 if is_zero(a) and is_zero(b) else self.ops.where(condition, a, b)

    def where(self, condition: Value, yes: Value, no: Value) -> Value:
        a, b = dual(yes), dual(no)
        slopes = (self._choose(condition, p, q) for p, q in zip(a[1:], b[1:], strict=True))
        return Dual(self.ops.where(condition, a.value, b.value), *slopes)

    def real(self, whole: Value) -> Value:
        return self.ops.real(whole)

    def abs(self, x: Value) -> Value:
        x = dual(x)
        return self._chain(self.ops.abs(x.value), x, lambda: self.ops.where(x.value < 0.0, -1.0, 1.0))

    def floor(self, x: Value) -> Value:
        return Dual(self.ops.floor(dual(x).value))

    def round(self, x: Value) -> Value:
        return Dual(self.ops.round(dual(x).value))

    def sqrt(self, x: Value) -> Value:
        x = dual(x)
        root = self.ops.sqrt(x.value)
        return self._chain(root, x, lambda: 0.5 / self.ops.max(root, _TINY))

    def exp(self, x: Value) -> Value:
        x = dual(x)
        value = self.ops.exp(x.value)
        return self._chain(value, x, lambda: value)

    def log(self, x: Value) -> Value:
        x = dual(x)
        return self._chain(self.ops.log(x.value), x, lambda: 1.0 / x.value)

    def sin(self, x: Value) -> Value:
        x = dual(x)
        return self._chain(self.ops.sin(x.value), x, lambda: self.ops.cos(x.value))

    def cos(self, x: Value) -> Value:
        x = dual(x)
        return self._chain(self.ops.cos(x.value), x, lambda: -self.ops.sin(x.value))

    def tanh(self, x: Value) -> Value:
        x = dual(x)
        value = self.ops.tanh(x.value)
        return self._chain(value, x, lambda: 1.0 - value * value)

    def erf(self, x: Value) -> Value:
        x = dual(x)
        slope = 2 / math.sqrt(math.pi)
        return self._chain(self.ops.erf(x.value), x, lambda: slope * self.ops.exp(-(x.value * x.value)))

    def atan2(self, y: Value, x: Value) -> Value:
        y, x = dual(y), dual(x)
        value = self.ops.atan2(y.value, x.value)
        across = self.ops.max(x.value * x.value + y.value * y.value, _TINY * _TINY)
        pairs = zip(y[1:], x[1:], strict=True)
        slopes = [plus(times(x.value, p), times(-1.0, times(y.value, q))) for p, q in pairs]
        return Dual(value, *(0.0 if is_zero(slope) else slope / across for slope in slopes))

    def lookup(self, table: Value, t: Value) -> Value:
        """Of a table's columns as they are drawn: colours are not differentiated."""
        return Dual(self.ops.lookup(table, dual(t).value))

    def min(self, a: Value, b: Value) -> Value:
        a, b = dual(a), dual(b)
        less = a.value < b.value
        slopes = (self._choose(less, p, q) for p, q in zip(a[1:], b[1:], strict=True))
        return Dual(self.ops.min(a.value, b.value), *slopes)

    def max(self, a: Value, b: Value) -> Value:
        a, b = dual(a), dual(b)
        more = a.value > b.value
        slopes = (self._choose(more, p, q) for p, q in zip(a[1:], b[1:], strict=True))
        return Dual(self.ops.max(a.value, b.value), *slopes)

    def clamp(self, x: Value, low: Value, high: Value) -> Value:
        x = dual(x)
        if isinstance(low, Dual) or isinstance(high, Dual):
            return self.min(self.max(x, low), high)
        return self._chain(self.ops.clamp(x.value, low, high), x, lambda: self._within(x.value, low, high))

    def unit(self, x: Value) -> Value:
        x = dual(x)
        return self._chain(self.ops.unit(x.value), x, lambda: self._within(x.value, 0.0, 1.0))

    def _within(self, x: Value, low: Value, high: Value) -> Value:
        return self.ops.where(x > low, self.ops.where(x < high, 1.0, 0.0), 0.0)

    def sign(self, x: Value) -> Value:
        return Dual(self.ops.sign(dual(x).value))

    def tan(self, x: Value) -> Value:
        x = dual(x)
        value = self.ops.tan(x.value)
        return self._chain(value, x, lambda: 1.0 + value * value)

    def atan(self, x: Value) -> Value:
        x = dual(x)
        return self._chain(self.ops.atan(x.value), x, lambda: 1.0 / (1.0 + x.value * x.value))

    def sigmoid(self, x: Value) -> Value:
        x = dual(x)
        value = self.ops.sigmoid(x.value)
        return self._chain(value, x, lambda: value * (1.0 - value))

    def mod(self, x: Value, m: Value) -> Value:
        x, m = dual(x), dual(m)
        slopes = x[1:]
        if not (is_zero(m.du) and is_zero(m.dv)):
            times_m = -self.ops.floor(x.value / m.value)
            slopes = tuple(plus(p, times(times_m, q)) for p, q in zip(x[1:], m[1:], strict=True))
        return Dual(self.ops.mod(x.value, m.value), *slopes)

    def power(self, x: Value, exponent: Value) -> Value:
        x = dual(x)
        if isinstance(exponent, Dual) and is_zero(exponent.du) and is_zero(exponent.dv):
            exponent = exponent.value
        if not isinstance(exponent, Dual):
            value = self.ops.power(x.value, exponent)
            return self._chain(value, x, lambda: exponent * self.ops.power(x.value, exponent - 1.0))
        return self.exp(exponent * self.log(x))

    def srgb_curve(self, x: Value) -> Value:
        x = dual(x)
        return self._chain(self.ops.srgb_curve(x.value), x, lambda: 2.4 * self.ops.power(x.value, 1.4))

    def cos_squared(self, turns: Value) -> Value:
        x = dual(turns)
        slope = -math.pi * PEAK
        return self._chain(self.ops.cos_squared(x.value), x, lambda: slope * self.ops.sin_turns(x.value))
