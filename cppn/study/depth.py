"""Depth: what becomes of gradients and of learning in a network of many layers, by its activation.

After "Activation functions: deep network analysis": y = sin x + N(0, 0.1) at 200 points of [−π, π], ten hidden layers
of 64 units, Adam with a rate of 0.001, the squared error over all points, 500 epochs. Weights begin as `nn.Linear`
has them. All activations and seeds train as one ensemble.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from ..develop import develop_network
from ..engines.reference import outputs
from ..errors import CppnError, failure
from ..field.activations import parse_activation
from ..fit.ensemble import Ensemble, Learning
from ..network import Network
from ..recipe import from_dict
from .figures import numbers, panels, publish, style

Floats = NDArray[np.float64]

ACTS = ("linear", "sigmoid", "relu", "leakyrelu", "gelu")
_NOISE_SEED = 42  # of the original's noise
_EVERY = 20  # epochs from one look at the gradients to the next
_SHOWN = (0, 0.5, 1)  # which hidden layers are drawn, as parts of the depth
_LEAST = 1e-12  # below which a gradient is drawn as this


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

    def __post_init__(self) -> None:
        for act in self.acts:
            parse_activation(act)
        limits = {"layers": 60, "width": 1024, "epochs": 1_000_000, "points": 100_000}
        for name, most in limits.items():
            if not 1 <= getattr(self, name) <= most:
                raise CppnError(f"{getattr(self, name)}", where=name, legal=f"1 to {most} are legal")
        if not 0 < self.lr <= 10:
            raise CppnError(f"{self.lr:g}", where="lr", legal="it is above 0, and at most 10")

    @property
    def told(self) -> dict[str, Any]:
        """What a figure says of itself."""
        return {
            "": "depth", "network": f"1-{self.width}×{self.layers}-1", "weights": "as nn.Linear",
            "epochs": self.epochs, "Adam, rate": self.lr, "noise": self.noise, "seeds": len(self.seeds),
        }  # fmt: skip


@dataclass(frozen=True)
class Outcome:
    """What was seen. Members are all seeds of the first activation, then of the second, and so on."""

    setting: Setting
    x: Floats
    y: Floats  # what was to be learned
    losses: Floats  # (epochs + 1, members), before each epoch and at the end
    epochs: NDArray[np.int64]  # at which gradients were looked at
    gradients: Floats  # (epochs, layers, members), the norm of each weight matrix's gradient
    networks: tuple[Network, ...]

    def of(self, act: int) -> slice:
        """The members of an activation."""
        count = len(self.setting.seeds)
        return slice(act * count, (act + 1) * count)

    @property
    def final(self) -> Floats:
        """The squared error that each member ends with."""
        return np.asarray(self.losses[-1])

    @property
    def ratios(self) -> Floats:
        """How many times larger the last matrix's gradient is than the first's, at the start, of each member."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(self.gradients[0, -1] / self.gradients[0, 0])


