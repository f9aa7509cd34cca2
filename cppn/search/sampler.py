"""Sampler: choices drawn from the random stream that never changes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TypeVar

from ..rng import Stream

T = TypeVar("T")


class Sampler:
    """Throws of one stream, named by a seed and a path of integers."""

    def __init__(self, seed: int, *path: int) -> None:
        self._stream = Stream(seed, *path)

    def unit(self) -> float:
        """A number in [0, 1)."""
        return float(self._stream.uniform(1)[0])

    def between(self, low: float, high: float) -> float:
        """A number in [low, high), with three digits, so that recipes stay readable."""
        return float(f"{low + (high - low) * self.unit():.3g}")

    def factor(self, low: float, high: float) -> float:
        """A number in [low, high), even by factors."""
        return float(f"{low * math.exp(math.log(high / low) * self.unit()):.3g}")

    def whole(self, low: int, high: int) -> int:
        """A whole number from low to high, both included."""
        return low + int((high - low + 1) * self.unit())

    def sign(self) -> int:
        """−1 or 1."""
        return 1 if self.unit() < 0.5 else -1

    def chance(self, probability: float) -> bool:
        """True so often."""
        return self.unit() < probability

    def choice(self, items: Sequence[T]) -> T:
        """One of the items."""
        return items[int(len(items) * self.unit())]
