"""Building: a manifest becomes a folder of pictures, thumbnails, a page and a sheet; stopped, it goes on from there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from ..draw.drawing import RenderJob, job_of
from ..draw.memory import DEFAULT, check_memory
from ..draw.saving import save, write_picture
from ..engines import Quality
from ..errors import CppnError
from ..files.atomic import remove_leftovers, write_text
from ..files.names import make_folder
from ..files.sinks import Encoding, check
from ..parallel import GoOn, each
from ..recipe import Recipe
from ..recipe.view import part
from .folder import MANIFEST, PAGE, SHEET, THUMBS, Copy, Entry, Manifest, alone, check_folder, is_done, read_manifest
from .page import page
from .sheet import sheet

_AT_ONCE = 2  # pictures: one is drawn while the other is compiled or written
_THUMB = 480  # pixels of a thumbnail's longer side
_THUMB_QUALITY = 82
_PLAIN = Encoding()


@dataclass(frozen=True)
class Wanted:
    """A shape that every picture is wanted in: a canvas, and the screens that show parts of it.

    `screens`: left, top, width and height of each; for an ordinary size one, which shows all. `dpi`: of sizes on paper.
    """

    canvas: tuple[int, int]
    screens: tuple[tuple[int, int, int, int], ...]
    dpi: float | None = None

    @staticmethod
    def plain(width: int, height: int, dpi: float | None = None) -> Wanted:
        """One screen or sheet, all of it."""
        return Wanted((width, height), ((0, 0, width, height),), dpi)

    @staticmethod
    def span(sizes: Sequence[tuple[int, int]]) -> Wanted:
        """Screens side by side, their middles on one line: all of them as one picture, and what each shows."""
        height = max(h for _, h in sizes)
        lefts = [sum(w for w, _ in sizes[:i]) for i in range(len(sizes) + 1)]
        screens = tuple((left, (height - h) // 2, w, h) for left, (w, h) in zip(lefts, sizes, strict=False))
        return Wanted((lefts[-1], height), ((0, 0, lefts[-1], height), *screens))


@dataclass(frozen=True)
class Making:
    """How the pictures are drawn and written."""

    aa: int | Literal["auto"] = 2
    encoding: Encoding = _PLAIN
    engine: str | None = None
    device: str | None = None
    threads: int | None = None
    max_memory: int = DEFAULT


def entry(name: str, family: str, why: str, recipe: Recipe, wanted: Sequence[Wanted], ending: str) -> Entry:
    """A picture in all shapes that it is wanted in."""
    copies = []
    for shape in wanted:
        for number, (left, top, width, height) in enumerate(shape.screens):  # the first shows all
            shown = (
                recipe.change(_view(part(recipe.view, shape.canvas, left, top, width, height))) if number else recipe
            )
            screen = f"-screen{number}" if number else ""
            copies.append(Copy(f"{name}{screen}-{width}x{height}{ending}", width, height, shown, shape.dpi))
    return Entry(name, family, why, recipe, wanted[0].canvas, tuple(copies))


def _view(view: Any) -> dict[str, dict[str, Any]]:
    return {"view": view.to_dict()}


def build(
    folder: Path, manifest: Manifest, making: Making, *, progress: Callable[[int], Any] = lambda pixels: None
) -> None:
    """Make the folder what the manifest says. What is there, whole and of this manifest stays.

    `progress` is told of pixels. Stopped, it leaves a page of what is there.
    Errors: CppnError if another gallery, another run or somebody else's files are there, or a file cannot be written.
    """
    new = not folder.exists()
    make_folder(folder)
    try:
        _build(folder, manifest, making, progress)
    except CppnError:
        if new:
            with suppress(OSError):  # it holds something
                folder.rmdir()
        raise


def _build(folder: Path, manifest: Manifest, making: Making, progress: Callable[[int], Any]) -> None:
    with alone(folder):
        check_folder(folder, manifest)
        _check_drawing(folder, manifest, making)
        write_text(folder / MANIFEST, manifest.to_json())
        (folder / THUMBS).mkdir(exist_ok=True)
        jobs = [(one, copy) for one in sorted(manifest.entries, key=_shape) for copy in one.copies]
        remove_leftovers(folder, {copy.path for _, copy in jobs} | {PAGE, SHEET, MANIFEST})
        remove_leftovers(folder / THUMBS, {Path(one.thumb).name for one in manifest.entries})

        def work(job: tuple[Entry, Copy], go_on: GoOn) -> None:
            _draw(folder, *job, making, go_on, progress)

        try:
            each(jobs, work, _AT_ONCE)
        finally:
            there = [one for one in manifest.entries if (folder / one.thumb).exists() and _any_there(folder, one)]
            write_text(folder / PAGE, page(manifest, there, making.aa))
        if there:
            save(sheet([folder / one.thumb for one in there], [one.name for one in there]), folder / SHEET, quality=88)


def _check_drawing(folder: Path, manifest: Manifest, making: Making) -> None:
    """Errors: CppnError, before anything is written, for what no picture of the manifest could be drawn with."""
    copies = [copy for entry in manifest.entries for copy in entry.copies]
    for copy in {(c.width, c.height, c.recipe.color.mode == "gray"): c for c in copies}.values():
        size = copy.width, copy.height
        form = check(folder / copy.path, *size, 8, making.encoding)
        check_memory(_job(copy.recipe, size, making), form, making.max_memory, copy.path)


def _job(recipe: Recipe, size: tuple[int, int], making: Making) -> RenderJob:
    return job_of(recipe, size, Quality(making.aa), engine=making.engine, device=making.device, threads=making.threads)


def _any_there(folder: Path, one: Entry) -> bool:
    return any((folder / copy.path).exists() for copy in one.copies)


def _draw(folder: Path, one: Entry, copy: Copy, making: Making, go_on: GoOn, progress: Callable[[int], Any]) -> None:
    """A picture and, of its first copy, the thumbnail; unless they are there."""
    path, size = folder / copy.path, (copy.width, copy.height)

    def tell(pixels: int) -> None:
        go_on()
        progress(pixels)

    go_on()
    if is_done(path, copy, making.aa):
        progress(copy.width * copy.height)
    else:
        encoding = replace(making.encoding, dpi=copy.dpi)
        write_picture(_job(copy.recipe, size, making), path, encoding, max_memory=making.max_memory, progress=tell)
    thumb = folder / one.thumb
    if copy is one.copies[0]:
        scale = min(1.0, _THUMB / max(one.canvas))
        small = max(1, round(one.canvas[0] * scale)), max(1, round(one.canvas[1] * scale))
        if not is_done(thumb, Copy(one.thumb, *small, one.recipe), 3):
            save(
                one.recipe, thumb, size=small, aa=3, quality=_THUMB_QUALITY, engine=making.engine,
                device=making.device, threads=making.threads,
            )  # fmt: skip


def _shape(one: Entry) -> tuple[Any, ...]:
    """What is compiled for: pictures of one shape follow each other."""
    network = one.recipe.network
    return network.inputs, network.hidden, network.act, one.name


def resumable(folder: Path, settings: dict[str, Any]) -> Manifest | None:
    """The manifest of a gallery of these settings that was begun in the folder, so that nothing is invented twice."""
    old = read_manifest(folder) if folder.is_dir() else None
    return old if old is not None and old.settings == settings else None
