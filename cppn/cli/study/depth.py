"""`cppn study depth`."""

from __future__ import annotations

from typing import Any

import click

from .. import options, types
from ..progress import count_bar
from ..render import as_flags
from . import output


@click.command("depth", short_help="Gradients and learning in deep networks.")
@click.option("--act", type=types.ACTIVATIONS, multiple=True, metavar="ACT,…", help="Which (the original's five).")
@click.option("--layers", type=types.WHOLE, default=10, show_default=True, metavar="N", help="Hidden layers.")
@click.option("--width", type=types.WHOLE, default=64, show_default=True, metavar="N", help="Units of each.")
@click.option("--epochs", type=types.WHOLE, default=500, show_default=True, metavar="N", help="Of training.")
@click.option("--lr", type=types.NUMBER, default=0.001, show_default=True, metavar="R", help="Learning rate.")
@click.option("--seed", type=types.WHOLE, default=42, show_default=True, metavar="N", help="First seed of the weights.")
@click.option("--seeds", type=types.WHOLE, default=3, show_default=True, metavar="N", help="How many seeds.")
@output.together
def command(**flags: Any) -> None:
    """Ten hidden layers learn a noisy sine: what they learn, how fast, and what reaches their first layer.

    Prints each activation's final squared error and the ratio of the last matrix's gradient to the first's at the
    start, medians over the seeds.
    """
    options.check_training(None)
    from ...errors import CppnError
    from ...study.depth import ACTS, Setting, figures, run, summary

    if not 1 <= flags["seeds"] <= 100:
        raise CppnError(f"{flags['seeds']} seeds", where="--seeds", legal="1 to 100 are legal")
    seeds = tuple(range(flags["seed"], flags["seed"] + flags["seeds"]))
    with as_flags(command):
        setting = Setting(
            output.named(flags["act"], ACTS), seeds, flags["layers"], flags["width"], flags["epochs"], flags["lr"]
        )
    folder = output.folder(flags["output"])
    with count_bar(setting.epochs, "epoch", flags["quiet"]) as progress:
        outcome = run(setting, progress)
    paths = figures(outcome, folder, flags["form"])
    found = summary(outcome)
    if not flags["as_json"] and not flags["quiet"]:
        for row in found["activations"]:
            ratio = row["median gradient ratio"]
            told = "no number" if ratio is None else f"{ratio:.3g}"
            click.echo(f"{row['activation']:<12} final error {row['median final mse']:.4f}  ratio {told}", err=True)
    output.tell(paths, flags, found)
