"""The random numbers of training: from the program's own streams, or as a script for torch draws them."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray

from ..network.stages import Network
from ..rng import Purpose, Stream

# what the numbers of a stream are for; 0 to 2 are taken by `develop`


class Draws(Protocol):
    """The random numbers of one seed."""

    def begin(self, network: Network) -> Network:
        """The network with the weights that it begins with."""
        ...

    def points(self, steps: int, batch: int) -> NDArray[np.floating]:
        """Row and column of the points of the next steps, (steps, 2, batch), 0 to 1."""
        ...


class OwnDraws:
    """The program's own: weights are the recipe's, and every machine draws the same."""

    def __init__(self, seed: int) -> None:
        self._stream = Stream(seed, Purpose.POINTS)

    def begin(self, network: Network) -> Network:
        """The network as it is."""
        return network

    def points(self, steps: int, batch: int) -> NDArray[np.floating]:
        """Points from a stream of their own."""
        return self._stream.uniform(steps * 2 * batch).reshape(steps, 2, batch)


class TorchDraws:
    """As a script draws them that calls `torch.manual_seed`, builds `nn.Linear`s, then `torch.rand(batch, 2)`s."""

    def __init__(self, seed: int) -> None:
        self._generator = torch.Generator().manual_seed(seed % 2**63)
        self._weights: list[tuple[NDArray[np.float32], NDArray[np.float32]]] | None = None

    def begin(self, network: Network) -> Network:
        """The network with weights and biases drawn layer by layer; networks of one shape get the same."""
        if self._weights is None:
            self._weights = [self._linear(*stage.weight.shape) for stage in network.stages]
        pairs = zip(self._weights, network.stages, strict=True)
        return replace(network, stages=tuple(replace(stage, weight=w, bias=b) for (w, b), stage in pairs))

    def _linear(self, outputs: int, inputs: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        weight = torch.empty(outputs, inputs)
        torch.nn.init.kaiming_uniform_(weight, a=math.sqrt(5), generator=self._generator)
        bound = 1 / math.sqrt(inputs)
        bias = torch.empty(outputs).uniform_(-bound, bound, generator=self._generator)
        return weight.numpy(), bias.numpy()

    def points(self, steps: int, batch: int) -> NDArray[np.floating]:
        """Points from what the generator draws next."""
        drawn = [torch.rand(batch, 2, generator=self._generator).numpy().T for _ in range(steps)]
        return np.stack(drawn).astype(np.float64)


def dropout_seed(seed: int) -> int:
    """A seed for torch's own generator."""
    return int(Stream(seed, Purpose.DROPOUT).uniform(1)[0] * 2**53)
