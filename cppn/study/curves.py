"""The study of activations as curves, with their slopes, and as art: a chapter."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from ..draw.drawing import render
from ..errors import CppnError
from ..recipe import Recipe, from_dict
from .chapter import Chapter, Plate
from .curve import Curve, Floats, curve
from .figures import COLOURS, legend, lines, numbers, panels, style
from .notation import written
from .settings import Settings
from .slopes import remarks, table
from .typeset import mathtext, put

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# of the works that these studies repeat
ALONE = "curve-"  # how the names of figures of one activation begin
PLAIN = ("sigmoid", "tanh", "relu", "leakyrelu")
WITH_SLOPES = ("sigmoid", "tanh", "relu", "leakyrelu:slope=0.1", "elu", "silu")
Range = tuple[float, float] | Literal["each"] | None
_SLOPE: dict[str, Any] = {"color": "#666666", "linewidth": 1.2, "linestyle": (0, (3, 1.5))}
_HEIGHT = (-1.5, 1.5)  # of plots, at least
_SHOWN = 0.25  # the least share of each curve that must be in it, if it is to be all
_SIDE = 220  # pixels of a picture in the strip
_ACROSS = 8  # pictures in a row of it, at most
_FAR, _REACH = 30, 4  # times the upper quartile, from which on not all is shown, and what then is


def chapter(
    texts: Sequence[str], *, low: float = -5, high: float = 5, points: int = 100, gradients: bool = False,
    y_range: Range = None, seed: int = 1,
) -> Chapter:  # fmt: skip
    """Each activation alone, all side by side, all in one panel, and the same network drawn with each.

    `gradients`: draw slopes beside the values. `y_range`: of y in every panel; None for one that suits them all, or
    "each" for one of its own in each panel.
    Errors: CppnError for unknown activations, and ranges and point counts that are none.
    """
    if isinstance(y_range, tuple) and not y_range[0] < y_range[1]:
        raise CppnError(
            f"from {y_range[0]:g} to {y_range[1]:g}", where="y-range", legal="the first is below the second"
        )
    curves = [curve(text, low, high, points) for text in texts]
    shared = _shared(curves, gradients) if y_range is None else None if y_range == "each" else y_range
    settings = Settings("curves", {"range": (low, high), "points": points})
    told = {"y range": list(shared) if shared else "each", "curves": [_data(one) for one in curves]}
    what = "values and slopes" if gradients else "values"
    plates = [
        Plate(
            f"{ALONE}{_file(str(one.activation))}", f"{one.activation.title}: {what}",
            partial(_grid, [one], gradients, shared, i), settings, {"curves": [_data(one)]},
        )
        for i, one in enumerate(curves)
    ]  # fmt: skip
    scale = "each to its own scale" if shared is None else "to one scale"
    plates += [
        Plate("gradients" if gradients else "curves", f"{what.capitalize()}, {scale}",
              lambda: _grid(curves, gradients, shared), settings, told),
        Plate("together", "All in one panel", lambda: _together(curves, gradients, shared), settings, told),
        _strip(curves, seed),
    ]  # fmt: skip
    shown = table(texts, low, high)
    return Chapter("curves", "Activations as curves", settings, plates, [shown], (), remarks(texts, low, high), told)


def _robust(one: Curve, gradients: bool) -> tuple[float, float]:
    """Where most of a curve lies: all of it, but for what reaches far beyond the rest."""
    shown = np.concatenate([one.y, one.slope]) if gradients else one.y
    shown = shown[np.isfinite(shown)]
    if not shown.size:
        return _HEIGHT
    low, high = float(shown.min()), float(shown.max())
    reach = float(np.percentile(np.abs(shown), 75))
    if reach > 0 and max(-low, high) > _FAR * reach:
        low, high = max(low, -_REACH * reach), min(high, _REACH * reach)
    return low, high


def _shared(curves: Sequence[Curve], gradients: bool) -> tuple[float, float]:
    """One range for all, so that slopes can be compared; without slopes the usual one, if it shows some of each."""
    inside = [np.mean(np.abs(one.y[np.isfinite(one.y)]) <= _HEIGHT[1]) for one in curves if np.isfinite(one.y).any()]
    if not gradients and all(share >= _SHOWN for share in inside):
        return _HEIGHT
    ends = [_robust(one, gradients) for one in curves]
    return _padded(min(low for low, _ in ends), max(high for _, high in ends))


def _padded(low: float, high: float) -> tuple[float, float]:
    room = (high - low) / 20
    return min(low - room, _HEIGHT[0]), max(high + room, _HEIGHT[1])


def _grid(curves: Sequence[Curve], gradients: bool, shared: tuple[float, float] | None, first: int = 0) -> Figure:
    alone = len(curves) == 1
    across = min(len(curves), 3 if len(curves) in (3, 5, 6, 9) else 4)
    size = {"width": 4.6, "height": 3.2} if alone else {"height": 2.8}
    figure, axes_ = panels(-(-len(curves) // across), across, **size)
    for number, (axes, one) in enumerate(zip(axes_, curves, strict=False)):
        _plot(axes, one, first + number, gradients, shared)
        axes.set_title(_title(one), fontsize=9)
    for axes in axes_[len(curves) :]:
        axes.set_axis_off()
    if gradients:
        from matplotlib.lines import Line2D

        handles = [Line2D([], [], color="black", label="value"), Line2D([], [], **_SLOPE, label="slope")]
        legend(figure, handles, place="outside upper center", columns=2)
    return figure


def _title(one: Curve) -> str:
    """Name and formula; one that is too long for a panel is told by its name alone."""
    text = mathtext(put(one.activation.tree, one.activation.parameters))
    name = _short(one.activation.title, 44)
    return f"{name}\n{text}" if len(text) <= 100 else name


def _plot(axes: Axes, one: Curve, number: int, gradients: bool, shared: tuple[float, float] | None) -> None:
    axes.plot(*_values(one), color=COLOURS[number % len(COLOURS)])
    if gradients:
        axes.plot(*_slopes(one), **_SLOPE)
        for kink in one.kinks:
            axes.plot([kink.x, kink.x], [kink.left, kink.right], "o", color=_SLOPE["color"], markersize=3)
    axes.set_xlim(one.x[0], one.x[-1])
    axes.set_ylim(*(shared or _padded(*_robust(one, gradients))))
    said = [f"{one.gaps} points are no numbers"] if one.gaps else []
    shown = np.concatenate([one.y, one.slope]) if gradients else one.y
    shown = shown[np.isfinite(shown)]
    if shown.size and (float(shown.min()), float(shown.max())) != _robust(one, gradients):
        said.append(f"it reaches from {written(float(shown.min()))} to {written(float(shown.max()))}")
    axes.set_xlabel("\n".join(["x", *said]), fontsize=8 if said else None)
    axes.set_ylabel("y, dy/dx" if gradients else "y")


def _values(one: Curve) -> tuple[Floats, Floats]:
    """The line of the values: through each kink, broken where there is no number and at each jump."""
    x, y, between = _rest(one, one.y)
    at = np.array([kink.x for kink in one.kinks])
    return _sorted([x, at, between], [y, np.array([kink.y for kink in one.kinks]), np.full(len(between), np.nan)])


def _slopes(one: Curve) -> tuple[Floats, Floats]:
    """The line of the slopes: at each kink it ends with the slope before and begins anew with that behind."""
    x, slope, between = _rest(one, one.slope)
    at = np.array([kink.x for kink in one.kinks])
    left, right = (np.array([getattr(kink, side) for kink in one.kinks]) for side in ("left", "right"))
    gaps = np.full(len(between), np.nan)
    return _sorted([x, at, at, at, between], [slope, left, np.full(len(at), np.nan), right, gaps])


def _rest(one: Curve, values: Floats) -> tuple[Floats, Floats, Floats]:
    """The points that are no kinks, and where the line is broken."""
    keep = np.all([np.abs(one.x - kink.x) > 1e-9 for kink in one.kinks], axis=0) & np.ones(len(one.x), bool)
    finite = np.where(np.isfinite(values), values, np.nan)
    return one.x[keep], finite[keep], (one.x[one.jumps] + one.x[one.jumps + 1]) / 2


def _sorted(x: list[Floats], y: list[Floats]) -> tuple[Floats, Floats]:
    whole = np.concatenate(x)
    order = np.argsort(whole, kind="stable")
    return whole[order], np.concatenate(y)[order]


def _together(curves: Sequence[Curve], gradients: bool, shared: tuple[float, float] | None) -> Figure:
    """All in a panel, the first the widest, so that those below others are seen beside them."""
    figure, axes_ = panels(1, 1 + gradients, width=4.2, height=3.2)
    ends = shared or _shared(curves, gradients)
    for number, one in enumerate(curves):
        width = 1.2 + 2.8 * (len(curves) - 1 - number) / max(1, len(curves) - 1)
        for axes, line in zip(axes_, (_values, _slopes), strict=False):
            axes.plot(*line(one), **style(number), linewidth=width, label=_short(one.activation.title, 30))
    for axes, label in zip(axes_, ("y", "dy/dx"), strict=False):
        axes.set_xlim(curves[0].x[0], curves[0].x[-1])
        axes.set_xlabel("x")
        axes.set_ylabel(label)
    axes_[0].set_ylim(*ends)
    legend(figure, lines(axes_[0]))
    return figure


def _strip(curves: Sequence[Curve], seed: int) -> Plate:
    """The same network, of the same weights, drawn with each activation."""
    recipes = [picture(str(one.activation), seed) for one in curves]

    def draw() -> Figure:
        rows = -(-len(curves) // _ACROSS)
        figure, axes_ = panels(rows, -(-len(curves) // rows), width=1.9, height=2.1)
        for axes, one, recipe in zip(axes_, curves, recipes, strict=False):
            axes.set_title(_short(one.activation.title, 28), fontsize=8)
            try:
                axes.imshow(render(recipe, (_SIDE, _SIDE), aa=2, engine="reference"))
            except CppnError:  # nowhere a finite value
                axes.set_box_aspect(1)
                axes.text(0.5, 0.5, "no number", transform=axes.transAxes, ha="center", va="center", fontsize=9)
        for axes in axes_:
            axes.set_axis_off()
        return figure

    told = [
        {"activation": str(one.activation), "recipe": recipe.to_dict()}
        for one, recipe in zip(curves, recipes, strict=True)
    ]
    settings = Settings("curves", {"network": "2-24-24-16-1", "init": "normal", "gain": 2.0, "seed": seed})
    return Plate("strip", "The same network drawn with each", draw, settings, {"pictures": told})


def picture(act: str, seed: int) -> Recipe:
    """The picture that shows an activation in the strip."""
    network = {"hidden": [24, 24, 16], "act": [act, act, act, "linear"], "init": "normal", "gain": 2.0}
    color = {"mode": "palette", "palette": "viridis"}
    return from_dict({"seed": seed, "network": network, "color": color, "view": {"extent": 1.5}}, where="")


def _data(one: Curve) -> dict[str, Any]:
    return {
        "activation": str(one.activation), "formula": one.formula, "x": numbers(one.x), "y": numbers(one.y),
        "slope": numbers(one.slope), "not finite": one.gaps, "jumps after": numbers(one.x[one.jumps]),
        "kinks": [{"x": kink.x, "slope before": kink.left, "slope behind": kink.right} for kink in one.kinks],
    }  # fmt: skip


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def _file(text: str) -> str:
    return re.sub(r"[^\w.=]+", "-", text).strip("-")[:60] or "formula"
