"""The CPU engine: the whole picture is one Halide pipeline, compiled once for each shape of network.

Weights, parameters, palette and view are set at run time. Rows are handed to Python threads: Halide releases Python's
lock while it draws.

A pixel's value depends on its absolute place alone and every sum runs in one order, so pictures are the same to the
bit for any number of threads, any band height and any crop.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

import halide as hl
import numpy as np
from numpy.typing import NDArray

from ..field.color import NO_TURN
from ..network.develop import Field
from ..network.stages import Network
from ..recipe.view import Frame
from .base import Pixels, Plan, PointPlan, Quality, Resolve
from .fold import PIXEL, Folded, fold, fold_activation
from .halide_pipeline import TURN, Pipeline, Shape
from .halide_resolve import halide_resolve
from .halide_stages import SliceShape, StageShape
from .parts import total
from .workers import Workers, in_forked_children

_NOWHERE: Mapping[str, Any] = {}
_MOST = 10_000  # operations to compile: about two seconds
_LAYER = 250  # operations that take as long to compile as a layer's sums


class HalideEngine:
    """Fused and vectorised, on `threads` threads."""

    name = "halide"

    def __init__(self, device: str = "cpu", threads: int = 1) -> None:
        self.device, self.threads = device, threads
        self.workers = Workers(threads)

    def prepare(self, field: Field, frame: Frame, quality: Quality) -> Plan:
        return HalidePlan(self, field, fold(field, frame, turns=True), frame, quality)

    def prepare_points(self, field: Field, frame: Frame, quality: Quality) -> PointPlan:
        return HalidePointPlan(self, field, fold(field, frame, turns=True), frame, quality)

    def takes(self, field: Field) -> bool:
        """Are its layers few, and its formulas short enough, to compile?"""
        cores = [fold_activation(one, turns=True).core for one in field.network.activations]
        return total([*field.network.inputs, *cores]) + _LAYER * len(cores) <= _MOST

    def resolve(self, channels: int, quality: Quality) -> Resolve:
        return halide_resolve(self.workers, channels, quality)


class _Bound:
    """A compiled pipeline with the numbers of one field and frame."""

    _scattered: bool

    def __init__(self, engine: HalideEngine, field: Field, folded: Folded, frame: Frame, quality: Quality) -> None:
        self._workers, self._channels, self._dtype = engine.workers, field.color.channels, quality.dtype
        self._pipeline = _compile(_shape(field, folded, quality, self._scattered))
        # a Halide buffer does not keep the NumPy array behind it alive, so the plan does
        with np.errstate(over="ignore"):  # what is beyond float32 is infinite
            self._arrays = {
                name: np.ascontiguousarray(array, dtype=np.float32) for name, array in _arrays(field, folded).items()
            }
        self._buffers = {name: hl.Buffer(array) for name, array in self._arrays.items()}
        plane = frame._asdict()
        self._numbers = {
            **_outputs(folded),
            "middle_x": (plane.pop("width") - 1) / 2, "middle_y": (plane.pop("height") - 1) / 2, **plane,
            "samples": int(quality.samples), "stride": quality.stride,
            "sample": 1 / int(quality.samples), "share": 1 / quality.cost,
            **dict(zip(TURN, field.color.turn or NO_TURN, strict=True)),
            **_parameters(folded.network),
        }  # fmt: skip

    def _draw(
        self, parts: Iterable[tuple[Pixels, int, int]], corner: tuple[int, int], places: Mapping[str, Any] = _NOWHERE
    ) -> None:
        """Realize parts, each an array with its first row and column, counted from the corner's column and row."""
        with self._pipeline.lock:  # nobody may bind other numbers before all are done
            self._pipeline.bind({**self._buffers, **places}, {**self._numbers, "left": corner[0], "top": corner[1]})
            self._workers.share(self._pipeline.realize, parts)


