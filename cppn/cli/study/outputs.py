"""`cppn study outputs`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .. import options, types
from ..progress import count_bar
from ..render import as_flags
from . import images, output

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...study.data import Data
    from ...study.gradients import State


@click.command("outputs", short_help="Values of each layer, before and after training.")
@click.option("--act", type=types.ACTIVATIONS, multiple=True, metavar="ACT,…", help="Which (the original's three).")
@images.together
@click.option("--seed", type=types.WHOLE, default=42, show_default=True, metavar="N", help="Of the weights.")
@click.option(
    "--trained",
    "shown",
    flag_value="trained",
    help="Of trained networks, trained if need be as `classify` does; unasked if that has been run.",
)
@click.option("--untrained", "shown", flag_value="untrained", help="Of networks as they begin.")
@click.option("--both", "shown", flag_value="both", help="Both, one above the other.")
@click.option("--weights", metavar="FOLDER", help="The trained weights that `classify --weights` wrote there.")
@output.together
def command(**flags: Any) -> None:
    """The values of a classifier's layers for the first 256 images: what each affine map gives, and what the activation
    makes of it, as histograms.

    Prints the standard deviation of each affine map's values, from the input on.
    """
    options.check_training(None)
    from ...errors import CppnError
    from ...study.outputs import ACTS, chapter

    acts = output.named(flags["act"], ACTS)
    if flags["weights"] and flags["shown"] == "untrained":
        raise CppnError("untrained networks have no weights to read", where="--weights", legal="leave one of them out")
    with as_flags(command):
        data = images.read(flags)
        states = _states(acts, data, flags)
        found = chapter(acts, data, flags["seed"], trained=states, untrained=flags["shown"] == "both" or not states)
    if not states and flags["shown"] is None and not flags["quiet"]:
        click.echo("these networks are untrained; --trained trains them, as `cppn study classify` does", err=True)
    output.publish(found, output.folder(flags["output"]), flags)


def _states(acts: tuple[str, ...], data: Data, flags: dict[str, Any]) -> Sequence[State]:
    """The weights of trained networks, of each activation; none where networks as they begin are shown."""
    from ...study.classify import Setting, is_known, run
    from ...study.weights_file import read_states

    if flags["weights"]:
        return read_states(Path(flags["weights"]), acts)
    setting = Setting(acts, seed=flags["seed"])
    if flags["shown"] == "untrained" or (flags["shown"] is None and not is_known(setting, data)):
        return []
    with count_bar(setting.epochs * len(acts), "epoch", flags["quiet"]) as progress:
        return [one.state for one in run(setting, data, progress)]
