"""`cppn render`: draw a picture."""

from __future__ import annotations

import json
import re
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from . import options, types
from .amounts import in_bytes, in_time
from .progress import pixel_bar

if TYPE_CHECKING:
    from ..draw.drawing import RenderJob
    from ..engines import Quality
    from ..files.sinks import Encoding, Provenance
    from ..files.sinks.formats import Format
    from ..recipe import Recipe

MOST_PICTURES = 100_000
DEFAULT_SIZE = (1024, 1024)
_SLOW = 4_000_000  # pixels, from which on a picture takes long enough for a bar


@click.command("render", short_help="Draw a picture.")
@click.argument("source", required=False, type=types.Source())
@options.network
@options.look
@options.drawing
def command(source: str | None, **flags: Any) -> None:
    """Draw a picture.

    SOURCE is nothing (a new network), a preset's name, a recipe file (.toml, .json), or a picture that cppn drew. Flags
    override the source. The paths of the finished files are printed.

    \b
      cppn render --act cos --freq 7.9 --rgb
      cppn render --act "sin(3*x)*exp(-x*x)" --palette magma --seed 7
      cppn render silk --size iphone-15 --aa 3 -o silk.png
      cppn render silk.png --zoom 4 --size 8k -o detail.png
    """
    from ..files.sinks import Provenance
    from ..files.sources import load_provenance
    from ..recipe import Recipe

    provenance = load_provenance(source) if source is not None else Provenance(Recipe(), {})
    job = _job(source, provenance, flags)
    if flags["dry_run"]:
        _estimate(job, flags["as_json"])
        return
    if source is None and flags["seed"] is None and not flags["quiet"]:
        click.echo(f"seed {job.recipes[0].seed}", err=True)
    _draw(job, flags["as_json"], flags["quiet"])


@dataclass(frozen=True)
class _Job:
    """What the flags and the source come to."""

    recipes: list[Recipe]
    paths: list[Path]
    own_names: bool  # names of the program's own choosing, which never take a file's place
    size: tuple[int, int]
    bleed: int
    quality: Quality
    form: Format
    encoding: Encoding
    machine: dict[str, Any]  # engine, device and threads
    limit: int  # bytes of memory
    resume: bool

    def of(self, recipe: Recipe) -> RenderJob:
        """The drawing of one of them."""
        from ..draw.drawing import job_of

        return job_of(recipe, self.size, self.quality, bleed=self.bleed, **self.machine)


def _job(source: str | None, provenance: Provenance, flags: dict[str, Any]) -> _Job:
    from ..draw.memory import DEFAULT
    from ..engines import Quality, choose
    from ..errors import CppnError
    from ..files.sinks import Encoding, check
    from ..files.sinks.formats import format_of

    recipe = _recipe(source, provenance.recipe, flags)
    count, kept = flags["count"], provenance.drawing
    if not 1 <= count <= MOST_PICTURES:
        raise CppnError(f"{count} pictures", where="--count", legal=f"1 to {MOST_PICTURES} are legal")
    if count > 1 and recipe.network.weights is not None:
        raise CppnError("its weights are given, so all pictures would be the same", where="--count", legal="draw one")
    recipes = [recipe.change({"": {"seed": recipe.seed + i}}) for i in range(count)] if count > 1 else [recipe]
    size, dpi, bleed = _size(flags, kept)
    changed = recipe != provenance.recipe or source is None
    paths, own_names = _paths(flags["output"], recipes, source, changed, size)
    # a flag always wins; else the picture that is drawn again, as far as the new file can hold it
    fitting = {**kept, "bits": kept.get("bits") if kept.get("bits") in format_of(paths[0]).bits else 8}
    bits = flags["bits"] or fitting["bits"]
    if bits != 8 or flags["size"] is not None:  # at another size, other bands show
        fitting.pop("dither", None)
    samples = flags["aa"] if flags["aa"] is not None else fitting.get("aa", 1)
    dither = flags["dither"] if flags["dither"] is not None else fitting.get("dither")
    encoding = Encoding(flags["quality"], flags["compression"], dpi, flags["pyramid"])
    quality, limit = Quality(samples, bits, dither), flags["max_memory"] or DEFAULT
    form, *_ = (check(path, size[0] + 2 * bleed, size[1] + 2 * bleed, bits, encoding, is_vector=True) for path in paths)
    machine = {key: flags[key] for key in ("engine", "device", "threads")}
    choose(*machine.values())  # what cannot be is said before anything else is
    return _Job(recipes, paths, own_names, size, bleed, quality, form, encoding, machine, limit, flags["resume"])


def _recipe(source: str | None, recipe: Recipe, flags: dict[str, Any]) -> Recipe:
    """The source's recipe with the flags over it; without a source and a seed, with a new seed."""
    from ..recipe.overrides import override

    with as_flags(command):
        recipe = override(recipe, flags)
    if source is None and flags["seed"] is None:
        return recipe.change({"": {"seed": secrets.randbelow(2**32)}})
    return recipe


