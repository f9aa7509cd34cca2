"""`cppn mosaic`: every unit of a network as a small picture; of a network that is trained for it, or of any picture."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from fractions import Fraction
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from . import options, types

if TYPE_CHECKING:
    from ..errors import CppnError
    from ..fit.training import Moment
    from ..recipe import Recipe

# the original's eleven, and sin, which its script names too
ALL = (
    "sigmoid", "tanh", "cos(x)", "sin", "relu", "leakyrelu", "elu", "celu", "gelu", "mish", "selu", "silu"
)  # fmt: skip
FPS = Fraction(5)  # as the original's films


@click.command("mosaic", short_help="Show the hidden units of a network.")
@click.argument("source", required=False, type=types.Source())
@click.option(
    "--act", type=types.ACTIVATIONS, multiple=True, metavar="ACT,…|all", help="Activations to train with (tanh)."
)
@click.option(
    "--target",
    default="checkerboard",
    metavar="WHAT",
    help="checkerboard:N, rings:N, spiral:N, stripes:N, disc:N, a picture or a recipe (checkerboard:4).",
)
@options.training
@options.learning
@click.option("--seed", type=types.WHOLE, default=42, metavar="N", help="Seed of weights and points (42).")
@click.option("--seeds", type=types.WHOLE, default=1, metavar="N", help="Train N seeds in a row (1).")
@click.option("--every", type=types.WHOLE, default=200, metavar="N", help="Steps from frame to frame (200).")
@click.option("--animate", is_flag=True, help="Write the training film too, as GIF; or name a .gif or .webp with -o.")
@click.option("--cell", type=types.WHOLE, default=100, metavar="N", help="Pixels a side of each box (100).")
@click.option("--colormap", type=types.PALETTE, default="jet", metavar="NAME", help="Colours of the values (jet).")
@click.option("--labels", is_flag=True, help="Write layer, activation, step and loss above the rows.")
@click.option(
    "--unit", metavar="LAYER/UNIT", help="Draw this one unit, as a picture of its own; layer 0 holds the inputs."
)
@click.option("--size", type=types.SIZE, metavar="SIZE", help="Of the picture of one unit (1024x1024).")
@click.option("-o", "--output", metavar="FILE|FOLDER", help="Where to: .png, or .gif and .webp for the film.")
@click.option("--json", "as_json", is_flag=True, help="Print losses and files as JSON.")
@click.option("--quiet", "-q", is_flag=True, help="Print nothing but errors.")
def command(source: str | None, **flags: Any) -> None:
    """Show every unit of a network as a small picture, a row for each layer.

    SOURCE is any picture that cppn drew, a preset or a recipe file. Without it, a network is trained first: each step
    draws new points of the target; all activations and seeds learn at once.

    \b
      cppn mosaic --act tanh
      cppn mosaic --act all --animate -o mosaics/
      cppn mosaic --act "sin(3*x)" --target spiral --hidden 16,16 --labels
      cppn mosaic silk --cell 300
      cppn mosaic silk --unit 2/7 --size 4k
    """
    flags["animate"] = flags["animate"] or (flags["output"] or "").lower().endswith((".gif", ".webp"))
    report, failed = (_of_source(source, flags), None) if source is not None else _trained(flags)
    if flags["as_json"]:
        click.echo(json.dumps(report))
    elif not flags["quiet"]:
        for path in report["files"]:
            click.echo(path)
    if failed is not None:
        raise failed


def _of_source(source: str, flags: dict[str, Any]) -> dict[str, Any]:
    """The mosaic, or one unit, of a picture that is there."""
    from ..errors import CppnError
    from ..sources import load

    if flags["act"] or flags["animate"]:
        raise CppnError("it is trained or drawn already", where=source, legal="--act and --animate train a new network")
    recipe, name = load(source), Path(source).stem.rpartition("/")[2]
    return {"runs": [], "files": _write(recipe, name, flags, alone=True)}


def _trained(flags: dict[str, Any]) -> tuple[dict[str, Any], CppnError | None]:
    """Train, and write a mosaic of every network; what went wrong while training comes second."""
    options.check_training(flags["device"])
    from ..errors import CppnError
    from ..field.activations import parse_activation
    from ..fit.targets import parse_target

    named = [act for text in flags["act"] for act in text] or ["tanh"]
    acts = [act for name in named for act in (ALL if name == "all" else [name])]
    for act in acts:
        parse_activation(act)
    if not 1 <= flags["seeds"] <= 1000:
        raise CppnError(f"{flags['seeds']} seeds", where="--seeds", legal="1 to 1000 are legal")
    target = parse_target(flags["target"])
    hidden = flags["hidden"] if flags["hidden"] is not None else (8, 8, 8)
    seeds = range(flags["seed"], flags["seed"] + flags["seeds"])
    names = [f"{slug(act)}-{seed}" if len(seeds) > 1 else slug(act) for act in acts for seed in seeds]
    _check_output(flags, len(names))

    # torch takes seconds to load: mistakes are told before
    from ..fit.training import Diverged, Moment, last_loss, trained_recipe, untrained

    recipes = [untrained(act, seed, target, hidden, residual=flags["residual"]) for act in acts for seed in seeds]
    _check_boxes(recipes[0], flags)
    failed = None
    try:
        moments = _learn(recipes, target, flags)
    except Diverged as error:  # what was good is shown all the same
        failed = error.error(names[error.members[0]])
        moments = [Moment(error.good, error.networks, error.losses)]
    losses = last_loss(moments[-1].losses)
    files = []
    for i, (recipe, name) in enumerate(zip(recipes, names, strict=True)):
        told = [_labels(recipe, moment, i) for moment in moments] if flags["labels"] else [()] * len(moments)
        frames = [trained_recipe(recipe, moment.networks[i]) for moment in moments]
        files += _write(frames[-1], f"mosaic-{name}", flags, frames=frames, labels=told, alone=len(recipes) == 1)
    runs = [
        {"activation": act, "seed": seed, "loss": round(float(loss), 6) if isfinite(loss) else None}
        for (act, seed), loss in zip(((act, seed) for act in acts for seed in seeds), losses, strict=True)
    ]
    return {"runs": runs, "files": files}, failed


def _learn(recipes: Sequence[Recipe], target: Any, flags: dict[str, Any]) -> list[Moment]:
    """Train; the moments that are shown: all for a film, else the last."""
    from ..fit.training import train

    moments: list[Moment] = []
    with _bar(flags["steps"], flags["quiet"]) as progress:
        for moment in train(
            recipes, target, steps=flags["steps"], batch=flags["batch"], every=flags["every"],
            learning=options.learning_of(flags), device=flags["device"] or "cpu",
        ):  # fmt: skip
            moments = [*moments, moment] if flags["animate"] else [moment]
            progress(moment)
    return moments


def _write(
    recipe: Recipe, name: str, flags: dict[str, Any], *, frames: Sequence[Recipe] = (),
    labels: Sequence[Sequence[str]] = ((),), alone: bool,
) -> list[str]:  # fmt: skip
    """Write what is wanted of one network; returns the paths."""
    from ..mosaic import mosaic, parse_unit, unit_recipe
    from ..saving import save
    from ..sinks.films import write_film

    path = _path(flags["output"], name, alone)
    if flags["unit"]:
        one = unit_recipe(recipe, *parse_unit(flags["unit"]), flags["colormap"])
        if flags["output"] is None or path.suffix == "":
            path = path.with_name(f"{path.stem}-unit-{flags['unit'].strip().replace('/', '-')}.png")
        return [str(save(one, path, size=(flags["size"] or (1024, 1024))[:2]))]
    settings = {"cell": flags["cell"], "colormap": flags["colormap"]}
    written = []
    still = path.with_suffix(".png") if path.suffix.lower() in (".gif", ".webp") else path
    written.append(str(save(mosaic(recipe, **settings, labels=labels[-1]), still, recipe=recipe)))
    if flags["animate"]:
        film = path if path.suffix.lower() in (".gif", ".webp") else path.with_suffix(".gif")
        pictures = [mosaic(one, **settings, labels=told) for one, told in zip(frames, labels, strict=True)]
        written.append(str(write_film(film, pictures, FPS, quality=100 if film.suffix.lower() == ".webp" else None)))
    return written


def _path(output: str | None, name: str, alone: bool) -> Path:
    """Where one network's files go: a file's own name for one network, else a name beside the others."""
    if output is None:
        return Path(f"{name if name.startswith('mosaic') else f'mosaic-{name}'}.png")
    path = Path(output)
    if output.endswith(("/", "\\")) or path.is_dir():
        return path / f"{name if name.startswith('mosaic') else f'mosaic-{name}'}.png"
    return path if alone else path.with_name(f"{path.stem}-{name.removeprefix('mosaic-')}{path.suffix}")


def _check_output(flags: dict[str, Any], count: int) -> None:
    """Before training, not after it: can the files be written?"""
    from ..sinks.formats import check_folder

    output = flags["output"] or ""
    if output.endswith("/") and Path(output).parent.is_dir():
        Path(output).mkdir(exist_ok=True)
    check_folder(_path(flags["output"], "mosaic-a", alone=count == 1).with_suffix(".png"))


def _check_boxes(recipe: Recipe, flags: dict[str, Any]) -> None:
    """Before training, not after it: can what is wanted of its networks be shown?"""
    from ..develop import develop_network
    from ..field.color import palette_table
    from ..mosaic import layout, parse_unit, unit_recipe

    if flags["unit"]:
        unit_recipe(recipe, *parse_unit(flags["unit"]), flags["colormap"])
    else:
        layout(develop_network(recipe), flags["cell"], labelled=flags["labels"])
        palette_table(flags["colormap"])


def _labels(recipe: Recipe, moment: Moment, member: int) -> list[str]:
    acts = recipe.network.act
    rows = ["inputs: row, column", *(f"hidden {i}: {act}" for i, act in enumerate(acts[:-1], 1))]
    return [*rows, f"output: step {moment.step}, loss {moment.losses[moment.step, member]:.3f}"]


def slug(act: str) -> str:
    """An activation as part of a file name."""
    return re.sub(r"[^\w.=]+", "-", act).strip("-")[:60] or "formula"


@contextmanager
def _bar(steps: int, quiet: bool) -> Iterator[Any]:
    """A bar of steps with the median loss."""
    import sys

    if quiet or not sys.stderr.isatty():
        yield lambda moment: None
        return
    import numpy as np
    from tqdm import tqdm

    with tqdm(total=steps, unit="step", leave=False) as bar:

        def progress(moment: Moment) -> None:
            bar.set_postfix(loss=f"{np.median(moment.losses[-1]):.3f}", refresh=False)
            bar.update(moment.step + 1 - bar.n)

        yield progress
