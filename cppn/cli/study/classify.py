"""`cppn study classify`."""

from __future__ import annotations

from pathlib import Path
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
@click.option(
    "--patience",
    type=types.WHOLE,
    default=1,
    show_default=True,
    metavar="N",
    help="Epochs without a better validation before the end; 1 is the original's.",
)
@click.option("--weights", is_flag=True, help="Write the trained weights too, as .safetensors.")
@output.fresh
@output.together
def command(**flags: Any) -> None:
    """A network of 784-512-256-256-128-10 units learns ten classes of pictures, with one activation after another.

    Prints the shares of the training, validation and test images that it classifies rightly with the weights of the
    best epoch, by validation accuracy; the wall-clock seconds it took, which depend on what else the machine does; when
    it ended, and its epoch of saturation: the first whose validation accuracy was no better than the best before.
    """
    options.check_training(None)
    from ...study.classify import ACTS, Setting, run
    from ...study.classify_chapter import chapter
    from ...study.weights_file import to_bytes, weights_name

    with as_flags(command):
        numbers = (flags[name] for name in ("epochs", "lr", "batch", "seed", "patience"))
        setting = Setting(output.named(flags["act"], ACTS), *numbers)
        data = images.read(flags)
    folder = output.folder(flags["output"])
    with count_bar(setting.epochs * len(setting.acts), "epoch", flags["quiet"]) as progress:
        outcomes = run(setting, data, progress, fresh=flags["fresh"])
    written: list[Path] = []
    for one in outcomes if flags["weights"] else ():
        written += folder.write(weights_name(one.act), {".safetensors": to_bytes(one)})
    output.publish(chapter(outcomes, setting, data), folder, flags, written)
