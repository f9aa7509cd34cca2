"""Drawing: a Recipe becomes pixels, band by band."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from ..compose.composition import Composition, outputs, tone
from ..engines import AdaptivePlan, Engine, Pixels, Plan, Quality, able, choose
from ..errors import CppnError, shorten
from ..field.color import ColorMap
from ..network.develop import (
    Field,
    develop,
    develop_network,
    needs_curve,
    needs_levels,
    needs_ranges,
    of_layer,
    of_mask,
)
from ..recipe import LayerRecipe, Recipe, SpaceRecipe
from ..recipe.view import SIZE, View, check_size, frame
from .banding import bands

BAND = 1 << 20  # samples of a band, about: a fraction of a second's work, a few megabytes
_GRID = 64  # points a side of the grid on which levels are measured
_CURVE = 64  # parts of a curve
_SHARES = (1, 99)  # per cent of the values below black and below white
MOST_BYTES = 1 << 36  # of an array in memory
_PLAIN = Quality()


def complete(recipe: Recipe) -> Recipe:
    """The recipe with nothing left open: where the last activation has no range of its own, it is measured and kept.

    It is measured on a fixed grid over the recipe's square view, by the oracle, so that it is the same everywhere, and
    rounded to six digits. Pictures of any size, crops and frames then agree.
    """
    return developed(recipe)[0]


def developed(recipe: Recipe) -> tuple[Recipe, Field]:
    """A recipe with nothing left open, as `complete` makes it, and its field."""
    recipe = complete_layers(recipe)
    field = develop(recipe)
    if needs_levels(recipe, field.network):
        levels = measure([field])
        recipe = recipe.replace(color=recipe.color.replace(measured=levels))
        field = field.with_levels(levels)
    if needs_ranges(recipe):
        ranges = measure_ranges([field])
        recipe = recipe.replace(color=recipe.color.replace(ranges=ranges))
        field = field.with_ranges(ranges)
    if needs_curve(recipe):
        curve = measure_curve([field])
        recipe = recipe.replace(color=recipe.color.replace(curve=curve))
        field = field.with_curve(curve)
    return recipe, field


def complete_layers(recipe: Recipe) -> Recipe:
    """The recipe with nothing left open in its layers."""
    if not recipe.layers:
        return recipe
    return recipe.replace(layers=tuple(_completed(layer, recipe.view) for layer in recipe.layers))


def _completed(layer: LayerRecipe, view: View) -> LayerRecipe:
    """A layer with nothing left open."""
    whole, mask = complete(of_layer(layer, view)), layer.mask
    if mask.shape == "level" and mask.level is None:
        network = develop_network(of_mask(mask))
        shown = Field(network, ColorMap("gray", network.span or (0.0, 1.0)), view)
        space = SpaceRecipe(tile=layer.space.tile, warp=(f"zoom:by={mask.scale}",), octaves=mask.octaves)
        scaled = replace(shown, space=space)
        values = _on_grid([tone(scaled)], [scaled], "mask.level", "set a level by hand")
        mask = mask.replace(level=float(f"{np.quantile(values[np.isfinite(values)], 1 - mask.share):.5e}"))
    return layer.replace(color=whole.color, layers=whole.layers, mask=mask)


def measure(fields: Iterable[Field]) -> tuple[float, float]:
    """The range of nearly all values that the last activation takes in the views of these fields together.

    Errors: CppnError if it takes no finite value.
    """
    return _range(_on_grid(map(outputs, fields := list(fields)), fields, "color.levels", "set levels by hand"))


def measure_ranges(fields: Iterable[Field]) -> tuple[tuple[float, float], ...]:
    """The range of nearly all values of each output in the views of these fields together.

    Errors: CppnError if one takes no finite value.
    """
    values = _on_grid(map(outputs, fields := list(fields)), fields, "color.ranges", "set levels by hand")
    return tuple(map(_range, values))


def _range(values: NDArray[np.float64]) -> tuple[float, float]:
    finite = values[np.isfinite(values)]
    low, high = (float(f"{v:.5e}") for v in np.percentile(finite, _SHARES))
    return (low, high) if low < high else (low - 0.5, low + 0.5)  # one value nearly everywhere


def measure_curve(fields: Iterable[Field]) -> tuple[float, ...]:
    """The values of these fields' tone below which 0, 1, 2, … equal parts of their views' areas lie, together.

    Errors: CppnError if it takes no finite value.
    """
    values = _on_grid(map(tone, fields := list(fields)), fields, "color.curve", "change the tone")
    curve = np.quantile(values[np.isfinite(values)], np.linspace(0, 1, _CURVE + 1))
    return tuple(float(f"{v:.5e}") for v in curve)


def _on_grid(made: Iterable[Composition], fields: Iterable[Field], where: str, legal: str) -> NDArray[np.float64]:
    """The values of compositions on a fixed grid over fields' square views, by the oracle: (channels, points).

    Errors: CppnError if one takes no finite value.
    """
    from ..engines.oracle import sampled

    j, i = (index.ravel() - (_GRID - 1) / 2 for index in np.mgrid[:_GRID, :_GRID])
    pairs = zip(made, fields, strict=True)
    parts = [sampled(one, frame(field.view, _GRID, _GRID), i, j) for one, field in pairs]
    values: NDArray[np.float64] = np.concatenate(parts, axis=1)
    if not np.isfinite(values).any(axis=1).all():
        raise CppnError("the field has no finite value in this view", where=where, legal=legal)
    return values


def is_deep(view: View, size: tuple[int, int]) -> bool:
    """Are the pixels so small that float32, of 24 bits, would place them less than 4 bits apart?"""
    laid = frame(view, *check_size(*size))
    step = min(math.hypot(laid.ux, laid.uy), math.hypot(laid.vx, laid.vy))
    return step < 2.0**-20 * max(1.0, abs(laid.cx), abs(laid.cy))


@dataclass(frozen=True)
class RenderJob:
    """All that drawing needs, as a value: from it any process of the same kind draws the same bits.

    `size`: width and height, with `bleed` pixels more beyond each edge. `engine`: its name; else the best there is.
    `dpi`: pixels of an inch, for what is told in millimetres. `told`: gives the field as text, complete; it is asked
    when a file is written, and only then.
    Errors: CppnError for sizes that cannot be.
    """

    field: Field
    size: tuple[int, int]
    quality: Quality = _PLAIN
    engine: str | None = None
    device: str | None = None
    threads: int | None = None
    bleed: int = 0
    dpi: float | None = None
    told: Callable[[], Recipe] | None = None

    def __post_init__(self) -> None:
        check_size(*self.size)
        if not 0 <= self.bleed <= max(self.size):
            raise CppnError(f"a bleed of {self.bleed} pixels", where="bleed", legal=f"0 to {max(self.size)} are legal")
        check_size(*(side + 2 * self.bleed for side in self.size))

    @property
    def width(self) -> int:
        """Of the picture, the bleed included."""
        return self.size[0] + 2 * self.bleed

    @property
    def height(self) -> int:
        """Of the picture, the bleed included."""
        return self.size[1] + 2 * self.bleed

    @property
    def channels(self) -> int:
        """1 for grey pictures, 3 for colour."""
        return self.field.channels

    @property
    def shape(self) -> tuple[int, int, int]:
        """Of the picture's array."""
        return self.height, self.width, self.channels

    @property
    def band_rows(self) -> int:
        """How many rows a band has."""
        return max(1, min(self.height, BAND // (self.width * self.quality.cost)))

    @property
    def recipe(self) -> Recipe:
        """What draws the picture again; of a field that nobody can tell there is none."""
        if self.told is None:
            raise ValueError("a drawing without its recipe is for the screen alone")
        return self.told()

    @property
    def drawn_by(self) -> Engine:
        """The engine: the named one, as far as it takes the field; else the float64 one where float32 cannot tell
        pixels apart, else as `choose` says.
        """
        name = self.engine
        if name is None and self.device is None and any(is_deep(view, self.size) for view in self.field.views):
            name = "reference"
        return able(choose(name, self.device, self.threads), self.field)

    def prepare(self) -> Drawing:
        """Make ready to draw."""
        engine = self.drawn_by
        prepare = partial(AdaptivePlan, engine) if self.quality.samples == "auto" else engine.prepare
        field = self.field
        return Drawing(self, prepare(field, frame(field.view, *self.size, self.bleed, self.dpi), self.quality))


@dataclass(frozen=True)
class Drawing:
    """A job made ready: any part of it can be drawn."""

    job: RenderJob
    plan: Plan

    def bands(self, start: int = 0) -> Iterator[Pixels]:
        """The picture from row `start` to its bottom, in new arrays of shape (rows, width, channels)."""
        job = self.job
        for top in range(start, job.height, job.band_rows):
            yield self.crop(0, top, job.width, min(job.band_rows, job.height - top))

    def whole(self) -> Pixels:
        """All of the picture, drawn band by band."""
        out = np.empty(self.job.shape, self.job.quality.dtype)
        for top in range(0, self.job.height, self.job.band_rows):
            self.plan.draw(out[top : top + self.job.band_rows], top)
        return out

    def crop(self, left: int, top: int, width: int, height: int) -> Pixels:
        """The pixels of a part: to the bit those of the whole."""
        out = np.empty((height, width, self.job.channels), self.job.quality.dtype)
        self.plan.draw(out, top, left)
        return out


def job_of(recipe: Recipe, size: tuple[int, int], quality: Quality | None = None, **more: Any) -> RenderJob:
    """The job of drawing a recipe at a size (width, height); `more`: what else RenderJob says.

    Errors: CppnError for what is no recipe or no size.
    """
    if not isinstance(recipe, Recipe):
        raise CppnError(f"{shorten(repr(recipe))} is no recipe", legal="cppn.load reads one")
    if not (isinstance(size, tuple | list) and len(size) == 2):
        raise CppnError(f"{size!r} is no size", where="size", legal=SIZE)
    recipe, field = developed(recipe)
    size, quality = check_size(*size), quality or Quality()
    if quality.dither is None:
        quality = replace(quality, dither=quality.bits == 8 and bands(field, size))
    return RenderJob(field, size, quality, told=partial(_same, recipe), **more)


def draw(
    recipe: Recipe, size: tuple[int, int], quality: Quality | None = None, engine: Engine | None = None
) -> Drawing:
    """Make ready to draw a recipe at a size (width, height)."""
    named = {} if engine is None else {"engine": engine.name, "device": str(engine.device), "threads": engine.threads}
    return job_of(recipe, size, quality, **named).prepare()


def _same(recipe: Recipe) -> Recipe:
    return recipe


def render(
    recipe: Recipe, size: tuple[int, int] = (1024, 1024), *, aa: int | Literal["auto"] = 1, bits: int = 8,
    dither: bool | None = None, engine: str | None = None, device: str | None = None, threads: int | None = None,
) -> np.ndarray[tuple[int, ...], np.dtype[Any]]:  # fmt: skip
    """A recipe's pixels: an array (height, width, channels), 1 channel for grey and 3 for colour.

    `size` = (width, height); `aa` × `aa` samples a pixel, or "auto"; `bits` 8, 16 (whole numbers) or 32
    (floats in [0, 1]); `dither` of 8 bits, by default where bands would show.
    Errors: CppnError for sizes that cannot be, engines and devices that are not there, arrays above 64 GiB.
    """
    job = job_of(recipe, size, Quality(aa, bits, dither), engine=engine, device=device, threads=threads)
    if math.prod(job.shape) * job.quality.dtype.itemsize > MOST_BYTES:
        raise CppnError(
            f"{size[0]}x{size[1]} pixels do not fit in memory", where="size", legal="use cppn.save to draw to a file"
        )
    return job.prepare().whole()
