"""`cppn fit`: train a network on a picture file, so that it can be drawn like any other."""

from __future__ import annotations

import hashlib
import json
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from . import options, types
from .stopping import in_its_own_time

if TYPE_CHECKING:
    from ..fit.film import TrainingFilm
    from ..fit.photo import Fit, Progress
    from ..network.stages import Network
    from ..recipe import Recipe

_EMBEDDED = 24 << 20  # bytes of weights up to which the picture carries them itself
_BESIDE = (".toml", ".safetensors")  # the recipe, and the weights that it names
_UNITS = {"s": 1, "m": 60, "min": 60, "h": 3600, "": 1}


@click.command("fit", short_help="Train a network on a picture.")
@click.argument("photo", type=click.Path())
@click.option("-o", "--output", metavar="FILE", help="The picture to write, with the network inside (NAME-fit.png).")
@click.option("--act", metavar="ACT", default="sin:freq=30", show_default=True, help="Activation of the hidden layers.")
@click.option(
    "--hidden",
    type=types.WIDTHS,
    default="256,256,256",
    show_default=True,
    metavar="N,N,…",
    help="Widths of the hidden layers.",
)
@click.option(
    "--fourier",
    type=types.WHOLE,
    default=0,
    metavar="N",
    help="Give the network N random frequencies, sine and cosine of each.",
)
@click.option(
    "--scale",
    type=types.NUMBER,
    default=10.0,
    show_default=True,
    metavar="S",
    help="Spread of the Fourier frequencies, waves a side.",
)
@click.option("--steps", type=types.WHOLE, metavar="N", help="Steps of training (2000).")
@click.option("--time", "seconds", metavar="TIME", help="Train so long instead: 60s, 5m, 1h.")
@click.option(
    "--lr", type=types.NUMBER, default=0.001, show_default=True, metavar="R", help="Learning rate at the start."
)
@click.option("--batch", type=types.WHOLE, default=4096, show_default=True, metavar="N", help="Pixels of a step.")
@click.option("--seed", type=types.WHOLE, default=0, show_default=True, metavar="N", help="Seed of weights and pixels.")
@click.option("--device", metavar="NAME", help="cpu, cuda, cuda:1, mps.")
@click.option("--resume", is_flag=True, help="Go on from the checkpoint that a fit that was broken off has left.")
@click.option("--size", type=types.SIZE, metavar="SIZE", help="Of the picture written (the photo's own).")
@click.option("--film", metavar="FILE", help="Write a film of the training too: .mp4, .webm, .gif, .webp or .png.")
@click.option("--json", "as_json", is_flag=True, help="Print steps, seconds, PSNR and files as JSON.")
@click.option("--quiet", "-q", is_flag=True, help="Print nothing but errors.")
def command(photo: str, **flags: Any) -> None:
    """Train a network on a picture file; what is written is a picture like any other that cppn drew.

    By default a SIREN: three layers of 256 sines of frequency 30. The PSNR is shown as it goes. Ctrl-C keeps the best
    network so far; whatever else breaks it off, --resume goes on from the last checkpoint.

    \b
      cppn fit cat.jpg -o cat.png
      cppn fit cat.jpg --time 60s --hidden 128,128 -o cat.png
      cppn fit cat.jpg --act relu --fourier 128 -o cat.png
      cppn fit cat.jpg --film learning.mp4 -o cat.png
      cppn render cat.png --size 4k -o large.png
      cppn mosaic cat.png --cell 60
    """
    options.check_training(flags["device"])
    from ..errors import CppnError
    from ..files.names import free_path
    from ..files.pictures import read_picture
    from ..files.sinks import check

    picture = read_picture(Path(photo))
    path = Path(flags["output"] or free_path(Path(f"{Path(photo).stem}-fit.png")))
    if path.suffix.lower() not in (".png", ".tif", ".tiff", ".webp"):
        raise CppnError("a picture that carries a network ends in .png, .tif or .webp", where=str(path))
    height, width, _ = picture.pixels.shape
    size = flags["size"][:2] if flags["size"] else (width, height)
    check(path, *size)
    if flags["film"] and Path(flags["film"]).resolve() == path.resolve():
        raise CppnError("film and picture are one file", where="--film", legal="give it a name of its own")
    if not flags["quiet"]:
        for note in picture.notes:
            click.echo(f"{photo}: {note}", err=True)
    seconds = _seconds(flags["seconds"]) if flags["seconds"] else None
    steps = flags["steps"] if flags["steps"] is not None else 2000
    if seconds is None and not 1 <= steps <= 10**9:
        raise CppnError(f"{steps} steps", where="--steps", legal="1 to 1000000000 are legal")
    _check(flags)

    # torch takes seconds to load: mistakes are told before
    from ..fit.checkpoint import SUFFIX, read_checkpoint
    from ..fit.training import Diverged

    fit = _fit(picture.pixels, flags)
    film = None
    if flags["film"]:
        from ..fit.film import TrainingFilm

        film = TrainingFilm(Path(flags["film"]), fit, picture.pixels)
    kept = path.with_name(path.name + SUFFIX)
    _check_beside(path, kept, fit, flags["resume"])
    identity = {
        "recipe": fit.recipe.to_dict(), "fourier": [flags["fourier"], flags["scale"]], "batch": fit.batch, "lr": fit.lr,
        "picture": hashlib.sha256(picture.pixels.tobytes()).hexdigest(),
    }  # fmt: skip
    if flags["resume"] and kept.exists():
        read_checkpoint(kept, fit, identity)
    failed = None
    try:
        with in_its_own_time():
            _run(fit, steps, seconds, kept, identity, flags["quiet"], film)
    except KeyboardInterrupt:
        if not fit.step:
            raise
        if not flags["quiet"]:
            click.echo(f"\nstopped at step {fit.step}: the best so far is kept", err=True)
    except Diverged as error:
        failed = error.error(photo)
        if fit.best < 0:
            raise failed from None
    written = path if flags["output"] else free_path(path)
    files = _write(fit, written, size) + ([flags["film"]] if film and failed is None else [])
    kept.unlink(missing_ok=True)
    if flags["as_json"]:
        told = {"steps": fit.step, "seconds": round(fit.seconds, 2), "psnr": round(fit.best, 3), "files": files}
        click.echo(json.dumps(told))
    elif not flags["quiet"]:
        click.echo(f"{fit.best:.2f} dB after {fit.step} steps, {fit.seconds:.1f} s", err=True)
        for file in files:
            click.echo(file)
    if failed is not None:
        raise failed


