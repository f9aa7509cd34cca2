"""`cppn render`: draw a picture."""

from __future__ import annotations

import json
import re
import secrets
import sys
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

import click

from . import types

MOST_PICTURES = 100_000
DEFAULT_SIZE = (1024, 1024)

_Command = Callable[..., Any]


def _network(command: _Command) -> _Command:
    for option in reversed(
        [
            click.option(
                "--act",
                type=types.ACTIVATIONS,
                multiple=True,
                metavar="ACT[,ACT…]",
                help="Activation: NAME, NAME:key=value,… or a formula in x; one for all affine maps, or one each.",
            ),
            click.option("--freq", type=types.NUMBER, metavar="F", help="Frequency of the activations that have one."),
            click.option("--r", type=types.NUMBER, metavar="R", help="Growth rate of the logistic map (clamp, cos)."),
            click.option("--iters", type=types.WHOLE, metavar="N", help="Steps of the logistic map (clamp, cos)."),
            click.option(
                "--hidden", type=types.WIDTHS, metavar="N,N,…", help="Widths of the hidden layers (64,64,64), or none."
            ),
            click.option(
                "--init",
                type=click.Choice(["torch", "normal", "xavier", "kaiming", "siren"]),
                help="Distribution of the weights.",
            ),
            click.option("--gain", type=types.NUMBER, metavar="G", help="Factor on the weights."),
            click.option(
                "--inputs",
                type=types.INPUTS,
                metavar="IN,IN,…",
                help="Inputs: x, y, r, theta, bias, or formulas in them (x,y).",
            ),
            click.option(
                "--latent",
                type=types.LATENT,
                metavar="N|Z,Z,…",
                help="Latent inputs: how many to draw, or their values.",
            ),
            click.option("--residual/--no-residual", default=None, help="Add each hidden layer's input to its output."),
            click.option("--seed", type=types.WHOLE, metavar="N", help="Seed of the weights; by default a new one."),
        ]
    ):
        command = option(command)
    return command


def _look(command: _Command) -> _Command:
    for option in reversed(
        [
            click.option("--gray", "mode", flag_value="gray", help="Shades of grey (the default)."),
            click.option("--rgb", "mode", flag_value="rgb", help="Red, green and blue."),
            click.option(
                "--color",
                "mode",
                type=click.Choice(["gray", "rgb", "hsv", "oklch", "palette"]),
                help="What the outputs mean.",
            ),
            click.option(
                "--palette",
                type=types.PALETTE,
                metavar="NAME|#HEX,…",
                help="Colours of one output: a name that cmap knows, or stops.",
            ),
            click.option("--invert/--no-invert", default=None, help="The negative."),
            click.option(
                "--levels",
                type=types.PAIR,
                metavar="LOW,HIGH",
                help="Values of the last activation that become black and white.",
            ),
            click.option("--extent", type=types.NUMBER, metavar="E", help="The shorter side shows −E to E (5)."),
            click.option("--center", type=types.PAIR, metavar="X,Y", help="Point in the middle (0,0)."),
            click.option("--zoom", type=types.NUMBER, metavar="Z", help="Magnification (1)."),
            click.option("--rotate", type=types.NUMBER, metavar="DEGREES", help="Turn counterclockwise."),
            click.option(
                "--stretch/--no-stretch", default=None, help="Show the same range on both sides, whatever the shape."
            ),
        ]
    ):
        command = option(command)
    return command


