"""What networks learn: patterns, picture files, recipes. All are functions on the unit square.

A target is asked at u (0 at the left, 1 at the right) and v (0 at the top, 1 at the bottom).
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..draw.drawing import render
from ..errors import CppnError, shorten, unknown
from ..files.presets import presets
from ..files.sources import load
from ..recipe import Recipe
from ..recipe.files import read_recipe

Floats = NDArray[np.floating]
MOST_TILES = 1000
_DRAWN = 512  # pixels a side of a recipe that is a target


@dataclass(frozen=True)
class Target:
    """`values(u, v)`, of arrays of one shape, are the channels: shape (1 or 3, …), 0 to 1."""

    name: str
    channels: int
    values: Callable[[Floats, Floats], Floats]


def checkerboard(n: int) -> Callable[[Floats, Floats], Floats]:
    """n × n squares, white in the upper left corner."""
    return lambda u, v: (np.floor(n * u) + np.floor(n * v)) % 2 == 0


def rings(n: int) -> Callable[[Floats, Floats], Floats]:
    """n rings around a white middle, to the edge."""
    return lambda u, v: np.floor(2 * n * np.hypot(u - 0.5, v - 0.5)) % 2 == 0


def stripes(n: int) -> Callable[[Floats, Floats], Floats]:
    """n upright stripes."""
    return lambda u, v: (np.floor(n * u) + 0 * v) % 2 == 0


def disc(n: int) -> Callable[[Floats, Floats], Floats]:
    """A white disc of 1/n of the width as its radius."""
    return lambda u, v: np.hypot(u - 0.5, v - 0.5) < 1 / n


def spiral(n: int) -> Callable[[Floats, Floats], Floats]:
    """Two arms that wind n times on their way to the edge."""
    return lambda u, v: np.floor(np.arctan2(v - 0.5, u - 0.5) / math.pi + 4 * n * np.hypot(u - 0.5, v - 0.5)) % 2 == 0


# each with its number where none is given
PATTERNS: dict[str, tuple[Callable[[int], Callable[[Floats, Floats], Floats]], int]] = {
    "checkerboard": (checkerboard, 4), "rings": (rings, 4), "spiral": (spiral, 2), "stripes": (stripes, 4),
    "disc": (disc, 3),
}  # fmt: skip


def parse_target(text: str) -> Target:
    """The target that a text means: `checkerboard:8`, a preset, a recipe file, a picture file.

    Errors: CppnError for unknown names, numbers out of range and files that are no picture.
    """
    name, colon, number = text.strip().partition(":")
    if name in PATTERNS:
        make, n = PATTERNS[name]
        if colon:
            if not re.fullmatch(r"\d{1,6}", number) or not 1 <= int(number) <= MOST_TILES:
                raise CppnError(f"{shorten(number)!r} parts", where=f"target {name}", legal=f"1 to {MOST_TILES}")
            n = int(number)
        pattern = make(n)
        return Target(f"{name}:{n}", 1, lambda u, v: np.asarray(pattern(u, v), np.float32)[None])
    path = Path(text)
    if text in presets and not path.is_file():
        return of_recipe(load(text), text)
    if path.suffix.lower() in (".toml", ".json"):
        return of_recipe(read_recipe(path), text)
    if path.suffix or path.exists():
        from ..files.pictures import read_picture

        return of_pixels(read_picture(path).pixels, path.name)
    raise unknown("target", text, [*PATTERNS, *(preset.rpartition("/")[2] for preset in presets)])


def of_recipe(recipe: Recipe, name: str) -> Target:
    """The picture of a recipe."""
    return of_pixels(render(recipe, (_DRAWN, _DRAWN), aa=2, bits=32), name)


def of_pixels(pixels: Floats, name: str) -> Target:
    """A picture, shape (height, width, channels), 0 to 1: the pixel at a point, without blending."""
    height, width, channels = pixels.shape

    def values(u: Floats, v: Floats) -> Floats:
        i = np.clip((u * width).astype(np.intp), 0, width - 1)
        j = np.clip((v * height).astype(np.intp), 0, height - 1)
        return np.moveaxis(pixels[j, i], -1, 0)

    return Target(name, channels, values)
