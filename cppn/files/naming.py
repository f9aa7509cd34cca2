"""Names of files that tell what is in them."""

from __future__ import annotations

import re

from ..field.activations import CATALOGUE
from ..field.mixes import parse_mix
from ..recipe import NetworkRecipe, Recipe


def file_name(recipe: Recipe, stem: str | None, size: tuple[int, int]) -> str:
    """A name without ending: the source's own `stem` and the size or, of a new picture, what makes it.

    `cos-freq7.9-rgb-seed42` is one.
    """
    if stem is not None:
        base = re.sub(r"-\d+x\d+$", "", stem)
        return f"{base}-{size[0]}x{size[1]}"
    parts = [_short(text) for text in dict.fromkeys(recipe.network.act)][:4]
    if recipe.network.is_graph:
        parts.append("graph")
    elif recipe.network.hidden != NetworkRecipe().hidden:
        parts.append("x".join(map(str, recipe.network.hidden[:6])) or "flat")
    palette = recipe.color.palette or ""
    parts.append(palette if re.fullmatch(r"[\w-]{1,24}", palette) else recipe.color.mode)
    parts += ["blend"] * bool(recipe.network.blend)
    parts.append(f"seed{recipe.seed}" if recipe.network.weights is None else "trained")
    return "-".join(parts)


def _short(text: str) -> str:
    activation = parse_mix(text)[0].activation
    entry = CATALOGUE.get(activation.name)
    if entry is None:
        return re.sub(r"\W+", "_", activation.name).strip("_")[:24] or "formula"
    own = "".join(
        f"-{key}{value:g}"
        for key, value in activation.parameters.items()
        if key == "freq" or value != entry.defaults[key]
    )
    return activation.name + own
