"""The figures of the main experiment."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ..figures import legend, lines, numbers, panels, publish, style
from ..folder import Folder
from .experiment import Floats
from .learning import Outcome, shown_layers, summary

LEAST = 1e-12  # below which a gradient is drawn as this
_MOMENTS = (0, 0.1, 0.3, 1)  # of training, at which functions are drawn
_GREY = {"color": "#888888", "linewidth": 1}


@dataclass(frozen=True)
class Page:
    """A figure: how it is called, its rows and columns of panels, what draws them, and its data."""

    name: str
    shape: tuple[int, int]
    draw: Callable[[Outcome, Sequence[Any]], object]
    data: Callable[[Outcome], Any]
    shows: str = ""  # of which seeds


def figures(outcome: Outcome, folder: Folder, form: str = "png") -> list[Path]:
    """Write the figures, each with its data; the paths."""
    setting, found, paths = outcome.setting, summary(outcome), []
    across, told = len(setting.acts), setting.told
    first, medians = f"seed {setting.seeds[0]}", setting.over("medians over the seeds")
    for page in (
        Page("functions", (1, across), _functions, _functions_data),
        Page("losses", (1, 1), _losses, lambda o: _by_act(o, o.losses)),
        Page("gradients-start", (1, 1), _start, lambda o: _by_act(o, o.gradients[0]), f"lines {medians}"),
        Page("gradients-training", (1, across), _training, lambda o: _over_epochs(o, o.gradients), medians),
        Page(
            "hidden",
            (len(shown_layers(outcome.setting)), across),
            _hidden,
            _hidden_data,
            f"units of {first}, each panel to its own scale",
        ),
        Page("sparsity", (2, 2), _sparsity, _sparsity_data, f"lines {medians}"),
        Page("evolution", (3, across), _evolution, _evolution_data, f"functions of {first}, maps {medians}"),
    ):
        width, height = (5.6, 3.2) if page.shape == (1, 1) else (2.4, 2.2) if page.shape != (2, 2) else (4.2, 2.6)
        figure, axes = panels(*page.shape, width=width, height=height)
        page.draw(outcome, axes)
        if labelled := lines(axes[0]):
            legend(figure, labelled)
        shown = told.change(shown=page.shows or None)
        paths += publish(figure, folder, f"depth-{page.name}", form, shown, {**found, "data": page.data(outcome)})
    figure, axes = panels(2, 2, width=4.5, height=2.9)
    _losses(outcome, axes[:1])
    _start(outcome, axes[1:2])
    _all_functions(outcome, axes[2])
    _table(outcome, axes[3])
    legend(figure, lines(axes[0]))
    return paths + publish(figure, folder, "depth-summary", form, told, found)


def _by_act(outcome: Outcome, values: Floats) -> dict[str, Any]:
    """Values of shape (…, members) as {activation: [of each seed]}."""
    setting = outcome.setting
    return {act: numbers(np.moveaxis(values[..., setting.of(i)], -1, 0), 6) for i, act in enumerate(setting.acts)}


def _over_epochs(outcome: Outcome, values: Floats) -> dict[str, Any]:
    return {"epochs": outcome.epochs.tolist(), "of each seed": _by_act(outcome, values)}


# what is learned


def _functions(outcome: Outcome, axes: Sequence[Any]) -> None:
    setting = outcome.setting
    for i, (act, one) in enumerate(zip(setting.acts, axes, strict=True)):
        _target(outcome, one)
        for function in outcome.functions[-1, setting.of(i)]:
            one.plot(outcome.x, _finite(function), **style(i))
        _say_if_broken(outcome, i, one)
        one.set_title(act)
        one.set_xlabel("x")
    axes[0].set_ylabel("y, learned")


def _functions_data(outcome: Outcome) -> dict[str, Any]:
    points = numbers(outcome.setting.noisy(np.sin(outcome.setting.x)), 6)
    learned = _by_act(outcome, np.moveaxis(outcome.functions[-1], 0, -1))
    return {"x": numbers(outcome.x, 6), "points": points, "learned": learned}


def _target(outcome: Outcome, one: Any) -> None:
    setting = outcome.setting
    one.plot(setting.x, setting.noisy(np.sin(setting.x)), ".", color="#bbbbbb", markersize=2)
    one.plot(outcome.x, np.sin(outcome.x), **_GREY)
    one.set_ylim(-1.5, 1.5)


def _all_functions(outcome: Outcome, one: Any) -> None:
    setting = outcome.setting
    _target(outcome, one)
    for i, act in enumerate(setting.acts):
        one.plot(outcome.x, _finite(outcome.functions[-1, setting.of(i)][0]), **style(i), label=act)
    one.set_title(f"learned, seed {setting.seeds[0]}")
    one.set_xlabel("x")
    one.set_ylabel("y")


def _say_if_broken(outcome: Outcome, act: int, one: Any) -> None:
    broken = outcome.broken[outcome.setting.of(act)]
    if (broken >= 0).any():
        first = broken[broken >= 0].min()
        text = f"no number from epoch {first}" if first else "no number from the start"
        one.text(0.5, 0.04, text, transform=one.transAxes, ha="center", fontsize=8)


# how fast


def _losses(outcome: Outcome, axes: Sequence[Any]) -> None:
    (one,) = axes
    for i, act in enumerate(outcome.setting.acts):
        part = _finite(outcome.losses[:, outcome.setting.of(i)])
        one.plot(np.median(part, axis=1), **style(i), label=act)
        one.fill_between(range(len(part)), part.min(1), part.max(1), color=style(i)["color"], alpha=0.12, linewidth=0)
    one.set_yscale("log")
    one.set_xlabel("epoch")
    one.set_title(f"squared error, {outcome.setting.over('median and range of the seeds')}")


# what reaches the layers


def _start(outcome: Outcome, axes: Sequence[Any]) -> None:
    (one,) = axes
    for i, act in enumerate(outcome.setting.acts):
        norms = _median(outcome.gradients[0], outcome.setting.of(i))
        shown = np.where(norms > 0, norms, np.nan)
        one.plot(range(1, len(norms) + 1), shown, marker="o", markersize=3, **style(i), label=act)
    one.set_yscale("log")
    one.set_xlabel("affine map, from the input on")
    one.set_title("norm of the weights' gradient, at the start")


def _training(outcome: Outcome, axes: Sequence[Any]) -> None:
    for i, (act, one) in enumerate(zip(outcome.setting.acts, axes, strict=True)):
        norms = np.maximum(_median(outcome.gradients, outcome.setting.of(i)), LEAST)
        image = _map(outcome, one, np.log10(norms), "viridis", (-9, 1))
        one.set_title(act)
    axes[0].set_ylabel("affine map")
    axes[-1].figure.colorbar(image, ax=list(axes), label="log₁₀ of the norm", shrink=0.9)


def _map(outcome: Outcome, one: Any, values: Floats, colours: str, limits: tuple[float, float]) -> Any:
    """Values of shape (looks, layers) over epochs and layers."""
    layers = np.arange(values.shape[1]) + 1
    edges = np.concatenate([[0], (outcome.epochs[1:] + outcome.epochs[:-1]) / 2, outcome.epochs[-1:]])
    image = one.pcolormesh(
        edges, np.arange(values.shape[1] + 1) + 0.5, _finite(values).T, cmap=colours, vmin=limits[0], vmax=limits[1],
        rasterized=True,
    )  # fmt: skip
    one.set_yticks([1, layers[-1]])
    one.set_xlabel("epoch")
    one.grid(visible=False)
    return image


# inside


def _hidden(outcome: Outcome, axes: Sequence[Any]) -> None:
    setting, across = outcome.setting, len(outcome.setting.acts)
    for row, layer in enumerate(shown_layers(setting)):
        for i, act in enumerate(setting.acts):
            one = axes[row * across + i]
            extent = (-np.pi, np.pi, 0, setting.width)
            one.imshow(_finite(outcome.hidden[1, row, i]), aspect="auto", cmap="cividis", extent=extent)
            one.grid(visible=False)
            one.set_title(f"{act}, layer {layer + 1}", fontsize=9)
            one.set_yticks([])
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


def _sparsity(outcome: Outcome, axes: Sequence[Any]) -> None:
    words = {"small": "share of |value| below 0.01", "dead": "share of dead units, the same at every x"}
    for row, (name, told) in enumerate(words.items()):
        for column, (look, when) in enumerate(((0, "at the start"), (-1, "at the end"))):
            one = axes[2 * row + column]
            for i, act in enumerate(outcome.setting.acts):
                shares = _median(getattr(outcome, name)[look], outcome.setting.of(i))
                one.plot(range(1, len(shares) + 1), shares, marker="o", markersize=3, **style(i), label=act)
            one.set_ylim(-0.04, 1.04)
            one.set_title(f"{told}, {when}", fontsize=9)
    for one in axes[2:]:
        one.set_xlabel("hidden layer")


def _sparsity_data(outcome: Outcome) -> dict[str, Any]:
    return {
        name: {when: _by_act(outcome, values[look]) for when, look in (("start", 0), ("end", -1))}
        for name, values in (("below 0.01", outcome.small), ("dead units", outcome.dead))
    }


def _evolution(outcome: Outcome, axes: Sequence[Any]) -> None:
    from matplotlib.lines import Line2D

    setting, across = outcome.setting, len(outcome.setting.acts)
    looks = [int(np.argmin(np.abs(outcome.epochs - share * setting.epochs))) for share in _MOMENTS]
    shades = np.linspace(0.25, 1, len(looks))
    for i, act in enumerate(setting.acts):
        top, middle, bottom = axes[i], axes[across + i], axes[2 * across + i]
        _target(outcome, top)
        for look, shade in zip(looks, shades, strict=True):
            function = _finite(outcome.functions[look, setting.of(i)][0])
            top.plot(outcome.x, function, color=style(i)["color"], alpha=shade, linewidth=1.5)
        top.set_title(act)
        _say_if_broken(outcome, i, top)
        with np.errstate(divide="ignore"):
            spread = np.log10(np.maximum(_median(outcome.spread, setting.of(i)), LEAST))
        spreads = _map(outcome, middle, spread, "viridis", (-6, 0.5))
        deads = _map(outcome, bottom, _median(outcome.dead, setting.of(i)), "cividis", (0, 1))
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
        "spread of hidden values": _by_act(outcome, outcome.spread), "dead units": _by_act(outcome, outcome.dead),
    }  # fmt: skip


def _table(outcome: Outcome, one: Any) -> None:
    one.set_axis_off()
    rows = [
        [row["activation"], _cell(row["median final mse"], ".4f"), _cell(row["median gradient ratio"], ".3g")]
        for row in summary(outcome)["activations"]
    ]
    names = ["activation", "final MSE", "gradient ratio"]
    table = one.table(cellText=rows, colLabels=names, loc="center", cellLoc="left", edges="horizontal")
    table.scale(1, 1.5)
    one.set_title(f"{outcome.setting.over('medians')}; ratio of last map to first")


def _cell(value: float | None, form: str) -> str:
    return "no number" if value is None else format(value, form)


def _median(values: Floats, part: slice) -> Floats:
    return np.asarray(np.median(values[..., part], axis=-1))


def _finite(values: Floats) -> Floats:
    return np.where(np.isfinite(values), values, np.nan)
