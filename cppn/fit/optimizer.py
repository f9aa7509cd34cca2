"""Optimisers of one vector of weights: torch's own fused steps, without `torch.optim` around them.

The first of `torch.optim`'s optimisers loads torch's compiler: 2.5 of a short training's 4 seconds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

from ..errors import CppnError

LOSSES = ("mse", "l1", "smooth-l1")
OPTIMIZERS = ("adam", "adamw", "sgd")
_BETAS, _EPS = (0.9, 0.999), 1e-8  # torch.optim's defaults


@dataclass(frozen=True)
class Learning:
    """How networks learn: what torch's optimisers and losses of these names mean by it."""

    optimizer: Literal["adam", "adamw", "sgd"] = "adam"
    lr: float = 0.01
    momentum: float = 0.9  # of sgd
    weight_decay: float = 0.0
    loss: Literal["mse", "l1", "smooth-l1"] = "mse"
    dropout: float = 0.0  # of the values before the last layer

    def __post_init__(self) -> None:
        for name, value, high in (
            ("lr", self.lr, 1e3), ("momentum", self.momentum, 1.0), ("weight-decay", self.weight_decay, 1e3),
            ("dropout", self.dropout, 1.0),
        ):  # fmt: skip
            if not 0 <= value <= high or (name == "lr" and value == 0) or (name != "lr" and value == 1.0 == high):
                raise CppnError(f"{value:g}", where=name, legal=f"a number from 0 to below {high:g} is legal")
        for name, word, legal in (("optimizer", self.optimizer, OPTIMIZERS), ("loss", self.loss, LOSSES)):
            if word not in legal:
                raise CppnError(f"unknown {name} {word!r}", legal=f"{', '.join(legal)} are legal")


class Optimizer:
    """Moves a vector of weights against its gradient; `lr` may be changed between steps."""

    def __init__(self, weights: Tensor, grad: Tensor, learning: Learning) -> None:
        self.lr, self._learning = learning.lr, learning
        self._weights, self._grad = [weights], [grad]
        names: tuple[str, ...] = ("exp_avg", "exp_avg_sq")
        if learning.optimizer == "sgd":
            names = ("momentum_buffer",) if learning.momentum else ()
        self._averages = {name: torch.zeros_like(weights) for name in names}
        self._steps = torch.zeros((), device=weights.device)

    def step(self) -> None:
        """Take one step."""
        decay = self._learning.weight_decay
        if self._learning.optimizer == "sgd":
            torch._fused_sgd_(
                self._weights, self._grad, [*self._averages.values()], weight_decay=decay, lr=self.lr,
                momentum=self._learning.momentum, dampening=0.0, nesterov=False, maximize=False, is_first_step=False,
            )  # fmt: skip
            return
        self._steps += 1
        fused = torch._fused_adamw_ if self._learning.optimizer == "adamw" else torch._fused_adam_
        first, second = ([average] for average in self._averages.values())
        fused(
            self._weights, self._grad, first, second, [], [self._steps], lr=self.lr, beta1=_BETAS[0], beta2=_BETAS[1],
            weight_decay=decay, eps=_EPS, amsgrad=False, maximize=False,
        )  # fmt: skip

    def state(self) -> dict[str, Tensor]:
        """Its own numbers by the names that torch.optim gives them, not copied."""
        steps = {} if self._learning.optimizer == "sgd" else {"step": self._steps}
        return {**steps, **self._averages}

    def load_state(self, state: dict[str, Tensor]) -> None:
        """Take back what `state` gave."""
        for name, value in self.state().items():
            value.copy_(state[name])
