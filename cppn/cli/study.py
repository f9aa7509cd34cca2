"""`cppn study`: what activation functions do, as figures and numbers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from . import options, types


@click.group("study", short_help="Study activation functions.")
def command() -> None:
    """Study activation functions: figures for a lecture, with their data as JSON beside them.

    \b
      cppn study curves
      cppn study curves --gradients --act sigmoid,tanh,"sin(3*x)" -o figures/
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
@click.option(
    "--format", "form", type=click.Choice(["png", "svg", "pdf"]), default="png", show_default=True, help="Of figures."
)
@click.option("-o", "--output", default="studies", show_default=True, metavar="FOLDER", help="Where to.")
@click.option("--json", "as_json", is_flag=True, help="Print the files as JSON.")
@click.option("--quiet", "-q", is_flag=True, help="Print nothing but errors.")
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


def _folder(output: str) -> Path:
    """The folder, made if need be."""
    from ..sinks.names import make_folder

    folder = Path(output)
    make_folder(folder)
    return folder


def _tell(paths: list[Path], flags: dict[str, Any]) -> None:
    if flags["as_json"]:
        click.echo(json.dumps({"files": [str(path) for path in paths]}))
    elif not flags["quiet"]:
        for path in paths:
            click.echo(str(path))
