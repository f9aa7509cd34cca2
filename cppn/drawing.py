"""Drawing: a Recipe becomes pixels, band by band."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Literal

import numpy as np

from .develop import Field, develop, needs_levels
from .engines import AdaptivePlan, Engine, Pixels, Plan, Quality, able, choose
from .errors import CppnError
from .recipe import Recipe
from .view import View, check_size, frame

BAND = 1 << 20  # samples of a band, about: a fraction of a second's work, a few megabytes
_GRID = 64  # points a side of the grid on which levels are measured
_SHARES = (1, 99)  # per cent of the values below black and below white
MOST_BYTES = 1 << 36  # of an array in memory


def complete(recipe: Recipe) -> Recipe:
    """The recipe with nothing left open: where the last activation has no range of its own, it is measured and kept.

    It is measured on a fixed grid over the recipe's square view, by the oracle, so that it is the same everywhere, and
    rounded to six digits. Pictures of any size, crops and frames then agree.
    """
    return _complete(recipe)[0]


def _complete(recipe: Recipe) -> tuple[Recipe, Field]:
    """A recipe with nothing left open, and its field; developed once."""
    field = develop(recipe)
    if not needs_levels(recipe):
        return recipe, field
    levels = measure([field])
    color = recipe.color.model_copy(update={"measured": levels})
    return recipe.model_copy(update={"color": color}), replace(field, levels=levels)


def measure(fields: Iterable[Field]) -> tuple[float, float]:
    """The range of nearly all values that the last activation takes in the views of these fields together.

    Errors: CppnError if it takes no finite value.
    """
    from .engines.reference import outputs

    j, i = (index.ravel() - (_GRID - 1) / 2 for index in np.mgrid[:_GRID, :_GRID])
    found = []
    for field in fields:
        view = frame(field.view, _GRID, _GRID)
        x, y = view.cx + view.ux * i + view.vx * j, view.cy + view.uy * i + view.vy * j
        found.append(outputs(field.network, x, y)[-1].ravel())
    values = np.concatenate(found)
    values = values[np.isfinite(values)]
    if not values.size:
        raise CppnError("the field has no finite value in this view", where="color.levels", legal="set levels by hand")
    low, high = (float(f"{v:.5e}") for v in np.percentile(values, _SHARES))
    return (low, high) if low < high else (low - 0.5, low + 0.5)  # one value nearly everywhere


def engine_for(
    view: View, size: tuple[int, int], engine: str | None = None, device: str | None = None,
    threads: int | None = None,
) -> Engine:  # fmt: skip
    """The engine to draw with: as `choose` says, but the float64 one where float32 cannot tell pixels apart."""
    if engine is None and device is None and is_deep(view, size):
        engine = "reference"
    return choose(engine, device, threads)


def is_deep(view: View, size: tuple[int, int]) -> bool:
    """Are the pixels so small that float32, of 24 bits, would place them less than 4 bits apart?"""
    laid = frame(view, *check_size(*size))
    step = min(math.hypot(laid.ux, laid.uy), math.hypot(laid.vx, laid.vy))
    return step < 2.0**-20 * max(1.0, abs(laid.cx), abs(laid.cy))


@dataclass(frozen=True)
class Drawing:
    """A picture about to be drawn."""

    field: Field
    width: int
    height: int
    channels: int
    quality: Quality
    engine: Engine
    plan: Plan
    bleed: int = 0  # of width and height, beyond each edge
    told: Callable[[], Recipe] | None = None  # the field as text, complete

    @property
    def recipe(self) -> Recipe:
        """What draws the picture again; of a field that nobody can tell there is none."""
        if self.told is None:
            raise ValueError("a drawing without its recipe is for the screen alone")
        return self.told()

    @property
    def band_rows(self) -> int:
        """How many rows a band has."""
        return max(1, min(self.height, BAND // (self.width * self.quality.cost)))

    def bands(self, start: int = 0) -> Iterator[Pixels]:
        """The picture from row `start` to its bottom, in new arrays of shape (rows, width, channels)."""
        for top in range(start, self.height, self.band_rows):
            rows = min(self.band_rows, self.height - top)
            yield self.crop(0, top, self.width, rows)

    def whole(self) -> Pixels:
        """All of the picture, drawn band by band."""
        out = np.empty((self.height, self.width, self.channels), self.quality.dtype)
        for top in range(0, self.height, self.band_rows):
            self.plan.draw(out[top : top + self.band_rows], top)
        return out

    def crop(self, left: int, top: int, width: int, height: int) -> Pixels:
        """The pixels of a part: to the bit those of the whole."""
        out = np.empty((height, width, self.channels), self.quality.dtype)
        self.plan.draw(out, top, left)
        return out


def draw(
    recipe: Recipe, size: tuple[int, int], quality: Quality | None = None, engine: Engine | None = None,
    *, bleed: int = 0,
) -> Drawing:  # fmt: skip
    """Make ready to draw a recipe at a size (width, height), with `bleed` pixels more beyond each edge."""
    recipe, field = _complete(recipe)
    return draw_field(field, size, quality, engine, bleed=bleed, told=lambda: recipe)


def draw_field(
    field: Field, size: tuple[int, int], quality: Quality | None = None, engine: Engine | None = None,
    *, bleed: int = 0, told: Callable[[], Recipe] | None = None,
) -> Drawing:  # fmt: skip
    """The same of a field. What it is `told` as, complete, is asked when a file is written, and only then."""
    width, height = check_size(*size)
    if not 0 <= bleed <= max(size):
        raise CppnError(f"a bleed of {bleed} pixels", where="bleed", legal=f"0 to {max(size)} are legal")
    check_size(width + 2 * bleed, height + 2 * bleed)
    quality, engine = quality or Quality(), able(engine or engine_for(field.view, size), field)
    laid = frame(field.view, width, height, bleed)
    prepare = partial(AdaptivePlan, engine) if quality.samples == "auto" else engine.prepare
    plan = prepare(field, laid, quality)
    return Drawing(field, laid.width, laid.height, field.channels, quality, engine, plan, bleed, told)


def render(
    recipe: Recipe, size: tuple[int, int] = (1024, 1024), *, aa: int | Literal["auto"] = 1, bits: int = 8,
    dither: bool = False, engine: str | None = None, device: str | None = None, threads: int | None = None,
) -> np.ndarray[tuple[int, ...], np.dtype[Any]]:  # fmt: skip
    """A recipe's pixels: an array (height, width, channels), 1 channel for grey and 3 for colour.

    `size` = (width, height); `aa` × `aa` samples a pixel, or "auto"; `bits` 8, 16 (whole numbers) or 32
    (floats in [0, 1]).
    Errors: CppnError for sizes that cannot be, engines and devices that are not there, arrays above 64 GiB.
    """
    drawing = draw(recipe, size, Quality(aa, bits, dither), engine_for(recipe.view, size, engine, device, threads))
    shape = (drawing.height, drawing.width, drawing.channels)
    if np.prod(shape) * drawing.quality.dtype.itemsize > MOST_BYTES:
        raise CppnError(
            f"{size[0]}x{size[1]} pixels do not fit in memory", where="size", legal="use cppn.save to draw to a file"
        )
    return drawing.whole()
