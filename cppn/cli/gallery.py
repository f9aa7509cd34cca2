"""`cppn gallery`: a folder of wallpapers, all different, none dull."""

from __future__ import annotations

import json
import secrets
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from . import options, types
from .progress import count_bar, pixel_bar

if TYPE_CHECKING:
    from ..gallery.request import GalleryRequest


@click.command("gallery", short_help="Make a folder of wallpapers.")
@click.option("-n", "--count", type=types.WHOLE, metavar="N", help="How many pictures (24).")
@click.option(
    "--seed",
    type=types.WHOLE,
    metavar="N",
    help="Seed of them all; by default a new one, or that of the gallery begun in this folder.",
)
@click.option("--size", "sizes", type=types.SIZES, multiple=True, metavar="SIZE[,SIZE…]", help="4k, iphone-15, … (4k).")
@click.option(
    "--span",
    type=types.SPAN,
    metavar="SIZE+SIZE…",
    help="One picture over several screens: whole, and a file for each.",
)
@click.option("--style", type=types.STYLES, multiple=True, metavar="NAME[,NAME…]", help="Families to take (all).")
@click.option("--styles", "list_styles", is_flag=True, help="List the styles.")
@click.option(
    "--tone", type=click.Choice(["light", "dark"], case_sensitive=False), help="Only light or only dark pictures."
)
@click.option("--palette", type=types.PALETTE, metavar="NAME|#HEX,…", help="One palette for all.")
@click.option(
    "--from", "sources", type=types.Source(), multiple=True, metavar="SOURCE", help="Vary this picture; repeatable."
)
@click.option("--presets", "shelf", metavar="FOLDER|all", help="Draw presets as they are: art, readme, checkerboard.")
@click.option(
    "--from-list",
    metavar="FILE",
    help="Draw the pictures of a list: favourites that the page exported, or files, one a line.",
)
@click.option("--pool", type=types.WHOLE, metavar="N", help="Candidates to choose from (5 a picture).")
@click.option("--explain", is_flag=True, help="Say of each candidate why it was kept or refused; draw nothing.")
@click.option("--aa", type=types.SAMPLES, default="auto", show_default=True, metavar="N|auto", help="Anti-aliasing.")
@click.option(
    "--format", "ending", default="png", show_default=True, metavar="NAME", help="png, jpg, webp, avif or tif."
)
@click.option("--quality", type=types.WHOLE, metavar="Q", help="Of lossy formats, 1 to 100 (92).")
@click.option("-o", "--output", metavar="FOLDER", default="gallery", show_default=True, help="Where to.")
@options.machine
@click.option("--json", "as_json", is_flag=True, help="Print what was made as JSON.")
@click.option("--quiet", "-q", is_flag=True, help="Print nothing but errors.")
def command(**flags: Any) -> None:
    """Make a folder of wallpapers from one seed, with a page that shows them.

    Many candidates are drawn small; flat, noisy and crowded ones are refused, and a varied set is chosen from the rest.
    Every file carries its recipe. Run again, the command goes on from where it stopped.

    \b
      cppn gallery -n 64 --size 4k -o wallpapers/
      cppn gallery --size 4k,ultrawide,iphone-15 --tone dark --seed 7 -o dark/
      cppn gallery --style marbling,agate --palette magma -o magma/
      cppn gallery --from silk --from marble -n 12 -o like-them/
      cppn gallery --span 3840x2160+2560x1440 -n 4 -o desk/
      cppn gallery --from-list favourites.json --size a3@300dpi -o prints/
    """
    if flags["list_styles"]:
        from ..search.styles import STYLES

        for name, style in STYLES.items():
            click.echo(f"{name:<10} {style.about}")
        return
    from ..draw.memory import DEFAULT
    from ..files.names import check_place
    from ..files.sinks import Encoding
    from ..gallery.build import Making, build, resumable
    from ..gallery.folder import Manifest, check_folder

    folder = Path(flags["output"])
    _check(flags)
    check_place(folder)
    request = _request(flags, folder)
    request.load_sources()
    if request.is_chosen and flags["seed"] is None and not flags["quiet"]:
        click.echo(f"seed {request.seed}", err=True)
    if flags["explain"]:
        _explain(request, flags)
        return
    # before candidates are drawn; with the pictures' names once more
    check_folder(folder, Manifest(request.settings, ()))
    manifest = resumable(folder, request.settings)
    if manifest is None:
        with count_bar(request.pool if request.is_chosen else 0, "candidate", flags["quiet"]) as progress:
            manifest = request.manifest(progress)
        if request.is_chosen and len(manifest.entries) < request.count and not flags["quiet"]:
            few = "1 picture" if len(manifest.entries) == 1 else f"{len(manifest.entries)} pictures"
            click.echo(f"{few}: more would be dull or alike; a larger --pool may have some", err=True)
    making = Making(
        flags["aa"], Encoding(flags["quality"]), flags["engine"], flags["device"], flags["threads"],
        flags["max_memory"] or DEFAULT,
    )  # fmt: skip
    copies = [copy for entry in manifest.entries for copy in entry.copies]
    with pixel_bar(sum(copy.width * copy.height for copy in copies), flags["quiet"]) as progress:
        build(folder, manifest, making, progress=progress)
    if flags["as_json"]:
        files = [str(folder / copy.path) for copy in copies]
        click.echo(json.dumps({"page": str(folder / "index.html"), "files": files, "settings": request.settings}))
    elif not flags["quiet"]:
        click.echo(str(folder / "index.html"))


