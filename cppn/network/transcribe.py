"""From a Field back to text: the Recipe that draws it. Made when a file is written, and only then."""

from __future__ import annotations

import base64
from typing import Any

from ..recipe import LayerRecipe, Recipe, View
from .develop import Field, Layer, of_layer, of_mask
from .stages import Network
from .weights import write_weights


def with_weights(recipe: Recipe, network: Network) -> Recipe:
    """The recipe with a network's weights, of the same shape, instead of its seed's."""
    return recipe.change({"network": _written(recipe, network)})


def _written(recipe: Recipe, network: Network) -> dict[str, Any]:
    weights = base64.b64encode(write_weights(network.maps)).decode()
    latent = {"latent": list(network.latent)} if recipe.network.blend else {}  # which was of the latents too
    return {"weights": weights, "blend": None, **latent}


def transcribe(field: Field, recipe: Recipe, origin: Field) -> Recipe:
    """The recipe of a field that was made of `origin`, which the recipe develops into.

    Weights are written out only where they are others, so that what moves a view alone stays a seed.
    """
    old, new = origin.network, field.network
    network: dict[str, Any] = {}
    if new.widths[1:-1] != old.widths[1:-1]:
        network["hidden"] = list(new.widths[1:-1])
    if new.activations != old.activations:
        network["act"] = [stage.act for stage in new.stages]
    if _identities(new) != _identities(old):
        network |= _written(recipe, new)
    if new.latent != old.latent:
        network["latent"] = list(new.latent)
    color: dict[str, Any] = {
        key: value
        for key in ("mode", "palette", "hue", "invert", "tone", "flat", "equal", "across", "curve", "ranges")
        if (value := getattr(field.color, key)) != getattr(origin.color, key)
    }
    # a changed network has another last activation, perhaps, and what was measured of the old one is forgotten
    given = recipe.color.levels or new.span or (None if network else recipe.color.measured)
    if field.color.levels != given:
        color["levels"] = list(field.color.levels)
    if field.color.takes_curve:  # it is of the origin's network, and stays
        color["curve"] = list(field.color.curve or ())
    view = field.view.to_dict() if field.view != origin.view else {}
    more = {
        name: getattr(field, name).to_dict()
        for name in ("space", "finish")
        if getattr(field, name) != getattr(origin, name)
    }
    changed = recipe.change({"network": network, "color": color, "view": view, **more})
    if field.layers == () or all(a is b for a, b in zip(field.layers, origin.layers, strict=True)):
        return changed
    layers = zip(field.layers, recipe.layers, origin.layers, strict=True)
    return changed.replace(layers=tuple(_layer(*one, recipe.view) for one in layers))


def _layer(layer: Layer, told: LayerRecipe, origin: Layer, view: View) -> LayerRecipe:
    """The recipe of a layer that was made of `origin`, which `told` develops into."""
    changed = transcribe(layer.field, of_layer(told, view), origin.field)
    mask = told.mask
    if layer.mask is not None and origin.mask is not None and layer.mask is not origin.mask:
        mask = mask.replace(network=with_weights(of_mask(mask), layer.mask).network)
    return told.replace(network=changed.network, color=changed.color, layers=changed.layers, mask=mask)


def _identities(network: Network) -> list[int]:
    return [id(array) for pair in network.maps for array in pair]
