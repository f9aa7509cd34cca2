"""Training on a target: points are drawn anew at each step, and all members learn from them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from ..errors import CppnError, failure
from ..field.formula import evaluate
from ..field.numpy_ops import NumpyOps
from ..network.develop import develop_network
from ..network.stages import Network
from ..recipe import Recipe, from_dict
from .draws import Draws, OwnDraws, TorchDraws, dropout_seed
from .optimizer import Learning
from .targets import Target
from .team import Team

_AHEAD = 64  # steps whose points are drawn at once
MOST_STEPS = 100_000_000
MOST_POINTS = 1 << 22  # of a step

# the row, then the column, both from 0 to 1
ROW_AND_COLUMN = ("1 - y", "x")


@dataclass(frozen=True)
class Moment:
    """Where training stands after a step: each member's network and its loss at every step so far."""

    step: int
    networks: list[Network]
    losses: NDArray[np.float32]  # (step + 1, members)


def untrained(
    act: str, seed: int, target: Target, hidden: Sequence[int] = (8, 8, 8), *, residual: bool = False
) -> Recipe:
    """The recipe of a network on the unit square that has not learnt yet."""
    network = {
        "hidden": list(hidden), "act": [*(act for _ in hidden), "linear"],
        "inputs": ROW_AND_COLUMN, "residual": residual,
    }  # fmt: skip
    color = {"mode": "gray" if target.channels == 1 else "rgb", "levels": [0, 1]}
    view = {"center": [0.5, 0.5], "extent": 0.5}
    return from_dict({"seed": seed, "network": network, "color": color, "view": view}, where="")


def train(
    recipes: Sequence[Recipe], target: Target, *, steps: int = 4001, batch: int = 1000, every: int = 200,
    learning: Learning | None = None, device: str = "cpu", like_torch: bool = False,
) -> Iterator[Moment]:  # fmt: skip
    """Train recipes of one shape on a target, all at once; yields at step 0, at every so many, and at the last.

    Those with the same seed see the same points. A recipe learns what it would learn alone, up to rounding:
    sums have another order in other company, and on a machine with another number of cores.
    `like_torch`: weights and points are those that torch draws from the seed, not the program's own.
    Errors: CppnError for numbers out of range; `Diverged` when a loss is no number any more.
    """
    for what, value, most in (
        ("steps", steps, MOST_STEPS),
        ("batch", batch, MOST_POINTS),
        ("every", every, MOST_STEPS),
    ):
        if not 1 <= value <= most:
            raise CppnError(f"{value}", where=what, legal=f"1 to {most} are legal")
    # members that share activations stand together, one after another in the order of their seeds
    seeds = list(dict.fromkeys(recipe.seed for recipe in recipes))
    if [recipe.seed for recipe in recipes] != seeds * (len(recipes) // len(seeds)):
        raise CppnError("recipes go through the same seeds in the same order", where="seed")
    draws: dict[int, Draws] = {seed: TorchDraws(seed) if like_torch else OwnDraws(seed) for seed in seeds}
    networks = [draws[recipe.seed].begin(develop_network(recipe)) for recipe in recipes]
    team = Team(networks, batch, learning or Learning(), sets=len(seeds), device=device, seed=dropout_seed(seeds[0]))
    losses = np.empty((steps, len(recipes)), np.float32)
    good, kept, step = team.weights(), 0, 0
    with closing(team):
        while step < steps:
            moment = min(-(-step // every) * every, steps - 1)  # the next that is shown
            end = min(step + _AHEAD, moment + 1)
            losses[step:end] = team.steps(
                *_points(list(draws.values()), target, networks[0], end - step, batch, device)
            )
            step = end
            if step <= moment:
                continue
            if not np.isfinite(losses[kept:step]).all():
                bad = int(np.argmin(np.isfinite(losses[kept:step]).all(1))) + kept
                raise Diverged(bad, kept, team.trained(good), losses[: bad + 1])
            good, kept = team.weights(), moment
            yield Moment(moment, team.trained(), losses[:step])


class Diverged(Exception):  # noqa: N818  what to say of it depends on who trains
    """At `step` a loss was no number any more; `networks` are those of step `good`."""

    def __init__(self, step: int, good: int, networks: list[Network], losses: NDArray[np.float32]) -> None:
        self.step, self.good, self.networks, self.losses = step, good, networks, losses
        self.members = np.flatnonzero(~np.isfinite(losses[-1])).tolist()
        super().__init__(f"a loss is no number at step {step}")

    def error(self, where: str) -> CppnError:
        """What the user is told."""
        return failure(
            f"the loss is no number any more at step {self.step}", where=where,
            legal="lower --lr, or choose an activation that grows more slowly",
        )  # fmt: skip


def _points(
    draws: Sequence[Draws], target: Target, network: Network, steps: int, batch: int, device: str
) -> tuple[torch.Tensor, torch.Tensor]:
    """Features, (steps, sets, inputs, batch), of random points of the unit square, and the target's values there."""
    drawn = np.stack([one.points(steps, batch) for one in draws], axis=1)
    row, column = drawn[:, :, 0], drawn[:, :, 1]
    wanted = np.moveaxis(target.values(column, row), 0, 2)
    features = features_of(network, column, 1.0 - row)
    return tuple(torch.from_numpy(np.ascontiguousarray(a, np.float32)).to(device) for a in (features, wanted))  # type: ignore[return-value]


def features_of(network: Network, x: NDArray[np.floating], y: NDArray[np.floating]) -> NDArray[np.floating]:
    """What a network is told about points of the plane, of shape (…, points): (…, inputs, points)."""
    point = {"x": x, "y": y}
    with np.errstate(all="ignore"):
        values = [np.broadcast_to(evaluate(tree, point, NumpyOps()), x.shape) for tree in network.inputs]
    return np.stack([*values, *(np.full(x.shape, z) for z in network.latent)], axis=-2)


def last_loss(losses: NDArray[np.float32], count: int = 200) -> NDArray[np.float64]:
    """Each member's mean loss over its last steps."""
    means: NDArray[np.float64] = losses[-min(count, len(losses)) :].astype(np.float64).mean(axis=0)
    return means
