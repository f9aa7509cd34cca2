"""Recipe files: TOML and JSON of bounded length, in whatever encoding; weights in a file beside them."""

from __future__ import annotations

import base64
import codecs
import tomllib
from pathlib import Path
from typing import Any

from ..errors import CppnError, failure, shorten
from .model import LARGEST_TEXT, Recipe, from_dict, parse_json

_OF_TIMELINES = frozenset(("duration", "source", "recipe", "tracks", "drift", "latent", "morph", "boomerang"))


def read_recipe(path: Path) -> Recipe:
    """The Recipe in a `.toml` or `.json` file. `weights` may name a safetensors file beside it.

    Errors: CppnError for files that cannot be read, and what is no recipe.
    """
    data = read_table(path)
    if isinstance(data, dict) and "recipe" in data and "drawing" in data:  # what `cppn info --json` prints
        data = data["recipe"]
    if is_timeline(data):
        raise CppnError("it is a timeline", where=str(path), legal=f"`cppn animate {path}` draws it")
    embed_weights(data, path.parent)
    return from_dict(data, where=str(path))


def is_timeline(data: Any) -> bool:
    """Do plain data from a file describe a motion rather than a picture?"""
    return isinstance(data, dict) and not _OF_TIMELINES.isdisjoint(data)


def read_table(path: Path) -> Any:
    """The plain data in a `.toml` or `.json` file of bounded length.

    Errors: CppnError for files that cannot be read, are too long or are neither.
    """
    where = str(path)
    try:
        with path.open("rb") as file:
            raw = file.read(LARGEST_TEXT + 1)
    except OSError as error:
        raise failure(f"cannot be read: {error.strerror}", where=where) from None
    if len(raw) > LARGEST_TEXT:
        raise CppnError("the file is too long for a recipe", where=where, legal=f"at most {LARGEST_TEXT >> 20} MiB")
    if path.suffix.lower() == ".json":
        return parse_json(raw, where=where)
    try:
        return tomllib.loads(_text(raw))
    except UnicodeDecodeError:
        raise CppnError("it is not text", where=where, legal="a recipe is TOML or JSON") from None
    except (ValueError, RecursionError) as error:  # of TOML, or a whole number of thousands of digits
        raise CppnError(f"not readable TOML: {shorten(str(error), 120)}", where=where) from None


def _text(raw: bytes) -> str:
    """UTF-8, or what a byte-order mark says: `>` in Windows' PowerShell writes UTF-16."""
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"),
        (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"),
    ):  # fmt: skip
        if raw.startswith(mark):
            return raw.decode(encoding)
    return raw.decode()


def embed_weights(data: Any, folder: Path) -> None:
    """Put the bytes of a named safetensors file into the recipe, so that it stands alone.

    Errors: CppnError for files that cannot be read or are too long.
    """
    network = data.get("network") if isinstance(data, dict) else None
    weights = network.get("weights") if isinstance(network, dict) else None
    if isinstance(network, dict) and isinstance(weights, str) and weights.endswith(".safetensors"):
        path = folder / weights
        try:
            with path.open("rb") as file:
                raw = file.read(LARGEST_TEXT + 1)
        except OSError as error:
            raise failure(f"cannot be read: {error.strerror}", where=str(path)) from None
        network["weights"] = base64.b64encode(raw).decode()
