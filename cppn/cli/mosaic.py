"""`cppn mosaic`: every unit of a network as a small picture; of a network that is trained for it, or of any picture."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..parallel import each
from . import options, types
from .mosaic_files import Places, is_film, places_of

if TYPE_CHECKING:
    from ..errors import CppnError
    from ..fit.training import Moment
    from ..mosaic.scale import Scale
    from ..network.stages import Network
    from ..recipe import Recipe

# the original's eleven, and sin, which its script names too
ALL = (
    "sigmoid", "tanh", "cos(x)", "sin", "relu", "leakyrelu", "elu", "celu", "gelu", "mish", "selu", "silu"
)  # fmt: skip


def _scale(text: str) -> Scale:
    from ..mosaic.scale import parse_scale

    return parse_scale(text)


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
@click.option(
    "--like-original", is_flag=True, help="Draw weights and points as torch does, and show what the original shows."
)
@click.option("--every", type=types.WHOLE, default=200, metavar="N", help="Steps from frame to frame (200).")
@click.option("--animate", is_flag=True, help="Write the training film too, as GIF beside the mosaic.")
@click.option("--film", metavar="FILE", help="Write the training film there: .mp4, .webm, .gif, .webp, .png.")
@click.option("--cell", type=types.WHOLE, default=100, metavar="N", help="Pixels a side of each box (100).")
@click.option("--colormap", type=types.PALETTE, default="jet", metavar="NAME", help="Colours of the values (jet).")
@click.option(
    "--scale",
    type=types.Parsed("absolute|common|unit|LO:HI", _scale),
    metavar="SCALE",
    help="What the colours mean: absolute, the range of the first input, for all boxes (of trained networks); common, "
    "that of all units together (of a SOURCE); unit, each box's own (of --unit); or LO:HI.",
)
@click.option("--no-target", is_flag=True, help="Leave out target and colour bar, as the original does.")
@click.option("--labels", is_flag=True, help="Write layers and activations above the rows; step and loss of training.")
@click.option(
    "--unit", metavar="LAYER/UNIT", help="Draw this one unit, as a picture of its own; layer 0 holds the inputs."
)
@click.option("--size", type=types.SIZE, metavar="SIZE", help="Of the picture of one unit (1024x1024).")
@click.option("-o", "--output", metavar="FILE|FOLDER", help="Where to: .png, or a film with the mosaic beside it.")
@click.option("--json", "as_json", is_flag=True, help="Print settings, losses and files as JSON.")
@click.option("--quiet", "-q", is_flag=True, help="Print nothing but errors.")
def command(source: str | None, **flags: Any) -> None:
    """Show every unit of a network as a small picture, a row for each layer.

    SOURCE is any picture that cppn drew, a preset or a recipe file. Without it, a network is trained first: each step
    draws new points of the target; all activations and seeds learn at once.

    \b
      cppn mosaic --act tanh
      cppn mosaic --act all --animate -o mosaics/
      cppn mosaic --act relu --film relu.mp4 --labels
      cppn mosaic --act "sin(3*x)" --target spiral --hidden 16,16
      cppn mosaic silk --cell 300
      cppn mosaic silk --unit 2/7 --size 4k
    """
    flags["film_wanted"] = flags["animate"] or bool(flags["film"]) or is_film(flags["output"])
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
    from ..field.inputs import expand_inputs
    from ..files.sources import load
    from ..mosaic.scale import COMMON
    from ..network.develop import develop_network

    if flags["act"] or flags["film_wanted"] or flags["like_original"]:
        training = "--act, --animate, --film and --like-original train a new network"
        raise CppnError("it is trained or drawn already", where=source, legal=training)
    recipe, name = load(source), Path(source).stem.rpartition("/")[2]
    look = _look(flags, COMMON)
    inputs = [*expand_inputs(recipe.network.inputs), *(f"z{k}" for k in range(len(develop_network(recipe).latent)))]
    labels = _rows(recipe, ", ".join(inputs), "") if flags["labels"] else ()
    return {"runs": [], "files": _write(recipe, places_of(name, flags, alone=True), flags, look, labels)}


def _trained(flags: dict[str, Any]) -> tuple[dict[str, Any], CppnError | None]:
    """Train, and write a mosaic of every network; what went wrong while training comes second."""
    options.check_training(flags["device"])
    from ..errors import CppnError
    from ..field.activations import parse_activation
    from ..fit.targets import parse_target
    from ..mosaic.scale import ABSOLUTE

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
    places = [places_of(f"mosaic-{name}", flags, alone=len(names) == 1) for name in names]
    flags["no_target"] = flags["no_target"] or flags["like_original"]
    look = _look(flags, ABSOLUTE)
    if not flags["no_target"]:
        look["target"] = target.values

    # torch takes seconds to load: mistakes are told before
    from ..fit.training import Diverged, Moment, last_loss, untrained
    from ..network.transcribe import with_weights

    recipes = [untrained(act, seed, target, hidden, residual=flags["residual"]) for act in acts for seed in seeds]
    _check(recipes[0], places[0], flags, target.channels)
    failed = None
    try:
        moments = _learn(recipes, target, flags)
    except Diverged as error:  # what was good is shown all the same
        failed = error.error(names[error.members[0]])
        moments = [Moment(error.good, error.networks, error.losses)]
    losses = last_loss(moments[-1].losses)
    files: list[list[str]] = [[] for _ in recipes]

    def work(i: int, go_on: Callable[[], None]) -> None:
        labels = [_trained_rows(recipes[i], moment, i, look) for moment in moments] if flags["labels"] else []
        recipe = with_weights(recipes[i], moments[-1].networks[i])
        files[i] = _write(recipe, places[i], flags, look, labels[-1] if labels else ())
        if flags["film_wanted"]:
            files[i].append(_write_film(places[i], recipes[i], [m.networks[i] for m in moments], labels, go_on, look))

    each(range(len(recipes)), work, os.cpu_count() or 1)
    runs = [
        {"activation": act, "seed": seed, "loss": round(float(loss), 6) if isfinite(loss) else None}
        for (act, seed), loss in zip(((act, seed) for act in acts for seed in seeds), losses, strict=True)
    ]
    return {
        "settings": _told(flags, target.name, hidden, look),
        "runs": runs,
        "files": [path for several in files for path in several],
    }, failed


def _learn(recipes: Sequence[Recipe], target: Any, flags: dict[str, Any]) -> list[Moment]:
    """Train; the moments that are shown: all for a film, else the last."""
    from ..fit.training import train

    moments: list[Moment] = []
    with _bar(flags["steps"], flags["quiet"]) as progress:
        for moment in train(
            recipes, target, steps=flags["steps"], batch=flags["batch"], every=flags["every"],
            learning=options.learning_of(flags), device=flags["device"] or "cpu", like_torch=flags["like_original"],
        ):  # fmt: skip
            moments = [*moments, moment] if flags["film_wanted"] else [moment]
            progress(moment)
    return moments


def _look(flags: dict[str, Any], scale: Scale) -> dict[str, Any]:
    """How mosaics are drawn; `scale` unless another is named."""
    given = flags["scale"] if flags["scale"] is not None else scale
    return {"cell": flags["cell"], "colormap": flags["colormap"], "scale": given, "bar": not flags["no_target"]}


def _write(
    recipe: Recipe, places: Places, flags: dict[str, Any], look: dict[str, Any], labels: Sequence[str]
) -> list[str]:
    """Write the mosaic, or the one unit that is wanted; returns the paths."""
    from ..draw.saving import save
    from ..mosaic import mosaic, parse_unit, unit_recipe
    from ..mosaic.scale import UNIT

    if flags["unit"]:
        scale = UNIT if flags["scale"] is None else flags["scale"]
        one = unit_recipe(recipe, *parse_unit(flags["unit"]), flags["colormap"], scale)
        path = save(one, places.still, size=(flags["size"] or (1024, 1024))[:2], exclusive=places.still_is_own)
    else:
        path = save(mosaic(recipe, **look, labels=labels), places.still, recipe=recipe, exclusive=places.still_is_own)
    return [str(path)]


def _write_film(
    places: Places, recipe: Recipe, networks: Sequence[Network], labels: Sequence[Sequence[str]],
    go_on: Callable[[], None], look: dict[str, Any],
) -> str:  # fmt: skip
    from ..fit.mosaic_film import write_mosaic_film

    own = places.film_is_own
    return str(write_mosaic_film(places.film, recipe, networks, labels=labels, exclusive=own, go_on=go_on, **look))


def _check(recipe: Recipe, places: Places, flags: dict[str, Any], targets: int) -> None:
    """Before training, not after it: can what is wanted of its networks be shown, and written?"""
    from ..errors import CppnError
    from ..field.palettes import palette_table
    from ..files.sinks import check
    from ..files.sinks.film_base import Film
    from ..files.sinks.films import check_film
    from ..fit.mosaic_film import FPS
    from ..mosaic import layout, parse_unit, unit_recipe
    from ..network.develop import develop_network

    output = flags["output"] or ""
    if output.endswith("/") and Path(output).parent.is_dir():
        Path(output).mkdir(exist_ok=True)
    if flags["unit"]:
        if flags["film_wanted"]:
            raise CppnError("a film shows all units", where="--unit", legal="leave it out, or the film")
        unit_recipe(recipe, *parse_unit(flags["unit"]), flags["colormap"])
        check(places.still, *(flags["size"] or (1024, 1024))[:2])
        return
    targets = 0 if flags["no_target"] else targets
    plan = layout(develop_network(recipe), flags["cell"], targets=targets, labelled=flags["labels"], bar=True)
    palette_table(flags["colormap"])
    check(places.still, *plan.size)
    if flags["film_wanted"]:
        width, height = (side + side % 2 for side in plan.size)
        check_film(places.film, Film(width, height, FPS, 2))
        if places.film.resolve() == places.still.resolve():
            raise CppnError("film and mosaic are one file", where="--film", legal="give it a name of its own")


def _rows(recipe: Recipe, inputs: str, after: str) -> list[str]:
    """A line for each row: what it shows, and how it is activated."""
    from ..network.develop import develop_network

    stages = develop_network(recipe).stages
    *hidden, last = (", ".join(dict.fromkeys(one.activation.title for one in stage.slices)) for stage in stages)
    output = f"output{after}" if last == "linear" else f"output: {last}{after}"
    return [f"inputs: {inputs}", *(f"hidden {i}: {act}" for i, act in enumerate(hidden, 1)), output]


def _trained_rows(recipe: Recipe, moment: Moment, member: int, look: dict[str, Any]) -> list[str]:
    target = ", target" if "target" in look else ""
    return _rows(recipe, "row, column", f"{target}: step {moment.step}, loss {moment.losses[moment.step, member]:.3f}")


def _told(flags: dict[str, Any], target: str, hidden: Sequence[int], look: dict[str, Any]) -> dict[str, Any]:
    """What the networks were trained and are shown with, for machines."""
    from ..study.settings import versions

    trained = ("steps", "batch", "every", "optimizer", "lr", "loss", "dropout", "weight_decay", "residual")
    return {
        "target": target, "hidden": list(hidden), **{key: flags[key] for key in trained},
        "like_original": flags["like_original"],
        **{key: look[key] for key in ("cell", "colormap", "scale")}, "versions": versions(),
    }  # fmt: skip


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