def _drawing(command: _Command) -> _Command:
    for option in reversed(
        [
            click.option(
                "--size",
                type=types.SIZE,
                metavar="SIZE",
                help="1920x1080, 4k, iphone-15, a2@300dpi, 50x70cm@240dpi, … (1024x1024).",
            ),
            click.option("--bleed", metavar="LENGTH", help="More beyond each edge, for trimming: 3mm, 0.125in, 40px."),
            click.option("--aa", type=types.WHOLE, metavar="N", help="Anti-aliasing: N×N samples a pixel (1)."),
            click.option("--dither/--no-dither", default=None, help="Break up bands of colour by fine noise."),
            click.option("--engine", metavar="NAME", help="halide, torch or reference."),
            click.option("--device", metavar="NAME", help="Device of the torch engine: cpu, cuda, cuda:1, mps."),
            click.option("--threads", type=types.WHOLE, metavar="N", help="Threads (one a core)."),
            click.option("--max-memory", type=types.BYTES, metavar="SIZE", help="Memory that may be taken (1GB)."),
            click.option(
                "--count", type=types.WHOLE, default=1, metavar="N", help="Draw N pictures, of seeds in a row."
            ),
            click.option(
                "-o",
                "--output",
                metavar="FILE|FOLDER",
                help="Where to: .png, .tif, .jpg, .webp, .avif, .dzi, .npy; {seed} stands for the seed.",
            ),
            click.option("--bits", type=types.WHOLE, metavar="N", help="8, 16 (PNG, TIFF, NPY) or 32 (TIFF, NPY)."),
            click.option(
                "--quality", type=types.WHOLE, metavar="Q", help="Of JPEG, WebP, AVIF and tiles, 1 to 100 (92)."
            ),
            click.option("--compression", metavar="C", help="PNG: 0 to 9 (3). TIFF: none, lzw, deflate (default)."),
            click.option("--dpi", type=types.NUMBER, metavar="D", help="Pixels an inch, for print."),
            click.option("--pyramid", is_flag=True, help="TIFF: put smaller copies into the file."),
            click.option("--json", "as_json", is_flag=True, help="Print what was drawn as JSON."),
            click.option("--quiet", "-q", is_flag=True, help="Print nothing but errors."),
            click.option("--dry-run", is_flag=True, help="Tell pixels, memory and seconds; draw nothing."),
        ]
    ):
        command = option(command)
    return command


@click.command("render", short_help="Draw a picture.")
@click.argument("source", required=False, type=types.Source())
@_network
@_look
@_drawing
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
    from ..drawing import draw, engine_for
    from ..engines import Quality
    from ..errors import CppnError
    from ..memory import DEFAULT, check_memory
    from ..overrides import override
    from ..recipe import Recipe
    from ..saving import write_picture
    from ..sinks import Encoding, Imprint
    from ..sinks.formats import check
    from ..sources import load_imprint

    imprint = load_imprint(source) if source is not None else Imprint(Recipe(), {})
    try:
        recipe = override(imprint.recipe, flags)
    except CppnError as error:  # the recipe's words for what was given as a flag
        told = re.sub(r"^(?:(?:network|view|color)\.)?(seed|[a-z]+)(?:\.\d+)?: ", _as_flag, str(error))
        raise CppnError(told) from None
    if source is None and flags["seed"] is None:
        recipe = recipe.change({"": {"seed": secrets.randbelow(2**32)}})
    kept = imprint.drawing
    size, dpi, bleed = _size(flags, kept)
    samples = flags["aa"] if flags["aa"] is not None else kept.get("aa", 1)
    dither = flags["dither"] if flags["dither"] is not None else kept.get("dither", False)
    bits = flags["bits"] if flags["bits"] is not None else kept.get("bits", 8)
    quality = Quality(samples, bits, dither)
    encoding = Encoding(flags["quality"], flags["compression"], dpi, flags["pyramid"])
    engine = engine_for(recipe, size, flags["engine"], flags["device"], flags["threads"])
    count = flags["count"]
    if not 1 <= count <= MOST_PICTURES:
        raise CppnError(f"{count} pictures", where="--count", legal=f"1 to {MOST_PICTURES} are legal")
    if count > 1 and recipe.network.weights is not None:
        raise CppnError("its weights are given, so all pictures would be the same", where="--count", legal="draw one")

    changed = recipe != imprint.recipe or source is None
    recipes = [recipe.change({"": {"seed": recipe.seed + i}}) for i in range(count)] if count > 1 else [recipe]
    paths, own_names = _paths(flags["output"], recipes, source, changed, size)
    limit = flags["max_memory"] or DEFAULT
    form = check(paths[0], size[0] + 2 * bleed, size[1] + 2 * bleed, bits, encoding)
    if flags["dry_run"]:
        started = time.perf_counter()
        drawing = draw(recipe, size, quality, engine, bleed=bleed)
        check_memory(drawing, form, limit, str(paths[0]))
        _estimate(drawing, form, time.perf_counter() - started, count, flags["as_json"])
        return
    if source is None and flags["seed"] is None and not flags["quiet"]:
        click.echo(f"seed {recipe.seed}", err=True)
    report = []
    with _bar(count * (size[0] + 2 * bleed) * (size[1] + 2 * bleed), flags["quiet"]) as progress:
        for one, path in zip(recipes, paths, strict=True):
            started = time.perf_counter()
            drawing = draw(one, size, quality, engine, bleed=bleed)
            written = write_picture(drawing, path, encoding, max_memory=limit, exclusive=own_names, progress=progress)
            seconds = round(time.perf_counter() - started, 3)
            shape = {"width": drawing.width, "height": drawing.height}
            how = {"seed": one.seed, "engine": engine.name, "seconds": seconds}
            report.append({"path": str(written), **shape, **how, "recipe": drawing.recipe.to_dict()})
            if not flags["as_json"] and not flags["quiet"]:
                click.echo(str(written))
    if flags["as_json"]:
        click.echo(json.dumps({"files": report}))


