"""The random stream that never changes.

A picture drawn today must be drawn again in twenty years, so nothing here depends on how a library turns bits
into numbers. PCG64's raw words for a given seed are guaranteed by NumPy to stay the same (its `Generator` methods
are not); the rest uses only operations that IEEE 754 rounds exactly (+ − × ÷ √), so every machine agrees to the bit.
"""

from __future__ import annotations

from enum import IntEnum, unique

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@unique
class Purpose(IntEnum):
    """What the numbers of a stream are for: no two purposes share a stream, and none ever changes its number."""

    WEIGHTS = 0
    BIASES = 1
    LATENTS = 2
    POINTS = 3  # at which a network learns a target
    DROPOUT = 4
    FOURIER = 5  # features of a fit
    PIXELS = 6  # that a fit looks at
    MIX = 7  # which of a layer's units have which activation
    GRAPH = 8
    WAVES = 9  # that are inputs
    INVENT = 10
    VARY = 11
    LITTER = 20
    MUTATE = 21
    CROSS = 22
    WEIGHTS_WALK = 30
    LATENTS_WALK = 31
    STROKES = 40
    STROKE_COLOURS = 41


class Stream:
    """An endless row of random numbers, named by a seed and a path of integers: its purpose first, then which one.

    Streams with different paths are independent, and a longer draw begins with the shorter one:
    `Stream(7, 0).uniform(3)` are the first three of `Stream(7, 0).uniform(9)`.
    """

    def __init__(self, seed: int, *path: int) -> None:
        self._bits = np.random.PCG64(np.random.SeedSequence(seed, spawn_key=path))

    def uniform(self, count: int) -> Floats:
        """`count` numbers in [0, 1), multiples of 2⁻⁵³."""
        words = np.asarray(self._bits.random_raw(count), dtype=np.uint64)
        return (words >> np.uint64(11)).astype(np.float64) * 2.0**-53

    def normal(self, count: int) -> Floats:
        """`count` numbers of mean 0 and variance 1, one word each, by inverting the distribution."""
        return _normal_quantile(self.uniform(count) + 2.0**-54)


def _normal_quantile(p: Floats) -> Floats:
    """The normal quantile of p in (0, 1), to about 1e-15.

    Wichura, "Algorithm AS 241", Applied Statistics 37 (1988). Its logarithm is `_log`, which every machine rounds
    alike.
    """
    q = p - 0.5
    central = np.abs(q) <= 0.425
    s = 0.180625 - q * q
    middle = q * _ratio(_CENTRAL, s)
    r = np.sqrt(-_log(np.where(central, 0.5, np.minimum(p, 1.0 - p))))
    tail = np.where(r <= 5.0, _ratio(_NEAR, r - 1.6), _ratio(_FAR, r - 5.0))
    return np.where(central, middle, np.where(q < 0, -tail, tail))


def _log(x: Floats) -> Floats:
    """Natural logarithm of x > 0: the exponent by `frexp`, the mantissa by the series of artanh."""
    mantissa, exponent = np.frexp(x)
    low = mantissa < 0.7071067811865476
    mantissa = np.where(low, mantissa * 2.0, mantissa)
    exponent = exponent - low
    t = (mantissa - 1.0) / (mantissa + 1.0)
    u = t * t
    total = np.zeros_like(u)
    for k in range(25, 0, -2):  # |t| ≤ 0.1716, so the first term left out is below 1e-22
        total = total * u + 1.0 / k
    return 2.0 * t * total + exponent * 0.6931471805599453


def _ratio(coefficients: tuple[tuple[float, ...], tuple[float, ...]], x: Floats) -> Floats:
    above, below = (np.zeros_like(x) for _ in range(2))
    for a, b in zip(*(reversed(c) for c in coefficients), strict=True):
        above = above * x + a
        below = below * x + b
    return above / below


# fmt: off
_CENTRAL = (
    (3.3871328727963666080, 133.14166789178437745, 1971.5909503065514427, 13731.693765509461125,
     45921.953931549871457, 67265.770927008700853, 33430.575583588128105, 2509.0809287301226727),
    (1.0, 42.313330701600911252, 687.18700749205790830, 5394.1960214247511077,
     21213.794301586595867, 39307.895800092710610, 28729.085735721942674, 5226.4952788528545610),
)
_NEAR = (
    (1.42343711074968357734, 4.63033784615654529590, 5.76949722146069140550, 3.64784832476320460504,
     1.27045825245236838258, 0.241780725177450611770, 0.0227238449892691845833, 7.74545014278341407640e-4),
    (1.0, 2.05319162663775882187, 1.67638483018380384940, 0.689767334985100004550,
     0.148103976427480074590, 0.0151986665636164571966, 5.47593808499534494600e-4, 1.05075007164441684324e-9),
)
_FAR = (
    (6.65790464350110377720, 5.46378491116411436990, 1.78482653991729133580, 0.296560571828504891230,
     0.0265321895265761230930, 0.00124266094738807843860, 2.71155556874348757815e-5, 2.01033439929228813265e-7),
    (1.0, 0.599832206555887937690, 0.136929880922735805310, 0.0148753612908506148525,
     7.86869131145613259100e-4, 1.84631831751005468180e-5, 1.42151175831644588870e-7, 2.04426310338993978564e-15),
)
# fmt: on
