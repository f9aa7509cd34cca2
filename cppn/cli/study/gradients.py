"""`cppn study gradients`."""

from __future__ import annotations

from typing import Any

import click

from .. import options, types
from ..render import as_flags
from . import images, output


@click.command("gradients", short_help="Gradients of each weight matrix before training.")
@click.option("--act", type=types.ACTIVATIONS, multiple=True, metavar="ACT,…", help="Which (the original's six).")
@images.together
@click.option("--seed", type=types.WHOLE, default=42, show_default=True, metavar="N", help="Of the weights.")
@output.together
def command(**flags: Any) -> None:
    """The gradients of an untrained classifier's five weight matrices, for the first 256 images, as histograms.

    Prints each matrix's standard deviation, from the input on.
    """
    options.check_training(None)
    from ...study.classify import ACTS
    from ...study.gradients import chapter

    acts = output.named(flags["act"], ACTS)
    with as_flags(command):
        found = chapter(acts, images.read(flags), flags["seed"])
    output.publish(found, output.folder(flags["output"]), flags)
