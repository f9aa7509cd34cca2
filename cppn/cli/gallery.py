"""`cppn gallery`: a folder of wallpapers, all different, none dull."""

from __future__ import annotations

import json
import secrets
import sys
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from . import options, types

if TYPE_CHECKING:
    from ..gallery.build import Wanted
    from ..gallery.pool import Candidate
    from ..recipe import Recipe

MOST = 10_000
_POOL = 5  # candidates for each picture wanted
_FIRST = 9.0  # distance of the first that is chosen: there is none before it


@click.command("gallery", short_help="Make a folder of wallpapers.")
@click.option("-n", "--count", type=types.WHOLE, metavar="N", help="How many pictures (24).")
@click.option("--seed", type=types.WHOLE, metavar="N", help="Seed of them all; by default a new one.")
@click.option("--size", "sizes", type=types.SIZES, multiple=True, metavar="SIZE[,SIZE…]", help="4k, iphone-15, … (4k).")
@click.option("--span", type=types.SPAN, metavar="SIZE+SIZE…", help="One continuous picture over several screens.")
@click.option("--style", type=types.STYLES, multiple=True, metavar="NAME[,NAME…]", help="Families to take (all).")
@click.option("--styles", "list_styles", is_flag=True, help="List the styles.")
@click.option("--tone", type=click.Choice(["light", "dark"]), help="Only light or only dark pictures.")
@click.option("--palette", type=types.PALETTE, metavar="NAME|#HEX,…", help="One palette for all.")
@click.option(
    "--from", "sources", type=types.Source(), multiple=True, metavar="SOURCE", help="Vary this picture; repeatable."
)
@click.option("--presets", "shelf", metavar="FOLDER|all", help="Draw presets as they are: art, readme, …")
@click.option("--from-list", metavar="FILE", help="Draw the pictures of a list: favourites that the page exported.")
@click.option("--pool", type=types.WHOLE, metavar="N", help=f"Candidates to choose from ({_POOL} a picture).")
@click.option("--explain", is_flag=True, help="Say of each candidate why it was kept or refused; draw nothing.")
@click.option("--aa", type=types.SAMPLES, default=2, show_default=True, metavar="N|auto", help="Anti-aliasing.")
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
      cppn gallery --style flow,veins --palette magma -o magma/
      cppn gallery --from silk --from marble -n 12 -o like-them/
      cppn gallery --span 3840x2160+2560x1440 -n 4 -o desk/
      cppn gallery --from-list favourites.json --size a3@300dpi -o prints/
    """
    if flags["list_styles"]:
        from ..gallery.styles import STYLES

        for name, style in STYLES.items():
            click.echo(f"{name:<10} {style.about}")
        return
    from ..gallery.build import Making, build, resumable
    from ..gallery.folder import Plan, check_place
    from ..memory import DEFAULT
    from ..sinks import Encoding

    _check(flags)
    check_place(Path(flags["output"]))
    wanted = _wanted(flags)
    folder, settings = Path(flags["output"]), _settings(flags)
    if settings["seed"] is None:
        settings["seed"] = _seed(folder, settings)
        if not flags["quiet"]:
            click.echo(f"seed {settings['seed']}", err=True)
    ending = f".{flags['ending'].lower().lstrip('.')}"
    if flags["explain"]:
        _explain(settings, wanted, flags)
        return
    plan = resumable(folder, settings)
    if plan is None:
        plan = Plan(settings, tuple(_entries(settings, wanted, ending, flags)))
    making = Making(
        ending, flags["aa"], Encoding(flags["quality"]), flags["engine"], flags["device"], flags["threads"],
        flags["max_memory"] or DEFAULT,
    )  # fmt: skip
    copies = [copy for entry in plan.entries for copy in entry.copies]
    with _bar(sum(copy.width * copy.height for copy in copies), flags["quiet"]) as progress:
        build(folder, plan, making, progress=progress)
    if flags["as_json"]:
        files = [str(folder / copy.path) for copy in copies]
        click.echo(json.dumps({"page": str(folder / "index.html"), "files": files, "settings": settings}))
    elif not flags["quiet"]:
        click.echo(str(folder / "index.html"))


def _check(flags: dict[str, Any]) -> None:
    """Errors: CppnError for flags that contradict each other."""
    from ..engines import Quality
    from ..errors import CppnError
    from ..field.color import palette_table
    from ..sinks.formats import format_of

    origins = [
        name
        for name, given in (
            ("--from", flags["sources"]),
            ("--presets", flags["shelf"]),
            ("--from-list", flags["from_list"]),
        )
        if given
    ]
    if len(origins) > 1:
        raise CppnError(f"{' and '.join(origins)} contradict each other", legal="give one of them")
    as_they_are = flags["shelf"] or flags["from_list"]
    for name in ("style", "tone", "palette", "pool", "count"):
        if flags[name] and (as_they_are or (name == "style" and flags["sources"])):
            raise CppnError(f"--{name} contradicts {origins[0]}", legal="leave one of them out")
    if flags["count"] is not None and not 1 <= flags["count"] <= MOST:
        raise CppnError(f"{flags['count']} pictures", where="--count", legal=f"1 to {MOST} are legal")
    if flags["pool"] is not None and not (flags["count"] or 24) <= flags["pool"] <= 10 * MOST:
        raise CppnError(
            f"{flags['pool']} candidates for {flags['count'] or 24} pictures", where="--pool", legal="take more"
        )
    if flags["span"] and flags["sizes"]:
        raise CppnError("--span says the sizes", where="--size", legal="leave one of them out")
    if flags["palette"]:
        palette_table(flags["palette"])
    Quality(flags["aa"])
    form = format_of(Path(f"a.{flags['ending'].lower().lstrip('.')}"))
    if form.name in ("NPY", "Deep Zoom"):
        raise CppnError(f"{form.name} is not for galleries", where="--format", legal="png, jpg, webp, avif and tif are")


def _wanted(flags: dict[str, Any]) -> list[Wanted]:
    from ..gallery.build import Wanted

    if flags["span"]:
        return [Wanted.span([size[:2] for size in flags["span"]])]
    sizes = [size for many in flags["sizes"] for size in many] or [(3840, 2160, None)]
    return [Wanted.plain(*size) for size in dict.fromkeys(sizes)]


def _settings(flags: dict[str, Any]) -> dict[str, Any]:
    """All that the gallery's pictures depend on, as JSON can."""
    span = [list(size[:2]) for size in flags["span"] or ()]
    sizes = [list(size) for many in flags["sizes"] for size in many]
    count = flags["count"] or 24
    return {
        "seed": flags["seed"] if not (flags["shelf"] or flags["from_list"]) else 0,
        "count": count, "pool": flags["pool"] or _POOL * count,
        "sizes": sizes or ([] if span else [[3840, 2160, None]]), "span": span,
        "styles": [name for many in flags["style"] for name in many],
        "tone": flags["tone"], "palette": flags["palette"],
        "from": list(flags["sources"]), "presets": flags["shelf"], "list": flags["from_list"], "aa": flags["aa"],
        "format": flags["ending"].lower().lstrip("."), "quality": flags["quality"],
    }  # fmt: skip


