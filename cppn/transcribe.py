"""From a Field back to text: the Recipe that draws it. Made when a file is written, and only then."""

from __future__ import annotations

import base64
from typing import Any

from .develop import Field
from .network import write_weights
from .recipe import Recipe


def transcribe(field: Field, recipe: Recipe, origin: Field) -> Recipe:
    """The recipe of a field that was made of `origin`, which the recipe develops into.

    Weights are written out only where they are others, so that what moves a view alone stays a seed.
    """
    network: dict[str, Any] = {}
    color: dict[str, Any] = {}
    old, new = origin.network, field.network
    if new.activations != old.activations:
        network["act"] = [str(activation) for activation in new.activations]
    moved = any(a.weight is not b.weight or a.bias is not b.bias for a, b in zip(old.layers, new.layers, strict=True))
    if moved:
        network |= {"weights": base64.b64encode(write_weights(new.layers)).decode(), "blend": None}
    if moved or new.latent != old.latent:
        network["latent"] = list(new.latent)
    for key in ("levels", "hue", "palette"):
        if (value := getattr(field, key)) != getattr(origin, key):
            color[key] = list(value) if isinstance(value, tuple) else value
    changes: dict[str, dict[str, Any]] = {"network": network, "color": color}
    if field.view != origin.view:
        changes["view"] = field.view.model_dump()
    return recipe.change(changes)
