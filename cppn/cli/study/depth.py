"""`cppn study depth`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from .. import options, types
from ..progress import count_bar
from ..render import as_flags
from . import output

_SETTING = ("layers", "width", "epochs", "lr", "init", "at")


def _depths(text: str) -> tuple[int, ...]:
    """Numbers of layers, separated by commas, each once."""
    from ...errors import CppnError, shorten

    try:
        return tuple(dict.fromkeys(int(part) for part in text.split(",")))
    except ValueError:
        what = f"{shorten(text)!r} is no list of whole numbers"
        raise CppnError(what, legal="1 to 60 are legal, as in 5,10,20") from None


@click.command("depth", short_help="Gradients and learning in deep networks.")
@click.option("--act", type=types.ACTIVATIONS, multiple=True, metavar="ACT,…", help="Which (the original's five).")
@click.option("--layers", type=types.WHOLE, default=10, show_default=True, metavar="N", help="Hidden layers.")
@click.option("--width", type=types.WHOLE, default=64, show_default=True, metavar="N", help="Units of each.")
@click.option("--epochs", type=types.WHOLE, default=500, show_default=True, metavar="N", help="Of training.")
@click.option("--lr", type=types.NUMBER, default=0.001, show_default=True, metavar="R", help="Learning rate.")
@click.option("--seed", type=types.WHOLE, default=42, show_default=True, metavar="N", help="First seed of the weights.")
@click.option("--seeds", type=types.WHOLE, default=3, show_default=True, metavar="N", help="How many seeds.")
@click.option(
    "--depths",
    type=types.Parsed("n,n,…", _depths),
    default="5,10,20,50",
    show_default=True,
    metavar="N,N,…",
    help="Numbers of hidden layers at which the first gradients are compared.",
)
@click.option(
    "--init",
    default="torch",
    show_default=True,
    metavar="NAME",
    help="How weights begin: torch (nn.Linear's), normal, xavier, kaiming or siren.",
)
@click.option(
    "--at",
    type=types.WHOLE,
    default=150,
    show_default=True,
    metavar="EPOCH",
    help="The epoch, besides the start, at which gradients are compared.",
)
@click.option("--stability", is_flag=True, help="Also which learning rates those depths bear.")
@click.option("--capacity", is_flag=True, help="Also which functions small networks of eight activations represent.")
@click.option("--all", "everything", is_flag=True, help="Both.")
@click.option("--film", metavar="FILE", help="Also a film of the training: .mp4, .webm, .gif, .webp, .png.")
@output.fresh
@output.together
def command(**flags: Any) -> None:
    """Ten hidden layers learn a noisy sine: what they learn, how fast, and what reaches their first layer.

    Prints each activation's final squared error, and how many times larger the gradient of the last hidden layer's
    weights is than of the first's, at the start and later: medians over the seeds.
    """
    options.check_training(None)
    from dataclasses import replace

    from ...errors import CppnError
    from ...study.depth import capacity, film, flow, stability
    from ...study.depth.chapter import Extras, by_init, chapter
    from ...study.depth.experiment import ACTS, Setting, check
    from ...study.depth.learning import run

    if not 1 <= flags["seeds"] <= 100:
        raise CppnError(f"{flags['seeds']} seeds", where="--seeds", legal="1 to 100 are legal")
    seeds, depths, fresh = tuple(range(flags["seed"], flags["seed"] + flags["seeds"])), flags["depths"], flags["fresh"]
    with as_flags(command):
        acts = output.named(flags["act"], ACTS)
        setting = Setting(acts, seeds, **{key: flags[key] for key in _SETTING})
        for depth in depths:
            check("depths", depth)
            replace(setting, layers=depth)  # it may be too large
    if flags["film"]:
        film.check(Path(flags["film"]))
    folder = output.folder(flags["output"])

    with count_bar(setting.epochs + 1, "epoch", flags["quiet"]) as progress:
        outcome = run(setting, progress, fresh=fresh)
    borne = learned = None
    if flags["stability"] or flags["everything"]:
        wide = replace(setting, acts=acts if flags["act"] else capacity.ACTS)
        count = len(depths) * len(stability.RATES) * (stability.epochs(setting) + 1)
        with count_bar(count, "epoch", flags["quiet"]) as progress:
            borne = wide, depths, stability.run(wide, depths, progress=progress, fresh=fresh)
    if flags["capacity"] or flags["everything"]:
        small = capacity.setting_of(setting, acts if flags["act"] else ())
        with count_bar(small.epochs + 1, "epoch", flags["quiet"]) as progress:
            learned = capacity.run(small, progress, fresh=fresh)
    extras = Extras(flow.run(setting, depths, fresh=fresh), by_init(setting, fresh=fresh), borne, learned)
    films = [film.film(outcome, Path(flags["film"]))] if flags["film"] else []
    output.publish(chapter(outcome, extras), folder, flags, films)
