"""Drawing: a Recipe becomes pixels, band by band."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from .develop import develop, develop_network, needs_levels
from .engines import Engine, Pixels, Plan, Quality, choose
from .errors import CppnError
from .recipe import Recipe
from .view import check_size, frame

BAND = 1 << 20  # samples of a band, about: a fraction of a second's work, a few megabytes
_GRID = 64  # points a side of the grid on which levels are measured
_SHARES = (1, 99)  # per cent of the values below black and below white
MOST_BYTES = 1 << 36  # of an array in memory


def complete(recipe: Recipe) -> Recipe:
    """The recipe with nothing left open: where the last activation has no range of its own, it is measured and kept.

    It is measured on a fixed grid over the recipe's square view, by the oracle, so that it is the same everywhere, and
    rounded to six digits. Pictures of any size, crops and frames then agree.
    """
    if not needs_levels(recipe):
        return recipe
    from .engines.reference import outputs

    view = frame(recipe.view, _GRID, _GRID)
    j, i = (index.ravel() - (_GRID - 1) / 2 for index in np.mgrid[:_GRID, :_GRID])
    x, y = view.cx + view.ux * i + view.vx * j, view.cy + view.uy * i + view.vy * j
    values = outputs(develop_network(recipe), x, y)[-1]
    values = values[np.isfinite(values)]
    if not values.size:
        raise CppnError("the field has no finite value in this view", where="color.levels", legal="set levels by hand")
    low, high = (float(f"{v:.5e}") for v in np.percentile(values, _SHARES))
    if not low < high:  # one value nearly everywhere
        low, high = low - 0.5, low + 0.5
    return recipe.change({"color": {"measured": [low, high]}})


@dataclass(frozen=True)
class Drawing:
    """A picture about to be drawn."""

    recipe: Recipe  # complete
    width: int
    height: int
    channels: int
    quality: Quality
    engine: Engine
    plan: Plan

    @property
    def band_rows(self) -> int:
        """How many rows a band has."""
        return max(1, min(self.height, BAND // (self.width * self.quality.samples**2)))

    def bands(self) -> Iterator[Pixels]:
        """The picture from top to bottom in new arrays of shape (rows, width, channels)."""
        for top in range(0, self.height, self.band_rows):
            rows = min(self.band_rows, self.height - top)
            yield self.crop(0, top, self.width, rows)

    def crop(self, left: int, top: int, width: int, height: int) -> Pixels:
        """The pixels of a part: to the bit those of the whole."""
        out = np.empty((height, width, self.channels), self.quality.dtype)
        self.plan.draw(out, top, left)
        return out


def draw(
    recipe: Recipe, size: tuple[int, int], quality: Quality | None = None, engine: Engine | None = None
) -> Drawing:
    """Make ready to draw a recipe at a size (width, height)."""
    width, height = check_size(*size)
    quality, engine = quality or Quality(), engine or choose()
    recipe = complete(recipe)
    field = develop(recipe)
    plan = engine.prepare(field, frame(field.view, width, height), quality)
    return Drawing(recipe, width, height, field.channels, quality, engine, plan)


def render(
    recipe: Recipe, size: tuple[int, int] = (1024, 1024), *, aa: int = 1, bits: int = 8, dither: bool = False,
    engine: str | None = None, device: str | None = None, threads: int | None = None,
) -> np.ndarray[tuple[int, ...], np.dtype[Any]]:  # fmt: skip
    """A recipe's pixels: an array (height, width, channels), 1 channel for grey and 3 for colour.

    `size` = (width, height); `aa` × `aa` samples a pixel; `bits` 8, 16 (whole numbers) or 32 (floats in [0, 1]).
    Errors: CppnError for sizes that cannot be, engines and devices that are not there, arrays above 64 GiB.
    """
    drawing = draw(recipe, size, Quality(aa, bits, dither), choose(engine, device, threads))
    shape = (drawing.height, drawing.width, drawing.channels)
    if np.prod(shape) * drawing.quality.dtype.itemsize > MOST_BYTES:
        raise CppnError(
            f"{size[0]}x{size[1]} pixels do not fit in memory", where="size", legal="use cppn.save to draw to a file"
        )
    out = np.empty(shape, drawing.quality.dtype)
    rows = drawing.band_rows
    for top in range(0, drawing.height, rows):
        drawing.plan.draw(out[top : top + rows], top)
    return out
