"""Inventing: from a seed and a number, a picture; from a picture, others like it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..develop import develop_network
from ..errors import unknown
from ..motion.walks import Drift
from ..recipe import Recipe, from_dict
from ..rng import Purpose
from ..transcribe import with_weights
from .dice import Dice
from .palettes import RAMPS, Tone, banded, shaded
from .styles import STYLES, Sketch


def invent(
    seed: int, index: int, styles: Sequence[str] = (), *, tone: Tone | None = None, palette: str | None = None
) -> Recipe:
    """Candidate `index` of a seed: always the same, whatever else is invented.

    `styles`: which families to take, in turn; all unless named. `palette`: for all pictures, instead of invented ones.
    Errors: CppnError for unknown styles and palettes.
    """
    for name in styles:
        if name not in STYLES:
            raise unknown("style", name, STYLES)
    names = list(styles) or list(STYLES)
    name = names[index % len(names)]
    dice = Dice(seed, Purpose.INVENT, index)
    sketch = STYLES[name].sketch(dice)
    view: dict[str, Any] = {"extent": sketch.extent}
    if not sketch.centred:
        view["center"] = [dice.between(-1.5, 1.5), dice.between(-1.5, 1.5)]
    elif dice.chance(0.3):  # the middle out of the middle, as painters have it
        view["center"] = [dice.between(-0.5, 0.5) * sketch.extent, dice.between(-0.35, 0.35) * sketch.extent]
    if not sketch.upright:
        view["rotate"] = float(dice.whole(0, 359))
    network = {
        "hidden": list(sketch.hidden), "act": list(sketch.act), "inputs": list(sketch.inputs),
        "init": "normal", "gain": sketch.gain,
    }  # fmt: skip
    recipe = {
        "name": f"{name}-{index:04d}", "description": STYLES[name].about, "seed": dice.whole(0, 2**31 - 1),
        "network": network, "color": _color(sketch, dice, tone, palette), "view": view,
    }  # fmt: skip
    return from_dict(recipe, where=name)


def _color(sketch: Sketch, dice: Dice, tone: Tone | None, palette: str | None) -> dict[str, Any]:
    surface, ramp = dice.choice(sketch.surfaces), dice.choice(list(RAMPS))
    hue = float(dice.whole(-40, 40)) if dice.chance(0.5) else 0.0
    if palette is not None:
        return {"mode": "palette", "palette": palette}
    stops = shaded(ramp, tone, dice) if surface == "smooth" else banded(ramp, tone, dice, line=surface == "lined")
    return {"mode": "palette", "palette": stops, "hue": hue}


def vary(recipe: Recipe, seed: int, index: int, *, tone: Tone | None = None, palette: str | None = None) -> Recipe:
    """Variation `index` of a picture: other weights or the same ones moved, another view, other colours."""
    dice = Dice(seed, Purpose.VARY, index)
    if recipe.network.weights is None and dice.chance(0.5):
        varied = recipe.change({"": {"seed": dice.whole(0, 2**31 - 1)}, "network": {"blend": None}})
    else:
        network = develop_network(recipe)
        drift = Drift(network, dice.between(0.1, 0.5), dice.whole(0, 2**31 - 1), Purpose.WEIGHTS)
        varied = with_weights(recipe, drift.at(network, dice.unit()))
    extent = recipe.view.extent / recipe.view.zoom
    x, y = recipe.view.center
    view: dict[str, Any] = {"zoom": recipe.view.zoom * dice.factor(0.7, 1.6)}
    if dice.chance(0.6):
        view["center"] = [x + extent * dice.between(-0.4, 0.4), y + extent * dice.between(-0.4, 0.4)]
    if dice.chance(0.4):
        view["rotate"] = (recipe.view.rotate + dice.whole(-60, 60)) % 360
    color: dict[str, Any] = {}
    if palette is not None:
        color = {"mode": "palette", "palette": palette, "hue": 0.0}
    elif recipe.color.mode == "palette" and (tone or dice.chance(0.5)):
        color = {"palette": shaded(dice.choice(list(RAMPS)), tone, dice), "hue": 0.0}
    elif recipe.color.mode != "gray":
        color = {"hue": float(dice.whole(0, 359))}
    stem = recipe.name or "picture"
    return varied.change({"": {"name": f"{stem}-{index:04d}"}, "view": view, "color": color})
