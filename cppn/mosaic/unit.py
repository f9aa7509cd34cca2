"""One unit of a network as a picture of its own."""

from __future__ import annotations

import base64
import re

import numpy as np

from ..develop import develop_network
from ..errors import CppnError, shorten
from ..field.activations import parse_activation
from ..network import Layer, Network, write_weights
from ..recipe import Recipe
from .scale import UNIT, Levels, Scale, span
from .values import GRID, shared_levels, unit_values


def unit_recipe(recipe: Recipe, layer: int, unit: int, colormap: str = "jet", scale: Scale = UNIT) -> Recipe:
    """One unit of a recipe's network as a picture of its own, by default over its own range: layer 0 holds the inputs.

    Errors: CppnError if there is no such unit.
    """
    network = develop_network(recipe)
    widths = (len(network.inputs) + len(network.latent), *network.widths)
    if not 0 <= layer < len(widths):
        raise CppnError(f"there is no layer {layer}", where="unit", legal=f"0 (inputs) to {len(widths) - 1} are legal")
    if not 0 <= unit < widths[layer]:
        raise CppnError(
            f"layer {layer} has no unit {unit}", where="unit", legal=f"it has units 0 to {widths[layer] - 1}"
        )
    levels = shared_levels(scale, network, recipe.view) or span(unit_values(network, recipe.view, GRID)[layer][unit])
    return of_unit(recipe, network, layer, unit, levels, colormap)


def parse_unit(text: str) -> tuple[int, int]:
    """Layer and unit of `2/17`."""
    match = re.fullmatch(r"\s*(\d{1,6})\s*/\s*(\d{1,6})\s*", text)
    if match is None:
        raise CppnError(f"cannot read {shorten(text)!r}", where="unit", legal='write LAYER/UNIT, as "2/17"')
    return int(match[1]), int(match[2])


def of_unit(recipe: Recipe, network: Network, layer: int, unit: int, levels: Levels, colormap: str) -> Recipe:
    """The recipe of one unit: the layers up to its own, and a last one that picks it."""
    before = network.layers[:layer]
    width = len(before[-1].bias) if before else len(network.inputs) + len(network.latent)
    pick = np.zeros((1, width), np.float32)
    pick[0, unit] = 1
    acts = [str(one.activation) for one in before]
    last = Layer(pick, np.zeros(1, np.float32), parse_activation("linear"))
    if layer == len(network.layers) and network.residual and layer > 1:
        # the output layer has no residual connection, which it would get as a hidden one: its own row is enough
        output = before[-1]
        before, acts = before[:-1], acts[:-1]
        last = Layer(output.weight[unit : unit + 1], output.bias[unit : unit + 1], output.activation)
    return recipe.change(
        {
            "": {"name": f"{recipe.name or 'unit'} {layer}/{unit}"},
            "network": {
                "hidden": [len(one.bias) for one in before],
                "act": [*acts, str(last.activation)],
                "weights": base64.b64encode(write_weights([*before, last])).decode(),
                "blend": None,
                **({"latent": list(network.latent)} if recipe.network.blend else {}),
            },
            "color": {"mode": "palette", "palette": colormap, "invert": False, "levels": list(levels)},
        }
    )
