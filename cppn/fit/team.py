"""A team: an ensemble whose members are shared out among the processor's cores.

Small networks leave nothing for several threads to share inside one step: they wait for each other longer than they
work. Several ensembles beside each other, many steps at a time, do not wait.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import chain

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..engines import cores
from ..network.stages import Network
from .ensemble import Ensemble
from .optimizer import Learning

# values of a layer in all members, above which the threads of one step do better: 5.7 ms a step of eleven members of
# 8 units on 1000 points by one thread, 6.5 by two, and 3.5 in two ensembles where one takes 4.4
_SMALL = 1 << 19


class Team:
    """Members are as those of an `Ensemble`: `sets` consecutive ones share activations, and are not parted."""

    def __init__(
        self, networks: Sequence[Network], batch: int, learning: Learning, *, sets: int, device: str, seed: int
    ) -> None:
        small = device == "cpu" and len(networks) * max(networks[0].widths) * batch < _SMALL
        # dropout is drawn for all members at once: parted, it would depend on the number of cores
        parted = small and not learning.dropout
        count = min(cores(), len(networks) // sets) if parted else 1
        # kinds of activations that stand beside each other often cost alike
        self._shares = [[i for i in range(len(networks)) if i // sets % count == k] for k in range(count)]
        self._ensembles = [
            Ensemble([networks[i] for i in share], batch, learning, device=device, seed=seed) for share in self._shares
        ]
        self._threads = torch.get_num_threads()
        self._pool = ThreadPoolExecutor(
            count, "cppn-train", initializer=torch.set_num_threads, initargs=(1 if small else self._threads,)
        )

    def steps(self, features: Tensor, wanted: Tensor) -> NDArray[np.float32]:
        """Steps on (steps, sets, inputs, batch) and (steps, sets, outputs, batch); returns losses, (steps, members)."""
        losses = np.empty((len(features), sum(map(len, self._shares))), np.float32)

        def go(share: list[int], ensemble: Ensemble) -> None:
            for step in range(len(features)):
                losses[step, share] = ensemble.step(features[step], wanted[step]).numpy(force=True)

        list(self._pool.map(go, self._shares, self._ensembles))
        return losses

    def weights(self) -> list[Tensor]:
        """All members' weights, a copy."""
        return [ensemble.weights() for ensemble in self._ensembles]

    def trained(self, weights: Sequence[Tensor] | None = None) -> list[Network]:
        """The networks with their present weights, or with those that `weights` gave, in the order of the members."""
        given = weights or self.weights()
        found = [ensemble.trained(one) for ensemble, one in zip(self._ensembles, given, strict=True)]
        members = [*chain(*found)]
        return [members[i] for i in np.argsort(np.concatenate(self._shares))]

    def close(self) -> None:
        """Let the threads go."""
        self._pool.shutdown(cancel_futures=True)
        torch.set_num_threads(self._threads)  # what a thread asks for holds for the whole process's matrix products
