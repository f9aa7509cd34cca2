"""Weights from outside: the safetensors files that they are kept in, and whether they make a chain of affine maps."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from ..errors import CppnError
from .stages import Numbers, Weights


def read_weights(data: bytes, *, where: str, chained: bool = True) -> list[tuple[Weights, Weights]]:
    """The (weight, bias) of each affine map in the bytes of a safetensors file, whatever they are called.

    Tensors are paired by name (`0.weight` with `0.bias`) and ordered as numbers in the names say.
    Errors: CppnError if the bytes are no such file or do not hold affine maps, `chained` one after another.
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
    return check_chain(maps, where=where, chained=chained)


def write_weights(maps: Iterable[tuple[Numbers, Numbers]]) -> bytes:
    """The bytes of a safetensors file with weights and biases, as `0.weight`, `0.bias`, …"""
    from safetensors.numpy import save

    tensors: dict[str, Numbers] = {}
    for i, (weight, bias) in enumerate(maps):
        tensors |= {f"{i}.weight": np.ascontiguousarray(weight), f"{i}.bias": np.ascontiguousarray(bias)}
    return bytes(save(tensors))


def check_chain(
    maps: Sequence[tuple[NDArray[np.floating], NDArray[np.floating]]], *, where: str, chained: bool = True
) -> list[tuple[Weights, Weights]]:
    """The maps as float32, or a CppnError: if one is not finite; `chained`, if it does not take what the last gives."""
    checked = []
    for i, (weight, bias) in enumerate(maps):
        if weight.ndim != 2 or bias.shape != weight.shape[:1]:
            raise CppnError(
                f"layer {i} has a weight of shape {weight.shape} and a bias of shape {bias.shape}", where=where
            )
        if chained and i and weight.shape[1] != len(maps[i - 1][1]):
            raise CppnError(f"layer {i} takes {weight.shape[1]} values but gets {len(maps[i - 1][1])}", where=where)
        with np.errstate(over="ignore"):  # what is beyond float32 is not finite
            pair = weight.astype(np.float32), bias.astype(np.float32)
        if not all(np.isfinite(array).all() for array in pair):
            raise CppnError(f"layer {i} has weights that are not finite", where=where)
        checked.append(pair)
    if not checked:
        raise CppnError("there are no weights in it", where=where)
    return checked


_COUNT = re.compile("[0-9]{1,9}")


def _natural(name: str) -> list[tuple[int, str]]:
    return [(int(part), "") if _COUNT.fullmatch(part) else (-1, part) for part in name.replace("_", ".").split(".")]
