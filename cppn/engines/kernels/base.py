"""What every kernel is: machine code that fills arrays, from arrays and numbers that have names."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, NamedTuple, Protocol

from numpy.typing import NDArray


class Region(NamedTuple):
    """An array, and the coordinates of its first number, the fastest dimension first; without them, zeros."""

    array: NDArray[Any]
    corner: Sequence[int] = ()


Run = Callable[..., None]  # fills the Regions that it is given
Numbers = Mapping[str, float]


class Kernel(Protocol):
    """Compiled for a shape. `strip`: how many pixels along x it draws at least."""

    strip: int

    def bound(self, arrays: Mapping[str, Region], numbers: Numbers) -> AbstractContextManager[Run]:
        """Bind what a drawing is computed from, each by its name; what is given may be called by many threads."""
