"""`cppn study classify`."""

from __future__ import annotations

from typing import Any

import click

from .. import options, types
from ..progress import count_bar
from ..render import as_flags
from . import images, output


@click.command("classify", short_help="Ten classes of pictures, learned with each activation.")
@click.option("--act", type=types.ACTIVATIONS, multiple=True, metavar="ACT,…", help="Which (the original's six).")
@images.together
@click.option("--epochs", type=types.WHOLE, default=13, show_default=True, metavar="N", help="At most.")
@click.option("--lr", type=types.NUMBER, default=0.001, show_default=True, metavar="R", help="Learning rate.")
@click.option("--batch", type=types.WHOLE, default=64, show_default=True, metavar="N", help="Images of a step.")
@click.option(
    "--seed", type=types.WHOLE, default=42, show_default=True, metavar="N", help="Of weights, order and validation set."
)
@output.fresh
@output.together
def command(**flags: Any) -> None:
    """A network of 784-512-256-256-128-10 units learns ten classes of pictures, with one activation after another.

    Prints the shares of the training, validation and test images that it classifies rightly with the weights of the
    best epoch, by validation accuracy; the wall-clock seconds it took, which depend on what else the machine does; and
    when it ended: validation accuracy got no better for four epochs, or --epochs were over.
    """
    options.check_training(None)
    from ...study.classify import ACTS, Setting, figures, line, run, summary

    with as_flags(command):
        setting = Setting(output.named(flags["act"], ACTS), flags["epochs"], flags["lr"], flags["batch"], flags["seed"])
        data = images.read(flags)
    folder = output.folder(flags["output"])
    with count_bar(setting.epochs * len(setting.acts), "epoch", flags["quiet"]) as progress:
        outcomes = run(setting, data, progress, fresh=flags["fresh"])
    paths = figures(outcomes, setting, data, folder, flags["form"])
    if not flags["as_json"] and not flags["quiet"]:
        for one in outcomes:
            click.echo(f"{one.act:<20} {line(one)}", err=True)
    output.tell(paths, flags, summary(outcomes))