def _seed(folder: Path, settings: dict[str, Any]) -> int:
    """A new seed; of a gallery that was begun here with everything else the same, its own."""
    from ..gallery.folder import read_plan

    old = read_plan(folder) if folder.is_dir() else None
    if old is not None and {**old.settings, "seed": None} == settings:
        return int(old.settings["seed"])
    return secrets.randbelow(2**32)


def _entries(settings: dict[str, Any], wanted: Sequence[Wanted], ending: str, flags: dict[str, Any]) -> list[Any]:
    """The pictures that the gallery is to have."""
    from ..errors import CppnError
    from ..gallery.build import entry
    from ..gallery.pool import choose_set

    if settings["presets"] or settings["list"]:
        return [entry(name, family, "", recipe, wanted, ending) for name, family, recipe in _given(settings)]
    candidates = _candidates(settings, wanted, flags["quiet"])
    chosen = choose_set(candidates, settings["count"])
    if not chosen:
        raise CppnError("no candidate was good enough", legal="try another --seed, or a larger --pool")
    if len(chosen) < settings["count"] and not flags["quiet"]:
        click.echo(f"{len(chosen)} pictures: more would be dull or alike; a larger --pool may have some", err=True)
    return [
        entry(one.recipe.name, one.family, _why(one, distance), one.recipe, wanted, ending) for one, distance in chosen
    ]


