"""Fitting: a network learns a picture by heart, and is then a picture of any size.

The plane is the recipe's: the picture's shorter side spans −1 to 1. Steps take random pixels; the learning rate falls
along a cosine to a fiftieth, over the steps or over the time that is given.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray

from ..errors import CppnError
from ..network.develop import develop_network
from ..network.stages import Network
from ..recipe import Recipe, from_dict
from ..recipe.view import frame
from ..rng import Purpose, Stream
from .ensemble import Ensemble
from .optimizer import Learning
from .training import MOST_POINTS, Diverged, features_of

SIREN = "sin:freq=30"
_LAST = 1 / 50  # of the learning rate
_BLOCK = 1 << 16  # pixels whose values are computed at once
_LOOKS = 40  # how often the whole picture is compared, over all the training


@dataclass(frozen=True)
class Progress:
    """After a step: seconds of training so far, the present and the best PSNR in decibels, and the best network."""

    step: int
    seconds: float
    psnr: float
    best: float
    network: Network


def photo_recipe(
    shape: tuple[int, ...], *, act: str = SIREN, hidden: tuple[int, ...] = (256, 256, 256), fourier: int = 0,
    seed: int = 0,
) -> Recipe:  # fmt: skip
    """The recipe of a network that is to learn a picture of shape (height, width, channels).

    `fourier`: so many random frequencies, each with sine and cosine, come before the hidden layers.
    """
    layers = ((2 * fourier,) if fourier else ()) + tuple(hidden)
    acts = (("sin:freq=1",) if fourier else ()) + tuple(act for _ in hidden)
    init = "siren" if act.startswith("sin") and not fourier else "kaiming"
    network = {"hidden": list(layers), "act": [*acts, "linear"], "init": init}
    color = {"mode": "gray" if shape[2] == 1 else "rgb", "levels": [0, 1]}
    return from_dict({"seed": seed, "network": network, "color": color, "view": {"extent": 1}}, where="")


def start(recipe: Recipe, fourier: int = 0, scale: float = 10.0) -> Network:
    """The network before its first step.

    The last layer begins small, in the middle of grey. `scale`: the spread of the Fourier frequencies, in waves over
    the shorter side (Tancik et al. 2020).
    """
    network = develop_network(recipe)
    stages = list(network.stages)
    last = stages[-1]
    stages[-1] = replace(last, weight=last.weight / np.float32(30), bias=np.full_like(last.bias, 0.5))
    if fourier:
        drawn = Stream(recipe.seed, Purpose.FOURIER).normal(2 * fourier).reshape(fourier, 2)
        weight = np.concatenate([drawn, drawn]).astype(np.float32) * np.float32(math.pi * scale)
        bias = np.repeat(np.array([0, math.pi / 2], np.float32), fourier)
        stages[0] = replace(stages[0], weight=weight, bias=bias)
    return replace(network, stages=tuple(stages))


class Fit:
    """A network learning a picture; `pixels`, (height, width, channels), are 0 to 1."""

    def __init__(
        self, recipe: Recipe, network: Network, pixels: NDArray[np.float32], *, batch: int = 4096, lr: float = 1e-3,
        frozen: int = 0, device: str = "cpu",
    ) -> None:  # fmt: skip
        height, width, channels = pixels.shape
        if min(height, width) < 2:
            raise CppnError(f"a picture of {width}x{height} pixels", legal="it takes at least 2x2 to learn from")
        if not 1 <= batch <= MOST_POINTS:
            raise CppnError(f"{batch} pixels a step", where="batch", legal=f"1 to {MOST_POINTS} are legal")
        laid = frame(recipe.view, width, height)
        j, i = (index.ravel() for index in np.mgrid[:height, :width])
        u, v = i - (width - 1) / 2, j - (height - 1) / 2
        x, y = laid.cx + laid.ux * u + laid.vx * v, laid.cy + laid.uy * u + laid.vy * v
        self._features = torch.from_numpy(features_of(network, x, y).astype(np.float32)).to(device)
        self._wanted = torch.from_numpy(np.ascontiguousarray(pixels.reshape(-1, channels).T)).to(device)
        self._count = height * width
        self.batch = min(batch, self._count)
        self.lr, self.recipe = lr, recipe
        self.ensemble = Ensemble([network], self.batch, Learning(lr=lr), device=device, frozen=frozen)
        self._generator = torch.Generator().manual_seed(int(Stream(recipe.seed, Purpose.PIXELS).uniform(1)[0] * 2**53))
        self.step, self.best, self.seconds = 0, -math.inf, 0.0
        self._best_weights = self.ensemble.weights()

    def run(
        self, steps: int | None, seconds: float | None = None, watch: Callable[[float], None] = lambda share: None
    ) -> Iterator[Progress]:
        """Train for so many steps, or so long; yields now and then. Errors: `Diverged`.

        `watch` is told before each step, and at the end, how much of the training is done, 0 to 1.
        """
        started = time.perf_counter() - self.seconds
        look = max(1, (steps or 4000) // _LOOKS)
        done, next_look = False, 0.0
        while not done:
            share = (self.step / steps) if seconds is None and steps else self.seconds / (seconds or 1.0)
            watch(min(1.0, share))
            self.ensemble.set_lr(self.lr * (_LAST + (1 - _LAST) * 0.5 * (1 + math.cos(math.pi * min(1.0, share)))))
            chosen = torch.randint(self._count, (self.batch,), generator=self._generator).to(self._features.device)
            loss = self.ensemble.step(self._features[None, :, chosen], self._wanted[None, :, chosen])
            self.step += 1
            self.seconds = time.perf_counter() - started
            done = self.seconds >= seconds if seconds is not None else self.step >= (steps or 1)
            if done or (self.seconds >= next_look if seconds is not None else self.step % look == 0):
                next_look = self.seconds + (seconds or 0.0) / _LOOKS
                if not torch.isfinite(loss).all():
                    raise Diverged(
                        self.step, 0, self.ensemble.trained(self._best_weights), loss.cpu().numpy()[None].copy()
                    )
                yield self._look()
        watch(1.0)

    def _look(self) -> Progress:
        psnr = self.psnr()
        if psnr > self.best:
            self.best, self._best_weights = psnr, self.ensemble.weights()
        return Progress(self.step, self.seconds, psnr, self.best, self.ensemble.trained(self._best_weights)[0])

    def psnr(self) -> float:
        """Of the whole picture, in decibels, as the network draws it now: values limited to [0, 1]."""
        total = 0.0
        for start_ in range(0, self._count, _BLOCK):
            part = slice(start_, start_ + _BLOCK)
            drawn = self.ensemble.values(self._features[None, :, part]).clamp(0, 1)[0]
            total += float((drawn - self._wanted[:, part]).double().square().sum())
        return -10 * math.log10(max(total / self._wanted.numel(), 1e-12))

    @property
    def present(self) -> Network:
        """As it is now."""
        return self.ensemble.trained(self.ensemble.weights())[0]

    @property
    def network(self) -> Network:
        """The best so far."""
        return self.ensemble.trained(self._best_weights)[0]

    def tensors(self) -> dict[str, torch.Tensor]:
        """All that training goes on from: weights, the best ones, the optimiser's and the generator's state."""
        state = {f"optimizer.{key}": value for key, value in self.ensemble.state().items()}
        return {
            "weights": self.ensemble.weights(), "best": self._best_weights, "generator": self._generator.get_state(),
            **state,
        }  # fmt: skip

    def numbers(self) -> dict[str, float]:
        """The numbers that belong to them."""
        return {"step": self.step, "seconds": self.seconds, "psnr": self.best if math.isfinite(self.best) else -1.0}

    def load(self, tensors: dict[str, torch.Tensor], numbers: dict[str, float]) -> None:
        """Take back what `tensors` and `numbers` gave."""
        self.ensemble.restore(tensors["weights"])
        self._best_weights = tensors["best"].to(self._best_weights.device)
        self._generator.set_state(tensors["generator"])
        prefix = "optimizer."
        self.ensemble.load_state({k.removeprefix(prefix): v for k, v in tensors.items() if k.startswith(prefix)})
        self.step, self.seconds, self.best = int(numbers["step"]), float(numbers["seconds"]), float(numbers["psnr"])
