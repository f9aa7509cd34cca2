"""Inventing: from a seed and a number, a picture; from a picture, others like it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ..errors import unknown
from ..field.palettes import lightness, swatch_sets
from ..motion.walks import Drift
from ..network.develop import develop_network
from ..network.transcribe import with_weights
from ..recipe import Recipe, from_dict
from ..rng import Purpose
from .palettes import RAMPS, Tone, shaded
from .sampler import Sampler
from .styles import STYLES
from .styles.sketch import Scheme

# the mean lightness of sets of colours for pictures of a tone
_TONES: dict[Tone, Callable[[float], bool]] = {"dark": lambda mean: mean < 0.44, "light": lambda mean: mean > 0.7}


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
    rng = Sampler(seed, Purpose.INVENT, index)
    chosen = _palette(rng, tone)
    scheme = Scheme.of(palette or chosen, tone)
    sketch = STYLES[name].sketch(rng, scheme)
    view: dict[str, Any] = {"extent": sketch.extent}
    if not sketch.centred:
        view["center"] = [rng.between(-1.5, 1.5), rng.between(-1.5, 1.5)]
    if not sketch.upright and not sketch.centred:
        view["rotate"] = float(rng.whole(0, 359))
    network = {
        "hidden": list(sketch.hidden), "act": list(sketch.act), "inputs": list(sketch.inputs),
        "init": "normal", "gain": sketch.gain,
    }  # fmt: skip
    recipe = {
        "name": f"{name}-{index:04d}", "description": STYLES[name].about, "seed": rng.whole(0, 2**31 - 1),
        "network": network, "color": {"mode": "palette", "palette": scheme.palette, **sketch.color},
        "space": sketch.space, "finish": sketch.finish, "layers": list(sketch.layers), "view": view,
    }  # fmt: skip
    return from_dict(recipe, where=name)


def _palette(rng: Sampler, tone: Tone | None) -> str:
    """A set of colours; of a tone, one whose areas are so in the mean."""
    return rng.choice([name for name in swatch_sets() if tone is None or _TONES[tone](lightness(name))])


def vary(recipe: Recipe, seed: int, index: int, *, tone: Tone | None = None, palette: str | None = None) -> Recipe:
    """Variation `index` of a picture: other weights or the same ones moved, another view, other colours."""
    rng = Sampler(seed, Purpose.VARY, index)
    if recipe.network.weights is None and rng.chance(0.5):
        varied = recipe.change({"": {"seed": rng.whole(0, 2**31 - 1)}, "network": {"blend": None}})
    else:
        network = develop_network(recipe)
        drift = Drift(network, rng.between(0.1, 0.5), rng.whole(0, 2**31 - 1), Purpose.WEIGHTS)
        varied = with_weights(recipe, drift.at(network, rng.unit()))
    extent = recipe.view.extent / recipe.view.zoom
    x, y = recipe.view.center
    view: dict[str, Any] = {"zoom": recipe.view.zoom * rng.factor(0.7, 1.6)}
    if rng.chance(0.6):
        view["center"] = [x + extent * rng.between(-0.4, 0.4), y + extent * rng.between(-0.4, 0.4)]
    if rng.chance(0.4):
        view["rotate"] = (recipe.view.rotate + rng.whole(-60, 60)) % 360
    color: dict[str, Any] = {}
    if palette is not None:
        color = {"mode": "palette", "palette": palette, "hue": 0.0}
    elif recipe.color.mode == "palette" and (tone or rng.chance(0.5)):
        color = {"palette": shaded(rng.choice(list(RAMPS)), tone, rng), "hue": 0.0}
    elif recipe.color.mode != "gray":
        color = {"hue": float(rng.whole(0, 359))}
    stem = recipe.name or "picture"
    return varied.change({"": {"name": f"{stem}-{index:04d}"}, "view": view, "color": color})
