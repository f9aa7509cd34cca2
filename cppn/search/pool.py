"""The pool: candidates drawn small, measured, refused or kept, and a set chosen from them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from ..draw.drawing import complete, draw
from ..engines import Quality, choose, cores
from ..errors import CppnError
from ..recipe import Recipe
from .choose import choose as choose_different
from .choose import rejection
from .measures import Measures, measure, noise, oklab
from .palettes import Tone
from .seen import Seen, key_of, read, write

_HEIGHT = 60  # of the small pictures; wide ones have more pixels, tall ones as many as a square would
_DOUBT = 0.2  # noise of a small picture from which on it is looked at in its finished size
_CROP = 24  # pixels a side of what is looked at, at five places

# a recipe, its family
Invention = Callable[[int], tuple[Recipe, str]]


@dataclass(frozen=True)
class Candidate:
    """A picture that might be in the gallery. `rejection`: why it is refused, or empty."""

    recipe: Recipe
    family: str
    measures: Measures | None
    rejection: str


def consider(
    invention: Invention, count: int, sizes: Sequence[tuple[int, int]], tone: Tone | None = None,
    progress: Callable[[int], object] = lambda done: None,
) -> list[Candidate]:  # fmt: skip
    """`count` candidates, looked at in each shape that they are wanted in.

    They are drawn by the oracle, which compiles nothing: about thirty different networks a second on two cores. What is
    seen is kept: the same pool is looked at once.
    """

    def one(recipe: Recipe) -> Seen:
        found = _look(recipe, sizes, tone)
        progress(1)
        return found

    with ThreadPoolExecutor(cores(), "cppn-look") as pool:
        invented = list(pool.map(invention, range(count)))
        recipes = [recipe for recipe, _ in invented]
        key = key_of(recipes, sizes, tone)
        seen = read(key, count)
        if seen is None:
            seen = list(pool.map(one, recipes))
            write(key, seen)
        else:
            progress(count)
    return [
        Candidate(_with_levels(recipe, one.levels), family, one.measures, one.rejection)
        for (recipe, family), one in zip(invented, seen, strict=True)
    ]


def _with_levels(recipe: Recipe, levels: tuple[float, float] | None) -> Recipe:
    return recipe if levels is None else recipe.replace(color=recipe.color.replace(measured=levels))


def _look(recipe: Recipe, sizes: Sequence[tuple[int, int]], tone: Tone | None) -> Seen:
    try:
        recipe = complete(recipe)
    except CppnError as error:  # nowhere a finite value
        return Seen(None, None, str(error))
    first: Measures | None = None
    for size in sizes:
        found = measured(recipe, size)
        first = first or found
        if why := rejection(found, tone):
            told = why if size == sizes[0] else f"{why} at {size[0]}x{size[1]}"
            return Seen(recipe.color.measured, first, told)
    return Seen(recipe.color.measured, first, "")


def measured(recipe: Recipe, size: tuple[int, int]) -> Measures:
    """The measures of a picture that is to be drawn at this size."""
    scale = _HEIGHT / min(size)
    small = (max(16, min(3 * _HEIGHT, round(size[0] * scale))), max(16, min(3 * _HEIGHT, round(size[1] * scale))))
    engine = choose("reference")
    found = measure(draw(recipe, small, Quality(2, dither=False), engine).whole())
    if found.noise < _DOUBT:
        return found
    finished = draw(recipe, size, Quality(2, dither=False), engine)
    width, height = (min(_CROP, side) for side in size)
    places = [(0.5, 0.5), (0.15, 0.2), (0.85, 0.2), (0.2, 0.8), (0.8, 0.85)]
    crops = [
        finished.crop(round(x * (size[0] - width)), round(y * (size[1] - height)), width, height) for x, y in places
    ]
    return found._replace(grain=float(np.mean([noise(oklab(crop)[..., 0]) for crop in crops])))


def choose_set(candidates: Sequence[Candidate], count: int) -> list[tuple[Candidate, float]]:
    """The chosen ones, the best first, each with its distance from the nearest chosen before it."""
    kept = [one for one in candidates if not one.rejection]
    measures = [one.measures for one in kept if one.measures is not None]
    chosen = choose_different(measures, [one.family for one in kept], count)
    return [(kept[choice.number], choice.distance) for choice in chosen]
