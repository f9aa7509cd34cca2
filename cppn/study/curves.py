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
from .figures import COLOURS, legend, numbers, panels, publish
from .folder import Folder
from .settings import Settings

Floats = NDArray[np.float64]

# of the works that these studies repeat
PLAIN = ("sigmoid", "tanh", "relu", "leakyrelu")
WITH_SLOPES = ("sigmoid", "tanh", "relu", "leakyrelu:slope=0.1", "elu", "silu")
MOST_POINTS = 1_000_000
_SLOPE: dict[str, Any] = {"color": "#666666", "linewidth": 1.2, "linestyle": (0, (3, 1.5))}
_HEIGHT = (-1.5, 1.5)  # of plots of activations that stay about there
_SHOWN = 0.25  # the least share of a curve that is shown
_SIDE = 220  # pixels of a picture in the strip
_ACROSS = 8  # pictures in a row of it, at most
_HALVINGS = 40  # of an interval that may hold a jump: what is steep but no jump is flat by then
_PEAK = 100  # times what is on both sides, from which on it is a pole
_FAR, _REACH = 30, 4  # times the upper quartile, from which on not all is shown, and what then is


@dataclass(frozen=True)
class Curve:
    """An activation's values and slopes over x. Where a value is no number, there is no slope either."""

    activation: Activation
    x: Floats
    y: Floats
    slope: Floats
    jumps: NDArray[np.int64]  # the points before a pole or a jump

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
    y = _values(activation, x)
    at = torch.from_numpy(x).requires_grad_()
    parameters = {key: torch.tensor(value, dtype=torch.float64) for key, value in activation.parameters.items()}
    found = torch.as_tensor(evaluate(activation.tree, {**parameters, "x": at}, TorchOps()))
    if found.requires_grad:
        (slope,) = torch.autograd.grad(found.sum(), at)
    else:  # it does not depend on x
        slope = torch.zeros_like(at)
    slopes = np.where(np.isfinite(y), slope.detach().numpy(), np.nan)
    return Curve(activation, x, y, slopes, _jumps(activation, x, y, slopes))


def _values(activation: Activation, x: Floats) -> Floats:
    with np.errstate(all="ignore"):
        y = evaluate(activation.tree, {**activation.parameters, "x": x}, NumpyOps())
    return np.asarray(np.broadcast_to(y, x.shape), np.float64)


def _jumps(activation: Activation, x: Floats, y: Floats, slope: Floats) -> NDArray[np.int64]:
    """The points after which the activation has a pole or jumps.

    Where the secant has another sign than the slopes at both ends, or is twice as steep, the interval is halved again
    and again towards the larger difference: through a jump that stays, through what is only steep it vanishes.
    """
    with np.errstate(all="ignore"):
        secant = np.diff(y) / np.diff(x)
        ends = np.stack([slope[:-1], slope[1:]])
        opposed = (np.sign(ends) * np.sign(secant) < 0).all(0)
        steep = np.abs(secant) > 2 * np.abs(ends).max(0)
    odd = (opposed | steep | ~np.isfinite(ends).all(0)) & np.isfinite(secant) & (secant != 0)
    at = np.flatnonzero(odd)
    left, right, below, above = x[at], x[at + 1], y[at], y[at + 1]
    first, pole = np.abs(above - below), np.zeros(len(at), bool)
    for _ in range(_HALVINGS):
        middle = (left + right) / 2
        between = _values(activation, middle)
        pole |= ~np.isfinite(between)
        with np.errstate(all="ignore"):
            lower = ~(np.abs(between - below) < np.abs(above - between))
        left, below = np.where(lower, left, middle), np.where(lower, below, between)
        right, above = np.where(lower, middle, right), np.where(lower, between, above)
    with np.errstate(all="ignore"):
        at = at[pole | (np.abs(above - below) > first / 2)]
        peaks = np.flatnonzero(np.sign(ends[0]) * np.sign(ends[1]) < 0)  # 1/x² has the same sign on both sides
        top = np.abs(_values(activation, (x[peaks] + x[peaks + 1]) / 2))
        poles = peaks[~(top < _PEAK * np.maximum(np.abs(y[peaks]), np.abs(y[peaks + 1])))]
    return np.union1d(at, poles[np.abs(y[poles]) > 0])


