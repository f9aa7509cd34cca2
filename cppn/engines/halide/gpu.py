"""The engine for graphics cards: the same stages and formulas as one kernel, through whatever interface there is."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager
from functools import lru_cache

import halide as hl
import numpy as np

from ...errors import failure
from ...parallel import begin, finish
from ..base import DTYPES
from ..devices import Device, find
from ..kernels.base import Kernel, Numbers, Region, Run
from ..kernels.kernel import kernel
from ..workers import in_forked_children
from .card import build_for_card
from .engine import HalideEngine
from .ops import float32_constants
from .shape import PLACES, PictureShape, ResolveShape, Shape

_TARGETS = {
    "cuda": "host-cuda", "metal": "host-metal", "d3d12": "host-d3d12compute", "opencl": "host-opencl",
    "vulkan": "host-vulkan-vk_int8-vk_int16",
}  # fmt: skip
_MOST_ROWS = 32_768  # blocks along y: CUDA has 65 535
# rows that are compared; by how much they may differ, of the range, and how many: chaotic networks amplify roundings
_COMPARED, _OFF, _MOST_OFF = 4, 0.02, 0.25
_OF_MEMORY = ("memory", "allocat", "resources")  # what drivers say when there is none left


class GpuEngine(HalideEngine):
    """Draws on a card. Bands are drawn one after another: the card's own threads share each.

    Errors: CppnError if there is no such device.
    """

    name = "gpu"

    def __init__(self, device: str = "gpu", threads: int = 1) -> None:
        super().__init__(device, threads)
        self._device = find(device)
        self.device = self._device.name

    def kernel(self, shape: Shape) -> Future[Kernel]:
        """On the card; which pixels need samples is told by the processor, from what the card has drawn."""
        return super().kernel(shape) if isinstance(shape, ResolveShape) else _kernel(shape, self._device)

    def parts(self, rows: int) -> Iterator[slice]:
        """All at once."""
        yield slice(0, rows)


@lru_cache(maxsize=48)
def _kernel(shape: PictureShape, device: Device) -> Future[Kernel]:
    return begin(lambda: CardKernel(shape, device))


in_forked_children(_kernel.cache_clear)
_ONE = threading.Lock()  # drivers are asked by one thread at a time


class CardKernel:
    """A shape compiled for a card.

    Compilers of drivers are as good as they are. The first pixels are drawn by the processor too: a card that draws
    others is refused.
    """

    def __init__(self, shape: PictureShape, device: Device) -> None:
        self._shape, self._is_right = shape, False
        with float32_constants():
            built = build_for_card(shape)
        self._device, self._built, self.strip = device, built, built.strip
        self._target = hl.Target(_TARGETS[device.api])
        (self._out,) = built.outputs

    @contextmanager
    def bound(self, arrays: Mapping[str, Region], numbers: Numbers) -> Iterator[Run]:
        with _ONE, self._device.chosen():
            if not self._is_right:
                self._compare(arrays, numbers)
                self._is_right = True
            kept = self._bind(arrays, numbers)
            yield self._draw
            del kept  # a Halide buffer is of the array's own memory

    def _bind(self, arrays: Mapping[str, Region], numbers: Numbers) -> Mapping[str, object]:
        images = self._built.images
        kept = {name: hl.Buffer(arrays[name].array) for name in images}
        for name, one in self._built.arguments.items():
            one.set(kept[name] if name in images else numbers[name])
        return kept

    def _compare(self, arrays: Mapping[str, Region], numbers: Numbers) -> None:
        """Errors: CppnError if this card and the processor draw different pictures."""
        other = finish(kernel(self._shape))
        rows, width = 1 if self._shape.scattered else _COMPARED, max(self.strip, other.strip)
        # single pixels may be fewer than the processor draws at once
        places = {name: Region(np.resize(arrays[name].array, width)) for name in PLACES if name in arrays}
        mine, theirs = (np.zeros((rows, width, self._shape.channels), DTYPES[self._shape.bits]) for _ in range(2))
        self._bind({**arrays, **places}, numbers)
        self._draw(Region(mine, (0, 0, 0)))
        with other.bound({**arrays, **places}, numbers) as run:
            run(Region(theirs, (0, 0, 0)))
        most = 1.0 if self._shape.bits == 32 else 2.0**self._shape.bits - 1
        wrong = np.abs(mine.astype(np.float64) - theirs) > _OFF * most
        if wrong.mean() > _MOST_OFF:
            told = f"it draws this network wrong ({100 * wrong.mean():.0f} % of the first pixels)"
            raise failure(told, where=f"device {self._device.name}", legal="--device cpu draws it")

    def _draw(self, region: Region) -> None:
        rows = len(region.array)
        try:
            if rows <= _MOST_ROWS:
                self._realize(region)
                return
        except hl.HalideError as error:
            told = " ".join(str(error).split())
            if rows == 1 or not any(word in told.lower() for word in _OF_MEMORY):
                raise failure(told, where=f"device {self._device.name}", legal="--device cpu draws it") from None
        c, x, y = region.corner
        half = rows // 2
        for start, end in ((0, half), (half, rows)):
            self._draw(Region(region.array[start:end], (c, x, y + start)))

    def _realize(self, region: Region) -> None:
        buffer = hl.Buffer(region.array)
        buffer.set_min(list(region.corner))
        self._out.realize(buffer, self._target)
        buffer.copy_to_host()
