"""Gradients at the start of networks of several depths."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from ..chapter import Plate
from ..figures import legend, lines, logarithmic, number, numbers, panels, style
from ..results import kept
from .experiment import Floats, Setting, train

if TYPE_CHECKING:
    from matplotlib.figure import Figure

DEPTHS = (5, 10, 20, 50)
_LEAST = 1e-46  # below all that float32 can hold


def run(setting: Setting, depths: Sequence[int] = DEPTHS, *, fresh: bool = False) -> dict[int, Floats]:
    """Of each depth the norm of each weight matrix's gradient at the start, (layers + 1, members)."""
    settings = [replace(setting, layers=depth) for depth in depths]

    def make() -> dict[str, Floats]:
        found = {}
        for one in settings:
            _, norms = train(one.networks(), one.x, one.noisy(np.sin(one.x))[None], one.lr, 0, looks=[0])
            found[str(one.layers)] = norms[0]
        return found

    depends = {**asdict(setting), "layers": list(depths), "epochs": 0}
    return {int(depth): norms for depth, norms in kept("depth-flow", depends, make, fresh=fresh).items()}


def ratios(setting: Setting, found: dict[int, Floats]) -> list[dict[str, Any]]:
    """Of each depth and activation the median ratio of the last hidden layer's gradient to the first's."""
    rows = []
    for depth, norms in found.items():
        with np.errstate(divide="ignore", invalid="ignore"):
            of_all = norms[-2] / norms[0]
        medians = {act: number(np.median(of_all[setting.of(i)])) for i, act in enumerate(setting.acts)}
        rows.append({"layers": depth, "median gradient ratio": medians})
    return rows


def plate(setting: Setting, found: dict[int, Floats]) -> Plate:
    """What gradient reaches each layer, a panel a depth."""
    started = setting.told.change(epochs=None, optimizer=None, learning_rate=None)
    told = started.change(
        network=f"1-{setting.width}×…-1", at="the start", lines=setting.over("medians over the seeds")
    )
    norms_of = {
        str(depth): {act: numbers(norms[:, setting.of(i)].T) for i, act in enumerate(setting.acts)}
        for depth, norms in found.items()
    }
    data = {"depths": ratios(setting, found), "norms of each seed": norms_of}
    return Plate("depth-flow", "gradients at the start, by depth", partial(_figure, setting, found), told, data)


def _figure(setting: Setting, found: dict[int, Floats]) -> Figure:
    drawn, axes = panels(1, len(found), width=3.0, height=2.9, sharey=True)
    seen = np.concatenate([norms[np.isfinite(norms) & (norms > 0)] for norms in found.values()])
    low, high = (seen.min(), seen.max()) if seen.size else (1.0, 1.0)
    for axis, (depth, norms) in zip(axes, found.items(), strict=True):
        for i, title in enumerate(setting.titles):
            median = np.median(norms[:, setting.of(i)], axis=1)
            shown = np.where(median > 0, median, np.nan)  # what has underflowed is not there
            axis.plot(np.linspace(0, 1, len(median)), shown, **style(i), label=title)
        logarithmic(axis)
        axis.set_ylim(max(low / 10, _LEAST), high * 10)
        axis.set_title(f"{depth} hidden layers")
        axis.set_xticks([0, 1], ["first", "last"])
        axis.set_xlabel("affine map")
    axes[0].set_ylabel("norm of the weights' gradient")
    legend(drawn, lines(axes[0]))
    return drawn
