"""What the page may ask: the bodies of its requests, checked before anything is done with them."""

from __future__ import annotations

import tomllib
from typing import Any, Literal

from ..errors import CppnError, shorten, unknown
from ..files.presets import presets
from ..network.develop import develop
from ..recipe import Recipe, from_dict
from ..recipe.files import is_timeline
from ..recipe.kinds import Either, Many, Number, Text, Whole, Word
from ..recipe.model import parse_json
from ..recipe.parts import SEED
from ..recipe.schema import Section, Table, field, required
from ..search.breed import LOCKS
from .library import NAME, NAMES

LARGEST_SOURCE = 1 << 20  # letters of a recipe's text
LARGEST_PREVIEW, MOST_CHILDREN = 1280, 24
_RECIPE, _SIDE = Table(Recipe), Whole(1, LARGEST_PREVIEW)


class Shown(Section):
    """A recipe to be shown."""

    recipe: Recipe = required(_RECIPE)


class Source(Section):
    """A preset's name, or a recipe's text."""

    source: str = required(Text(LARGEST_SOURCE))


class OffspringRequest(Section):
    """Children of one or two recipes: how far from them (0 to 1), how many, what stays, and the seed of it all."""

    parents: tuple[Recipe, ...] = required(Many(_RECIPE, 1, 2))
    strength: float = required(Number(0, 1))
    count: int = required(Whole(1, MOST_CHILDREN))
    locks: tuple[str, ...] = field(Many(Word(*LOCKS)), ())
    seed: int = required(SEED)


class Preview(Section):
    """A picture to be seen at once: pixels."""

    recipe: Recipe = required(_RECIPE)
    width: int = required(_SIDE)
    height: int = required(_SIDE)


class DrawingRequest(Section):
    """A picture to be drawn into the folder: `size` as `--size` takes it."""

    recipe: Recipe = required(_RECIPE)
    size: str = required(Text(80))
    aa: int | Literal["auto"] = field(Either(Whole(1, 8), Word("auto")), 1)
    format: str = field(Word("png", "jpg", "webp", "tif", "avif"), "png")
    bits: int = field(Word(8, 16), 8)


class Export(Section):
    """A picture to be written for another program into the folder."""

    recipe: Recipe = required(_RECIPE)
    format: str = required(Word("html", "glsl", "onnx"))


class Keeping(Section):
    """A recipe to be kept."""

    recipe: Recipe = required(_RECIPE)
    name: str | None = field(NAME)
    parents: tuple[str, ...] = field(NAMES, ())


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
