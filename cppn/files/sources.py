"""Where recipes come from: presets, recipe files, and pictures that cppn drew."""

from __future__ import annotations

import os
from pathlib import Path

from ..errors import CppnError, unknown
from ..recipe import Recipe
from ..recipe.files import read_recipe
from .picbreeder import SUFFIXES, read_genome
from .presets import motions, presets
from .provenance import Provenance, read_provenance


def load(source: str | os.PathLike[str]) -> Recipe:
    """The Recipe of a preset's name, a recipe file (.toml, .json), a picture that cppn drew or a Picbreeder genome.

    Errors: CppnError if there is no such thing, or if it holds no readable recipe.
    """
    return load_provenance(source).recipe


def load_provenance(source: str | os.PathLike[str]) -> Provenance:
    """The Recipe, and for a picture also how it was drawn.

    Errors: CppnError for files that are not there, cannot be read or hold no recipe, and unknown presets.
    """
    path = Path(source)
    if isinstance(source, str) and source in presets and not path.is_file():
        return Provenance(presets[source], {})
    if isinstance(source, str) and source in motions and not path.is_file():
        raise CppnError("it is a motion", where=source, legal=f"`cppn animate {source}` draws it")
    if path.is_dir():
        raise CppnError("it is a folder", where=str(path), legal="name a preset, a recipe file or a picture")
    if not path.exists():
        if path.suffix:
            raise CppnError("there is no such file", where=str(path), legal="`cppn presets` lists the presets")
        names = presets if "/" in str(source) else [name.rpartition("/")[2] for name in presets]
        raise unknown("preset or file", str(source), names)
    if not path.is_file():
        raise CppnError("it is no ordinary file", where=str(path), legal="name a preset, a recipe file or a picture")
    if path.suffix.lower() in (".toml", ".json"):
        return Provenance(read_recipe(path), {})
    if path.suffix.lower() in SUFFIXES:
        return Provenance(read_genome(path), {})
    return read_provenance(path)
