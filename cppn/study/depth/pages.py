"""The figures of the main experiment: what is learned, how fast, and what gradient reaches the layers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from ..chapter import Plate
from ..figures import legend, lines, logarithmic, numbers, panels, style
from .experiment import Floats
from .learning import Outcome

if TYPE_CHECKING:
    from matplotlib.figure import Figure

LEAST = 1e-12  # below which a gradient is drawn as this
_GREY = {"color": "#888888", "linewidth": 1}
_SIZES = {(1, 1): (5.6, 3.2), (2, 2): (4.2, 2.6)}  # inches of a panel, by rows and columns of them
_SIZE = (2.4, 2.2)


@dataclass(frozen=True)
class Page:
    """A figure: how it is called, its rows and columns of panels, what draws them, and its data."""

    name: str
    title: str
    shape: tuple[int, int]
    draw: Callable[[Outcome, Sequence[Any]], object]
    data: Callable[[Outcome], Any]
    shows: str = ""  # of which seeds

    def plate(self, outcome: Outcome) -> Plate:
        """It, ready to be drawn."""
        settings = outcome.setting.told.change(shown=self.shows or None)
        return Plate(
            f"depth-{self.name}", self.title, partial(self._figure, outcome), settings, {"data": self.data(outcome)}
        )

    def _figure(self, outcome: Outcome) -> Figure:
        width, height = _SIZES.get(self.shape, _SIZE)
        figure, axes = panels(*self.shape, width=width, height=height)
        self.draw(outcome, axes)
        if labelled := lines(axes[0]):
            legend(figure, labelled)
        return figure


def pages(outcome: Outcome) -> list[Page]:
    """The pages of an outcome."""
    setting = outcome.setting
    across, medians = len(setting.acts), setting.over("medians over the seeds")
    return [
        Page("functions", "what is learned of the sine", (1, across), _functions, _functions_data),
        Page("losses", "how fast it is learned", (1, 1), losses, lambda o: by_act(o, o.losses)),
        Page(
            "gradients-start", "what gradient reaches each layer at the start", (1, 1), start,
            lambda o: by_act(o, o.gradients[0]), f"lines {medians}",
        ),
        Page(
            "gradients-training", "what gradient reaches each layer while it learns", (1, across), _training,
            lambda o: over_epochs(o, o.gradients), medians,
        ),
    ]  # fmt: skip


def by_act(outcome: Outcome, values: Floats) -> dict[str, Any]:
    """Values of shape (…, members) as {activation: [of each seed]}."""
    setting = outcome.setting
    return {act: numbers(np.moveaxis(values[..., setting.of(i)], -1, 0), 6) for i, act in enumerate(setting.acts)}


def over_epochs(outcome: Outcome, values: Floats) -> dict[str, Any]:
    """Values at each look, of shape (looks, …, members), with the looks' epochs."""
    return {"epochs": outcome.epochs.tolist(), "of each seed": by_act(outcome, values)}


def _functions(outcome: Outcome, axes: Sequence[Any]) -> None:
    setting = outcome.setting
    for i, (title, one) in enumerate(zip(setting.titles, axes, strict=True)):
        target(outcome, one)
        for function in outcome.functions[-1, setting.of(i)]:
            one.plot(outcome.x, finite(function), **style(i))
        say_if_broken(outcome, i, one)
        one.set_title(title, fontsize=9)
        one.set_xlabel("x")
    axes[0].set_ylabel("y, learned")


def _functions_data(outcome: Outcome) -> dict[str, Any]:
    points = numbers(outcome.setting.noisy(np.sin(outcome.setting.x)), 6)
    learned = by_act(outcome, np.moveaxis(outcome.functions[-1], 0, -1))
    return {"x": numbers(outcome.x, 6), "points": points, "learned": learned}


def target(outcome: Outcome, one: Any) -> None:
    """Draw what was to be learned: the noisy points, and the sine without noise."""
    setting = outcome.setting
    one.plot(setting.x, setting.noisy(np.sin(setting.x)), ".", color="#bbbbbb", markersize=2)
    one.plot(outcome.x, np.sin(outcome.x), **_GREY)
    one.set_ylim(-1.5, 1.5)


def say_if_broken(outcome: Outcome, act: int, one: Any) -> None:
    """Say in a panel from which epoch on an activation's loss is no number."""
    broken = outcome.broken[outcome.setting.of(act)]
    if (broken >= 0).any():
        first = broken[broken >= 0].min()
        text = f"no number from epoch {first}" if first else "no number from the start"
        one.text(0.5, 0.04, text, transform=one.transAxes, ha="center", fontsize=8)


def losses(outcome: Outcome, axes: Sequence[Any]) -> None:
    """Draw the squared errors over the epochs."""
    one = axes[0]
    for i, title in enumerate(outcome.setting.titles):
        part = finite(outcome.losses[:, outcome.setting.of(i)])
        one.plot(np.median(part, axis=1), **style(i), label=title)
        one.fill_between(range(len(part)), part.min(1), part.max(1), color=style(i)["color"], alpha=0.12, linewidth=0)
    logarithmic(one)
    one.set_xlabel("epoch")
    one.set_ylabel("squared error")
    one.set_title(outcome.setting.over("median and range of the seeds"), fontsize=10)


def start(outcome: Outcome, axes: Sequence[Any]) -> None:
    """Draw the norm of each map's gradient at the start."""
    one = axes[0]
    for i, title in enumerate(outcome.setting.titles):
        norms = median(outcome.gradients[0], outcome.setting.of(i))
        shown = np.where(norms > 0, norms, np.nan)
        one.plot(range(1, len(norms) + 1), shown, marker="o", markersize=3, **style(i), label=title)
    logarithmic(one)
    one.set_xlabel("affine map: hidden layers, then the output")
    one.set_ylabel("norm of the gradient")
    one.set_title("at the start", fontsize=10)


def _training(outcome: Outcome, axes: Sequence[Any]) -> None:
    for i, (title, one) in enumerate(zip(outcome.setting.titles, axes, strict=True)):
        norms = np.maximum(median(outcome.gradients, outcome.setting.of(i)), LEAST)
        image = epoch_map(outcome, one, np.log10(norms), "viridis", (-9, 1))
        one.set_title(title, fontsize=9)
    axes[0].set_ylabel("affine map")
    axes[-1].figure.colorbar(image, ax=list(axes), label="log₁₀ of the norm", shrink=0.9)


def epoch_map(outcome: Outcome, one: Any, values: Floats, colours: str, limits: tuple[float, float]) -> Any:
    """Draw values of shape (looks, layers) over epochs and layers; returns the image."""
    layers = np.arange(values.shape[1]) + 1
    edges = np.concatenate([[0], (outcome.epochs[1:] + outcome.epochs[:-1]) / 2, outcome.epochs[-1:]])
    image = one.pcolormesh(
        edges, np.arange(values.shape[1] + 1) + 0.5, finite(values).T, cmap=colours, vmin=limits[0], vmax=limits[1],
        rasterized=True,
    )  # fmt: skip
    one.set_yticks([1, layers[-1]])
    one.set_xlabel("epoch")
    one.grid(visible=False)
    return image


def median(values: Floats, part: slice) -> Floats:
    """The median over members."""
    return np.asarray(np.median(values[..., part], axis=-1))


def finite(values: Floats) -> Floats:
    """The values, gaps where they are not finite."""
    return np.where(np.isfinite(values), values, np.nan)
