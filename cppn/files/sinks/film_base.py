"""What every film's sink is: a file in the making that takes frame after frame."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..provenance import Provenance
from .base import Sink

Frame = NDArray[np.uint8]


class FilmSink(Sink):
    """Give it all frames, each of shape (height, width, 1 or 3), in order.

    `encode` may be called from any thread, for several frames at once; what it gives goes to `append` in order.
    """

    def encode(self, frame: Frame) -> Any:
        """The part of the work on a frame that needs no other frame."""
        return frame

    def append(self, encoded: Any) -> None:
        """Add the next frame. Errors: CppnError if the file cannot be written."""
        raise NotImplementedError

    def write(self, band: NDArray[Any]) -> None:
        """Add the next frame."""
        self.append(self.encode(band))


@dataclass(frozen=True)
class Film:
    """A film to be written: its shape, pace and length, and what is put into the file.

    `quality`: 1 to 100, of lossy formats; 100 is without loss where the format can. `sample`: a few frames from all
    over the film, small ones will do, from which a palette is made; `dither`: whether it is dithered.
    """

    width: int
    height: int
    fps: Fraction
    frames: int
    provenance: Provenance | None = None
    quality: int | None = None
    sample: Callable[[], Iterable[Frame]] | None = None
    dither: bool = True


def durations(fps: Fraction, frames: int, ticks: int) -> list[int]:
    """How many ticks, of which a second has `ticks`, each frame is shown, so that no error adds up."""
    ends = [round(Fraction(ticks * i) / fps) for i in range(frames + 1)]
    return [after - before for before, after in pairwise(ends)]