def _check(flags: dict[str, Any]) -> None:
    """Errors: CppnError for flags that contradict each other."""
    from ..engines import Quality
    from ..errors import CppnError, shorten
    from ..field.palettes import palette_table
    from ..files.sinks.formats import PICTURE_FORMATS

    origins = [
        f"--{name}"
        for name, key in (("from", "sources"), ("presets", "shelf"), ("from-list", "from_list"))
        if flags[key]
    ]
    if len(origins) > 1:
        raise CppnError(f"{' and '.join(origins)} contradict each other", legal="give one of them")
    as_they_are = flags["shelf"] or flags["from_list"]
    for name in ("style", "tone", "palette", "pool", "count", "seed", "explain"):
        given = flags[name] is not None and flags[name] is not False and flags[name] != ()
        if given and (as_they_are or (name == "style" and flags["sources"])):
            raise CppnError(f"--{name} contradicts {origins[0]}", legal="leave one of them out")
    if flags["span"] and flags["sizes"]:
        raise CppnError("--span says the sizes", where="--size", legal="leave one of them out")
    if flags["palette"]:
        palette_table(flags["palette"])
    Quality(flags["aa"])
    if _ending(flags) not in PICTURE_FORMATS or not PICTURE_FORMATS[_ending(flags)].viewable:
        raise CppnError(
            f"{shorten(flags['ending'])!r} is not for galleries",
            where="--format",
            legal="png, jpg, webp, avif and tif are",
        )


def _ending(flags: dict[str, Any]) -> str:
    return f".{flags['ending'].lower().lstrip('.')}"


def _request(flags: dict[str, Any], folder: Path) -> GalleryRequest:
    """What the flags ask for; without a seed, with that of a gallery of this kind that was begun here, or a new one."""
    from ..gallery.folder import read_manifest
    from ..gallery.request import COUNT, POOL, GalleryRequest
    from .render import as_flags

    count = COUNT if flags["count"] is None else flags["count"]
    sizes = tuple(tuple(size) for many in flags["sizes"] for size in many)
    styles = tuple(name for many in flags["style"] for name in many)
    with as_flags(command):
        request = GalleryRequest(
            seed=flags["seed"] or 0, count=count, pool=flags["pool"] or POOL * count,
            sizes=sizes or GalleryRequest.sizes,
            span=tuple(tuple(size[:2]) for size in flags["span"] or ()), styles=styles, tone=flags["tone"],
            palette=flags["palette"], sources=flags["sources"], presets=flags["shelf"], favourites=flags["from_list"],
            ending=_ending(flags), aa=flags["aa"], quality=flags["quality"],
        )  # fmt: skip
    if flags["seed"] is not None or not request.is_chosen:
        return request
    old = read_manifest(folder) if folder.is_dir() else None
    begun = old is not None and {**old.settings, "seed": 0} == request.settings
    return replace(request, seed=int(old.settings["seed"]) if old is not None and begun else secrets.randbelow(2**32))


def _explain(request: GalleryRequest, flags: dict[str, Any]) -> None:
    """Say of each candidate what became of it."""
    with count_bar(request.pool, "candidate", flags["quiet"]) as progress:
        told = request.explain(progress)
    if flags["as_json"]:
        click.echo(json.dumps({"settings": request.settings, "candidates": told}))
        return
    for line in told:
        click.echo(f"{line['name']:<20} {line['verdict']:<11} {line['why']}")
