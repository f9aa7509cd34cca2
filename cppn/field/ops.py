"""The elementary functions that a kind of value must supply.

Activations, inputs and colour maps are written over `Ops` alone. Run over NumPy arrays they are the oracle, over torch
tensors they train, over Halide expressions they compile, as a shader's text and ONNX nodes they are exported. A kind of
value supplies the abstract operations; the others follow from them.

A value is whatever the kind computes with, a Python float included; values support `+ - * /`, unary `-` and the
comparisons `< <= > >=`.

What is not defined is as in IEEE 754, in every kind: an operation on NaN is NaN, with these exceptions. A comparison
with NaN does not hold, so that `where` takes its second value, `min` and `max` their second argument, `clamp` the
lower limit, `sign` 0. Division by zero is an infinity or NaN; sin, cos and tan of infinities are NaN, tanh, erf and
atan their limits; floor and round leave infinities. A picture's value that is NaN is drawn as 0, its lowest level.
Values above 3.4e38 are infinite in float32, which all engines but the oracle compute in. GLSL leaves NaN to the card.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

Value = Any

# of `cos_squared`: the Halide engine's polynomial for the cosine then begins with a bare power, a multiplication less
PEAK = 20.7181516


class Ops(ABC):
    """The operations on one kind of value. All take and return values, elementwise."""

    def word(self, number: int) -> Value:
        """A number of 32 bits as a whole one of this kind."""
        return number

    def real(self, whole: Value) -> Value:
        """A whole number as one of those that are computed with."""
        return whole

    def whole(self, x: Value) -> Value:
        """A value without fraction as a whole number of at least 32 bits that supports `* + ^ >> &`; it may wrap."""
        return x

    @abstractmethod
    def where(self, condition: Value, yes: Value, no: Value) -> Value:
        """`yes` where the condition holds, else `no`."""

    @abstractmethod
    def abs(self, x: Value) -> Value:
        """|x|."""

    @abstractmethod
    def floor(self, x: Value) -> Value:
        """The largest integer ≤ x."""

    @abstractmethod
    def round(self, x: Value) -> Value:
        """The nearest integer, ties to the even one."""

    @abstractmethod
    def sqrt(self, x: Value) -> Value:
        """√x, NaN below zero."""

    @abstractmethod
    def exp(self, x: Value) -> Value:
        """eˣ."""

    @abstractmethod
    def log(self, x: Value) -> Value:
        """Natural logarithm, −∞ at zero, NaN below."""

    @abstractmethod
    def sin(self, x: Value) -> Value:
        """sin x, x in radians."""

    @abstractmethod
    def cos(self, x: Value) -> Value:
        """cos x, x in radians."""

    @abstractmethod
    def tanh(self, x: Value) -> Value:
        """tanh x."""

    @abstractmethod
    def erf(self, x: Value) -> Value:
        """The error function."""

    @abstractmethod
    def atan2(self, y: Value, x: Value) -> Value:
        """The angle of (x, y), in [−π, π]; 0 at the origin."""

    @abstractmethod
    def lookup(self, table: Value, t: Value) -> Value:
        """The table (a kind's own handle on n numbers over [0, 1]) at t in [0, 1], linearly interpolated."""

    # derived

    def hash(self, column: Value, row: Value, stream: Value) -> Value:
        """A number in [0, 1), a multiple of 2⁻²⁴, that looks random, for each pair of values without fraction.

        `stream`: a plain whole number, which tells independent ones apart.
        """
        return self.real(self.scrambled(self.whole(column), self.whole(row), int(stream))) * 2.0**-24

    def dither(self, column: Value, row: Value, channel: int) -> Value:
        """A number in [0, 1), a multiple of 2⁻²⁴, for each pixel: neighbours differ much, so that their mean does not.

        The points of the R2 sequence (Roberts 2018) over the whole numbers, folded: of its power, less than a millionth
        lies in frequencies below a tenth of a pixel, where eyes would see it; of white noise, 3 %.
        """
        mask, own = self.word(0xFFFFFFFF), self.word(channel * 0x55555555 & 0xFFFFFFFF)
        z = (column * self.word(0xC13FA9A9) + row * self.word(0x91E10DA5) + own) & mask
        return self.real((((z * 2) & mask) ^ ((z >> 31) * mask)) >> 8) * 2.0**-24

    def scrambled(self, column: Value, row: Value, stream: int) -> Value:
        """A whole number from 0 to 2²⁴ − 1 that looks random, of two whole numbers."""
        mask, own = self.word(0xFFFFFFFF), self.word((stream + 1) * 0x1B56C4E9 & 0xFFFFFFFF)
        h = (column * 0x1F1F1F1F + row * 0x6C8E9CF5 + own) & mask
        for shift, factor in ((16, 0x45D9F3B), (15, 0x2C1B3C6D), (16, 0x297A2D39)):
            h = ((h ^ (h >> shift)) * factor) & mask
        return (h ^ (h >> 16)) >> 8

    def min(self, a: Value, b: Value) -> Value:
        """The smaller; b if either is NaN."""
        return self.where(a < b, a, b)

    def max(self, a: Value, b: Value) -> Value:
        """The larger; b if either is NaN."""
        return self.where(a > b, a, b)

    def clamp(self, x: Value, low: Value, high: Value) -> Value:
        """x limited to [low, high]; low where x is NaN."""
        return self.min(self.max(x, low), high)

    def unit(self, x: Value) -> Value:
        """x limited to [0, 1]; 0 where x is NaN."""
        return self.where(x > 0.0, self.min(x, 1.0), 0.0)

    def sign(self, x: Value) -> Value:
        """−1, 0 or 1."""
        return self.where(x > 0, 1.0, self.where(x < 0, -1.0, 0.0))

    def tan(self, x: Value) -> Value:
        """tan x, x in radians."""
        return self.sin(x) / self.cos(x)

    def atan(self, x: Value) -> Value:
        """The angle whose tangent is x."""
        return self.atan2(x, 1.0)

    def sigmoid(self, x: Value) -> Value:
        """1 / (1 + e⁻ˣ)."""
        return 0.5 + 0.5 * self.tanh(0.5 * x)

    def mod(self, x: Value, m: Value) -> Value:
        """x − m·floor(x/m), with the sign of m."""
        return x - m * self.floor(x / m)

    def power(self, x: Value, exponent: Value) -> Value:
        """x to a power: by multiplication for a whole constant, else e^(exponent·log x), NaN for x < 0."""
        if isinstance(exponent, float) and exponent.is_integer():
            return self._whole_power(x, int(exponent))
        return self.exp(exponent * (math.log(x) if isinstance(x, float) and x > 0 else self.log(x)))

    def _whole_power(self, x: Value, exponent: int) -> Value:
        if exponent < 0:
            return 1.0 / self._whole_power(x, -exponent)
        if exponent == 0:
            return 0.0 * x + 1.0
        half = self._whole_power(x, exponent // 2) if exponent > 1 else None
        square = x if half is None else half * half
        return square * x if half is not None and exponent % 2 else square

    def iterate(self, body: Callable[[Value], Value], steps: Value, x: Value) -> Value:
        """The body applied so often to x: a plain number, or a tensor of one; 2.5 is halfway from 2 to 3 times."""
        count, part = divmod(float(steps), 1)
        for _ in range(int(count)):
            x = body(x)
        return x + part * (body(x) - x) if part else x

    def srgb_curve(self, x: Value) -> Value:
        """x^2.4, of x in [0.09, 1]."""
        return self.exp(2.4 * self.log(x))

    def sin_turns(self, turns: Value) -> Value:
        """sin(2π·turns)."""
        return self.sin(2.0 * math.pi * turns)

    def cos_squared(self, turns: Value) -> Value:
        """PEAK·cos²(π·turns) = PEAK·(½ + ½·cos(2π·turns)): a cosine whose affine part can be folded away."""
        return PEAK * (0.5 + 0.5 * self.cos(2.0 * math.pi * turns))
