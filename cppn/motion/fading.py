"""One picture through another: a composition of both, as a field and as text."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ..network.develop import PLAIN, Field, Layer
from ..recipe import LayerRecipe, Recipe


def through(a: Field, b: Field, share: float) -> Field:
    """The field of which a share, 0 to 1, of the light is b's, and the rest a's."""
    over = Layer(b, LayerRecipe(opacity=share, view=b.view), None)
    if a.finish == PLAIN:
        return replace(a, layers=(*a.layers, over))
    # a's paper and grain would lie on b too
    whole = Layer(a, LayerRecipe(), None)
    return replace(a, finish=PLAIN, layers=(whole, over))


def told(a: Recipe, b: Recipe, share: float) -> Recipe:
    """The recipe of `through`."""
    over = _layer(b, opacity=share, view=b.view)
    if a.finish == PLAIN:
        return a.replace(layers=(*a.layers, over))
    return a.replace(finish=PLAIN, layers=(_layer(a), over))


def _layer(recipe: Recipe, **more: Any) -> LayerRecipe:
    """All of a picture as a layer."""
    parts: dict[str, Any] = {
        key: getattr(recipe, key) for key in ("seed", "network", "color", "space", "finish", "layers")
    }
    return LayerRecipe(**parts, **more)