def _draw(job: _Job, as_json: bool, quiet: bool) -> None:
    """Draw all pictures, and print their paths as they are finished."""
    from ..draw.saving import write_picture

    report = []
    pixels = len(job.recipes) * (job.size[0] + 2 * job.bleed) * (job.size[1] + 2 * job.bleed)
    with pixel_bar(pixels, quiet or pixels < _SLOW) as progress:
        for recipe, path in zip(job.recipes, job.paths, strict=True):
            started = time.perf_counter()
            one = job.of(recipe)
            with _told_what_is_kept(path):
                written = write_picture(
                    one, path, job.encoding,
                    max_memory=job.limit, exclusive=job.own_names, resume=job.resume, progress=progress,
                )  # fmt: skip
            seconds = round(time.perf_counter() - started, 3)
            shape = {"width": one.width, "height": one.height}
            how = {"seed": recipe.seed, "engine": one.drawn_by.name, "seconds": seconds}
            report.append({"path": str(written), **shape, **how, "recipe": one.recipe.to_dict()})
            if not as_json and not quiet:
                click.echo(str(written))
    if as_json:
        click.echo(json.dumps({"files": report}))


@contextmanager
def _told_what_is_kept(path: Path) -> Iterator[None]:
    """When the program is stopped, say what it leaves on disk to go on from."""
    from ..errors import CppnError
    from ..files.checkpoint import SUFFIX

    try:
        yield
    except CppnError:
        raise
    except BaseException:
        kept = path.with_name(path.name + SUFFIX)
        if kept.exists():
            click.echo(f"cppn: what is drawn is kept in {kept}, and --resume goes on from there", err=True)
        raise


@contextmanager
def as_flags(command: click.Command) -> Iterator[None]:
    """Errors that say `view.zoom: ` say `--zoom: `, where the command has such a flag."""
    from ..errors import CppnError

    known = {option for parameter in command.params for option in parameter.opts}

    try:
        yield
    except CppnError as error:
        place = re.fullmatch(r"(?:(?:network|view|color)\.)?([a-z]+)(?:\.\d+)?", next(iter(error.path), ""))
        if place is None or (flag := f"--{place[1]}") not in known:
            raise
        raise error.within(flag, instead_of=[place[0]]) from None


def _size(flags: dict[str, Any], kept: dict[str, Any]) -> tuple[tuple[int, int], float | None, int]:
    """Width and height, resolution, and pixels of bleed: what the flags say, else the picture that is drawn again."""
    from ..recipe.view import Size, parse_length

    size = flags["size"]
    if size is None:
        again = {"width", "height"} <= kept.keys()
        size = Size(kept["width"], kept["height"], kept.get("dpi")) if again else Size(*DEFAULT_SIZE)
    dpi = flags["dpi"] or size.dpi
    if flags["bleed"] is not None:
        bleed = parse_length(flags["bleed"], dpi)
    else:
        bleed = kept.get("bleed", 0) if flags["size"] is None else 0
    return size[:2], dpi, bleed


def _paths(
    output: str | None, recipes: list[Any], source: str | None, changed: bool, size: tuple[int, int]
) -> tuple[list[Path], bool]:
    """Where each picture goes, and whether the names are the program's own, which never take a file's place."""
    from ..files.names import free_path
    from ..files.naming import file_name

    folder = Path(output) if output is not None and (output.endswith(("/", "\\")) or Path(output).is_dir()) else None
    if output is None or folder is not None:
        stem = Path(source).stem if source is not None and not changed else None
        names = [f"{file_name(one, stem if len(recipes) == 1 else None, size)}.png" for one in recipes]
        return [free_path((folder or Path()) / name) for name in names], True
    path = Path(output)
    if "{seed}" not in path.name and len(recipes) == 1:
        return [path], False
    pattern = path.name if "{seed}" in path.name else f"{path.stem}-{{seed}}{path.suffix}"
    return [free_path(path.with_name(pattern.replace("{seed}", str(one.seed)))) for one in recipes], True


def _estimate(job: _Job, as_json: bool) -> None:
    """Say what drawing all the pictures would take, as the first one tells."""
    from ..draw.estimate import estimate
    from ..draw.memory import check_memory

    started = time.perf_counter()
    first, count = job.of(job.recipes[0]), len(job.recipes)
    check_memory(first, job.form, job.limit, str(job.paths[0]))
    prepared = time.perf_counter() - started
    one = estimate(first, job.paths[0], job.encoding)
    pixels, disk, seconds = count * one.pixels, count * one.disk, prepared + count * one.seconds
    if as_json:
        told = {"pixels": pixels, "disk": disk, "memory": one.memory, "seconds": round(seconds, 3)}
        click.echo(json.dumps(told))
        return
    how = "" if job.form.is_vector else f" with {first.drawn_by.name}"
    many = f"{count} × " if count > 1 else ""
    click.echo(
        f"{many}{first.width}x{first.height}, {pixels / 1e6:.1f} Mpixel: about {in_bytes(disk)} on disk, "
        f"{in_bytes(one.memory)} of memory, {in_time(seconds)}{how}"
    )