class HalidePlan(_Bound):
    """Draws rectangles."""

    _scattered = False

    def draw(self, out: Pixels, top: int, left: int = 0) -> None:
        rows, columns, count = out.shape
        if count != self._channels or out.dtype != self._dtype or not out.flags.c_contiguous or top < 0 or left < 0:
            raise ValueError(f"cannot draw into shape {out.shape} of {out.dtype} at ({left}, {top})")
        strip = self._pipeline.tile.strip
        if columns < strip:  # the vectors of a strip are drawn whole
            wide = np.empty((rows, strip, count), out.dtype)
            self.draw(wide, top, left)
            out[:] = wide[:, :columns]
            return
        self._draw(((out[part], part.start, 0) for part in self._workers.rows(rows)), (left, top))


class HalidePointPlan(_Bound):
    """Draws single pixels."""

    _scattered = True

    def draw_at(self, out: Pixels, rows: NDArray[np.int32], columns: NDArray[np.int32]) -> None:
        count, strip = len(out), self._pipeline.tile.strip
        strips = -(-count // strip)
        places = {"column": np.resize(columns, strips * strip), "row": np.resize(rows, strips * strip)}
        whole = np.empty((1, strips * strip, self._channels), self._dtype)
        step = strip * max(1, strips // (8 * self._workers.count))
        parts = ((whole[:, start : start + step], 0, start) for start in range(0, strips * strip, step))
        self._draw(parts, (0, 0), {name: hl.Buffer(index) for name, index in places.items()})
        out[:] = whole[0, :count]


def _shape(field: Field, folded: Folded, quality: Quality, scattered: bool) -> Shape:
    color = field.color
    return Shape(
        folded.features,
        tuple(
            StageShape(
                stage.sources,
                tuple(SliceShape(one.activation.tree, one.units) for one in stage.slices),
                stage.shortcuts,
            )
            for stage in folded.network.stages
        ),
        color.mode,
        color.invert,
        color.turn is not None or color.mode in ("hsv", "oklch"),
        0 if color.table is None else len(color.table),
        quality.samples != 1,
        scattered,
        quality.bits,
        quality.dither,
    )


def _arrays(field: Field, folded: Folded) -> dict[str, Any]:
    """By the names of the pipeline's images."""
    table, network = field.color.table, folded.network
    found: dict[str, Any] = {"table": np.zeros((1, 1)) if table is None else table.T}
    widths = network.widths
    for i, stage in enumerate(network.stages):
        found[f"b{i}"] = stage.bias
        at = 0
        for j, source in enumerate(stage.sources):
            block = stage.weight[:, at : (at := at + widths[source])]
            if not source:
                found[f"pixel{i}"], block = block[:, : len(PIXEL)], block[:, len(PIXEL) :]
            if block.size:
                found[f"w{i}_{j}"] = block
    return found


def _parameters(network: Network) -> dict[str, float]:
    return {
        f"{key}_{i}_{k}": value
        for i, stage in enumerate(network.stages)
        for k, one in enumerate(stage.slices)
        for key, value in one.activation.parameters.items()
    }


def _outputs(folded: Folded) -> dict[str, float]:
    """Gain and offset of the last stage's slices."""
    found: dict[str, float] = {}
    first = 0
    for k, one in enumerate(folded.network.stages[-1].slices):
        found |= {f"gain_{k}": folded.gain[first], f"offset_{k}": folded.offset[first]}
        first += one.units
    return found


def _compile(shape: Shape) -> Pipeline:
    """The pipeline of a shape; two threads that want the same one do not both compile it."""
    with _LOCK:
        lock = _LOCKS.setdefault(shape, threading.Lock())
    with lock:
        try:
            return _compiled(shape)
        finally:
            _LOCKS.pop(shape, None)  # those who wait for it have it


@lru_cache(maxsize=48)
def _compiled(shape: Shape) -> Pipeline:
    return Pipeline(shape)


_LOCK = threading.Lock()
_LOCKS: dict[Shape, threading.Lock] = {}


def _forget() -> None:
    global _LOCK
    _LOCK = threading.Lock()
    _LOCKS.clear()
    _compiled.cache_clear()


in_forked_children(_forget)
