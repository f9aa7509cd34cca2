"""Which learning rates networks of several depths can bear."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from ..chapter import Plate
from ..figures import numbers, panels
from ..results import kept
from .experiment import Floats, Progress, Setting, train

if TYPE_CHECKING:
    from matplotlib.figure import Figure

RATES = (1e-4, 1e-3, 1e-2, 1e-1)
_ACROSS = 4  # panels in a row
_EPOCHS = 200  # at most
_BEST = 5e-3  # about the variance of the noise
_WORST = 2.0  # squared errors from here on, or that are no numbers, are drawn alike: zero would be as good as 0.5


def epochs(setting: Setting) -> int:
    """How long each of its networks trains: shorter than in the main experiment."""
    return min(setting.epochs, _EPOCHS)


def run(
    setting: Setting, depths: Sequence[int], rates: Sequence[float] = RATES,
    progress: Progress = lambda epochs: None, *, fresh: bool = False,
) -> Floats:  # fmt: skip
    """The squared error at the end, (activations, depths, rates), of the first seed; not finite where it diverged."""
    first = replace(setting, seeds=setting.seeds[:1], epochs=epochs(setting))

    def make() -> dict[str, Floats]:
        ends = np.empty((len(setting.acts), len(depths), len(rates)))
        for d, depth in enumerate(depths):
            one = replace(first, layers=depth)
            for r, rate in enumerate(rates):
                target = one.noisy(np.sin(one.x))[None]
                ends[:, d, r] = train(one.networks(), one.x, target, rate, one.epochs, progress=progress)[0][-1]
        return {"ends": ends}

    depends = {**asdict(first), "layers": list(depths), "lr": list(rates)}
    return np.asarray(kept("depth-stability", depends, make, fresh=fresh)["ends"])


def plate(setting: Setting, depths: Sequence[int], ends: Floats, rates: Sequence[float] = RATES) -> Plate:
    """For each activation a map of rates by depths."""
    shorter = replace(setting, seeds=setting.seeds[:1], epochs=epochs(setting))
    told = shorter.told.change(network=f"1-{setting.width}×…-1", learning_rate=None)
    data = {
        "depths": list(depths), "rates": list(rates),
        "final mse, depths by rates": {act: numbers(values) for act, values in zip(setting.acts, ends, strict=True)},
    }  # fmt: skip
    title = "squared error after training, by depth and learning rate"
    return Plate("depth-stability", title, partial(_figure, setting, depths, ends, rates), told, data)


def _figure(setting: Setting, depths: Sequence[int], ends: Floats, rates: Sequence[float]) -> Figure:
    across = min(_ACROSS, len(setting.acts))
    drawn, axes = panels(-(-len(setting.acts) // across), across, width=2.6, height=2.4)
    for axis, title, values in zip(axes, setting.titles, ends, strict=False):
        image = heat(axis, values, [f"{rate:g}" for rate in rates], [str(depth) for depth in depths], _BEST)
        axis.set_title(title, fontsize=9)
        axis.set_xlabel("learning rate")
        axis.set_ylabel("hidden layers")
    for axis in axes[len(setting.acts) :]:
        axis.set_axis_off()
    drawn.colorbar(image, ax=axes, label="log₁₀ of the squared error", shrink=0.9)
    return drawn


def heat(axis: Any, values: Floats, columns: Sequence[str], rows: Sequence[str], best: float) -> Any:
    """Squared errors as a map of their logarithms from `best` on, with the numbers in it; returns the image."""
    low, high = np.log10(best), np.log10(_WORST)
    shown = np.log10(np.clip(np.where(np.isfinite(values), values, _WORST), best, _WORST))
    image = axis.imshow(shown, cmap="cividis_r", vmin=low, vmax=high, aspect="auto")
    for (row, column), value in np.ndenumerate(values):
        text = _told(float(value))
        ink = "white" if shown[row, column] > (low + high) / 2 else "black"
        axis.text(column, row, text, ha="center", va="center", fontsize=7, color=ink)
    axis.set_xticks(range(len(columns)), columns, fontsize=8)
    axis.set_yticks(range(len(rows)), rows, fontsize=8)
    axis.grid(visible=False)
    return image


def _told(error: float) -> str:
    if not np.isfinite(error):
        return "diverged"
    return f"{error:.2g}" if error < 100 else f"{error:.0f}" if error < 1000 else "> 1000"
