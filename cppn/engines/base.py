"""What every engine is: something that prepares a Field for a Frame, and then draws any part of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from operator import index
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from ..errors import CppnError
from ..network.develop import Field
from ..recipe.view import Frame

Pixels = NDArray[Any]
# fills pixels and their needs from the corners around them; the first pixel's row and column are told
Resolve = Callable[[NDArray[np.float32], Pixels, NDArray[np.uint8], int, int], None]
_SAMPLES = "1 to 64, or auto, are legal"
DTYPES = {8: np.uint8, 16: np.uint16, 32: np.float32}


@dataclass(frozen=True)
class Quality:
    """How a picture is drawn: settings of the drawing, never of the picture.

    `samples`: samples a pixel is N × N, or "auto" for as many as each pixel needs. `bits`: 8 or 16, whole numbers; 32,
    floats in [0, 1]. `dither`: 8-bit noise of one step before rounding, the same for the same pixel always; None:
    where neighbouring levels would show, which `draw.drawing.job_of` decides.
    `stride`: of the N × N, only every stride-th in a row, shifted by one from row to row; it divides N. `sharpness`:
    how many times as sharp as a pixel edges are that are told by their distance; else as samples are narrow.
    """

    samples: int | Literal["auto"] = 1
    bits: int = 8
    dither: bool | None = None
    stride: int = 1
    sharpness: float | None = None

    def __post_init__(self) -> None:
        if self.samples != "auto":
            try:
                object.__setattr__(self, "samples", index(self.samples))
            except TypeError:
                raise CppnError(f"{self.samples!r} samples a side", where="aa", legal=_SAMPLES) from None
        if self.samples != "auto" and not 1 <= self.samples <= 64:
            raise CppnError(f"{self.samples} samples a side", where="aa", legal=_SAMPLES)
        if self.bits not in DTYPES:
            raise CppnError(f"{self.bits} bits", where="bits", legal="8, 16 and 32 are legal")
        if self.dither and self.bits != 8:
            raise CppnError(f"dither with {self.bits} bits", where="dither", legal="it is for 8 bits")

    @property
    def dtype(self) -> np.dtype[Any]:
        """Of the finished pixels."""
        return np.dtype(DTYPES[self.bits])

    @property
    def sharp(self) -> float:
        """How many samples lie side by side in a pixel: edges are as soft as one is wide."""
        if self.sharpness is not None:
            return self.sharpness
        return 1.0 if self.samples == "auto" else float(self.samples)

    @property
    def cost(self) -> int:
        """Samples that every pixel takes; of "auto", at least."""
        return 1 if self.samples == "auto" else self.samples**2 // self.stride

    @property
    def grid(self) -> list[tuple[float, float]]:
        """Where in a pixel the samples lie, in pixels right of and below its middle; not of "auto"."""
        n = int(self.samples)
        return [
            ((a + 0.5) / n - 0.5, (b + 0.5) / n - 0.5) for a in range(n) for b in range(a % self.stride, n, self.stride)
        ]


class Plan(Protocol):
    """A field prepared for one frame on one engine."""

    def draw(self, out: Pixels, top: int, left: int = 0) -> None:
        """Fill `out`, shape (rows, columns, channels), with the frame's pixels from row `top`, column `left` on."""


class PointPlan(Protocol):
    """A field prepared for single pixels of one frame."""

    def draw_at(self, out: Pixels, rows: NDArray[np.int32], columns: NDArray[np.int32]) -> None:
        """Fill `out`, shape (pixels, channels), with the frame's pixels at those places."""


class Engine(Protocol):
    """A way of computing fields."""

    name: str
    device: object  # whose text is its name
    threads: int

    def takes(self, field: Field) -> bool:
        """Is it made ready in seconds? An engine that compiles may need minutes for long formulas."""

    def prepare(self, field: Field, frame: Frame, quality: Quality) -> Plan:
        """Make ready to draw."""

    def prepare_points(self, field: Field, frame: Frame, quality: Quality) -> PointPlan:
        """Make ready to draw single pixels."""

    def resolve(self, channels: int, quality: Quality) -> Resolve:
        """What tells, of adaptive drawings, which pixels need samples of their own; see `adaptive`."""
