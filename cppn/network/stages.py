"""Networks: stages of affine maps with activations, and the safetensors files they are kept in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, groupby
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..field.activations import Activation
from ..field.aggregations import AGGREGATIONS, SUM
from ..field.formula import Node
from ..field.ops import Ops, Value

Weights = NDArray[np.float32]
Numbers = NDArray[np.floating]  # float32; of folded networks, float64


class Slice(NamedTuple):
    """So many consecutive units that have one activation."""

    activation: Activation
    units: int


@dataclass(frozen=True)
class Stage:
    """Units that are computed at once: `activation(weight @ h + bias)`, and the values of `shortcuts` added to it.

    h is what the `sources` give, one under another: 0 are the network's inputs, k what stage k − 1 gives. Shortcuts
    are sources from 1 on, of as many units as this stage. The slices share its units out among activations, in order.
    `whole`: engines compute its activations as they are written, and move nothing of them into other stages' weights.
    `links`: of each unit, the columns of the weight that it takes, growing; None: all. `aggregation`: what it makes of
    their products with the weights; of another than the sum, the stage takes no inputs, has no biases, and its
    activations are linear.
    """

    sources: tuple[int, ...]
    weight: Numbers  # (units, values of all sources)
    bias: Numbers  # (units,)
    slices: tuple[Slice, ...]
    shortcuts: tuple[int, ...] = ()
    whole: bool = False
    links: tuple[tuple[int, ...], ...] | None = None
    aggregation: str = SUM

    @property
    def units(self) -> int:
        """How many it has."""
        return len(self.bias)

    @property
    def numbers(self) -> NDArray[np.float64]:
        """Weights, of links alone where there are some, and biases as one vector."""
        weights = self.weight.ravel() if self.links is None else self.weight[self._linked]
        return np.concatenate([weights, self.bias]).astype(np.float64)

    def with_numbers(self, numbers: NDArray[np.floating]) -> Stage:
        """The same with other weights and biases, in float32, in the order of `numbers`."""
        flat, size = numbers.astype(np.float32), len(numbers) - self.units
        if self.links is None:
            weight = flat[:size].reshape(self.weight.shape)
        else:
            weight = np.zeros(self.weight.shape, np.float32)
            weight[self._linked] = flat[:size]
        return replace(self, weight=weight, bias=flat[size:])

    @property
    def _linked(self) -> NDArray[np.bool_]:
        """Where the weight is that of a link."""
        linked = np.zeros(self.weight.shape, bool)
        for unit, columns in enumerate(self.links or ()):
            linked[unit, list(columns)] = True
        return linked

    def aggregated(
        self, rows: Sequence[Value], ops: Ops, weight: Callable[[int, int], Value] | None = None
    ) -> list[Value]:  # fmt: skip
        """What each unit makes of the values of all sources, one after another; there is no bias.

        `weight`: gives that of a unit for a column as a value, if not the stage's own.
        """
        combine, take = AGGREGATIONS[self.aggregation], weight or self._weight
        pairs = enumerate(self.links or ())
        return [combine([rows[column] * take(unit, column) for column in columns], ops) for unit, columns in pairs]

    def _weight(self, unit: int, column: int) -> float:
        return float(self.weight[unit, column])

    def with_activations(self, change: Callable[[Activation], Activation]) -> Stage:
        """The same with each activation changed."""
        return replace(self, slices=tuple(Slice(change(one.activation), one.units) for one in self.slices))

    @property
    def act(self) -> str:
        """Its activations as a recipe tells them."""
        if len(self.slices) == 1:
            return str(self.slices[0].activation)
        return "|".join(f"{one.activation}*{one.units}" for one in self.slices)

    def activation_of(self, unit: int) -> Activation:
        """That of one unit."""
        ends = accumulate(one.units for one in self.slices)
        return next(one.activation for one, end in zip(self.slices, ends, strict=True) if unit < end)


@dataclass(frozen=True)
class Network:
    """What a recipe develops into: a function from a point of the plane to what the last stage gives.

    Its inputs are the `inputs` (trees in x and y), then the `latent` numbers. Stages stand in topological order: each
    takes what stands before it.
    """

    inputs: tuple[Node, ...]
    latent: tuple[float, ...]
    stages: tuple[Stage, ...]

    @property
    def widths(self) -> tuple[int, ...]:
        """How many values the inputs and each stage give, as sources are numbered."""
        return (len(self.inputs) + len(self.latent), *(stage.units for stage in self.stages))

    @property
    def activations(self) -> tuple[Activation, ...]:
        """That of each slice of each stage."""
        return tuple(one.activation for stage in self.stages for one in stage.slices)

    @property
    def is_linked(self) -> bool:
        """Are there units that take few values?"""
        return any(stage.links is not None for stage in self.stages)

    @property
    def span(self) -> tuple[float, float] | None:
        """The range of the outputs, where all of them have the same bounds."""
        spans = {one.activation.span for one in self.stages[-1].slices}
        return spans.pop() if len(spans) == 1 else None

    @property
    def maps(self) -> tuple[tuple[Numbers, Numbers], ...]:
        """Weight and bias of each stage."""
        return tuple((stage.weight, stage.bias) for stage in self.stages)


def slices_of(activations: Iterable[Activation]) -> tuple[Slice, ...]:
    """Units in a row that have one activation."""
    return tuple(Slice(one, sum(1 for _ in group)) for one, group in groupby(activations))


def chain(
    maps: Iterable[tuple[Numbers, Numbers]], slices: Iterable[tuple[Slice, ...]], residual: bool
) -> list[Stage]:  # fmt: skip
    """Layers one after another. With `residual`, each hidden one from the second on gives h + layer(h).

    Hidden layers of residual networks are whole, also where there is only one: as its roundings have always been.
    """
    pairs = list(zip(maps, slices, strict=True))
    hidden = range(len(pairs) - 1) if residual else ()
    return [
        Stage((i,), weight, bias, parts, (i,) if i and i in hidden else (), i in hidden)
        for i, ((weight, bias), parts) in enumerate(pairs)
    ]
