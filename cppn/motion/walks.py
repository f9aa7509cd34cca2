"""Closed walks: a network's weights or its latent inputs go round a random curve, and come back exactly."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ..errors import CppnError
from ..network.stages import Network, Stage
from ..rng import Purpose, Stream

Floats = NDArray[np.float64]

# how often the parts of a walk go round, and how wide each is: one circle alone would look like a pendulum
_ROUNDS = ((1, 1.0), (2, 0.4), (3, 0.2))
# of timelines of version 1 they are those of weights and biases: with the recipe's own seed, a walk's first axis is
# nearly the weights themselves
_STREAMS = {1: (Purpose.WEIGHTS, Purpose.BIASES)}
_NEWER = Purpose.WEIGHTS_WALK, Purpose.LATENTS_WALK


def streams(version: int) -> tuple[Purpose, Purpose]:
    """The streams of the walks of weights and of latent inputs, by the version of their timeline."""
    return _STREAMS.get(version, _NEWER)


class Walk:
    """A closed curve in space, shape (size,), that begins and ends at 0, of about 1 a coordinate.

    It is a sum of circles in planes at right angles to each other, each gone round at its own even pace, so that the
    speed is the same everywhere. Where there is no room for three planes there are fewer; one number swings.
    """

    def __init__(self, size: int, stream: Stream) -> None:
        planes = min(len(_ROUNDS), size // 2)
        self._rounds = _ROUNDS[: max(1, planes)]
        if planes:
            rows = _orthonormal(stream.normal(2 * planes * size).reshape(2 * planes, size))
        else:
            rows = np.zeros((2, size))
            rows[1] = 1.0
        self._axes = rows * math.sqrt(size)

    def at(self, t: float) -> Floats:
        """The place at a time from 0 to 1."""
        place = np.zeros(self._axes.shape[1])
        part, other = np.empty_like(place), np.empty_like(place)
        for (rounds, width), (cosine, sine) in zip(self._rounds, self._axes.reshape(-1, 2, place.size), strict=True):
            angle = 2 * math.pi * (rounds * t % 1.0)
            np.multiply(cosine, math.cos(angle) - 1, out=part)
            part += np.multiply(sine, math.sin(angle), out=other)
            part *= width
            place += part
        return place


def _orthonormal(rows: Floats) -> Floats:
    """Rows of length 1 at right angles to each other (Gram and Schmidt, twice for roundings)."""
    for i, row in enumerate(rows):
        for _ in range(2):
            row -= rows[:i].T @ (rows[:i] @ row)
        row /= math.sqrt(row @ row)
    return rows


class Drift:
    """The weights of networks of one shape walk, each affine map by the same share of its own size."""

    def __init__(self, network: Network, amount: float, seed: int, stream: Purpose) -> None:
        self._amount = amount
        self._walks = [Walk(stage.numbers.size, Stream(seed, stream, i)) for i, stage in enumerate(network.stages)]

    def at(self, network: Network, t: float) -> Network:
        """The network with its weights where they are at a time from 0 to 1."""
        stages = tuple(self._move(*both, t) for both in zip(network.stages, self._walks, strict=True))
        return replace(network, stages=stages)

    def _move(self, stage: Stage, walk: Walk, t: float) -> Stage:
        numbers = stage.numbers
        size = math.sqrt(float(numbers @ numbers) / numbers.size)
        return stage.with_numbers(numbers + self._amount * size * walk.at(t))


class LatentWalk:
    """The latent inputs of networks of one shape walk.

    Errors: CppnError if it has none.
    """

    def __init__(self, network: Network, amount: float, seed: int, stream: Purpose) -> None:
        if not network.latent:
            raise CppnError(
                "this network has no latent inputs", where="latent",
                legal="`cppn render SOURCE --latent 4 -o z.png` draws one that has some; --drift moves the weights",
            )  # fmt: skip
        self._amount, self._walk = amount, Walk(len(network.latent), Stream(seed, stream))

    def at(self, network: Network, t: float) -> Network:
        """The network with its latent inputs where they are at a time from 0 to 1."""
        place = np.array(network.latent) + self._amount * self._walk.at(t)
        return replace(network, latent=tuple(place.tolist()))