def _check(flags: dict[str, Any]) -> None:
    """Errors: CppnError for flags that no picture could be learnt with."""
    from ..errors import CppnError
    from ..field.activations import parse_activation

    parse_activation(flags["act"])
    if not 0 <= flags["fourier"] <= 4096:
        raise CppnError(f"{flags['fourier']} frequencies", where="--fourier", legal="0 to 4096 are legal")
    if not flags["hidden"]:
        raise CppnError("a network that learns a picture needs hidden layers", where="--hidden", legal='write "64,64"')


def _fit(pixels: Any, flags: dict[str, Any]) -> Fit:
    from ..field.activations import parse_activation
    from ..fit.photo import Fit, photo_recipe, start

    act = str(parse_activation(flags["act"]))
    recipe = photo_recipe(pixels.shape, act=act, hidden=flags["hidden"], fourier=flags["fourier"], seed=flags["seed"])
    return Fit(
        recipe, start(recipe, flags["fourier"], flags["scale"]), pixels, batch=flags["batch"], lr=flags["lr"],
        frozen=1 if flags["fourier"] else 0, device=flags["device"] or "cpu",
    )  # fmt: skip


def _check_beside(path: Path, kept: Path, fit: Fit, resume: bool) -> None:
    """Errors: CppnError if something else is where a checkpoint or weights are to stand beside the picture."""
    from ..files.names import in_the_way
    from ..fit.checkpoint import is_checkpoint

    beside = [kept] if kept.exists() and not resume and not is_checkpoint(kept) else []
    if _are_large(fit.network):
        beside += [one for ending in _BESIDE if (one := path.with_suffix(ending)).exists()]
    if beside:
        raise in_the_way(beside[0], path)


def _are_large(network: Network) -> bool:
    """Are the weights too many for the picture to carry them?"""
    return sum(array.nbytes for pair in network.maps for array in pair) > _EMBEDDED


def _run(
    fit: Fit, steps: int, seconds: float | None, kept: Path, identity: dict[str, Any], quiet: bool,
    film: TrainingFilm | None,
) -> None:  # fmt: skip
    """Train, with a checkpoint each time the whole picture was looked at."""
    from ..fit.checkpoint import write_checkpoint

    watch = film.show if film else lambda share: None
    with film or nullcontext(), _bar(steps, seconds, quiet) as show:
        for progress in fit.run(steps, seconds, watch):
            show(progress)
            write_checkpoint(kept, fit, identity)


def _write(fit: Fit, path: Path, size: tuple[int, int]) -> list[str]:
    """The picture with its recipe inside; large weights go into a file beside it."""
    from ..draw.saving import save
    from ..files.atomic import write_bytes, write_text
    from ..network.transcribe import with_weights
    from ..network.weights import write_weights

    network = fit.network
    recipe: Recipe = with_weights(fit.recipe, network)
    if not _are_large(network):
        return [str(save(recipe, path, size=size))]
    from ..draw.drawing import render
    from ..files.names import free_path

    # they were free before the training, which may have taken long
    listed = free_path(path.with_suffix(_BESIDE[0]), lambda one: one.with_suffix(_BESIDE[1]))
    weights = listed.with_suffix(_BESIDE[1])
    write_bytes(weights, write_weights(network.maps))
    save(render(recipe, size), path)
    told = fit.recipe.to_toml()
    named = re.sub(r"^\[network\]$", f'[network]\nweights = "{weights.name}"', told, count=1, flags=re.MULTILINE)
    write_text(listed, named)
    return [str(path), str(listed), str(weights)]


def _seconds(text: str) -> float:
    from ..errors import CppnError, shorten

    match = re.fullmatch(r"\s*(\d{1,9}(?:\.\d{1,6})?)\s*(s|m|min|h|)\s*", text.lower())
    if match is None or float(match[1]) == 0:
        raise CppnError(f"cannot read {shorten(text)!r}", where="--time", legal='write "60s", "5m" or "1h"')
    return float(match[1]) * _UNITS[match[2]]


@contextmanager
def _bar(steps: int, seconds: float | None, quiet: bool) -> Iterator[Callable[[Progress], None]]:
    """A bar of steps or seconds with the PSNR."""
    if quiet or not sys.stderr.isatty():
        yield lambda progress: None
        return
    from tqdm import tqdm

    with tqdm(total=steps if seconds is None else round(seconds), unit="step" if seconds is None else "s") as bar:

        def show(progress: Progress) -> None:
            bar.set_postfix(PSNR=f"{progress.psnr:.1f} dB", refresh=False)
            bar.update(min(bar.total, progress.step if seconds is None else int(progress.seconds)) - bar.n)

        yield show
