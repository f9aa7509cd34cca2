"""`cppn study curves`."""

from __future__ import annotations

from typing import Any

import click

from .. import options, types
from . import output


def _y_range(text: str) -> tuple[float, float] | str:
    """Two numbers, or `each`."""
    return "each" if text.strip() == "each" else types.pair(text)


@click.command("curves", short_help="Activations as curves, with slopes, and as art.")
@click.option(
    "--act", type=types.ACTIVATIONS, multiple=True, metavar="ACT,…|all", help="Which; or all of the catalogue."
)
@click.option("--range", "span", type=types.PAIR, default="-5,5", show_default=True, metavar="LOW,HIGH", help="Of x.")
@click.option("--points", type=types.WHOLE, metavar="N", help="Of each curve (100; with slopes 1000).")
@click.option("--gradients", is_flag=True, help="Draw the slopes too.")
@click.option(
    "--y-range",
    type=types.Parsed("y", _y_range),
    metavar="LOW,HIGH|each",
    help="Of y in every panel; each: its own (one that suits all).",
)
@click.option(
    "--seed", type=types.WHOLE, default=1, show_default=True, metavar="N", help="Of the network that is drawn."
)
@output.together
def command(**flags: Any) -> None:
    """Each activation over a range, alone, side by side and in one panel, and one network drawn with each of them.

    Where it jumps or has a pole there is a gap. A table tells ranges, slopes and kinks over that range.
    """
    options.check_training(None)
    from ...study.curves import PLAIN, WITH_SLOPES, chapter

    low, high = flags["span"]
    acts = output.named(flags["act"], WITH_SLOPES if flags["gradients"] else PLAIN)
    points = flags["points"] or (1000 if flags["gradients"] else 100)
    found = chapter(
        acts, low=low, high=high, points=points, gradients=flags["gradients"], y_range=flags["y_range"],
        seed=flags["seed"],
    )  # fmt: skip
    output.publish(found, output.folder(flags["output"]), flags)
