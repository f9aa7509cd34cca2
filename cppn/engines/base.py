"""What every engine is: something that prepares a Field for a Frame, and then draws any part of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ..develop import Field
from ..errors import CppnError
from ..view import Frame

Pixels = NDArray[Any]
DTYPES = {8: np.uint8, 16: np.uint16, 32: np.float32}


@dataclass(frozen=True)
class Quality:
    """How a picture is drawn: settings of the drawing, never of the picture.

    `samples`: samples a pixel is N × N. `bits`: 8 or 16, whole numbers; 32, floats in [0, 1]. `dither`: 8-bit noise
    of one step before rounding, the same for the same pixel always.
    """

    samples: int = 1
    bits: int = 8
    dither: bool = False

    def __post_init__(self) -> None:
        if not 1 <= self.samples <= 64:
            raise CppnError(f"{self.samples} samples a side", where="aa", legal="1 to 64 are legal")
        if self.bits not in DTYPES:
            raise CppnError(f"{self.bits} bits", where="bits", legal="8, 16 and 32 are legal")
        if self.dither and self.bits != 8:
            raise CppnError(f"dither with {self.bits} bits", where="dither", legal="it is for 8 bits")

    @property
    def dtype(self) -> np.dtype[Any]:
        """Of the finished pixels."""
        return np.dtype(DTYPES[self.bits])


class Plan(Protocol):
    """A field prepared for one frame on one engine."""

    def draw(self, out: Pixels, top: int, left: int = 0) -> None:
        """Fill `out`, shape (rows, columns, channels), with the frame's pixels from row `top`, column `left` on."""


class Engine(Protocol):
    """A way of computing fields."""

    name: str

    def prepare(self, field: Field, frame: Frame, quality: Quality) -> Plan:
        """Make ready to draw."""
