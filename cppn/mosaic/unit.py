"""One unit of a network as a picture of its own."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np

from ..errors import CppnError, shorten
from ..field.activations import parse_activation
from ..field.color import ColorMap
from ..network.develop import Field, develop
from ..network.stages import Slice, Stage
from ..network.transcribe import transcribe
from ..recipe import Recipe
from .scale import UNIT, Levels, Scale, span
from .values import GRID, shared_levels, unit_values


def unit_recipe(recipe: Recipe, layer: int, unit: int, colormap: str = "jet", scale: Scale = UNIT) -> Recipe:
    """One unit of a recipe's network as a picture of its own, by default over its own range: layer 0 holds the inputs.

    Errors: CppnError if there is no such unit.
    """
    field = develop(recipe)
    network = field.network
    widths = network.widths
    if not 0 <= layer < len(widths):
        raise CppnError(f"there is no layer {layer}", where="unit", legal=f"0 (inputs) to {len(widths) - 1} are legal")
    if not 0 <= unit < widths[layer]:
        raise CppnError(
            f"layer {layer} has no unit {unit}", where="unit", legal=f"it has units 0 to {widths[layer] - 1}"
        )
    levels = shared_levels(scale, network, recipe.view) or span(unit_values(network, recipe.view, GRID)[layer][unit])
    alone = transcribe(of_unit(field, layer, unit, levels, colormap), recipe, field)
    return alone.change({"": {"name": f"{recipe.name or 'unit'} {layer}/{unit}"}})


def parse_unit(text: str) -> tuple[int, int]:
    """Layer and unit of `2/17`.

    Errors: CppnError for any other text.
    """
    match = re.fullmatch(r"\s*(\d{1,6})\s*/\s*(\d{1,6})\s*", text)
    if match is None:
        raise CppnError(f"cannot read {shorten(text)!r}", where="unit", legal='write LAYER/UNIT, as "2/17"')
    return int(match[1]), int(match[2])


def of_unit(field: Field, layer: int, unit: int, levels: Levels, colormap: str) -> Field:
    """The field of one unit: of an output, its own row; else the stages up to its own, and a last one that picks it."""
    network = field.network
    if layer == len(network.stages):
        *before, whole = network.stages
        activation, row = whole.activation_of(unit), slice(unit, unit + 1)
        last = replace(whole, weight=whole.weight[row], bias=whole.bias[row], slices=(Slice(activation, 1),))
    else:
        before = list(network.stages[:layer])
        pick = np.zeros((1, network.widths[layer]), np.float32)
        pick[0, unit] = 1
        last = Stage((layer,), pick, np.zeros(1, np.float32), (Slice(parse_activation("linear"), 1),))
    color = ColorMap("palette", levels, colormap, field.color.hue)
    return Field(replace(network, stages=(*before, last)), color, field.view)
