"""Which functions a small network of each activation can come to represent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np

from ..figures import numbers, panels, publish
from ..folder import Folder
from ..results import kept
from .experiment import Floats, Progress, Setting, train
from .stability import heat

ACTS = ("linear", "sigmoid", "tanh", "relu", "leakyrelu", "elu", "gelu", "silu")
_LAYERS = 3  # where even sigmoids learn, so that what differs is what each can represent
_BEST = 1e-4  # squared errors from here down are drawn alike
TARGETS: dict[str, Callable[[Floats], Floats]] = {
    "sin x": np.sin,
    "sin 5x": lambda x: np.sin(5 * x),
    "|x|": lambda x: np.abs(x) / np.pi * 2 - 1,
    "step": np.sign,
    "sawtooth": lambda x: 2 * np.mod(x / np.pi * 2, 1) - 1,
    "bump": lambda x: np.exp(-4 * x * x),
    "chirp": lambda x: np.sin(x * x),
}


def setting_of(setting: Setting, acts: tuple[str, ...] = ()) -> Setting:
    """The main experiment's setting with shallower networks, and eight activations unless others are named."""
    return replace(setting, layers=_LAYERS, acts=acts or ACTS, noise=0.0)


def run(setting: Setting, progress: Progress = lambda epochs: None, *, fresh: bool = False) -> Floats:
    """The squared error at the end, (activations, targets), medians over the seeds. All members train together."""

    def make() -> dict[str, Floats]:
        targets = np.array([function(setting.x) for function in TARGETS.values()])
        networks = [network for network in setting.networks() for _ in TARGETS]
        losses, _ = train(networks, setting.x, targets, setting.lr, setting.epochs, progress=progress)
        ends = losses[-1].reshape(len(setting.acts), len(setting.seeds), len(TARGETS))
        return {"ends": np.median(ends, axis=1)}

    depends = {**asdict(setting), "targets": list(TARGETS)}
    return np.asarray(kept("depth-capacity", depends, make, fresh=fresh)["ends"])


def figure(setting: Setting, ends: Floats, folder: Folder, form: str = "png") -> list[Path]:
    """Write the figure: a map of targets by activations, below the targets' curves; the paths."""
    drawn, axes = panels(1, 1, width=1.0 + 0.95 * len(TARGETS), height=0.8 + 0.34 * len(setting.acts))
    image = heat(axes[0], ends, list(TARGETS), list(setting.acts), _BEST)
    axes[0].set_title(f"squared error after training, {setting.over('median of the seeds')}")
    drawn.colorbar(image, ax=axes, label="log₁₀ of the squared error", shrink=0.9)
    told = setting.told.change(noise=None, without="noise")
    data = {
        "activations": list(setting.acts), "targets": list(TARGETS), "x": numbers(setting.x, 6),
        "target values": {name: numbers(function(setting.x), 6) for name, function in TARGETS.items()},
        "final mse, activations by targets": numbers(ends),
    }  # fmt: skip
    return publish(drawn, folder, "depth-capacity", form, told, data)
