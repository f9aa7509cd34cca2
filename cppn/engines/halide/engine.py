"""The CPU engine: the whole picture is one kernel, compiled once for each shape of network.

Weights, parameters, palette and view are bound at run time. Rows are handed to Python threads: a kernel runs without
Python's lock.

A pixel's value depends on its absolute place alone and every sum runs in one order, so pictures are the same to the
bit for any number of threads, any band height and any crop.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future

import numpy as np
from numpy.typing import NDArray

from ...compose.composition import Composition, compose
from ...network.develop import Field
from ...network.stages import Network, Numbers
from ...parallel import finish
from ...recipe.view import Frame
from ..base import Pixels, Plan, PointPlan, Quality, Resolve
from ..fold import PIXEL, PLANE, Folded, fold, fold_activation
from ..kernels.base import Kernel, Region
from ..kernels.kernel import kernel
from ..painting import at, painted
from ..parts import total
from ..workers import Workers
from .shape import PLACES, NetworkShape, PictureShape, ResolveShape, Shape, SliceShape, StageShape, prefix

_NOWHERE: Mapping[str, Region] = {}
_MOST = 10_000  # operations to compile: about two seconds
_MOST_COMPOSED = 40_000  # of a graph, or of all networks that a composition asks: about half a minute, once
_LAYER, _UNIT, _LINK = 250, 40, 4  # operations that take as long to compile as a layer's sums, a linked unit, a link


class HalideEngine:
    """Fused and vectorised, on `threads` threads."""

    name = "halide"

    def __init__(self, device: str = "cpu", threads: int = 1) -> None:
        self.device, self.threads = device, threads
        self.workers = Workers(threads)

    def kernel(self, shape: Shape) -> Future[Kernel]:
        """The kernel of a shape, as soon as it is ready."""
        return kernel(shape)

    def parts(self, rows: int) -> Iterator[slice]:
        """The rows of a drawing, shared out among the threads."""
        return self.workers.rows(rows)

    def prepare(self, field: Field, frame: Frame, quality: Quality) -> Plan:
        return HalidePlan(self, compose(field), frame, quality)

    def prepare_points(self, field: Field, frame: Frame, quality: Quality) -> PointPlan:
        return HalidePointPlan(self, compose(field), frame, quality)

    def takes(self, field: Field) -> bool:
        """Are its layers few, and its formulas short enough, to compile?

        A network is compiled as often as it is asked.
        """
        made = compose(field)
        calls = Counter(call.network for call in made.program.calls)
        work = sum(count * _work(made.sources[network].network) for network, count in calls.items())
        is_plain = len(calls) == 1 == calls.total() and not made.sources[0].network.is_linked
        return work <= (_MOST if is_plain else _MOST_COMPOSED)

    def resolve(self, channels: int, quality: Quality) -> Resolve:
        shape = ResolveShape(channels, quality.bits, bool(quality.dither))
        return _resolve(self.workers, self.kernel(shape), channels)


def _work(network: Network) -> float:
    """What there is to compile of a network; of linked units, each is written out."""
    found = total(network.inputs)
    for stage in network.stages:
        for one in stage.slices:
            core = total([fold_activation(one.activation, turns=True).core])
            found += core + _LAYER if stage.links is None else (core + _UNIT) * one.units
        found += _LINK * sum(map(len, stage.links or ()))
    return found


class _Bound:
    """A kernel, perhaps still being compiled, with the numbers of one field and frame."""

    _scattered: bool

    def __init__(self, engine: HalideEngine, composition: Composition, frame: Frame, quality: Quality) -> None:
        self._engine, self._channels, self._dtype = engine, composition.channels, quality.dtype
        self._paintings, self._frame = composition.paintings, frame
        asked = composition.program.asked
        folded = [
            fold(composition.sources[network], frame if framed else PLANE, turns=True) for network, framed in asked
        ]
        self._making = engine.kernel(_shape(composition, folded, quality, self._scattered))
        arrays: dict[str, Numbers] = {name: table.T for name, table in composition.tables.items()}
        numbers: dict[str, float] = dict(composition.numbers)
        for key, one in enumerate(folded):
            arrays |= {prefix(key) + name: array for name, array in _arrays(one.network).items()}
            numbers |= {prefix(key) + name: value for name, value in (_outputs(one) | _parameters(one.network)).items()}
        with np.errstate(over="ignore"):  # what is beyond float32 is infinite
            self._arrays = {
                name: Region(np.ascontiguousarray(array, dtype=np.float32)) for name, array in arrays.items()
            }
        plane = frame._asdict()
        self._numbers = {
            "middle_x": (plane.pop("width") - 1) / 2, "middle_y": (plane.pop("height") - 1) / 2, **plane,
            "samples": int(quality.samples), "stride": quality.stride,
            "sample": 1 / int(quality.samples), "share": 1 / quality.cost,
            "sharp": quality.sharp, **numbers,
        }  # fmt: skip

    @property
    def _kernel(self) -> Kernel:
        return finish(self._making)

    def _draw(
        self, parts: Iterable[tuple[Pixels, int, int]], corner: tuple[int, int], places: Mapping[str, Region] = _NOWHERE
    ) -> None:
        """Draw parts, each an array with its first row and column, counted from the corner's column and row."""
        numbers = {**self._numbers, "left": corner[0], "top": corner[1]}
        with self._kernel.bound({**self._arrays, **places}, numbers) as run:
            self._engine.workers.share(lambda out, row, column: run(Region(out, (0, column, row))), parts)


