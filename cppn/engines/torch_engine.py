"""Any torch device: CPU, CUDA, MPS. Folded weights, values changed in place, blocks of points that fit a cache.

On a CPU each core works on blocks of its own; on a GPU the blocks are large, and are halved when its memory runs out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..compose.composition import columns, compose
from ..errors import failure
from ..field.aggregations import SUM
from ..field.color import quantise
from ..field.dual import Dual, DualOps, dual
from ..field.formula import evaluate
from ..field.ops import Ops, Value
from ..field.program import PLACE, SLOPES, Call
from ..field.spaces import decode, encode
from ..network.develop import Field
from ..network.stages import Network, Stage
from ..network.walk import Core, DualUnits, walk
from ..recipe.view import Frame
from .adaptive import numpy_resolve
from .base import Pixels, Quality
from .fold import PLANE, Folded, fold
from .painting import painted_at
from .torch_ops import TorchOps
from .workers import Workers


class _Tile(NamedTuple):
    """How many pixels are computed at once."""

    rows: int
    columns: int


_CPU_TILE = _Tile(16, 256)  # 64 units of float32 then take 1 MiB, a usual second-level cache
_GPU_TILE = _Tile(1024, 1024)
_SMALLEST_TILE = 256  # pixels

# where a whole core is one function of x, torch has a twin that works in place
_IN_PLACE = frozenset(["cos", "sin", "tanh", "sigmoid", "exp", "log", "sqrt", "abs", "floor", "round", "erf", "tan"])


_OPS = TorchOps()


def devices() -> list[str]:
    """The devices that torch can draw on here."""
    names = ["cpu"]
    if torch.cuda.is_available():
        names += ["cuda", *(f"cuda:{i}" for i in range(torch.cuda.device_count()))]
    if torch.backends.mps.is_available():
        names.append("mps")
    return names


def check_device(device: str) -> None:
    """Errors: CppnError if there is no such device."""
    if device not in devices():
        raise failure(f"there is no device {device!r}", where="device", legal=f"here are {', '.join(devices())}")


class TorchEngine:
    """Draws on `device`, on a CPU with `threads` threads.

    Errors: CppnError if there is no such device.
    """

    name = "torch"
    resolve = staticmethod(numpy_resolve)

    def __init__(self, device: str = "cpu", threads: int = 1) -> None:
        check_device(device)
        self.device = torch.device(device)
        self.tile = _CPU_TILE if device == "cpu" else _GPU_TILE
        self.threads = threads
        workers = threads if device == "cpu" else 1
        self.workers = Workers(workers, partial(torch.set_num_threads, 1))

    def shrink(self) -> None:
        """Go on with tiles of half the size: the device's memory ran out.

        Errors: CppnError if they are as small as they can be.
        """
        rows, columns = self.tile
        if rows * columns <= _SMALLEST_TILE:
            raise failure(
                f"the device's memory does not hold {rows * columns} pixels",
                where=f"device {str(self.device)!r}", legal="draw with --device cpu",
            )  # fmt: skip
        self.tile = _Tile(rows // 2, columns) if rows > 1 else _Tile(1, columns // 2)
        if self.device.type == "cuda":
            torch.cuda.empty_cache()

    def takes(self, field: Field) -> bool:
        """Nothing is compiled."""
        return True

    def prepare(self, field: Field, frame: Frame, quality: Quality) -> TorchPlan:
        return TorchPlan(self, field, frame, quality)

    prepare_points = prepare


class TorchPlan:
    """The numbers of one field and frame, on the device."""

    def __init__(self, engine: TorchEngine, field: Field, frame: Frame, quality: Quality) -> None:
        self._engine, self._frame, self._quality = engine, frame, quality
        self._composition = made = compose(field)
        self._asked = [
            _Asked(fold(made.sources[call.network], frame if call.at is None else PLANE, turns=False), self._tensor)
            for call in made.program.calls
        ]
        self._known = {
            key: self._tensor(value) for key, value in {**frame.numbers, "sharp": quality.sharp, **made.numbers}.items()
        }
        for name, table in made.tables.items():
            self._known |= dict(zip(columns(name), map(self._tensor, table.T), strict=True))

    def _tensor(self, values: Value) -> Tensor:
        return torch.tensor(np.asarray(values, dtype=np.float32), device=self._engine.device)

    def draw(self, out: Pixels, top: int, left: int = 0) -> None:
        rows, columns, _ = out.shape
        done = 0  # rows
        while done < rows:
            tile = self._engine.tile
            # a few rows of tiles at a time, so that the tiles can shrink in between
            stop = min(rows, done + 16 * tile.rows)
            corners = [(j, i) for j in range(done, stop, tile.rows) for i in range(0, columns, tile.columns)]
            try:
                list(self._engine.workers.pool.map(partial(self._tile, out, top, left, tile), corners))
            except torch.OutOfMemoryError:
                self._engine.shrink()
            else:
                done = stop

    def draw_at(self, out: Pixels, rows: NDArray[np.int32], columns: NDArray[np.int32]) -> None:
        done = 0  # pixels
        while done < len(out):
            size = self._engine.tile.rows * self._engine.tile.columns
            stop = min(len(out), done + 16 * size)  # a few blocks at a time, so that they can shrink in between
            try:
                list(
                    self._engine.workers.pool.map(
                        partial(self._block, out, rows, columns, size), range(done, stop, size)
                    )
                )
            except torch.OutOfMemoryError:
                self._engine.shrink()
            else:
                done = stop

    def _block(self, out: Pixels, rows: NDArray[np.int32], columns: NDArray[np.int32], size: int, start: int) -> None:
        part = out[start : start + size]
        with torch.inference_mode():
            # always computed whole, as tiles are
            i, j = (
                torch.from_numpy(np.resize(index[start : start + size], size).astype(np.int64)).to(self._engine.device)
                for index in (columns, rows)
            )
            part[:] = self._quantise(self._colours(i, j), i, j).T[: len(part)].cpu().numpy()

    def _tile(self, out: Pixels, top: int, left: int, tile: _Tile, corner: tuple[int, int]) -> None:
        row, column = corner
        # the tile is always computed whole: a sum's order may depend on the matrix's size
        with torch.inference_mode():
            device = self._engine.device
            i = torch.arange(left + column, left + column + tile.columns, device=device)
            j = torch.arange(top + row, top + row + tile.rows, device=device)
            i, j = i.expand(tile.rows, -1).flatten(), j[:, None].expand(-1, tile.columns).flatten()
            done = self._quantise(self._colours(i, j), i, j).T.reshape(tile.rows, tile.columns, -1)
            part = out[row : row + tile.rows, column : column + tile.columns]
            part[:] = done[: part.shape[0], : part.shape[1]].cpu().numpy()

    def _colours(self, i: Tensor, j: Tensor) -> Tensor:
        grid, is_light = self._quality.grid, self._composition.program.is_light
        u, v = i.float() - (self._frame.width - 1) / 2, j.float() - (self._frame.height - 1) / 2
        places = (index.cpu().numpy() for index in (i, j))
        drawn = painted_at(self._composition.paintings, self._frame, *places)
        paint = {key: self._tensor(values) for key, values in drawn.items()}
        if len(grid) == 1:
            found = self._sample(u, v, paint)
            return torch.stack([torch.as_tensor(encode(c, _OPS)) for c in found] if is_light else found)
        total = torch.zeros((self._composition.channels, len(i)), device=i.device)
        for a, b in grid:
            found = self._sample(u + a, v + b, paint)
            total += torch.stack(found if is_light else [decode(c, _OPS) for c in found])
        return torch.as_tensor(encode(total / len(grid), _OPS))

    def _sample(self, u: Tensor, v: Tensor, paint: Mapping[str, Tensor]) -> list[Tensor]:
        f = self._frame
        place = {"u": u, "v": v, "x": f.cx + f.ux * u + f.vx * v, "y": f.cy + f.uy * u + f.vy * v}
        asked = iter(self._asked)
        found = self._composition.program.run(
            {**self._known, **paint, **place}, _OPS, lambda call, known: next(asked).answer(call, known, u)
        )
        return [_like(u, one) for one in found]

    def _quantise(self, colours: Tensor, i: Tensor, j: Tensor) -> Tensor:
        quality = self._quality
        levels = torch.stack(quantise(list(colours), i, j, quality.bits, bool(quality.dither), _OPS))
        return levels.to({8: torch.uint8, 16: torch.int32, 32: torch.float32}[quality.bits])


class _Asked:
    """A network of a program, on a device."""

    def __init__(self, folded: Folded, tensor: Callable[[Value], Tensor]) -> None:
        self._network = folded.network
        self._units = _Units(folded.network, tensor)
        self._gain, self._offset = (tensor(numbers)[:, None] for numbers in (folded.gain, folded.offset))

    def answer(self, call: Call, known: Mapping[str, Value], like: Tensor) -> list[Value]:
        """The leveled outputs, with their slopes if they are asked for."""
        place = self._place(call, known)
        if not call.slopes:
            inputs = torch.stack([_like(like, evaluate(tree, place, _OPS)) for tree in self._network.inputs])
            return list(walk(self._network, inputs, self._units)[-1].mul_(self._gain).add_(self._offset))
        duals = [dual(evaluate(tree, place, DualOps(_OPS))) for tree in self._network.inputs]
        parts = (torch.stack([_like(like, one) for one in part]) for part in zip(*duals, strict=True))
        value, *slopes = walk(self._network, Dual(*parts), DualUnits(self._units))[-1]
        leveled = value * self._gain + self._offset
        return [Dual(*one) for one in zip(leveled, *(one * self._gain for one in slopes), strict=True)]

    def _place(self, call: Call, known: Mapping[str, Value]) -> Mapping[str, Value]:
        if call.at is not None:
            parts = 3 if call.slopes else 1
            x, y = (Dual(*(evaluate(part, known, _OPS) for part in one[:parts])) for one in call.at)
            place = {"u": x, "v": y, "x": x, "y": y}
        else:
            place = {key: Dual(known[key], *(known.get(one, one) for one in SLOPES[key])) for key in PLACE}
        return place if call.slopes else {key: one.value for key, one in place.items()}


class _Units:
    """Tensors of shape (units, points), on a device."""

    ops: Ops = _OPS

    def __init__(self, network: Network, tensor: Callable[[Value], Tensor]) -> None:
        self._stages = network.stages
        self._maps = [(tensor(stage.weight), tensor(stage.bias)[:, None]) for stage in network.stages]
        self._activations = [
            [
                (one.activation.tree, {key: tensor(value) for key, value in one.activation.parameters.items()})
                for one in stage.slices
            ]
            for stage in network.stages
        ]

    def join(self, parts: Sequence[Tensor]) -> Tensor:
        return torch.cat(list(parts))

    def affine(self, stage: int, h: Tensor) -> Tensor:
        one = self._stages[stage]
        if one.aggregation != SUM:
            return torch.stack(one.aggregated(list(h), _OPS))
        weight, bias = self._maps[stage]
        return torch.addmm(bias, weight, h)

    def stage(self, stage: int) -> Stage:
        return self._stages[stage]

    def linear(self, stage: int, h: Tensor) -> Tensor:
        return self._maps[stage][0] @ h

    def core(self, stage: int, index: int) -> Core:
        return Core(*self._activations[stage][index])

    def like(self, z: Tensor, value: Value) -> Tensor:
        return _like(z, value)

    def part(self, z: Tensor, start: int, count: int) -> Tensor:
        return z[start : start + count]

    def activate(self, stage: int, index: int, z: Tensor) -> Tensor:
        """The core's value, in z's memory where it can be."""
        core, parameters = self._activations[stage][index]
        if core.op == "name":
            return z
        if core.op in _IN_PLACE and core.args[0].op == "name" and core.args[0].name == "x":
            return torch.as_tensor(getattr(z, core.op + "_")())
        return _like(z, evaluate(core, {**parameters, "x": z}, _OPS))

    def add(self, value: Tensor, shortcut: Tensor) -> Tensor:
        return value.add_(shortcut)


def _like(z: Tensor, value: Value) -> Tensor:
    """A tensor, of z's shape even if the value is a constant."""
    found = torch.as_tensor(value, dtype=z.dtype, device=z.device)
    return found if found.shape == z.shape else found.expand_as(z).clone()
