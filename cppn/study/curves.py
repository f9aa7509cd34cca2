"""Activations as curves, with their slopes, and as art."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from ..drawing import render
from ..engines.torch_ops import TorchOps
from ..errors import CppnError
from ..field.activations import CATALOGUE, Activation, parse_activation
from ..field.formula import evaluate
from ..field.numpy_ops import NumpyOps
from ..recipe import Recipe, from_dict
from .figures import numbers, panels, publish, style

Floats = NDArray[np.float64]

# of the works that these studies repeat
PLAIN = ("sigmoid", "tanh", "relu", "leakyrelu")
WITH_SLOPES = ("sigmoid", "tanh", "relu", "leakyrelu:slope=0.1", "elu", "silu")
MOST_POINTS = 1_000_000
_HEIGHT = (-1.5, 1.5)  # of plots of activations that stay about there
_SHOWN = 0.25  # the least share of a curve that is shown
_SIDE = 220  # pixels of a picture in the strip


@dataclass(frozen=True)
class Curve:
    """An activation's values and slopes over x. Where a slope is no number, there is a gap."""

    activation: Activation
    x: Floats
    y: Floats
    slope: Floats

    @property
    def formula(self) -> str:
        """What it computes, as the catalogue writes it, with its parameters."""
        entry = CATALOGUE.get(self.activation.name)
        if entry is None:
            return self.activation.name
        given = ", ".join(f"{key} = {value:g}" for key, value in self.activation.parameters.items())
        return f"{entry.formula}" + f"   ({given})" * bool(given)

    @property
    def gaps(self) -> int:
        """At how many points value or slope is no number."""
        return int((~np.isfinite(self.y) | ~np.isfinite(self.slope)).sum())


def curve(text: str, low: float, high: float, points: int) -> Curve:
    """An activation over [low, high]. The values are the oracle's, the slopes torch's own differentiation of it.

    Errors: CppnError for unknown activations, ranges without length and point counts out of range.
    """
    if not low < high:
        raise CppnError(f"from {low:g} to {high:g}", where="range", legal="the first is below the second")
    if not 2 <= points <= MOST_POINTS:
        raise CppnError(f"{points} points", where="points", legal=f"2 to {MOST_POINTS} are legal")
    activation = parse_activation(text)
    x = np.linspace(low, high, points)
    with np.errstate(all="ignore"):
        y = np.broadcast_to(evaluate(activation.tree, {**activation.parameters, "x": x}, NumpyOps()), x.shape)
    at = torch.from_numpy(x).requires_grad_()
    parameters = {key: torch.tensor(value, dtype=torch.float64) for key, value in activation.parameters.items()}
    found = torch.as_tensor(evaluate(activation.tree, {**parameters, "x": at}, TorchOps()))
    if found.requires_grad:
        (slope,) = torch.autograd.grad(found.sum(), at)
    else:  # it does not depend on x
        slope = torch.zeros_like(at)
    return Curve(activation, x, np.asarray(y, np.float64), slope.detach().numpy())


def study(
    texts: Sequence[str], folder: Path, *, low: float = -5, high: float = 5, points: int = 100,
    gradients: bool = False, seed: int = 1, form: str = "png",
) -> list[Path]:  # fmt: skip
    """Write the figures: each activation alone, all side by side, and the same network drawn with each; the paths.

    `gradients`: draw slopes beside the values.
    """
    curves = [curve(text, low, high, points) for text in texts]
    settings = {"": "curves", "x": f"{low:g} to {high:g}", "points": points}
    paths = []
    for number, one in enumerate(curves):
        figure, (axes,) = panels(1, 1, width=4.6, height=3.2)
        _plot(axes, one, number, gradients)
        axes.set_title(f"{one.activation}\n{_short(one.formula)}", fontsize=9)
        name = f"curve-{_file(str(one.activation))}"
        paths += publish(figure, folder, name, form, settings, {"curves": [_data(one)]})
    across = min(len(curves), 3 if len(curves) in (3, 5, 6, 9) else 4)
    figure, axes_ = panels(-(-len(curves) // across), across)
    for number, (axes, one) in enumerate(zip(axes_, curves, strict=False)):
        _plot(axes, one, number, gradients)
        axes.set_title(str(one.activation))
    for axes in axes_[len(curves) :]:
        axes.set_axis_off()
    name = "gradients" if gradients else "curves"
    paths += publish(figure, folder, name, form, settings, {"curves": [_data(one) for one in curves]})
    return paths + _strip(curves, folder, seed, form)


def _plot(axes: Any, one: Curve, number: int, gradients: bool) -> None:
    axes.plot(one.x, _finite(one.y), **style(number), label="value")
    if gradients:
        axes.plot(one.x, _finite(one.slope), color="#666666", linewidth=1.2, linestyle=(0, (3, 1.5)), label="slope")
        axes.legend(loc="upper left", fontsize=8, frameon=False)
    axes.set_xlabel("x")
    axes.set_xlim(one.x[0], one.x[-1])
    inside = np.abs(one.y[np.isfinite(one.y)]) <= _HEIGHT[1]
    # slopes are shown whole; without them, all curves are to the same scale if that shows some of this one
    if inside.all() or (inside.mean() >= _SHOWN and not gradients):
        axes.set_ylim(*_HEIGHT)
    if one.gaps:
        axes.text(0.98, 0.03, f"{one.gaps} points are no numbers", transform=axes.transAxes, ha="right", fontsize=7)


def _finite(values: Floats) -> Floats:
    return np.where(np.isfinite(values), values, np.nan)


def _strip(curves: Sequence[Curve], folder: Path, seed: int, form: str) -> list[Path]:
    """The same network, of the same weights, drawn with each activation."""
    figure, axes_ = panels(1, len(curves), width=1.9, height=2.1)
    told = []
    for axes, one in zip(axes_, curves, strict=True):
        recipe = picture(str(one.activation), seed)
        try:
            drawn = render(recipe, (_SIDE, _SIDE), aa=2, engine="reference")
        except CppnError:  # nowhere a finite value
            drawn = np.zeros((_SIDE, _SIDE, 3), np.uint8)
        axes.imshow(drawn)
        axes.set_title(str(one.activation), fontsize=8)
        axes.set_axis_off()
        told.append({"activation": str(one.activation), "recipe": recipe.to_dict()})
    settings = {"": "curves", "network": "2-24-24-16-1", "weights": "normal, gain 2", "seed": seed}
    return publish(figure, folder, "strip", form, settings, {"pictures": told})


def picture(act: str, seed: int) -> Recipe:
    """The picture that shows an activation in the strip."""
    network = {"hidden": [24, 24, 16], "act": [act, act, act, "linear"], "init": "normal", "gain": 2.0}
    color = {"mode": "palette", "palette": "viridis"}
    return from_dict({"seed": seed, "network": network, "color": color, "view": {"extent": 1.5}}, where="")


def _data(one: Curve) -> dict[str, Any]:
    return {
        "activation": str(one.activation), "formula": one.formula, "x": numbers(one.x), "y": numbers(one.y),
        "slope": numbers(one.slope), "not finite": one.gaps,
    }  # fmt: skip


def _short(formula: str) -> str:
    return formula if len(formula) <= 76 else formula[:75] + "…"


def _file(text: str) -> str:
    return re.sub(r"[^\w.=]+", "-", text).strip("-")[:60] or "formula"