class HalidePlan(_Bound):
    """Draws rectangles."""

    _scattered = False

    def draw(self, out: Pixels, top: int, left: int = 0) -> None:
        rows, columns, count = out.shape
        if count != self._channels or out.dtype != self._dtype or not out.flags.c_contiguous or top < 0 or left < 0:
            raise ValueError(f"cannot draw into shape {out.shape} of {out.dtype} at ({left}, {top})")
        strip = self._kernel.strip
        if columns < strip:  # the vectors of a strip are drawn whole
            wide = np.empty((rows, strip, count), out.dtype)
            self.draw(wide, top, left)
            out[:] = wide[:, :columns]
            return
        paint = {
            f"paint{n}": Region(painted(painting, self._frame, left, top, columns, rows))
            for n, painting in enumerate(self._paintings)
        }
        self._draw(((out[part], part.start, 0) for part in self._engine.parts(rows)), (left, top), paint)


class HalidePointPlan(_Bound):
    """Draws single pixels."""

    _scattered = True

    def draw_at(self, out: Pixels, rows: NDArray[np.int32], columns: NDArray[np.int32]) -> None:
        count, strip = len(out), self._kernel.strip
        strips = -(-count // strip)
        places = {
            name: Region(np.resize(index, strips * strip)) for name, index in zip(PLACES, (columns, rows), strict=True)
        }
        for n, painting in enumerate(self._paintings):
            drawn = at(painting, self._frame, columns, rows)
            places[f"paint{n}"] = Region(np.resize(drawn, (1, strips * strip, 4)))
        whole = np.empty((1, strips * strip, self._channels), self._dtype)
        shared = self._engine.parts(strips)
        parts = ((whole[:, part.start * strip : part.stop * strip], 0, part.start * strip) for part in shared)
        self._draw(parts, (0, 0), places)
        out[:] = whole[0, :count]


def _shape(composition: Composition, folded: Sequence[Folded], quality: Quality, scattered: bool) -> PictureShape:
    networks = tuple(
        NetworkShape(
            one.features,
            tuple(
                StageShape(
                    stage.sources,
                    tuple(SliceShape(part.activation.tree, part.units) for part in stage.slices),
                    stage.shortcuts,
                    stage.links,
                    stage.aggregation,
                )
                for stage in one.network.stages
            ),
        )
        for one in folded
    )
    tables = tuple((name, len(table)) for name, table in composition.tables.items())
    return PictureShape(
        composition.program,
        networks,
        tables,
        len(composition.paintings),
        quality.samples != 1,
        scattered,
        quality.bits,
        bool(quality.dither),
    )


def _arrays(network: Network) -> dict[str, Numbers]:
    """By the names of the pipeline's images."""
    found: dict[str, Numbers] = {}
    widths, linked = network.widths, list[Numbers]()
    for i, stage in enumerate(network.stages):
        if stage.links is not None:
            for unit, columns in enumerate(stage.links):
                linked += [stage.bias[unit : unit + 1], stage.weight[unit, list(columns)]]
            continue
        found[f"b{i}"] = stage.bias
        at = 0
        for j, source in enumerate(stage.sources):
            block = stage.weight[:, at : (at := at + widths[source])]
            if not source:
                found[f"pixel{i}"], block = block[:, : len(PIXEL)], block[:, len(PIXEL) :]
            if block.size:
                found[f"w{i}_{j}"] = block
    if linked:
        found["links"] = np.concatenate(linked)
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


def _resolve(workers: Workers, making: Future[Kernel], channels: int) -> Resolve:
    """What tells which pixels need samples, on these threads."""

    def fill(corners: NDArray[np.float32], out: Pixels, needs: NDArray[np.uint8], top: int, left: int) -> None:
        found = finish(making)
        rows, columns = needs.shape
        if columns < found.strip:  # vectors are drawn whole
            wide = rows, found.strip
            more = np.pad(corners, ((0, 0), (0, found.strip - columns), (0, 0)))
            wide_out, wide_need = np.empty((*wide, channels), out.dtype), np.empty(wide, np.uint8)
            fill(more, wide_out, wide_need, top, left)
            out[:], needs[:] = wide_out[:, :columns], wide_need[:, :columns]
            return
        # the first corner belongs to the pixel above and left of (left, top)
        given = {"corners": Region(corners.reshape(len(corners), -1), (-channels, -1))}
        with found.bound(given, {"left": left, "top": top}) as run:

            def part(rows: slice) -> None:
                pixels = out[rows].reshape(-1, columns * channels)
                run(*(Region(array, (0, rows.start)) for array in (pixels, needs[rows])))

            workers.share(part, ((rows,) for rows in workers.rows(rows)))

    return fill
