"""Films of a network learning a picture, written while it learns."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from types import TracebackType

import numpy as np
from numpy.typing import NDArray

from ..draw.drawing import draw
from ..errors import CppnError
from ..files.sinks import Provenance
from ..files.sinks.film_base import Film
from ..files.sinks.film_formats import film_format
from ..files.sinks.films import open_film
from ..network.transcribe import with_weights
from .photo import Fit

FRAMES, FPS = 120, Fraction(20)
_LONGEST = 512  # pixels of the longer side


class TrainingFilm:
    """FRAMES pictures of a network, closer together at the beginning, where it learns most.

    with TrainingFilm(path, fit, pixels) as film:
        for progress in fit.run(steps, watch=film.show): ...

    Errors: CppnError if the film cannot be written; it appears whole or not at all.
    """

    def __init__(self, path: Path, fit: Fit, pixels: NDArray[np.float32]) -> None:
        if "%" in path.name:
            raise CppnError("a film of training is one file", where=str(path), legal="write learning.mp4")
        height, width, channels = pixels.shape
        scale = min(1.0, _LONGEST / max(height, width))
        step = 2 if film_format(path).even else 1
        self._size = tuple(max(step, round(side * scale / step) * step) for side in (width, height))
        self._fit, self._channels, self._done = fit, channels, 0
        told = Provenance(
            fit.recipe, {"width": self._size[0], "height": self._size[1], "fps": str(FPS), "frames": FRAMES}
        )
        photo = (pixels * 255 + 0.5).astype(np.uint8)
        self._sink = open_film(path, Film(self._size[0], self._size[1], FPS, FRAMES, told, sample=lambda: (photo,)))

    def __enter__(self) -> TrainingFilm:
        self._sink.__enter__()
        return self

    def show(self, share: float) -> None:
        """Add the frames that are due when so much of the training, 0 to 1, is done."""
        if share < self._due:
            return
        recipe = with_weights(self._fit.recipe, self._fit.present)
        encoded = self._sink.encode(draw(recipe, (self._size[0], self._size[1])).whole())
        while share >= self._due:
            self._sink.append(encoded)
            self._done += 1

    @property
    def _due(self) -> float:
        return (self._done / (FRAMES - 1)) ** 2 if self._done < FRAMES else float("inf")

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None or (kind is KeyboardInterrupt and self._fit.step):  # of what was learned, the film is whole
            self.show(1.0)
            self._sink.__exit__(None, None, None)
        else:
            self._sink.__exit__(kind, error, trace)
