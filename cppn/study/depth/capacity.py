"""Which functions a small network of each activation can come to represent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from ..chapter import Plate
from ..figures import numbers, panels, style
from ..results import kept
from .experiment import Floats, Progress, Setting, train
from .stability import heat

if TYPE_CHECKING:
    from matplotlib.figure import Figure

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


@dataclass(frozen=True)
class Learned:
    """What each activation made of each target."""

    setting: Setting
    ends: Floats  # (activations, targets), the squared error at the end, medians over the seeds
    functions: Floats  # (activations, targets, points), what is learned, of the first seed


def run(setting: Setting, progress: Progress = lambda epochs: None, *, fresh: bool = False) -> Learned:
    """Train networks of all activations on all targets, together."""

    def make() -> dict[str, Floats]:
        targets = np.array([function(setting.x) for function in TARGETS.values()])
        networks = [network for network in setting.networks() for _ in TARGETS]
        functions: list[Floats] = []
        losses, _ = train(
            networks, setting.x, targets, setting.lr, setting.epochs, progress=progress, looks=[setting.epochs],
            look=lambda stages: functions.append(stages[-1][:, 0].numpy(force=True).copy()),
        )  # fmt: skip
        shape = (len(setting.acts), len(setting.seeds), len(TARGETS))
        return {
            "ends": np.median(losses[-1].reshape(shape), axis=1),
            "functions": functions[0].reshape(*shape, setting.points)[:, 0],
        }

    return Learned(setting, **kept("depth-capacity", {**asdict(setting), "targets": list(TARGETS)}, make, fresh=fresh))


def plates(learned: Learned) -> list[Plate]:
    """A map of errors, targets by activations; and every function that was learned."""
    setting = learned.setting
    told = setting.told.change(noise=None, targets="without noise")
    ends = {
        "activations": list(setting.acts), "targets": list(TARGETS), "x": numbers(setting.x, 6),
        "target values": {name: numbers(function(setting.x), 6) for name, function in TARGETS.items()},
        "final mse, activations by targets": numbers(learned.ends),
    }  # fmt: skip
    predictions = {
        act: dict(zip(TARGETS, numbers(functions, 5), strict=True))
        for act, functions in zip(setting.acts, learned.functions, strict=True)
    }
    over = setting.over("median of the seeds")
    return [
        Plate("depth-capacity", f"squared error after training, {over}", partial(_errors, learned), told, ends),
        Plate(
            "depth-predictions", f"what each activation makes of each target, seed {setting.seeds[0]}",
            partial(_predictions, learned), told.change(shown=f"seed {setting.seeds[0]}"),
            {"x": numbers(setting.x, 6), "predictions": predictions},
        ),
    ]  # fmt: skip


def _errors(learned: Learned) -> Figure:
    setting = learned.setting
    drawn, axes = panels(1, 1, width=2.2 + 0.95 * len(TARGETS), height=0.8 + 0.34 * len(setting.acts))
    image = heat(axes[0], learned.ends, list(TARGETS), setting.titles, _BEST)
    axes[0].set_xlabel("target")
    axes[0].set_title(f"squared error after training, {setting.over('median of the seeds')}")
    drawn.colorbar(image, ax=axes, label="log₁₀ of the squared error", shrink=0.9)
    return drawn


def _predictions(learned: Learned) -> Figure:
    setting, across = learned.setting, len(TARGETS)
    drawn, axes = panels(len(setting.acts), across, width=1.55, height=1.25, sharex=True, sharey=True)
    for i, title in enumerate(setting.titles):
        for k, (name, function) in enumerate(TARGETS.items()):
            one, values = axes[i * across + k], learned.functions[i, k]
            one.plot(setting.x, function(setting.x), color="#bbbbbb", linewidth=1.2)
            one.plot(setting.x, np.where(np.isfinite(values), values, np.nan), color=style(i)["color"], linewidth=1.2)
            one.set_ylim(-1.6, 1.6)
            if i == 0:
                one.set_title(name, fontsize=9)
        axes[i * across].set_ylabel(title, fontsize=7)
    for one in axes[-across:]:
        one.set_xlabel("x", fontsize=8)
    return drawn
