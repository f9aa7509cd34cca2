"""Networks: affine maps with activations, and the safetensors files they are kept in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .errors import CppnError
from .field.activations import Activation
from .field.formula import Node

Weights = NDArray[np.float32]


@dataclass(frozen=True)
class Layer:
    """An affine map and the activation that follows it: `activation(weight @ h + bias)`."""

    weight: Weights  # (outputs, inputs)
    bias: Weights  # (outputs,)
    activation: Activation


@dataclass(frozen=True)
class Network:
    """What a recipe develops into: a function from a point of the plane to the last layer's outputs.

    The first layer takes the `inputs` (trees in x and y), then the `latent` numbers. With `residual`, each hidden
    layer from the second on gives h + layer(h).
    """

    inputs: tuple[Node, ...]
    latent: tuple[float, ...]
    layers: tuple[Layer, ...]
    residual: bool = False

    @property
    def widths(self) -> tuple[int, ...]:
        """How many units each layer has."""
        return tuple(len(layer.bias) for layer in self.layers)

    @property
    def activations(self) -> tuple[Activation, ...]:
        """That of each layer."""
        return tuple(layer.activation for layer in self.layers)

    @property
    def arrays(self) -> tuple[Weights, ...]:
        """Weight and bias of each layer, one after another."""
        return tuple(array for layer in self.layers for array in (layer.weight, layer.bias))

    def is_residual(self, index: int) -> bool:
        """Does layer `index` add its input to its output?"""
        return self.residual and 0 < index < len(self.layers) - 1


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


def write_weights(layers: Sequence[Layer]) -> bytes:
    """The bytes of a safetensors file with the layers' weights, as `0.weight`, `0.bias`, …"""
    from safetensors.numpy import save

    tensors: dict[str, Weights] = {}
    for i, layer in enumerate(layers):
        tensors |= {f"{i}.weight": np.ascontiguousarray(layer.weight), f"{i}.bias": np.ascontiguousarray(layer.bias)}
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
