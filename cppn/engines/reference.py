"""The oracle as an engine: slow and straightforward."""

from __future__ import annotations

from functools import partial

import numpy as np
from numpy.typing import NDArray

from ..compose.composition import compose
from ..field.color import quantise
from ..field.numpy_ops import NumpyOps
from ..field.spaces import decode, encode
from ..network.develop import Field
from ..recipe.view import Frame
from .adaptive import numpy_resolve
from .base import Pixels, Quality
from .oracle import sampled
from .painting import painted_at

Floats = NDArray[np.float64]

_OPS = NumpyOps()
_BLOCK = 1 << 15  # points at once, to bound memory


class ReferenceEngine:
    """Slow and straightforward."""

    name = "reference"
    resolve = staticmethod(numpy_resolve)

    def __init__(self, device: str = "cpu", threads: int = 1) -> None:
        self.device, self.threads = device, threads

    def takes(self, field: Field) -> bool:
        """Nothing is compiled."""
        return True

    def prepare(self, field: Field, frame: Frame, quality: Quality) -> ReferencePlan:
        return ReferencePlan(field, frame, quality)

    prepare_points = prepare


class ReferencePlan:
    """A field on a frame."""

    def __init__(self, field: Field, frame: Frame, quality: Quality) -> None:
        self.frame, self.quality, self._composition = frame, quality, compose(field)

    def draw(self, out: Pixels, top: int, left: int = 0) -> None:
        rows, columns, channels = out.shape
        step = max(1, _BLOCK // columns)
        for start in range(0, rows, step):
            j, i = np.mgrid[top + start : top + min(start + step, rows), left : left + columns]
            block = self._quantise(self._colours(i.ravel(), j.ravel()), i.ravel(), j.ravel())
            out[start : start + step] = block.T.reshape(*i.shape, channels)

    def draw_at(self, out: Pixels, rows: NDArray[np.int32], columns: NDArray[np.int32]) -> None:
        for start in range(0, len(out), _BLOCK):
            i, j = (index[start : start + _BLOCK].astype(np.intp) for index in (columns, rows))
            out[start : start + _BLOCK] = self._quantise(self._colours(i, j), i, j).T

    def _colours(self, i: NDArray[np.intp], j: NDArray[np.intp]) -> Floats:
        f, quality, is_light = self.frame, self.quality, self._composition.program.is_light
        u, v = i - (f.width - 1) / 2, j - (f.height - 1) / 2
        paint = painted_at(self._composition.paintings, f, i, j)
        sample = partial(sampled, self._composition, f, sharp=quality.sharp, paint=paint)
        if len(quality.grid) == 1:
            found = sample(u, v)
            return np.asarray(encode(found, _OPS)) if is_light else found
        total = np.zeros((self._composition.channels, i.size))
        for a, b in quality.grid:
            found = sample(u + a, v + b)
            total += found if is_light else decode(found, _OPS)
        return np.asarray(encode(total / len(quality.grid), _OPS))

    def _quantise(self, colours: Floats, i: NDArray[np.intp], j: NDArray[np.intp]) -> Floats:
        quality, wide = self.quality, (i.astype(np.uint64), j.astype(np.uint64))
        return np.stack(quantise(list(colours), *wide, quality.bits, bool(quality.dither), _OPS))
