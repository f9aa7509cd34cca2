"""What the page may ask: the bodies of its requests, checked before anything is done with them."""

from __future__ import annotations

import tomllib
from typing import Annotated, Any, Literal

from pydantic import Field

from ..errors import CppnError, shorten, unknown
from ..files.presets import presets
from ..network.develop import develop
from ..recipe import Recipe, from_dict
from ..recipe.files import is_timeline
from ..recipe.model import Section, Seed, parse_json
from .library import Name

LARGEST_SOURCE = 1 << 20  # letters of a recipe's text
LARGEST_PREVIEW, MOST_CHILDREN = 1280, 24
Side = Annotated[int, Field(ge=1, le=LARGEST_PREVIEW)]


class Shown(Section):
    """A recipe to be shown."""

    recipe: Recipe


class Source(Section):
    """A preset's name, or a recipe's text."""

    source: Annotated[str, Field(max_length=LARGEST_SOURCE)]


class OffspringRequest(Section):
    """Children of one or two recipes: how far from them (0 to 1), how many, what stays, and the seed of it all."""

    parents: Annotated[tuple[Recipe, ...], Field(min_length=1, max_length=2)]
    strength: float = Field(ge=0, le=1)
    count: int = Field(ge=1, le=MOST_CHILDREN)
    locks: frozenset[Literal["weights", "colours", "activations"]] = frozenset()
    seed: Seed


class Preview(Section):
    """A picture to be seen at once: pixels."""

    recipe: Recipe
    width: Side
    height: Side


class DrawingRequest(Section):
    """A picture to be drawn into the folder: `size` as `--size` takes it."""

    recipe: Recipe
    size: Annotated[str, Field(max_length=80)]
    aa: Annotated[int, Field(ge=1, le=8)] | Literal["auto"] = 1
    format: Literal["png", "jpg", "webp", "tif", "avif"] = "png"
    bits: Literal[8, 16] = 8


class Export(Section):
    """A picture to be written for another program into the folder."""

    recipe: Recipe
    format: Literal["html", "glsl", "onnx"]


class Keeping(Section):
    """A recipe to be kept."""

    recipe: Recipe
    name: Name | None = None
    parents: Annotated[tuple[Name, ...], Field(max_length=8)] = ()


def read_source(text: str) -> tuple[Recipe, str]:
    """The recipe of a preset's name or of TOML or JSON text, and what to call it. No file is opened but a preset's.

    Errors: CppnError for unknown names, and texts that hold no recipe that can be drawn.
    """
    name = text.strip()
    full = presets.full_name(name)
    if full is not None:
        return presets[full], full
    if "\n" not in name and not set(name) & set("={["):
        raise unknown("preset", name, [one.rpartition("/")[2] for one in presets])
    data = _parsed(name)
    if isinstance(data, dict) and "recipe" in data and "drawing" in data:  # what `cppn info --json` prints
        data = data["recipe"]
    if is_timeline(data):
        raise CppnError("it is a timeline", legal="`cppn animate` draws it")
    recipe = from_dict(data, where="")
    develop(recipe)
    return recipe, recipe.name


def _parsed(text: str) -> Any:
    if text.startswith("{"):
        return parse_json(text, where="")
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise CppnError(f"not readable TOML: {shorten(str(error), 120)}") from None
