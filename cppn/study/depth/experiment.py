"""What all experiments on depth share: the setting, the networks, and how they train."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any, get_args

import numpy as np
import torch
from numpy.typing import NDArray

from ...errors import CppnError
from ...field.activations import parse_activation
from ...fit.ensemble import Ensemble
from ...fit.optimizer import Learning
from ...limits import LARGEST_SEED
from ...network.develop import develop_network
from ...network.stages import Network
from ...recipe import from_dict
from ...recipe.fields import Initialisation
from ..notation import listed
from ..settings import Settings

Floats = NDArray[np.floating[Any]]
Progress = Callable[[int], object]

ACTS = ("linear", "sigmoid", "relu", "leakyrelu", "gelu")
INITS = get_args(Initialisation)
_NOISE_SEED = 42  # of the original's noise
_LIMITS = {"layers": 60, "width": 1024, "epochs": 1_000_000, "points": 100_000}
_MOST_VALUES = 2**28  # of hidden units at all points, in all members: four times 1 GB of floats is taken at once


@dataclass(frozen=True)
class Setting:
    """The experiment. Errors: CppnError for numbers out of range."""

    acts: tuple[str, ...] = ACTS
    seeds: tuple[int, ...] = (42, 43, 44)
    layers: int = 10
    width: int = 64
    epochs: int = 500
    lr: float = 1e-3
    points: int = 200
    noise: float = 0.1
    init: str = "torch"  # of the weights, as in recipes
    at: int = 150  # the epoch, besides the start, at which gradients are compared; at most the last

    def __post_init__(self) -> None:
        for act in self.acts:
            parse_activation(act)
        for seed in self.seeds:
            check("seed", seed, LARGEST_SEED, least=0)
        for name, most in _LIMITS.items():
            check(name, getattr(self, name), most)
        check("at", self.at, _LIMITS["epochs"], least=0)
        if self.init not in INITS:
            raise CppnError(
                f"unknown initialisation {self.init!r}", legal=f"{', '.join(INITS)} are legal", where="init"
            )
        if not 0 < self.lr <= 10:
            raise CppnError(f"{self.lr:g}", where="lr", legal="it is above 0, and at most 10")
        if len(self.acts) * len(self.seeds) * self.layers * self.width * self.points > _MOST_VALUES:
            what = f"{self.layers} layers of {self.width} units in {len(self.acts) * len(self.seeds)} networks"
            raise CppnError(f"{what} take too much memory at once", where="seeds", legal="fewer or smaller ones")

    @property
    def told(self) -> Settings:
        """What a figure says of itself."""
        seeds = {"seeds": list(self.seeds)} if len(self.seeds) > 1 else {"seed": self.seeds[0]}
        return Settings(
            "depth",
            {
                "network": f"1-{self.width}×{self.layers}-1", "init": self.init, "optimizer": "Adam",
                "learning_rate": self.lr, "epochs": self.epochs, "noise": self.noise, **seeds,
            },
        )  # fmt: skip

    @property
    def titles(self) -> list[str]:
        """The activations as people write them."""
        return [parse_activation(act).title for act in self.acts]

    @property
    def named(self) -> str:
        """The seeds in words."""
        return listed(self.seeds)

    def over(self, several: str) -> str:
        """What is said of several seeds, as "medians over the seeds", or which seed it is if there is one."""
        return several if len(self.seeds) > 1 else f"seed {self.named}"

    def of(self, act: int) -> slice:
        """The members of an activation: all seeds of the first come first, then those of the second, and so on."""
        count = len(self.seeds)
        return slice(act * count, (act + 1) * count)

    @property
    def x(self) -> Floats:
        """Where the function is known."""
        return np.linspace(-np.pi, np.pi, self.points)

    def noisy(self, clean: Floats) -> Floats:
        """Values of a function with the original's noise."""
        return clean + np.random.RandomState(_NOISE_SEED).normal(0, self.noise, self.points)

    def networks(self) -> list[Network]:
        """The members, as they begin."""
        return [self._network(act, seed) for act in self.acts for seed in self.seeds]

    def _network(self, act: str, seed: int) -> Network:
        acts = [*[act] * self.layers, "linear"]
        network = {"hidden": [self.width] * self.layers, "act": acts, "inputs": ["x"], "init": self.init}
        return develop_network(from_dict({"seed": seed, "network": network}, where=act))


def check(name: str, value: int, most: int = _LIMITS["layers"], *, least: int = 1) -> None:
    """Errors: CppnError if it is not in `least` to `most`, by default that of layers."""
    if not least <= value <= most:
        raise CppnError(f"{value}", where=name, legal=f"{least} to {most} are legal")


def train(
    networks: Sequence[Network], x: Floats, targets: Floats, lr: float, epochs: int, *,
    looks: Collection[int] = (), look: Callable[[list[torch.Tensor]], object] = lambda stages: None,
    progress: Progress = lambda epochs: None,
) -> tuple[Floats, Floats]:  # fmt: skip
    """Train members on all points at once.

    Returns the losses before each epoch and at the end, (epochs + 1, members), and the norm of each weight matrix's
    gradient at the epochs that `looks` names, (looks, layers, members). There, `look` is shown the values after each
    layer, (members, units, points) each. `targets`: (targets, points); member i learns target i modulo their number.
    A member whose loss is no number any more stays so, and harms no other.
    """
    ensemble = Ensemble(networks, len(x), Learning(lr=lr))
    wanted = torch.from_numpy(targets.astype(np.float32))[:, None]
    inputs = torch.from_numpy(x.astype(np.float32))[None, None].expand(len(wanted), -1, -1)
    losses, gradients = np.empty((epochs + 1, len(networks)), np.float32), []
    for epoch in range(epochs + 1):
        if epoch in looks:
            look(ensemble.stages(inputs))
        if epoch == epochs:
            ensemble.set_lr(0.0)  # the last step shows what is there, and changes nothing
        losses[epoch] = ensemble.step(inputs, wanted).numpy(force=True)
        if epoch in looks:
            gradients.append(ensemble.gradient_norms().numpy(force=True))
        progress(1)
    return losses, np.array(gradients)