def _as_flag(match: re.Match[str]) -> str:
    """`view.zoom: ` as `--zoom: `, where there is such a flag."""
    known = {option for parameter in command.params for option in parameter.opts}
    return f"--{match[1]}: " if f"--{match[1]}" in known else match[0]


def _size(flags: dict[str, Any], kept: dict[str, Any]) -> tuple[tuple[int, int], float | None, int]:
    """Width and height, resolution, and pixels of bleed: what the flags say, else the picture that is drawn again."""
    from ..view import Size, parse_length

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
    from ..naming import file_name
    from ..sinks.names import free_path

    folder = Path(output) if output is not None and (output.endswith(("/", "\\")) or Path(output).is_dir()) else None
    if output is None or folder is not None:
        stem = Path(source).stem if source is not None and not changed else None
        names = [f"{file_name(one, stem if len(recipes) == 1 else None, size)}.png" for one in recipes]
        return [free_path((folder or Path()) / name) for name in names], True
    path = Path(output)
    if "{seed}" in path.name:
        return [path.with_name(path.name.replace("{seed}", str(one.seed))) for one in recipes], False
    if len(recipes) > 1:
        return [path.with_name(f"{path.stem}-{one.seed}{path.suffix}") for one in recipes], False
    return [path], False


def _estimate(drawing: Any, form: Any, prepared: float, count: int, as_json: bool) -> None:
    """Draw some rows from the middle, and say what the whole would take. Preparing took so many seconds, once."""
    from ..memory import expected_peak

    pixels = drawing.width * drawing.height
    rows = max(1, min(drawing.height, drawing.band_rows))
    top = (drawing.height - rows) // 2
    started = time.perf_counter()
    drawing.crop(0, top, drawing.width, rows)
    seconds = (time.perf_counter() - started) * drawing.height / rows
    memory = expected_peak(drawing, form)
    if as_json:
        click.echo(
            json.dumps({"pixels": pixels * count, "memory": memory, "seconds": round(prepared + seconds * count, 3)})
        )
        return
    many = f"{count} × " if count > 1 else ""
    click.echo(
        f"{many}{drawing.width}x{drawing.height}, {pixels * count / 1e6:.1f} Mpixel, "
        f"{memory / 1e6:.0f} MB of memory, {prepared + seconds * count:.1f} s with {drawing.engine.name}"
    )


def _bar(pixels: int, quiet: bool) -> AbstractContextManager[Callable[[int], Any]]:
    """A progress bar on a terminal, for work that takes a while."""
    if quiet or pixels < 4_000_000 or not sys.stderr.isatty():
        return nullcontext(lambda pixels: None)
    from .progress import PixelBar

    return PixelBar(pixels)
