"""Colour spaces: sRGB's encoding of linear light, and OKLab, written once over any kind of value."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from operator import add

import numpy as np
from numpy.typing import NDArray

from .ops import Ops, Value


def encode(linear: Value, ops: Ops) -> Value:
    """sRGB's encoding of linear light in [0, 1] (IEC 61966-2-1)."""
    curved = 1.055 * ops.exp(ops.log(ops.max(linear, 1e-9)) * (1 / 2.4)) - 0.055
    return ops.where(linear <= 0.0031308, 12.92 * linear, curved)


def decode(encoded: Value, ops: Ops) -> Value:
    """The linear light of an sRGB value in [0, 1]."""
    curved = ops.srgb_curve((encoded + 0.055) * (1 / 1.055))
    return ops.where(encoded <= 0.04045, encoded * (1 / 12.92), curved)


def oklab_to_linear(lightness: Value, a: Value, b: Value) -> list[Value]:
    """Linear red, green and blue, not yet limited to [0, 1], of an OKLab colour (Ottosson 2020)."""
    l_ = lightness + 0.3963377774 * a + 0.2158037573 * b
    m_ = lightness - 0.1055613458 * a - 0.0638541728 * b
    s_ = lightness - 0.0894841775 * a - 1.2914855480 * b
    l, m, s = l_ * l_ * l_, m_ * m_ * m_, s_ * s_ * s_  # noqa: E741  the paper's own names
    return [
        4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
        -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
        -0.0041960863 * l - 0.7034186147 * m + 1.7076147010 * s,
    ]


def linear_to_oklab(rgb: NDArray[np.float64]) -> NDArray[np.float64]:
    """OKLab of linear colours, shape (…, 3) to (…, 3)."""
    lab: NDArray[np.float64] = np.cbrt(rgb @ _RGB_TO_LMS.T) @ _LMS_TO_LAB.T
    return lab


def linear_to_oklab_of(light: Sequence[Value], ops: Ops) -> tuple[Value, Value, Value]:
    """The same of a red, green and blue of any kind, in [0, 1]."""
    lms = (sum_of(row, light) for row in _RGB_TO_LMS.tolist())
    roots = [ops.exp(ops.log(ops.max(one, 1e-9)) * (1 / 3)) for one in lms]
    lightness, a, b = (sum_of(row, roots) for row in _LMS_TO_LAB.tolist())
    return lightness, a, b


def sum_of(factors: Sequence[float], values: Sequence[Value]) -> Value:
    """Each value times its factor, summed from the first on."""
    first, *others = (k * one for k, one in zip(factors, values, strict=True))
    return reduce(add, others, first)


_RGB_TO_LMS = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_LMS_TO_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)
