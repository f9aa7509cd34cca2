"""The main experiment: deep networks learn a noisy sine, and are looked at while they do."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import torch

from ..figures import number, numbers
from ..results import kept
from .experiment import Floats, Progress, Setting, train

SHOWN = (0, 0.5, 1)  # the hidden layers whose units are kept, as parts of the depth
BINS = 60
_LOOKS = 61
_POINTS = 200  # at most, that functions and hidden units are kept at
_SMALL = 0.01  # a value below this counts for nothing
_DEAD = 1e-5  # a unit whose values lie no further apart is the same everywhere


@dataclass(frozen=True)
class Outcome:
    """What was seen. Members are as in the Setting; looks are closer together at the beginning, where most happens."""

    setting: Setting
    losses: Floats  # (epochs + 1, members), before each epoch and at the end
    epochs: Floats  # (looks,), at which it was looked
    gradients: Floats  # (looks, layers + 1, members), the norm of each weight matrix's gradient
    x: Floats  # (points,), at which functions and units are kept
    functions: Floats  # (looks, members, points), what is learned
    spread: Floats  # (looks, layers, members), the standard deviation of hidden values over the points, mean of units
    small: Floats  # (looks, layers, members), the share of hidden values |a| below 0.01
    dead: Floats  # (looks, layers, members), the share of hidden units that are the same at all points
    hidden: Floats  # (2, SHOWN, activations, units, points), of the first seed, at the start and at the end
    counts: Floats  # (2, layers, activations, bins), how many hidden values of the first seed fell where, likewise
    reach: Floats  # (2, activations), how far from 0 the bins of an activation go, alike in all layers

    @property
    def final(self) -> Floats:
        """The squared error that each member ends with."""
        return np.asarray(self.losses[-1])

    def ratios(self, look: int = 0) -> Floats:
        """How many times larger the gradient of the last hidden layer's weights is than of the first's, by member."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(self.gradients[look, self.setting.layers - 1] / self.gradients[look, 0])

    @property
    def at(self) -> int:
        """The look at the epoch that gradients are compared at, besides the start."""
        return int(np.flatnonzero(self.epochs == min(self.setting.at, self.setting.epochs))[0])

    @property
    def broken(self) -> Floats:
        """The first epoch at which a member's loss or gradient is no number, or −1."""
        bad = ~np.isfinite(self.losses)
        bad[0] |= ~np.isfinite(self.gradients[0]).all(0)
        return np.where(bad.any(0), bad.argmax(0), -1)


def shown_layers(setting: Setting) -> list[int]:
    """The hidden layers whose units are kept, counted from 0."""
    return sorted({round(share * (setting.layers - 1)) for share in SHOWN})


def run(setting: Setting, progress: Progress = lambda epochs: None, *, fresh: bool = False) -> Outcome:
    """Train all members, or take what is kept of these settings unless `fresh`."""
    return Outcome(setting, **kept("depth", asdict(setting), lambda: _learn(setting, progress), fresh=fresh))


def _learn(setting: Setting, progress: Progress) -> dict[str, Floats]:
    step = -(-setting.points // _POINTS)
    epochs = np.rint(setting.epochs * np.linspace(0, 1, _LOOKS) ** 2).astype(int)
    epochs = np.union1d(epochs, min(setting.at, setting.epochs))
    seen: dict[str, list[Floats]] = {"functions": [], "spread": [], "small": [], "dead": []}
    hidden: list[Floats] = []
    counted: list[tuple[Floats, Floats]] = []

    def look(stages: list[torch.Tensor]) -> None:
        inner = stages[:-1]
        extent = [(stage.amax(2) - stage.amin(2)) for stage in inner]
        seen["functions"].append(stages[-1][:, 0, ::step].numpy(force=True).copy())
        seen["spread"].append(_of_each([stage.std(2, correction=0).mean(1) for stage in inner]))
        small = [(stage.abs() < _SMALL).float().mean((1, 2)) for stage in inner]
        seen["small"].append(_of_each(_where_finite(small, inner)))
        seen["dead"].append(_of_each(_where_finite([(one <= _DEAD).float().mean(1) for one in extent], inner)))
        first = slice(None, None, len(setting.seeds))
        now = np.stack([inner[i][first, :, ::step].numpy(force=True).copy() for i in shown_layers(setting)])
        hidden[1:] = [now]
        if len(seen["small"]) in (1, len(epochs)):
            counted.append(_histograms([stage[first].numpy(force=True) for stage in inner]))

    losses, gradients = train(
        setting.networks(), setting.x, setting.noisy(np.sin(setting.x))[None], setting.lr, setting.epochs,
        looks=epochs, look=look, progress=progress,
    )  # fmt: skip
    arrays = {name: np.array(values) for name, values in seen.items()}
    x = setting.x[::step]
    return {
        "losses": losses, "epochs": epochs, "gradients": gradients, "x": x, **arrays,
        "hidden": np.stack([hidden[0], hidden[-1]]),
        **{name: np.stack([counted[k][i] for k in (0, -1)]) for i, name in enumerate(("counts", "reach"))},
    }  # fmt: skip


def _histograms(layers: list[Floats]) -> tuple[Floats, Floats]:
    """Of each layer's values, (activations, units, points), the counts, (layers, activations, bins), and the reach."""
    acts = range(len(layers[0]))
    reach = np.array([max(float(np.abs(one[k][np.isfinite(one[k])]).max(initial=0)) for one in layers) for k in acts])
    reach[reach == 0] = 1
    edges = [np.linspace(-far, far, BINS + 1) for far in reach]
    counts = [[np.histogram(one[k][np.isfinite(one[k])], edges[k])[0] for k in acts] for one in layers]
    return np.array(counts, np.int64), reach


def _where_finite(shares: list[torch.Tensor], layers: list[torch.Tensor]) -> list[torch.Tensor]:
    """Shares of each layer's members; no number of members that have a value which is none."""
    return [
        share.masked_fill(~layer.isfinite().all(2).all(1), torch.nan)
        for share, layer in zip(shares, layers, strict=True)
    ]


def _of_each(layers: list[torch.Tensor]) -> Floats:
    return torch.stack(layers).numpy(force=True).copy()


def summary(outcome: Outcome) -> dict[str, Any]:
    """The numbers: of each activation and seed the final error, and each layer's gradient at the start."""
    setting, rows = outcome.setting, []
    for i, act in enumerate(setting.acts):
        part = setting.of(i)
        final, ratios, later = outcome.final[part], outcome.ratios()[part], outcome.ratios(outcome.at)[part]
        rows.append(
            {
                "activation": act, "median final mse": number(np.median(final)),
                "median gradient ratio": number(np.median(ratios)),
                f"median gradient ratio at epoch {int(outcome.epochs[outcome.at])}": number(np.median(later)),
                "no number from epoch": [int(epoch) if epoch >= 0 else None for epoch in outcome.broken[part]],
                "dead units at the end": number(outcome.dead[-1, :, part].mean()),
                "seeds": [
                    {
                        "seed": seed, "final mse": number(final[k]),
                        "gradient ratio, last hidden layer to first": number(ratios[k]),
                        "gradient norms at the start": numbers(outcome.gradients[0, :, part][:, k]),
                    }
                    for k, seed in enumerate(setting.seeds)
                ],
            }
        )  # fmt: skip
    return {"activations": rows}
