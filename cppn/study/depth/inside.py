"""Figures of what goes on inside: hidden units, their values' distribution, dead units, and how all that evolves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..figures import legend, numbers, style
from ..notation import written
from .learning import BINS, Outcome, shown_layers
from .pages import LEAST, Page, by_act, epoch_map, finite, median, say_if_broken, target

_MOMENTS = (0, 0.1, 0.3, 1)  # of training, at which functions are drawn


def pages(outcome: Outcome) -> list[Page]:
    """The pages of an outcome."""
    setting = outcome.setting
    across, shown = len(setting.acts), shown_layers(setting)
    first, medians = f"seed {setting.seeds[0]}", setting.over("medians over the seeds")
    return [
        Page(
            "hidden", "what hidden units show, at the end", (len(shown), across), _hidden, _hidden_data,
            f"units of {first}, each panel to its own scale",
        ),
        Page(
            "distributions", "hidden values of the layers before training (grey) and after it", (across, len(shown)),
            _distributions, _distributions_data, f"values of {first}, an activation's layers over one range",
        ),
        Page("sparsity", "units near zero, and dead ones", (2, 2), _sparsity, _sparsity_data, f"lines {medians}"),
        Page(
            "evolution", "how functions and hidden values evolve", (3, across), _evolution, _evolution_data,
            f"functions of {first}, maps {medians}",
        ),
    ]  # fmt: skip


def _hidden(outcome: Outcome, axes: Sequence[Any]) -> None:
    setting, across = outcome.setting, len(outcome.setting.acts)
    for row, layer in enumerate(shown_layers(setting)):
        for i, title in enumerate(setting.titles):
            one, values = axes[row * across + i], finite(outcome.hidden[1, row, i])
            image = one.imshow(values, aspect="auto", cmap="cividis", extent=(-np.pi, np.pi, 0, setting.width))
            one.grid(visible=False)
            one.set_title(f"{title}\nlayer {layer + 1}", fontsize=8)
            one.set_yticks([])
            if np.isfinite(values).any():
                bar = one.figure.colorbar(image, ax=one, shrink=0.8, aspect=12)
                bar.ax.tick_params(labelsize=6)
    for one in axes[-across:]:
        one.set_xlabel("x")
    for one in axes[::across]:
        one.set_ylabel("unit")


def _hidden_data(outcome: Outcome) -> dict[str, Any]:
    setting = outcome.setting
    layers = list(enumerate(shown_layers(setting)))
    units = {
        act: {f"layer {layer + 1}": numbers(outcome.hidden[1, row, i], 4) for row, layer in layers}
        for i, act in enumerate(setting.acts)
    }  # fmt: skip
    return {"seed": setting.seeds[0], "x": numbers(outcome.x, 6), "units": units}


def _distributions(outcome: Outcome, axes: Sequence[Any]) -> None:
    setting, shown = outcome.setting, shown_layers(outcome.setting)
    for i, title in enumerate(setting.titles):
        far = float(outcome.reach[:, i].max())
        for column, layer in enumerate(shown):
            one = axes[i * len(shown) + column]
            for look, drawn in (
                (0, {"color": "#888888", "alpha": 0.5, "fill": True}),
                (1, {"color": style(i)["color"]}),
            ):
                reach = outcome.reach[look, i]
                one.stairs(outcome.counts[look, layer, i], np.linspace(-reach, reach, BINS + 1), **drawn)
            one.set_xlim(-far, far)
            one.set_yscale("symlog", linthresh=1)
            one.set_yticks([0, 1, 100, 10_000], ["0", "1", "100", "10⁴"])
            one.set_title(f"layer {layer + 1}", fontsize=8)
            one.tick_params(labelsize=7)
            one.set_xticks([-far, 0, far], [written(-far, ".2g"), "0", written(far, ".2g")])
        axes[i * len(shown)].set_ylabel(f"{title}\ncount", fontsize=8)
    for one in axes[-len(shown) :]:
        one.set_xlabel("hidden value", fontsize=8)


def _distributions_data(outcome: Outcome) -> dict[str, Any]:
    return {
        act: {
            when: {
                "edges": numbers(np.linspace(-1, 1, BINS + 1) * outcome.reach[look, i], 6),
                "counts of each layer": outcome.counts[look, :, i].tolist(),
            }
            for look, when in enumerate(("start", "end"))
        }
        for i, act in enumerate(outcome.setting.acts)
    }


def _sparsity(outcome: Outcome, axes: Sequence[Any]) -> None:
    words = {"small": "share of |value| below 0.01", "dead": "share of dead units, the same at every x"}
    for row, (name, told) in enumerate(words.items()):
        for column, (look, when) in enumerate(((0, "at the start"), (-1, "at the end"))):
            one = axes[2 * row + column]
            for i, title in enumerate(outcome.setting.titles):
                shares = median(getattr(outcome, name)[look], outcome.setting.of(i))
                one.plot(range(1, len(shares) + 1), shares, marker="o", markersize=3, **style(i), label=title)
            one.set_ylim(-0.04, 1.04)
            one.set_title(f"{told}, {when}", fontsize=9)
            one.set_ylabel("share")
    for one in axes[2:]:
        one.set_xlabel("hidden layer")


def _sparsity_data(outcome: Outcome) -> dict[str, Any]:
    return {
        name: {when: by_act(outcome, values[look]) for when, look in (("start", 0), ("end", -1))}
        for name, values in (("below 0.01", outcome.small), ("dead units", outcome.dead))
    }


def _evolution(outcome: Outcome, axes: Sequence[Any]) -> None:
    from matplotlib.lines import Line2D

    setting, across = outcome.setting, len(outcome.setting.acts)
    looks = [int(np.argmin(np.abs(outcome.epochs - share * setting.epochs))) for share in _MOMENTS]
    shades = np.linspace(0.25, 1, len(looks))
    for i, title in enumerate(setting.titles):
        top, middle, bottom = axes[i], axes[across + i], axes[2 * across + i]
        target(outcome, top)
        for look, shade in zip(looks, shades, strict=True):
            function = finite(outcome.functions[look, setting.of(i)][0])
            top.plot(outcome.x, function, color=style(i)["color"], alpha=shade, linewidth=1.5)
        top.set_title(title, fontsize=9)
        say_if_broken(outcome, i, top)
        with np.errstate(divide="ignore"):
            spread = np.log10(np.maximum(median(outcome.spread, setting.of(i)), LEAST))
        spreads = epoch_map(outcome, middle, spread, "viridis", (-6, 0.5))
        deads = epoch_map(outcome, bottom, median(outcome.dead, setting.of(i)), "cividis", (0, 1))
    axes[0].set_ylabel("y, learned")
    handles = [
        Line2D([], [], color="black", alpha=shade, label=f"epoch {int(outcome.epochs[look])}")
        for look, shade in zip(looks, shades, strict=True)
    ]
    legend(axes[0].figure, handles, place="outside upper center", columns=len(handles))
    for row, image, label in ((1, spreads, "log₁₀ of hidden values' spread"), (2, deads, "share of dead units")):
        line = list(axes[row * across : (row + 1) * across])
        line[0].set_ylabel("hidden layer")
        line[0].figure.colorbar(image, ax=line, label=label, shrink=0.9)


def _evolution_data(outcome: Outcome) -> dict[str, Any]:
    first = outcome.functions[:, :: len(outcome.setting.seeds)]
    return {
        "x": numbers(outcome.x, 6), "epochs": outcome.epochs.tolist(),
        "function of the first seed": {act: numbers(first[:, i], 5) for i, act in enumerate(outcome.setting.acts)},
        "spread of hidden values": by_act(outcome, outcome.spread), "dead units": by_act(outcome, outcome.dead),
    }  # fmt: skip
