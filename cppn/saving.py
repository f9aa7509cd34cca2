"""Saving: a Recipe to a recipe file or, drawn, to a picture; an array to a picture."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from .drawing import Drawing, draw
from .engines import Quality, choose
from .errors import CppnError, failure
from .recipe import Recipe
from .sinks.metadata import Imprint
from .sinks.raster import RasterSink

if TYPE_CHECKING:
    from numpy.typing import NDArray


def save(
    what: Recipe | NDArray[np.uint8], path: str | os.PathLike[str], *, size: tuple[int, int] = (1024, 1024),
    aa: int = 1, dither: bool = False, quality: int | None = None, engine: str | None = None, device: str | None = None,
    threads: int | None = None, recipe: Recipe | None = None,
) -> Path:  # fmt: skip
    """Write a picture (.png, .jpg, .webp, .avif) or, of a Recipe, also a recipe file (.toml, .json); returns its path.

    A Recipe is drawn at `size` = (width, height), band by band, never whole in memory. An array has the shape
    (height, width, 1 or 3) or (height, width), uint8; `recipe` is what it was drawn from, to be kept in the file.
    `quality`: 1 to 100, of JPEG, WebP and AVIF.
    Errors: CppnError for files that cannot be written; nothing half-written is left behind.
    """
    target = Path(path)
    if isinstance(what, Recipe):
        if target.suffix.lower() in (".toml", ".json"):
            write_text(target, what.to_toml() if target.suffix.lower() == ".toml" else what.to_json() + "\n")
            return target
        drawing = draw(what, size, Quality(aa, 8, dither), choose(engine, device, threads))
        return write_picture(drawing, target, quality=quality)
    pixels = np.asarray(what)
    if pixels.ndim == 2:
        pixels = pixels[:, :, None]
    if pixels.dtype != np.uint8 or pixels.ndim != 3 or pixels.shape[2] not in (1, 3) or 0 in pixels.shape:
        raise CppnError(
            f"an array of shape {pixels.shape} and type {pixels.dtype} is no picture", where=str(target),
            legal="uint8 of shape (height, width, 3), (height, width, 1) or (height, width)",
        )  # fmt: skip
    height, width, channels = pixels.shape
    imprint = Imprint(recipe, {"width": width, "height": height}) if recipe is not None else None
    with RasterSink(target, width, height, channels, imprint, quality) as sink:
        for top in range(0, height, 256):
            sink.write(pixels[top : top + 256])
    return target


def write_picture(
    drawing: Drawing, path: Path, *, quality: int | None = None, progress: Callable[[int], Any] = lambda pixels: None
) -> Path:
    """Draw into a file, band by band; `progress` is told of each band's pixels."""
    settings = drawing.quality
    imprint = Imprint(
        drawing.recipe,
        {
            "width": drawing.width, "height": drawing.height, "aa": settings.samples, "bits": settings.bits,
            "dither": settings.dither, "engine": drawing.engine.name,
        },
    )  # fmt: skip
    with RasterSink(path, drawing.width, drawing.height, drawing.channels, imprint, quality) as sink:
        for band in drawing.bands():
            sink.write(band)
            progress(band.shape[0] * band.shape[1])
    return path


def write_text(path: Path, text: str) -> None:
    """Write a text file whole or not at all."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        try:
            part.write_text(text, encoding="utf-8")
            os.replace(part, path)
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        raise failure(f"it could not be written: {error.strerror}", where=str(path)) from None
