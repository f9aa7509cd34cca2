"""The walk through a network's stages, written once over any kind of value.

Affine maps, activations and joins are what a kind of value supplies for many units at once (`Units`): over NumPy arrays
they are the oracle, over tensors they run on any device, as a shader's text and as ONNX nodes they leave the house.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, TypeVar

from .stages import Network

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