def run(setting: Setting, progress: Callable[[int], object] = lambda epochs: None) -> Outcome:
    """Train all members.

    Errors: CppnError if a loss is no number any more.
    """
    x = np.linspace(-np.pi, np.pi, setting.points)
    y = np.sin(x) + np.random.RandomState(_NOISE_SEED).normal(0, setting.noise, setting.points)
    hidden = [setting.width] * setting.layers
    networks = []
    for act in setting.acts:
        for seed in setting.seeds:
            network = {"hidden": hidden, "act": [*[act] * setting.layers, "linear"], "inputs": ["x"]}
            networks.append(develop_network(from_dict({"seed": seed, "network": network}, where=act)))
    ensemble = Ensemble(networks, setting.points, Learning(lr=setting.lr))
    inputs, wanted = (torch.from_numpy(values.astype(np.float32))[None, None] for values in (x, y))
    losses, looks, gradients = [], [], []
    for epoch in range(setting.epochs):
        loss = ensemble.step(inputs, wanted).numpy(force=True).copy()
        if not np.isfinite(loss).all():
            act = setting.acts[int(np.argmin(np.isfinite(loss))) // len(setting.seeds)]
            raise failure(f"its loss is no number any more at epoch {epoch}", where=act, legal="lower --lr")
        losses.append(loss)
        if epoch % _EVERY == 0 or epoch == setting.epochs - 1:
            looks.append(epoch)
            gradients.append(ensemble.gradient_norms().numpy(force=True))
        progress(1)
    error = ensemble.values(inputs) - wanted
    losses.append(error.square().mean((1, 2)).numpy(force=True))
    return Outcome(
        setting, x, y, np.array(losses, np.float64), np.array(looks), np.array(gradients, np.float64),
        tuple(ensemble.trained()),
    )  # fmt: skip


def summary(outcome: Outcome) -> dict[str, Any]:
    """The numbers: of each activation and seed the final error, and each layer's gradient at the start."""
    setting = outcome.setting
    rows = []
    for i, act in enumerate(setting.acts):
        part = outcome.of(i)
        rows.append(
            {
                "activation": act, "median final mse": float(np.median(outcome.final[part])),
                "median gradient ratio": numbers([float(np.median(outcome.ratios[part]))])[0],
                "seeds": [
                    {
                        "seed": seed, "final mse": float(outcome.final[part][k]),
                        "gradient ratio, last to first": numbers([outcome.ratios[part][k]])[0],
                        "gradient norms at the start": numbers(outcome.gradients[0, :, part][:, k]),
                    }
                    for k, seed in enumerate(setting.seeds)
                ],
            }
        )  # fmt: skip
    return {"activations": rows}


def figures(outcome: Outcome, folder: Path, form: str = "png") -> list[Path]:
    """Write the figures: learned functions, losses, gradients, hidden layers, and a page with all; the paths."""
    told, paths = outcome.setting.told, []
    data = summary(outcome)
    for name, draw, shape in (
        ("functions", _functions, (1, len(outcome.setting.acts))),
        ("losses", _losses, (1, 1)),
        ("gradients-start", _start, (1, 1)),
        ("gradients-training", _training, (1, len(outcome.setting.acts))),
        ("hidden", _hidden, (len(_SHOWN), len(outcome.setting.acts))),
    ):
        width, height = (4.6, 3.2) if shape == (1, 1) else (2.4, 2.2)
        figure, axes = panels(*shape, width=width, height=height)
        draw(outcome, axes)
        paths += publish(figure, folder, f"depth-{name}", form, told, data)
    figure, axes = panels(2, 2, width=4.2, height=2.9)
    for draw, one in ((_losses, axes[0]), (_start, axes[1])):
        draw(outcome, [one])
    _all_functions(outcome, axes[2])
    _table(outcome, axes[3])
    return paths + publish(figure, folder, "depth-summary", form, told, data)


def _functions(outcome: Outcome, axes: Sequence[Any]) -> None:
    for i, (act, one) in enumerate(zip(outcome.setting.acts, axes, strict=True)):
        one.plot(outcome.x, outcome.y, ".", color="#bbbbbb", markersize=2)
        one.plot(outcome.x, np.sin(outcome.x), color="#888888", linewidth=1)
        for network in outcome.networks[outcome.of(i)]:
            one.plot(outcome.x, _values(network, outcome.x)[-1][0], **style(i))
        one.set_title(act)
        one.set_ylim(-1.5, 1.5)


def _all_functions(outcome: Outcome, one: Any) -> None:
    one.plot(outcome.x, outcome.y, ".", color="#bbbbbb", markersize=2)
    for i, act in enumerate(outcome.setting.acts):
        one.plot(outcome.x, _values(outcome.networks[outcome.of(i)][0], outcome.x)[-1][0], **style(i), label=act)
    one.set_title(f"learned, seed {outcome.setting.seeds[0]}")


def _losses(outcome: Outcome, axes: Sequence[Any]) -> None:
    (one,) = axes
    for i, act in enumerate(outcome.setting.acts):
        part = outcome.losses[:, outcome.of(i)]
        one.plot(np.median(part, axis=1), **style(i), label=act)
        one.fill_between(range(len(part)), part.min(1), part.max(1), color=style(i)["color"], alpha=0.12, linewidth=0)
    one.set_yscale("log")
    one.set_xlabel("epoch")
    one.set_title("squared error, median and range of the seeds")
    one.legend(fontsize=8, frameon=False, loc="upper right")


def _start(outcome: Outcome, axes: Sequence[Any]) -> None:
    (one,) = axes
    for i, act in enumerate(outcome.setting.acts):
        norms = np.median(outcome.gradients[0, :, outcome.of(i)], axis=1)
        one.plot(range(1, len(norms) + 1), np.maximum(norms, _LEAST), marker="o", markersize=3, **style(i), label=act)
    one.set_yscale("log")
    one.set_xlabel("affine map, from the input on")
    one.set_title("norm of the weights' gradient, at the start")
    one.legend(fontsize=8, frameon=False)


def _training(outcome: Outcome, axes: Sequence[Any]) -> None:
    for i, (act, one) in enumerate(zip(outcome.setting.acts, axes, strict=True)):
        norms = np.maximum(np.median(outcome.gradients[:, :, outcome.of(i)], axis=2), _LEAST)
        image = one.imshow(np.log10(norms).T, aspect="auto", cmap="viridis", origin="lower", vmin=-9, vmax=1)
        one.set_xticks([0, len(outcome.epochs) - 1], ["0", str(outcome.epochs[-1])])
        one.set_yticks([0, norms.shape[1] - 1], ["1", str(norms.shape[1])])
        one.set_title(act)
        one.set_xlabel("epoch")
        one.grid(visible=False)
    axes[0].set_ylabel("affine map")
    axes[-1].figure.colorbar(image, ax=list(axes), label="log₁₀ of the norm", shrink=0.9)


def _hidden(outcome: Outcome, axes: Sequence[Any]) -> None:
    setting, across = outcome.setting, len(outcome.setting.acts)
    for i, act in enumerate(setting.acts):
        stages = _values(outcome.networks[outcome.of(i)][0], outcome.x)[1:-1]
        for row, share in enumerate(_SHOWN):
            layer = round(share * (setting.layers - 1))
            one = axes[row * across + i]
            one.imshow(stages[layer], aspect="auto", cmap="cividis", extent=(-np.pi, np.pi, 0, setting.width))
            one.grid(visible=False)
            one.set_title(f"{act}, layer {layer + 1}", fontsize=9)
            one.set_yticks([])
        axes[(len(_SHOWN) - 1) * across + i].set_xlabel("x")


def _table(outcome: Outcome, one: Any) -> None:
    one.set_axis_off()
    rows = [["activation", "final MSE", "gradient ratio"]]
    for row in summary(outcome)["activations"]:
        ratio = row["median gradient ratio"]
        rows.append(
            [row["activation"], f"{row['median final mse']:.4f}", "no number" if ratio is None else f"{ratio:.3g}"]
        )
    table = one.table(cellText=rows[1:], colLabels=rows[0], loc="center", cellLoc="left", edges="horizontal")
    table.scale(1, 1.5)
    one.set_title("medians; ratio of last map to first")


def _values(network: Network, x: Floats) -> list[Floats]:
    return outputs(network, x, np.zeros_like(x))
