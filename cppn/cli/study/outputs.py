"""`cppn study outputs`."""

from __future__ import annotations

from typing import Any

import click

from .. import options, types
from ..render import as_flags
from . import images, output


@click.command("outputs", short_help="Values of each layer before training.")
@click.option("--act", type=types.ACTIVATIONS, multiple=True, metavar="ACT,…", help="Which (sigmoid, tanh, ReLU).")
@images.together
@click.option("--seed", type=types.WHOLE, default=42, show_default=True, metavar="N", help="Of the weights.")
@output.together
def command(**flags: Any) -> None:
    """What the affine maps and activations of an untrained classifier give for the first 256 images, as histograms.

    Prints the standard deviation of each layer's values, from the input on.
    """
    options.check_training(None)
    from ...study.gradients import OUTPUT_ACTS, study_outputs

    acts = output.named(flags["act"], OUTPUT_ACTS)
    with as_flags(command):
        data = images.read(flags)
        paths, found = study_outputs(acts, data, output.folder(flags["output"]), seed=flags["seed"], form=flags["form"])
    output.spread(found, flags, lambda one: (one["activation"] or one["affine"])["std"])
    output.tell(paths, flags, found)