def _given(settings: dict[str, Any]) -> list[tuple[str, str, Recipe]]:
    """Name, family and recipe of pictures that are drawn as they are."""
    from ..drawing import complete
    from ..errors import unknown
    from ..gallery.folder import read_list
    from ..library import presets

    if settings["list"]:
        found: list[tuple[str, str, Recipe]] = []
        names: set[str] = set()
        for name, recipe in read_list(Path(settings["list"])):
            plain = unique(safe(name), names)
            found.append((plain, "favourites", complete(recipe)))
        return found
    shelves = {name.partition("/")[0] for name in presets}
    if settings["presets"] not in (*shelves, "all"):
        raise unknown("folder of presets", settings["presets"], [*shelves, "all"])
    chosen = [name for name in presets if settings["presets"] in ("all", name.partition("/")[0])]
    return [(name.rpartition("/")[2], name.partition("/")[0], complete(presets[name])) for name in chosen]


def safe(name: str) -> str:
    """A name as part of a file name."""
    import re

    return re.sub(r"[^\w.-]+", "-", name).strip("-.")[:80] or "picture"


def unique(name: str, names: set[str]) -> str:
    """The name, or the first of `name-2`, `name-3`, … that is not among the names; it is added to them."""
    number, found = 2, name
    while found in names:
        found, number = f"{name}-{number}", number + 1
    names.add(found)
    return found


def _candidates(settings: dict[str, Any], wanted: Sequence[Wanted], quiet: bool) -> list[Candidate]:
    """All candidates, looked at."""
    from ..gallery.invent import invent, vary
    from ..gallery.pool import consider
    from ..sources import load

    seed, look = settings["seed"], {"tone": settings["tone"], "palette": settings["palette"]}
    sources = [(Path(source).stem.rpartition("/")[2], load(source)) for source in settings["from"]]

    def invention(index: int) -> tuple[Recipe, str]:
        if sources:
            name, source = sources[index % len(sources)]
            return vary(source.change({"": {"name": safe(name)}}), seed, index, **look), name
        recipe = invent(seed, index, settings["styles"], **look)
        return recipe, recipe.name.rpartition("-")[0]

    with _looking(settings["pool"], quiet) as progress:
        return consider(invention, settings["pool"], [one.canvas for one in wanted], settings["tone"], progress)


def _why(one: Candidate, distance: float) -> str:
    from ..gallery.curate import quality

    if one.description is None:
        return one.fault
    contrast, edges, good = one.description.contrast, one.description.edges, quality(one.description)
    told = f"contrast {contrast:.2f}, edges {edges:.2f}, quality {good:.2f}"
    return told if distance >= _FIRST else f"{told}; {distance:.2f} from the nearest before it"


def _explain(settings: dict[str, Any], wanted: Sequence[Wanted], flags: dict[str, Any]) -> None:
    """Say of each candidate what became of it."""
    from ..errors import CppnError
    from ..gallery.pool import choose_set

    if settings["presets"] or settings["list"]:
        raise CppnError("these are drawn as they are, and not chosen", where="--explain")
    candidates = _candidates(settings, wanted, flags["quiet"])
    chosen = {one.recipe.name: distance for one, distance in choose_set(candidates, settings["count"])}
    told = []
    for one in candidates:
        name = one.recipe.name
        verdict = "refused" if one.fault else "chosen" if name in chosen else "passed over"
        why = one.fault or _why(one, chosen.get(name, _FIRST))
        told.append({"name": name, "verdict": verdict, "why": why})
    if flags["as_json"]:
        click.echo(json.dumps({"settings": settings, "candidates": told}))
        return
    for line in told:
        click.echo(f"{line['name']:<20} {line['verdict']:<11} {line['why']}")


def _looking(count: int, quiet: bool) -> AbstractContextManager[Callable[[int], Any]]:
    if quiet or not sys.stderr.isatty():
        return nullcontext(lambda done: None)
    from .progress import CountBar

    return CountBar(count, "candidate")


def _bar(pixels: int, quiet: bool) -> AbstractContextManager[Callable[[int], Any]]:
    if quiet or not sys.stderr.isatty():
        return nullcontext(lambda pixels: None)
    from .progress import PixelBar

    return PixelBar(pixels)
