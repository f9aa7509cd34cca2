"""Saving: a Recipe to a recipe file or, drawn, to a picture; an array to a picture."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from ..engines import Quality
from ..engines.base import DTYPES
from ..errors import CppnError
from ..files.atomic import write_text
from ..files.checkpoint import Checkpoint
from ..files.names import free_path, in_the_way
from ..files.sinks import Encoding, Provenance, Sink, check, open_sink
from ..files.sinks.formats import format_of
from ..recipe import Recipe
from ..version import __version__
from .drawing import RenderJob, job_of
from .memory import DEFAULT, check_memory
from .vector import as_svg

_ROWS = 256  # of an array, at a time
_LARGE = 1 << 30  # samples, from which on what is drawn is always kept until the file is whole


def save(
    what: Recipe | NDArray[Any], path: str | os.PathLike[str], *, size: tuple[int, int] = (1024, 1024),
    aa: int | Literal["auto"] = 1, bits: int = 8, dither: bool | None = None, bleed: int = 0,
    quality: int | None = None, compression: str | None = None, dpi: float | None = None, pyramid: bool = False,
    engine: str | None = None, device: str | None = None, threads: int | None = None, max_memory: int = DEFAULT,
    resume: bool = False, recipe: Recipe | None = None, exclusive: bool = False,
) -> Path:  # fmt: skip
    """Write a picture of a Recipe, or a recipe file (.toml, .json); returns its path. Arrays go to `save_array`.

    Pictures: .png, .tif, .jpg, .webp, .avif, .dzi (Deep Zoom, with a page that shows it), .npy, and .svg of strokes on
    one colour. A Recipe is drawn at `size` = (width, height), band by band, never whole in memory. `recipe`: of an
    array, as in `save_array`.
    `bits`: 8, 16 (PNG, TIFF, NPY) or 32 (floats; TIFF, NPY). `dither` of 8 bits: by default, where bands would show.
    `quality`: 1 to 100, of lossy formats. `compression`: of PNG "0" to "9", of TIFF none, lzw or deflate. `dpi`: pixels
    an inch. `pyramid`: smaller copies inside, in TIFF. `bleed`: pixels more beyond each edge, to be trimmed after
    printing. `max_memory`: bytes that the process may take.
    `resume`: go on from where a run of this drawing was broken off, and leave what the next one can go on from.
    `exclusive`: never take an existing picture's place, but a free name like it.
    Errors: CppnError for files that cannot be written; nothing half-written is left behind.
    """
    target, encoding = Path(path), Encoding(quality, compression, dpi, pyramid)
    if isinstance(what, Recipe):
        if target.suffix.lower() in (".toml", ".json"):
            target = free_path(target) if exclusive else target
            write_text(target, what.to_toml() if target.suffix.lower() == ".toml" else what.to_json() + "\n")
            return target
        job = job_of(what, size, Quality(aa, bits, dither), engine=engine, device=device, threads=threads, bleed=bleed)
        return write_picture(job, target, encoding, max_memory=max_memory, exclusive=exclusive, resume=resume)
    return save_array(what, target, encoding, recipe=recipe, exclusive=exclusive)


def save_array(
    pixels: NDArray[Any], path: str | os.PathLike[str], encoding: Encoding | None = None, *,
    recipe: Recipe | None = None, exclusive: bool = False,
) -> Path:  # fmt: skip
    """Write an array as a picture; returns its path.

    `pixels`: of shape (height, width, 1 or 3) or (height, width) and of type uint8, uint16 or float32. `recipe`: what
    they were drawn from, to be kept in the file. `exclusive`: never take an existing picture's place.
    Errors: CppnError for arrays that are no pictures, and files that cannot be written.
    """
    target, pixels = Path(path), np.asarray(pixels)
    if pixels.ndim == 2:
        pixels = pixels[:, :, None]
    if pixels.dtype not in DTYPES.values() or pixels.ndim != 3 or pixels.shape[2] not in (1, 3) or 0 in pixels.shape:
        raise CppnError(
            f"an array of shape {pixels.shape} and type {pixels.dtype} is no picture", where=str(target),
            legal="uint8, uint16 or float32 of shape (height, width, 3), (height, width, 1) or (height, width)",
        )  # fmt: skip
    height, width, _ = pixels.shape
    settings = {"width": width, "height": height, "bits": 8 * pixels.dtype.itemsize}
    provenance = Provenance(recipe, settings) if recipe is not None else None
    with open_sink(target, pixels.shape, pixels.dtype, provenance, encoding, exclusive=exclusive) as sink:
        for top in range(0, height, _ROWS):
            sink.write(pixels[top : top + _ROWS])
    return sink.path


def provenance_of(job: RenderJob, dpi: float | None = None, notes: Mapping[str, Any] | None = None) -> Provenance:
    """What a file is to say of a drawing, and `notes` beside it: width and height without the bleed."""
    quality = job.quality
    settings = {
        "width": job.size[0], "height": job.size[1], "bleed": job.bleed or None, "dpi": dpi,
        "aa": quality.samples, "bits": quality.bits, "dither": bool(quality.dither), "engine": job.drawn_by.name,
        **(notes or {}),
    }  # fmt: skip
    return Provenance(job.recipe, {key: value for key, value in settings.items() if value is not None})


def write_picture(
    job: RenderJob, path: Path, encoding: Encoding | None = None, *, max_memory: int = DEFAULT,
    exclusive: bool = False, resume: bool = False, progress: Callable[[int], Any] = lambda pixels: None,
    notes: Mapping[str, Any] | None = None,
) -> Path:  # fmt: skip
    """Draw into a file, band by band; returns its path. `progress` is told of each band's pixels.

    `exclusive`: never take an existing file's place, but a free name like it. `resume`: keep what is drawn on disk as
    well, beside the file, and go on from what a run that was broken off has kept of this drawing; very large drawings
    do so unasked. `notes`: more for the file to say of how it was drawn.
    Errors: CppnError if that could take more than `max_memory` bytes, or cannot be written, or what is kept is of
    another drawing.
    """
    if encoding is not None and encoding.dpi is not None:
        job = replace(job, dpi=encoding.dpi)
    form = format_of(path)
    check_memory(job, form, max_memory, str(path))
    if form.is_vector:
        return _write_shapes(job, path, encoding, exclusive, progress, notes)
    provenance = provenance_of(job, encoding.dpi if encoding else None, notes)
    sink = open_sink(path, job.shape, job.quality.dtype, provenance, encoding, exclusive=exclusive)
    drawing = job.prepare()
    with _kept(job, sink, resume) as checkpoint, sink:
        done = 0
        for band in checkpoint.kept() if checkpoint else ():
            sink.write(band)
            progress(band.shape[0] * band.shape[1])
            done += len(band)
        for band in drawing.bands(done):
            if checkpoint and not _keep(band, checkpoint, resume):
                checkpoint = None
            sink.write(band)
            progress(band.shape[0] * band.shape[1])
    return sink.path


def shapes_of(job: RenderJob, where: str, notes: Mapping[str, Any] | None = None) -> str:
    """The text of a vector file of a drawing. Errors: CppnError for what shapes cannot show."""
    return as_svg(job, provenance_of(job, job.dpi, {**(notes or {}), "engine": None}), where)


def _write_shapes(
    job: RenderJob, path: Path, encoding: Encoding | None, exclusive: bool, progress: Callable[[int], Any],
    notes: Mapping[str, Any] | None,
) -> Path:  # fmt: skip
    check(path, job.width, job.height, job.quality.bits, encoding, is_vector=True)
    text = shapes_of(job, str(path), notes)
    target = free_path(path) if exclusive else path
    write_text(target, text)
    progress(job.width * job.height)
    return target


@contextmanager
def _kept(job: RenderJob, sink: Sink, resume: bool) -> Iterator[Checkpoint | None]:
    """Where finished bands are kept while the drawing lasts, and longer if it is broken off; None if nowhere."""
    checkpoint = Checkpoint(sink.path, job.shape, job.quality.dtype, _identity(job))
    large = job.width * job.height * job.quality.cost >= _LARGE
    old, foreign = checkpoint.exists, checkpoint.is_foreign
    differs = checkpoint.differs() if old else ""
    if differs and resume:
        raise CppnError(
            f"it is of another drawing: {differs} is not the same", where=str(checkpoint.path),
            legal="draw that one, or start anew without --resume",
        )  # fmt: skip
    if foreign and large:
        raise in_the_way(checkpoint.path, sink.path)
    if not (resume or large or (old and not differs)):
        yield None
        if old and not foreign:
            checkpoint.close(keep=False)  # the picture that it would have become has been replaced
        return
    checkpoint.open(anew=not old or bool(differs))
    sink.remove_leftovers()
    try:
        yield checkpoint
    except BaseException as error:
        # whoever asked for a drawing that goes on may want it to; otherwise Ctrl-C means that it is not wanted
        keep = resume or not isinstance(error, KeyboardInterrupt)
        checkpoint.close(keep=keep)
        if keep and isinstance(error, CppnError):
            hint = f"what is drawn is kept in {checkpoint.path.name}, and --resume goes on from there"
            raise CppnError(error.what, where=error.path, legal=hint, misuse=error.misuse) from None
        raise
    checkpoint.close(keep=False)


def _keep(band: NDArray[Any], checkpoint: Checkpoint, resume: bool) -> bool:
    """Keep a band; if there is no room and nobody asked for it, the picture goes first."""
    try:
        checkpoint.add(band)
    except CppnError:
        if resume:
            raise
        checkpoint.close(keep=False)
        return False
    return True


def _identity(job: RenderJob) -> dict[str, Any]:
    """All that a drawing's pixels depend on."""
    settings = {key: value for key, value in provenance_of(job).drawing.items() if key != "dpi"}
    if job.field.finish.is_physical:
        settings["dpi"] = job.dpi
    return {"cppn": __version__, "recipe": job.recipe.to_dict(), **settings, "device": str(job.drawn_by.device)}
