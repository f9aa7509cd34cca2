"""Kernels compiled in memory by Halide itself, for machines where its objects cannot be linked."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import halide as hl
import numpy as np

from ..kernels.base import Numbers, Region, Run
from .build import build
from .pipeline import machine
from .shape import Shape


class JitKernel:
    """A shape compiled in this process."""

    def __init__(self, shape: Shape) -> None:
        self._built = build(shape)
        self.strip = self._built.strip
        self._lock = threading.Lock()  # the arguments belong to one drawing at a time
        self._pipeline = hl.Pipeline(list(self._built.outputs))
        self._compile()

    def _compile(self) -> None:
        """Compile by drawing no row: Halide holds Python's lock in `compile_jit`, but not in `realize`."""
        zeros = {
            name: np.zeros([1] * image.dimensions(), np.int32 if image.type() == hl.Int(32) else np.float32)
            for name, image in self._built.images.items()
        }
        for name, image in self._built.images.items():
            image.set(hl.Buffer(zeros[name]))
        empty = [
            hl.Buffer(func.type(), list(extents))
            for func, extents in zip(self._built.outputs, self._built.empty, strict=True)
        ]
        self._pipeline.realize(empty, machine())

    @contextmanager
    def bound(self, arrays: Mapping[str, Region], numbers: Numbers) -> Iterator[Run]:
        images = self._built.images
        with self._lock:  # nobody may bind others before all is drawn
            kept = {name: _buffer(arrays[name]) for name in images}
            for name, one in self._built.arguments.items():
                one.set(kept[name] if name in images else numbers[name])
            yield lambda *outputs: self._pipeline.realize([_buffer(one) for one in outputs])


def _buffer(region: Region) -> Any:
    buffer = hl.Buffer(region.array)
    if any(region.corner):
        buffer.set_min(list(region.corner))
    return buffer
