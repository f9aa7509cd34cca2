"""What networks and compositions are at points: NumPy in float64, every step as its definition says, nothing folded."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..compose.composition import Composition, columns
from ..field.aggregations import SUM
from ..field.dual import Dual, DualOps, dual
from ..field.formula import evaluate
from ..field.numpy_ops import NumpyOps
from ..field.ops import Ops, Value
from ..field.program import Call
from ..network.stages import Network, Stage
from ..network.walk import Core, DualUnits, walk
from ..recipe.view import Frame

Floats = NDArray[np.float64]

_OPS = NumpyOps()


def outputs(network: Network, x: Floats, y: Floats) -> list[Floats]:
    """Every stage's values at the points (x, y), each of shape (units, points); the inputs come first."""
    with np.errstate(all="ignore"):
        return walk(network, _inputs(network, x, y, _OPS, x.shape), _Units(network))


def slopes(network: Network, x: Dual, y: Dual) -> list[Dual]:
    """The same with derivatives, of points that have some."""
    shape = np.shape(x.value)
    with np.errstate(all="ignore"):
        found = [dual(one) for one in _values(network, x, y, DualOps(_OPS))]
        inputs = Dual(*(np.stack([np.broadcast_to(one, shape) for one in part]) for part in zip(*found, strict=True)))
        return walk(network, inputs, DualUnits(_Units(network)))


def _values(network: Network, x: Value, y: Value, ops: Ops) -> list[Value]:
    return [*(evaluate(tree, {"x": x, "y": y}, ops) for tree in network.inputs), *network.latent]


def _inputs(network: Network, x: Value, y: Value, ops: Ops, shape: tuple[int, ...]) -> Floats:
    return np.stack([np.broadcast_to(value, shape) for value in _values(network, x, y, ops)])


class _Units:
    """Arrays of shape (units, points)."""

    ops: Ops = _OPS
    join = staticmethod(np.concatenate)

    def __init__(self, network: Network) -> None:
        self._stages = network.stages

    def affine(self, stage: int, h: Floats) -> Floats:
        one = self._stages[stage]
        if one.aggregation != SUM:
            return np.stack(one.aggregated(list(h), _OPS))
        return np.asarray(one.weight.astype(np.float64) @ h + one.bias.astype(np.float64)[:, None])

    def linear(self, stage: int, h: Floats) -> Floats:
        return np.asarray(self._stages[stage].weight.astype(np.float64) @ h)

    def stage(self, stage: int) -> Stage:
        return self._stages[stage]

    def core(self, stage: int, index: int) -> Core:
        activation = self._stages[stage].slices[index].activation
        return Core(activation.tree, activation.parameters)

    def like(self, z: Floats, value: Value) -> Floats:
        return np.broadcast_to(value, z.shape)

    def part(self, z: Floats, start: int, count: int) -> Floats:
        return z[start : start + count]

    def activate(self, stage: int, index: int, z: Floats) -> Floats:
        core = self.core(stage, index)
        return self.like(z, evaluate(core.tree, {**core.values, "x": z}, _OPS))

    def add(self, value: Floats, shortcut: Floats) -> Floats:
        return shortcut + value


def sampled(
    made: Composition,
    f: Frame,
    u: NDArray[Any],
    v: NDArray[Any],
    sharp: float = 1.0,
    paint: Mapping[str, Value] = MappingProxyType({}),
) -> Floats:
    """The channels of a composition, so many pixels right of and below the frame's middle: (channels, points).

    `paint`: what its paintings are at these pixels.
    """
    known: dict[str, Value] = {**f.numbers, **made.numbers, **paint, "sharp": float(sharp)}
    for name, table in made.tables.items():
        known |= dict(zip(columns(name), table.T, strict=True))
    known |= {"u": u, "v": v, "x": f.cx + f.ux * u + f.vx * v, "y": f.cy + f.uy * u + f.vy * v}

    def ask(call: Call, known: Mapping[str, Value]) -> list[Value]:
        """The leveled outputs of a network, with their slopes if they are asked for."""
        network, levels = made.sources[call.network]
        low, high = (np.reshape(end, (-1, 1)) for end in levels)
        if not call.slopes:
            x, y = (evaluate(one.value, known, _OPS) for one in call.at) if call.at else (known["x"], known["y"])
            return list((outputs(network, x, y)[-1] - low) / (high - low))
        if call.at is None:
            x, y = Dual(known["x"], f.ux, f.vx), Dual(known["y"], f.uy, f.vy)
        else:
            x, y = (Dual(*(evaluate(part, known, _OPS) for part in one)) for one in call.at)
        found = slopes(network, x, y)[-1]
        parts = (found.value - low) / (high - low), found.du / (high - low), found.dv / (high - low)
        return [Dual(value, du, dv) for value, du, dv in zip(*parts, strict=True)]

    with np.errstate(all="ignore"):
        return np.stack([np.broadcast_to(one, u.shape) for one in made.program.run(known, _OPS, ask)])
