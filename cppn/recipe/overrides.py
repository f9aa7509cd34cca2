"""Flags over a recipe: an explicit one always wins."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..errors import CppnError
from ..field.color import PALETTED
from ..field.mixes import set_parameters
from .fields import FIELDS
from .model import Recipe

_PARAMETERS = ("freq", "r", "iters")
_RAMPS = {"duotone": "#f4ecdc,#d9622b,#123b6d"}  # palettes of modes that cannot take just any
_OF_WEIGHTS = ("hidden", "inputs", "latent", "gain", "seed")


def override(recipe: Recipe, flags: Mapping[str, Any]) -> Recipe:
    """The recipe with every flag that is not None taken over.

    Errors: CppnError for flags that contradict each other or the recipe.
    """
    given = {key: value for key, value in flags.items() if value is not None}
    if not given.get("act"):  # a flag that may be repeated is empty when it is not there
        given.pop("act", None)
    sections = ("network", "color", "space", "finish", "view")
    network, color, space, finish, view = (_told(section, given) for section in sections)
    if recipe.network.weights is not None:
        if "init" in given:
            network["weights"] = None
        elif bad := [key for key in _OF_WEIGHTS if key in given]:
            raise CppnError(
                "the weights of this recipe are given", where=f"--{bad[0]}", legal="add --init torch to draw new ones"
            )
    if "seed" in given and recipe.network.blend:
        network["blend"] = None  # another seed's weights, not these with others' added
    network |= _graph(recipe, given)
    act = _activations(recipe, given)
    if act is not None:
        network["act"] = act
    color |= _color(recipe, given)
    changes: dict[str, dict[str, Any]] = dict(zip(sections, (network, color, space, finish, view), strict=True))
    changes[""] = {"seed": given["seed"]} if "seed" in given else {}
    # a recipe that has become another picture does not keep the old one's name
    if network or color or space or finish or changes[""]:
        changes[""] |= {"name": "", "description": ""}
    return recipe.change(changes)


def _told(section: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a section that flags of their names say."""
    return {name: given[name] for name, one in FIELDS.items() if one.section == section and one.flag and name in given}


def _graph(recipe: Recipe, given: Mapping[str, Any]) -> dict[str, Any]:
    """Nodes and links instead of layers, or layers instead of those."""
    if "graph" in given and "hidden" in given:
        raise CppnError("--graph contradicts --hidden", legal="give one of them")
    if "graph" in given:
        return {"random": given["graph"], "graph": None, "weights": None}
    if "hidden" in given:
        return {"random": None, "graph": None}
    if recipe.network.graph is not None and (wrong := [key for key in ("act", *_PARAMETERS, "gain") if key in given]):
        raise CppnError(
            "the nodes of this recipe have activations and weights of their own", where=f"--{wrong[0]}",
            legal="change them in the recipe, or draw others by --graph or --hidden",
        )  # fmt: skip
    return {}


def _activations(recipe: Recipe, given: Mapping[str, Any]) -> list[str] | None:
    texts = [text for part in given.get("act", ()) for text in part]
    parameters = {key: given[key] for key in _PARAMETERS if key in given}
    if not texts:
        if not parameters:
            return None
        texts = list(recipe.network.act)
    return set_parameters(texts, **parameters) if parameters else texts


def _color(recipe: Recipe, given: Mapping[str, Any]) -> dict[str, Any]:
    changes: dict[str, Any] = {}
    mode, palette = given.get("mode"), given.get("palette")
    if palette is not None and mode not in (None, *PALETTED):
        raise CppnError(f"--palette contradicts the colour mode {mode}", legal="give one of them")
    if palette is not None:
        own = recipe.color.mode if recipe.color.mode in PALETTED else "palette"
        changes |= {"mode": mode or own, "palette": palette}
    elif mode in PALETTED:
        changes |= {"mode": mode, "palette": recipe.color.palette or _RAMPS.get(mode, "viridis")}
    elif mode is not None:  # what a palette alone can have goes with it
        changes |= {"mode": mode, "palette": None, **{key: given.get(key) for key in ("flat", "equal")}}
    if mode not in (None, "ramps") and "across" not in given:
        changes["across"] = None
    elif mode == "ramps" and "across" not in given:
        changes["across"] = recipe.color.across or "magma"
    if "act" in given and "levels" not in given:
        changes["levels"] = None  # they were chosen for another activation
    if given.get("each"):
        changes["levels"] = given.get("levels")
    elif "levels" in given:
        changes["each"] = None
    return changes
