"""The oracle: NumPy in float64, every step as its definition says, nothing folded, nothing clever."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..field.color import decode, encode, quantise
from ..field.formula import evaluate
from ..field.numpy_ops import NumpyOps
from ..network.develop import Field
from ..network.stages import Network
from ..network.walk import walk
from ..recipe.view import Frame
from .adaptive import numpy_resolve
from .base import Pixels, Quality

Floats = NDArray[np.float64]

_OPS = NumpyOps()
_BLOCK = 1 << 15  # points at once, to bound memory


def outputs(network: Network, x: Floats, y: Floats) -> list[Floats]:
    """Every stage's values at the points (x, y), each of shape (units, points); the inputs come first."""
    point = {"x": x, "y": y}
    with np.errstate(all="ignore"):
        values = [np.broadcast_to(evaluate(tree, point, _OPS), x.shape) for tree in network.inputs]
        values += [np.full(x.shape, z) for z in network.latent]
        return walk(network, np.stack(values), _Units(network))


class _Units:
    """Arrays of shape (units, points)."""

    join = staticmethod(np.concatenate)

    def __init__(self, network: Network) -> None:
        self._stages = network.stages

    def affine(self, stage: int, h: Floats) -> Floats:
        one = self._stages[stage]
        return np.asarray(one.weight.astype(np.float64) @ h + one.bias.astype(np.float64)[:, None])

    def part(self, z: Floats, start: int, count: int) -> Floats:
        return z[start : start + count]

    def activate(self, stage: int, index: int, z: Floats) -> Floats:
        activation = self._stages[stage].slices[index].activation
        return np.broadcast_to(evaluate(activation.tree, {**activation.parameters, "x": z}, _OPS), z.shape)

    def add(self, value: Floats, shortcut: Floats) -> Floats:
        return shortcut + value


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
        self.field, self.frame, self.quality = field, frame, quality

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
        grid = self.quality.grid
        if len(grid) == 1:
            return self._sample(i, j)
        total = np.zeros((self.field.color.channels, i.size))
        for a, b in grid:
            total += decode(self._sample(i + a, j + b), _OPS)
        return np.asarray(encode(total / len(grid), _OPS))

    def _sample(self, i: NDArray[Any], j: NDArray[Any]) -> Floats:
        f, field = self.frame, self.field
        u, v = i - (f.width - 1) / 2, j - (f.height - 1) / 2
        last = outputs(field.network, f.cx + f.ux * u + f.vx * v, f.cy + f.uy * u + f.vy * v)[-1]
        low, high = field.color.levels
        table = field.color.table
        tables = () if table is None else tuple(table.T)
        return np.stack(field.color.srgb(list((last - low) / (high - low)), tables, _OPS))

    def _quantise(self, colours: Floats, i: NDArray[np.intp], j: NDArray[np.intp]) -> Floats:
        quality, wide = self.quality, (i.astype(np.uint64), j.astype(np.uint64))
        return np.stack(quantise(list(colours), *wide, quality.bits, quality.dither, _OPS))
