"""Compiling that Ctrl-C ends: Halide holds Python's lock in `compile_jit`, but not in `realize`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import halide as hl
import numpy as np

from ..parallel import alone


def compile_by_drawing(pipeline: Any, images: Sequence[Any], empty: Sequence[np.ndarray[Any, Any]]) -> None:
    """Compile a Func or Pipeline by drawing no row of its outputs, which `empty` are; its images are set to zeros."""
    zeros = [
        np.zeros([1] * image.dimensions(), np.int32 if image.type() == hl.Int(32) else np.float32) for image in images
    ]
    for image, array in zip(images, zeros, strict=True):
        image.set(hl.Buffer(array))
    # the checks of buffers are ours, where we draw: leaving Halide's out saves a quarter of the compiling
    target = hl.get_host_target().with_feature(hl.TargetFeature.NoAsserts)
    outputs = [hl.Buffer(array) for array in empty]
    alone(lambda: pipeline.realize(outputs if len(outputs) > 1 else outputs[0], target))
