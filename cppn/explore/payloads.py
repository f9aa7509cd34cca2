"""What the page is told: recipes, shaders, and the catalogue of all that a recipe may say."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable
from functools import cache
from typing import Any

from ..draw.drawing import developed
from ..errors import CppnError
from ..field.activations import CATALOGUE, PARAMETERS, parse_activation
from ..field.color import MODES_ABOUT, PLAIN
from ..field.inputs import ABOUT
from ..field.palettes import palette_table
from ..files.naming import file_name
from ..files.presets import presets
from ..limits import DEEPEST, LARGEST_SHARE, MOST_TERMS, MOST_WEIGHTS, WIDEST
from ..network.develop import develop_network
from ..recipe import Recipe
from ..recipe.command import command
from ..recipe.fields import FIELDS, Told
from ..recipe.kinds import Number, Word
from ..recipe.view import SIZES
from ..search.palettes import RAMPS
from ..shader.shader import WIDEST as WIDEST_SHADER
from ..shader.shader import NoShaderError, shader

EXACT = 2**53 - 1  # the largest whole number that JavaScript tells from the next
_LONGEST = 800  # letters of a command; beyond, a file says it better
_NAMED = ("viridis", "magma", "inferno", "plasma", "cividis", "turbo", "twilight")  # palettes, besides our own
_STOPS = 9  # of a swatch


def told(recipe: Recipe) -> dict[str, Any]:
    """A recipe as plain data; seeds beyond what JavaScript can count to are texts, which are read like numbers."""
    data = recipe.to_dict()
    data["seed"] = _seed(recipe.seed)
    if recipe.network.blend:
        data["network"]["blend"] = [[_seed(seed), share] for seed, share in recipe.network.blend]
    return data


def _seed(seed: int) -> int | str:
    return seed if seed <= EXACT else str(seed)


def shader_bytes(recipe: Recipe, read: Callable[[str], Recipe] | None) -> bytes:
    """A shader for the page: the length of a JSON header (32 bits), the header, and floats, all little-endian.

    `read` makes of a `cppn render` command its recipe. The header: `source`; `texels`, `parameters` and `table`, how
    many numbers follow (4 a texel, 512 × 3 of a table); the complete `recipe`; its `latent` inputs, drawn or given; the
    `command` that draws it; what its `activations` mean; `unable`, why there is no shader, if so.
    Errors: CppnError for recipes that cannot be drawn.
    """
    header: dict[str, Any] = {"source": "", "texels": 0, "parameters": 0, "table": False, "unable": ""}
    floats = b""
    whole, field = developed(recipe)
    try:
        made = shader(field)
    except NoShaderError as error:
        header["unable"] = str(error)
    else:
        arrays = [made.weights, made.parameters, *([] if made.table is None else [made.table])]
        floats = b"".join(array.astype("<f4").tobytes() for array in arrays)
        header |= {"source": made.source, "texels": len(made.weights), "parameters": len(made.parameters)}
        header["table"] = made.table is not None
    header["latent"] = list(field.network.latent)
    header["activations"] = [_activation(text) for text in dict.fromkeys(whole.network.act)]
    header |= {"recipe": told(whole), "command": line(whole, read)}
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 4)
    return struct.pack("<I", len(text)) + text + floats


def line(recipe: Recipe, read: Callable[[str], Recipe] | None) -> str:
    """The `cppn render` command that draws a complete recipe: by flags where `read` finds in them just this picture."""
    flags = command(recipe, 1024, 1024)
    if flags is not None and read is not None and len(flags) <= _LONGEST:
        try:
            if _picture(read(flags)) == _picture(recipe):
                return flags
        except CppnError:
            pass
    return f"cppn render {file_name(recipe, None, (1024, 1024))}.toml"


def _picture(recipe: Recipe) -> Recipe:
    """The recipe without what is not seen, its levels told."""
    levels = recipe.color.levels or develop_network(recipe).span or recipe.color.measured
    return recipe.change({"": {"name": "", "description": ""}, "color": {"levels": levels, "measured": None}})


@cache
def catalogue() -> dict[str, Any]:
    """All that a recipe may say, with meanings and ranges, from what checks it."""
    return {
        "activations": [
            {"name": name, "about": entry.about, "formula": entry.formula, "parameters": _parameters(entry.defaults)}
            for name, entry in CATALOGUE.items()
        ],
        "parameters": _parameters({key: parameter.default for key, parameter in PARAMETERS.items()}),
        "inputs": [{"name": name, "about": about} for name, about in ABOUT.items()],
        "modes": [{"name": name, "about": MODES_ABOUT[name]} for name in PLAIN],
        "palettes": [{"name": name, "palette": text, "stops": _swatch(text)} for name, text in _palettes().items()],
        "presets": list(presets),
        "sizes": {name: list(size) for name, size in SIZES.items()},
        "limits": {
            "widest": WIDEST, "deepest": DEEPEST - 1, "weights": MOST_WEIGHTS, "seed": EXACT, "terms": MOST_TERMS,
            "share": LARGEST_SHARE, "shader_widest": WIDEST_SHADER,
        },
        "fields": {name: _told(one) for name, one in FIELDS.items()},
    }  # fmt: skip


def _told(one: Told) -> dict[str, Any]:
    """What a field means, its range, and the words that it may be."""
    kind = one.kind
    limits = {"low": kind.low, "high": kind.high} if isinstance(kind, Number) else {}
    return {"about": one.about, **limits, **({"words": kind.words} if isinstance(kind, Word) else {})}


def _activation(text: str) -> dict[str, Any]:
    """What an activation's text means: its name, which of a formula is all of it, and its parameters."""
    if "|" in text:  # several, which the page shows and leaves as they are
        return {"text": text, "name": text, "named": False, "given": {}, "parameters": {}}
    one = parse_activation(text)
    defaults = CATALOGUE[one.name].defaults if one.name in CATALOGUE else None
    usual = {key: PARAMETERS[key].default if defaults is None else float(defaults[key]) for key in one.parameters}
    given = {key: value for key, value in one.parameters.items() if value != usual[key]}
    named = defaults is not None
    return {"text": text, "name": one.name, "named": named, "given": given, "parameters": _parameters(usual)}


def _parameters(defaults: Any) -> dict[str, Any]:
    known = {key: PARAMETERS[key] for key in defaults}
    return {
        key: {"meaning": one.meaning, "default": defaults[key], "low": one.low, "high": one.high}
        for key, one in known.items()
    }


def _palettes() -> dict[str, str]:
    return {**RAMPS, **{name: name for name in _NAMED}}


def _swatch(text: str) -> list[str]:
    table = palette_table(text)
    picked = [table[round(i * (len(table) - 1) / (_STOPS - 1))] for i in range(_STOPS)]
    return ["#" + "".join(f"{round(255 * float(channel)):02x}" for channel in colour) for colour in picked]
