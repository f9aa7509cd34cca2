"""`cppn study`: what activation functions do, as figures and numbers."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

import click

from . import options, types
from .render import as_flags

together_output = options.together(
    click.option(
        "--format",
        "form",
        type=click.Choice(["png", "svg", "pdf"]),
        default="png",
        show_default=True,
        help="Of figures.",
    ),
    click.option("-o", "--output", default="studies", show_default=True, metavar="FOLDER", help="Where to."),
    click.option("--json", "as_json", is_flag=True, help="Print files and numbers as JSON."),
    click.option("--quiet", "-q", is_flag=True, help="Print nothing but errors."),
)


@click.group("study", short_help="Study activation functions.")
def command() -> None:
    """Study activation functions: figures for a lecture, with their data as JSON beside them.

    \b
      cppn study curves
      cppn study curves --gradients --act sigmoid,tanh,"sin(3*x)" -o figures/
      cppn study depth --seeds 5 --json
    """


@command.command("curves", short_help="Activations as curves, with slopes, and as art.")
@click.option(
    "--act", type=types.ACTIVATIONS, multiple=True, metavar="ACT,…|all", help="Which; or all of the catalogue."
)
@click.option("--range", "span", type=types.PAIR, default="-5,5", show_default=True, metavar="LOW,HIGH", help="Of x.")
@click.option("--points", type=types.WHOLE, metavar="N", help="Of each curve (100; with slopes 1000).")
@click.option("--gradients", is_flag=True, help="Draw the slopes too.")
@click.option(
    "--seed", type=types.WHOLE, default=1, show_default=True, metavar="N", help="Of the network that is drawn."
)
@together_output
def curves(**flags: Any) -> None:
    """Each activation over a range, alone and side by side, and one network drawn with each of them."""
    options.check_training(None)
    from ..field.activations import CATALOGUE
    from ..study.curves import PLAIN, WITH_SLOPES, study

    named = [act for texts in flags["act"] for act in texts]
    texts = [act for name in named for act in (CATALOGUE if name == "all" else [name])]
    low, high = flags["span"]
    paths = study(
        texts or (WITH_SLOPES if flags["gradients"] else PLAIN), _folder(flags["output"]), low=low, high=high,
        points=flags["points"] or (1000 if flags["gradients"] else 100), gradients=flags["gradients"],
        seed=flags["seed"], form=flags["form"],
    )  # fmt: skip
    _tell(paths, flags)


@command.command("depth", short_help="Gradients and learning in deep networks.")
@click.option("--act", type=types.ACTIVATIONS, multiple=True, metavar="ACT,…", help="Which (the original's five).")
@click.option("--layers", type=types.WHOLE, default=10, show_default=True, metavar="N", help="Hidden layers.")
@click.option("--width", type=types.WHOLE, default=64, show_default=True, metavar="N", help="Units of each.")
@click.option("--epochs", type=types.WHOLE, default=500, show_default=True, metavar="N", help="Of training.")
@click.option("--lr", type=types.NUMBER, default=0.001, show_default=True, metavar="R", help="Learning rate.")
@click.option("--seed", type=types.WHOLE, default=42, show_default=True, metavar="N", help="First seed of the weights.")
@click.option("--seeds", type=types.WHOLE, default=3, show_default=True, metavar="N", help="How many seeds.")
@together_output
def depth(**flags: Any) -> None:
    """Ten hidden layers learn a noisy sine: what they learn, how fast, and what reaches their first layer.

    Prints each activation's final squared error and the ratio of the last matrix's gradient to the first's at the
    start, medians over the seeds.
    """
    options.check_training(None)
    from ..errors import CppnError
    from ..study.depth import ACTS, Setting, figures, run, summary

    if not 1 <= flags["seeds"] <= 100:
        raise CppnError(f"{flags['seeds']} seeds", where="--seeds", legal="1 to 100 are legal")
    named = tuple(act for texts in flags["act"] for act in texts)
    seeds = tuple(range(flags["seed"], flags["seed"] + flags["seeds"]))
    with as_flags(depth):
        setting = Setting(named or ACTS, seeds, flags["layers"], flags["width"], flags["epochs"], flags["lr"])
    folder = _folder(flags["output"])
    with _bar(setting.epochs, flags["quiet"]) as progress:
        outcome = run(setting, progress)
    paths = figures(outcome, folder, flags["form"])
    found = summary(outcome)
    if not flags["as_json"] and not flags["quiet"]:
        for row in found["activations"]:
            ratio = row["median gradient ratio"]
            told = "no number" if ratio is None else f"{ratio:.3g}"
            click.echo(f"{row['activation']:<12} final error {row['median final mse']:.4f}  ratio {told}", err=True)
    _tell(paths, flags, found)


def _bar(epochs: int, quiet: bool) -> AbstractContextManager[Callable[[int], Any]]:
    if quiet or not sys.stderr.isatty():
        return nullcontext(lambda epochs: None)
    from .progress import CountBar

    return CountBar(epochs, "epoch")


def _folder(output: str) -> Path:
    """The folder, made if need be."""
    from ..sinks.names import make_folder

    folder = Path(output)
    make_folder(folder)
    return folder


def _tell(paths: list[Path], flags: dict[str, Any], found: dict[str, Any] | None = None) -> None:
    if flags["as_json"]:
        click.echo(json.dumps({"files": [str(path) for path in paths], **(found or {})}))
    elif not flags["quiet"]:
        for path in paths:
            click.echo(str(path))
