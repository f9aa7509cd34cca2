"""The walk through a network's stages, written once over any kind of value.

Affine maps, activations and joins are what a kind of value supplies for many units at once (`Units`): over NumPy arrays
they are the oracle, over tensors they run on any device, as a shader's text and as ONNX nodes they leave the house.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Protocol, TypeVar

from ..field.aggregations import SUM
from ..field.dual import Dual, DualOps, dual
from ..field.formula import Node, evaluate
from ..field.ops import Ops
from .stages import Network, Stage

V = TypeVar("V")  # values of units
Z = TypeVar("Z")  # what their activations take


class Units(Protocol[V, Z]):
    """What the walk needs of values that hold many units; stages and their slices are told by their numbers."""

    def join(self, parts: Sequence[V]) -> V:
        """The units of several values, one under another."""

    def affine(self, stage: int, h: V) -> Z:
        """weight @ h + bias."""

    def part(self, z: Z, start: int, count: int) -> Z:
        """So many units from one on."""

    def activate(self, stage: int, index: int, z: Z) -> V:
        """The activation of a stage's slice; z is not used again."""

    def add(self, value: V, shortcut: V) -> V:
        """shortcut + value; value is not used again."""


def walk(network: Network, inputs: V, units: Units[V, Z]) -> list[V]:
    """The inputs' values and those of every stage, as sources are numbered."""
    values = [inputs]
    for i, stage in enumerate(network.stages):
        sources = [values[source] for source in stage.sources]
        z = units.affine(i, sources[0] if len(sources) == 1 else units.join(sources))
        if len(stage.slices) == 1:
            value = units.activate(i, 0, z)
        else:
            parts, start = [], 0
            for k, one in enumerate(stage.slices):
                parts.append(units.activate(i, k, units.part(z, start, one.units)))
                start += one.units
            value = units.join(parts)
        for shortcut in stage.shortcuts:
            value = units.add(value, values[shortcut])
        values.append(value)
    return values


class Core(NamedTuple):
    """An activation's formula, in x and in what `values` tells."""

    tree: Node
    values: Mapping[str, Any]


class Steep(Units[V, V], Protocol[V]):
    """Units that can be differentiated: arrays whose rows are units."""

    ops: Ops

    def stage(self, stage: int) -> Stage:
        """A stage by its number."""

    def linear(self, stage: int, h: V) -> V:
        """weight @ h, without the bias."""

    def core(self, stage: int, index: int) -> Core:
        """The activation of a stage's slice."""

    def like(self, z: V, value: Any) -> V:
        """A value, perhaps a plain number, as one for all these units."""


class DualUnits:
    """Units with their derivatives beside them."""

    def __init__(self, units: Steep[Any]) -> None:
        self._units = units

    def join(self, parts: Sequence[Dual]) -> Dual:
        return Dual(*(self._units.join(one) for one in zip(*parts, strict=True)))

    def affine(self, stage: int, h: Dual) -> Dual:
        one = self._units.stage(stage)
        if one.aggregation != SUM:
            rows = [Dual(*parts) for parts in zip(*h, strict=True)]
            found = one.aggregated(rows, DualOps(self._units.ops))
            return Dual(*(self._units.join([part[None] for part in parts]) for parts in zip(*found, strict=True)))
        slopes = (self._units.linear(stage, one) for one in h[1:])
        return Dual(self._units.affine(stage, h.value), *slopes)

    def part(self, z: Dual, start: int, count: int) -> Dual:
        return Dual(*(self._units.part(one, start, count) for one in z))

    def activate(self, stage: int, index: int, z: Dual) -> Dual:
        core = self._units.core(stage, index)
        values = {key: dual(value) for key, value in core.values.items()}
        found = dual(evaluate(core.tree, {**values, "x": z}, DualOps(self._units.ops)))
        return Dual(*(self._units.like(z.value, one) for one in found))

    def add(self, value: Dual, shortcut: Dual) -> Dual:
        return Dual(*(self._units.add(one, other) for one, other in zip(value, shortcut, strict=True)))
