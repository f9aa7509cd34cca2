"""The numbers of a recipe that can move, by name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from operator import methodcaller
from typing import Any

from ..errors import CppnError, shorten, unknown
from ..field.activations import PARAMETERS
from ..field.mixes import parse_mix, set_parameters
from ..network.develop import Field, develop_network
from ..network.stages import Network
from ..recipe import Recipe
from ..recipe.fields import FIELDS, Scale

Numbers = tuple[float, ...]


@dataclass(frozen=True)
class ParameterPath:
    """Where a number or a pair of them is kept, and how one gets from one value to another.

    `scale`: see `Told`. `index`: of the one of a pair that is meant.
    """

    section: str
    field: str
    scale: Scale = "even"
    index: int | None = None


_AXES = {"x": 0, "y": 1}  # of the one pair whose numbers move alone
PATHS = {
    **{name: ParameterPath(one.section, name, one.moves) for name, one in FIELDS.items() if one.moves is not None},
    **{f"center.{axis}": ParameterPath("view", "center", index=index) for axis, index in _AXES.items()},
}


def parameter_path(name: str) -> ParameterPath:
    """The path of that name: one of PATHS, an activation's parameter (`freq`; `freq.0` of the first layer), `latent.0`.

    Errors: CppnError if there is none.
    """
    if name in PATHS:
        return PATHS[name]
    stem, _, tail = name.partition(".")
    index = int(tail) if re.fullmatch(r"\d{1,4}", tail) else None
    if (stem in PARAMETERS and (index is not None or not tail)) or (stem == "latent" and index is not None):
        return ParameterPath("latent" if stem == "latent" else "act", stem, index=index)
    if stem in ("seed", "act", "hidden", "inputs", "init"):
        raise CppnError(f"{stem} cannot move by steps", where="what moves", legal="--morph goes from one to another")
    raise unknown("parameter", name, [*PATHS, *PARAMETERS, "latent.0"], where="what moves")


def read(recipe: Recipe, name: str) -> Numbers:
    """The numbers at which a parameter of the recipe stands.

    Errors: CppnError if the recipe has no such number.
    """
    at = parameter_path(name)
    if at.section == "act":
        return (_parameter(recipe, at, name),)
    if at.section == "latent":
        return (_latents(recipe, at, name)[at.index or 0],)
    value = getattr(getattr(recipe, at.section), at.field)
    if value is None:
        raise CppnError("the recipe does not say where they are", where=name, legal="give the first value too")
    values = value if isinstance(value, tuple) else (value,)
    return values if at.index is None else (values[at.index],)


def changed(recipe: Recipe, settings: Mapping[str, Numbers]) -> Recipe:
    """The recipe with its parameters at these numbers.

    Errors: CppnError for numbers out of range, and parameters that the recipe does not have or that move nothing in it.
    """
    if not settings:
        return recipe
    changes: dict[str, dict[str, Any]] = {"view": {}, "color": {}, "network": {}, "space": {}, "finish": {}}
    texts: list[str] | None = None
    latents: list[float] | None = None
    for name, values in settings.items():
        at = parameter_path(name)
        _check(recipe, at, name, values)
        if at.section == "act":
            _parameter(recipe, at, name)
            if texts is None:
                texts = list(recipe.network.acts)
            if at.index is None:
                texts = set_parameters(texts, **{at.field: values[0]})
            else:
                texts[at.index] = set_parameters([texts[at.index]], **{at.field: values[0]})[0]
        elif at.section == "latent":
            latents = latents or list(_latents(recipe, at, name))
            latents[at.index or 0] = values[0]
        else:
            if at.scale == "turn":
                values = (values[0] % 360,)
            if at.index is not None:
                pair = list(changes[at.section].get(at.field) or getattr(getattr(recipe, at.section), at.field))
                pair[at.index] = values[0]
                values = tuple(pair)
            changes[at.section][at.field] = values[0] if len(values) == 1 else list(values)
    if texts is not None:
        changes["network"]["act"] = texts
    if latents is not None:
        changes["network"]["latent"] = latents
    return recipe.change(changes)


def with_settings(field: Field, settings: Mapping[str, Numbers]) -> Field:
    """The field with its parameters at these numbers: what `changed` gives, developed. `gain` alone needs a recipe.

    Errors: CppnError for parameters out of range; all else was checked where the settings were made.
    """
    view: dict[str, Any] = {}
    for name, values in settings.items():
        at = parameter_path(name)
        if at.scale == "turn":
            values = (values[0] % 360,)
        if at.section == "view":
            if at.index is not None:
                pair = list(view.get(at.field, getattr(field.view, at.field)))
                pair[at.index] = values[0]
                values = tuple(pair)
            view[at.field] = values[0] if len(values) == 1 else values
        elif at.section in ("space", "finish"):
            changed = getattr(field, at.section).replace(**{at.field: values[0]})
            field = replace(field, **{at.section: changed})
        elif name == "hue":
            field = replace(field, color=replace(field.color, hue=values[0]))
        elif name == "levels":
            field = field.with_levels((values[0], values[1]))
        else:
            field = replace(field, network=_set(field.network, at, values[0]))
    return replace(field, view=field.view.replace(**view)) if view else field


def _set(network: Network, at: ParameterPath, value: float) -> Network:
    if at.section == "latent":
        latent = list(network.latent)
        latent[at.index or 0] = value
        return replace(network, latent=tuple(latent))
    change = methodcaller("with_parameters", **{at.field: value})
    stages = (
        stage.with_activations(change) if at.index in (None, i) else stage for i, stage in enumerate(network.stages)
    )
    return replace(network, stages=tuple(stages))


def _check(recipe: Recipe, at: ParameterPath, name: str, values: Numbers) -> None:
    count = 2 if at.field in ("center", "levels") and at.index is None else 1
    if len(values) != count:
        raise CppnError(f"it takes {count} numbers, not {len(values)}", where=name)
    if name == "hue" and recipe.color.mode == "gray":
        raise CppnError("grey has no hue", where=name, legal="draw it in colour: --rgb, --palette magma")
    if name == "gain" and recipe.network.weights is not None:
        raise CppnError("the weights of this recipe are given", where=name, legal="--drift moves them")
    if at.scale == "log" and not values[0] > 0:
        raise CppnError(f"{values[0]:g} is out of range", where=name, legal="it is above 0")


def _parameter(recipe: Recipe, at: ParameterPath, name: str) -> float:
    if recipe.network.is_graph:
        raise CppnError("a graph's nodes keep their activations", where=name, legal="--drift moves the weights")
    texts = list(recipe.network.acts)
    if at.index is not None:
        if at.index >= len(texts):
            raise CppnError(f"there is no layer {at.index}", where=name, legal=f"0 to {len(texts) - 1} are legal")
        texts = [texts[at.index]]
    activations = (one.activation for text in texts for one in parse_mix(text))
    found = [one.parameters[at.field] for one in activations if at.field in one.parameters]
    if not found:
        raise CppnError(f"none of the activations takes {at.field}: {shorten(', '.join(texts))}", where=name)
    return found[0]


def _latents(recipe: Recipe, at: ParameterPath, name: str) -> Numbers:
    latents = develop_network(recipe).latent
    if at.index is None or at.index >= len(latents):
        raise CppnError(
            f"the network has {len(latents)} latent inputs",
            where=name,
            legal="`cppn render --latent 4` draws one with some",
        )
    return latents
