"""A plan that shows two plans at once, one through the other, mixed in linear light."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ..field.color import quantise
from ..field.numpy_ops import NumpyOps
from ..field.spaces import decode, encode
from .base import Pixels, Plan, Quality

DEEP = 16  # bits of the pictures that are mixed


class FadePlan:
    """`share`, 0 to 1, of the second plan's light; the plans draw DEEP bits and `channels`, 1 or 3, each its own."""

    def __init__(self, plans: tuple[Plan, Plan], channels: tuple[int, int], share: float, quality: Quality) -> None:
        self._plans, self._channels, self._share, self._quality = plans, channels, share, quality

    def draw(self, out: Pixels, top: int, left: int = 0) -> None:
        """Fill `out`, shape (rows, columns, channels), with pixels from row `top`, column `left` on."""
        light = np.zeros(out.shape, np.float32)
        for plan, channels, share in zip(self._plans, self._channels, (1 - self._share, self._share), strict=True):
            part = np.empty((*out.shape[:2], channels), np.uint16)
            plan.draw(part, top, left)
            light += np.float32(share) * _light()[part]
        bits = self._quality.bits
        if bits == 8:
            out[:] = _steps()[(light * 65535 + 0.5).astype(np.uint16)]
        else:
            encoded = np.clip(encode(light, NumpyOps()), 0, 1)
            out[:] = quantise([encoded], None, None, bits, False, NumpyOps())[0]


@lru_cache(maxsize=1)
def _light() -> NDArray[np.float32]:
    """The linear light of each step of 16 bits."""
    return np.asarray(decode(np.arange(65536) / 65535, NumpyOps())).astype(np.float32)


@lru_cache(maxsize=1)
def _steps() -> NDArray[np.uint8]:
    """The step of 8 bits of each 65536th of light: in the darkest parts 20 of these are one step."""
    encoded = np.clip(encode(np.arange(65536) / 65535, NumpyOps()), 0, 1)
    return np.asarray(quantise([encoded], None, None, 8, False, NumpyOps())[0]).astype(np.uint8)