def study(
    texts: Sequence[str], folder: Folder, *, low: float = -5, high: float = 5, points: int = 100,
    gradients: bool = False, seed: int = 1, form: str = "png",
) -> tuple[list[Path], dict[str, Any]]:  # fmt: skip
    """Write the figures: each activation alone, all side by side, and the same network drawn with each.

    Returns their paths and the curves' numbers.

    `gradients`: draw slopes beside the values.
    """
    curves = [curve(text, low, high, points) for text in texts]
    settings = Settings("curves", {"range": (low, high), "points": points})
    paths = []
    for number, one in enumerate(curves):
        figure, (axes,) = panels(1, 1, width=4.6, height=3.2)
        _plot(axes, one, number, gradients)
        name = str(one.activation)
        axes.set_title(name if one.formula == name else f"{name}\n{_short(one.formula)}", fontsize=9)
        if gradients:
            _legend(figure)
        name = f"curve-{_file(str(one.activation))}"
        paths += publish(figure, folder, name, form, settings, {"curves": [_data(one)]})
    across = min(len(curves), 3 if len(curves) in (3, 5, 6, 9) else 4)
    figure, axes_ = panels(-(-len(curves) // across), across)
    for number, (axes, one) in enumerate(zip(axes_, curves, strict=False)):
        _plot(axes, one, number, gradients)
        axes.set_title(str(one.activation))
    for axes in axes_[len(curves) :]:
        axes.set_axis_off()
    if gradients:
        _legend(figure)
    name, told = "gradients" if gradients else "curves", {"curves": [_data(one) for one in curves]}
    paths += publish(figure, folder, name, form, settings, told)
    return paths + _strip(curves, folder, seed, form), told


def _plot(axes: Any, one: Curve, number: int, gradients: bool) -> None:
    x = np.insert(one.x, one.jumps + 1, (one.x[one.jumps] + one.x[one.jumps + 1]) / 2)
    axes.plot(x, _broken(one.y, one), color=COLOURS[number % len(COLOURS)])
    if gradients:
        axes.plot(x, _broken(one.slope, one), **_SLOPE)
    axes.set_xlim(one.x[0], one.x[-1])
    inside = np.abs(one.y[np.isfinite(one.y)]) <= _HEIGHT[1]
    said = [f"{one.gaps} points are no numbers"] if one.gaps else []
    # slopes are shown whole; without them, all curves are to the same scale if that shows some of this one
    if not gradients and (inside.all() or inside.mean() >= _SHOWN):
        axes.set_ylim(*_HEIGHT)
    else:
        shown = np.concatenate([one.y, one.slope]) if gradients else one.y
        shown = shown[np.isfinite(shown)]
        reach = float(np.percentile(np.abs(shown), 75)) if shown.size else 0.0
        low, high = (float(shown.min()), float(shown.max())) if shown.size else (0.0, 0.0)
        if reach > 0 and max(-low, high) > _FAR * reach:
            reach *= _REACH
            said.append(f"it reaches from {low:.3g} to {high:.3g}")
            axes.set_ylim(max(low, -reach) - reach / 20, min(high, reach) + reach / 20)
        elif max(-low, high) <= _HEIGHT[1]:
            axes.set_ylim(*_HEIGHT)
    axes.set_xlabel("\n".join(["x", *said]), fontsize=8 if said else None)


def _broken(values: Floats, one: Curve) -> Floats:
    """Values with a gap where they are no numbers, and at each jump."""
    return np.insert(np.where(np.isfinite(values), values, np.nan), one.jumps + 1, np.nan)


def _legend(figure: Any) -> None:
    from matplotlib.lines import Line2D

    handles = [Line2D([], [], color="black", label="value"), Line2D([], [], **_SLOPE, label="slope")]
    legend(figure, handles, place="outside upper center", columns=2)


def _strip(curves: Sequence[Curve], folder: Folder, seed: int, form: str) -> list[Path]:
    """The same network, of the same weights, drawn with each activation."""
    rows = -(-len(curves) // _ACROSS)
    across = -(-len(curves) // rows)
    figure, axes_ = panels(rows, across, width=1.9, height=2.1)
    told = []
    for axes, one in zip(axes_, curves, strict=False):
        recipe = picture(str(one.activation), seed)
        axes.set_title(_short(str(one.activation), 28), fontsize=8)
        try:
            axes.imshow(render(recipe, (_SIDE, _SIDE), aa=2, engine="reference"))
        except CppnError:  # nowhere a finite value
            axes.set_box_aspect(1)
            axes.text(0.5, 0.5, "no number", transform=axes.transAxes, ha="center", va="center", fontsize=9)
        told.append({"activation": str(one.activation), "recipe": recipe.to_dict()})
    for axes in axes_:
        axes.set_axis_off()
    settings = Settings("curves", {"network": "2-24-24-16-1", "init": "normal", "gain": 2.0, "seed": seed})
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
        "jumps after": numbers(one.x[one.jumps]),
    }  # fmt: skip


def _short(text: str, most: int = 76) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def _file(text: str) -> str:
    return re.sub(r"[^\w.=]+", "-", text).strip("-")[:60] or "formula"
