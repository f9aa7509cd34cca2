"""`cppn study curves`."""

from __future__ import annotations

from typing import Any

import click

from .. import options, types
from . import output


@click.command("curves", short_help="Activations as curves, with slopes, and as art.")
@click.option(
    "--act", type=types.ACTIVATIONS, multiple=True, metavar="ACT,…|all", help="Which; or all of the catalogue."
)
@click.option("--range", "span", type=types.PAIR, default="-5,5", show_default=True, metavar="LOW,HIGH", help="Of x.")
@click.option("--points", type=types.WHOLE, metavar="N", help="Of each curve (100; with slopes 1000).")
@click.option("--gradients", is_flag=True, help="Draw the slopes too.")
@click.option(
    "--seed", type=types.WHOLE, default=1, show_default=True, metavar="N", help="Of the network that is drawn."
)
@output.together
def command(**flags: Any) -> None:
    """Each activation over a range, alone and side by side, and one network drawn with each of them.

    Where it jumps or has a pole there is a gap.
    """
    options.check_training(None)
    from ...study.curves import PLAIN, WITH_SLOPES, study

    low, high = flags["span"]
    acts = output.named(flags["act"], WITH_SLOPES if flags["gradients"] else PLAIN)
    points = flags["points"] or (1000 if flags["gradients"] else 100)
    paths, found = study(
        acts, output.folder(flags["output"]), low=low, high=high, points=points, gradients=flags["gradients"],
        seed=flags["seed"], form=flags["form"],
    )  # fmt: skip
    output.tell(paths, flags, found)
