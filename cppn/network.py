"""Networks: stages of affine maps with activations, and the safetensors files they are kept in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .errors import CppnError
from .field.activations import Activation
from .field.formula import Node

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
    """

    sources: tuple[int, ...]
    weight: Numbers  # (units, values of all sources)
    bias: Numbers  # (units,)
    slices: tuple[Slice, ...]
    shortcuts: tuple[int, ...] = ()

    @property
    def units(self) -> int:
        """How many it has."""
        return len(self.bias)

    @property
    def numbers(self) -> NDArray[np.float64]:
        """Weights and biases as one vector."""
        return np.concatenate([self.weight.ravel(), self.bias]).astype(np.float64)

    def with_numbers(self, numbers: NDArray[np.floating]) -> Stage:
        """The same with other weights and biases, in float32, in the order of `numbers`."""
        flat, size = numbers.astype(np.float32), self.weight.size
        weight = flat[:size].reshape(self.weight.shape)
        return Stage(self.sources, weight, flat[size:], self.slices, self.shortcuts)

    def with_activations(self, change: Callable[[Activation], Activation]) -> Stage:
        """The same with each activation changed."""
        return replace(self, slices=tuple(Slice(change(one.activation), one.units) for one in self.slices))

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
    def span(self) -> tuple[float, float] | None:
        """The range of the outputs, where all of them have the same bounds."""
        spans = {one.activation.span for one in self.stages[-1].slices}
        return spans.pop() if len(spans) == 1 else None

    @property
    def maps(self) -> tuple[tuple[Numbers, Numbers], ...]:
        """Weight and bias of each stage."""
        return tuple((stage.weight, stage.bias) for stage in self.stages)


def chain(maps: Iterable[tuple[Numbers, Numbers]], activations: Iterable[Activation], residual: bool) -> list[Stage]:
    """Layers one after another. With `residual`, each hidden one from the second on gives h + layer(h)."""
    pairs = list(zip(maps, activations, strict=True))
    last = len(pairs) - 1
    return [
        Stage((i,), weight, bias, (Slice(activation, len(bias)),), (i,) if residual and 0 < i < last else ())
        for i, ((weight, bias), activation) in enumerate(pairs)
    ]


def read_weights(data: bytes, *, where: str) -> list[tuple[Weights, Weights]]:
    """The (weight, bias) of each affine map in the bytes of a safetensors file, whatever they are called.

    Tensors are paired by name (`0.weight` with `0.bias`) and ordered as numbers in the names say.
    Errors: CppnError if the bytes are no such file or do not hold a chain of affine maps.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load

    try:
        tensors = load(data)
    except (SafetensorError, ValueError, KeyError) as error:
        raise CppnError(f"not a safetensors file: {error}", where=where) from None
    stems = sorted((name.removesuffix("weight") for name in tensors if name.endswith("weight")), key=_natural)
    maps = []
    for stem in stems:
        weight, bias = tensors[stem + "weight"], tensors.get(stem + "bias")
        if weight.ndim != 2 or weight.dtype.kind != "f":
            raise CppnError(f"{stem}weight is not a matrix of floats", where=where)
        maps.append((weight, np.zeros(len(weight), np.float32) if bias is None else bias))
    return check_chain(maps, where=where)


def write_weights(maps: Iterable[tuple[Numbers, Numbers]]) -> bytes:
    """The bytes of a safetensors file with weights and biases, as `0.weight`, `0.bias`, …"""
    from safetensors.numpy import save

    tensors: dict[str, Numbers] = {}
    for i, (weight, bias) in enumerate(maps):
        tensors |= {f"{i}.weight": np.ascontiguousarray(weight), f"{i}.bias": np.ascontiguousarray(bias)}
    return bytes(save(tensors))


def check_chain(
    maps: Sequence[tuple[NDArray[np.floating], NDArray[np.floating]]], *, where: str
) -> list[tuple[Weights, Weights]]:
    """The maps as float32, or a CppnError if one does not take what the one before gives, or is not finite."""
    checked = []
    for i, (weight, bias) in enumerate(maps):
        if weight.ndim != 2 or bias.shape != weight.shape[:1]:
            raise CppnError(
                f"layer {i} has a weight of shape {weight.shape} and a bias of shape {bias.shape}", where=where
            )
        if i and weight.shape[1] != len(maps[i - 1][1]):
            raise CppnError(f"layer {i} takes {weight.shape[1]} values but gets {len(maps[i - 1][1])}", where=where)
        with np.errstate(over="ignore"):  # what is beyond float32 is not finite
            pair = weight.astype(np.float32), bias.astype(np.float32)
        if not all(np.isfinite(array).all() for array in pair):
            raise CppnError(f"layer {i} has weights that are not finite", where=where)
        checked.append(pair)
    if not checked:
        raise CppnError("there are no weights in it", where=where)
    return checked


def _natural(name: str) -> list[tuple[int, str]]:
    return [(int(part), "") if part.isdigit() else (-1, part) for part in name.replace("_", ".").split(".")]
