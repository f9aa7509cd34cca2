"""`cppn study depth`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from .. import options, types
from ..progress import count_bar
from ..render import as_flags
from . import output


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
@click.option("--stability", is_flag=True, help="Also which learning rates those depths bear.")
@click.option("--capacity", is_flag=True, help="Also which functions small networks of eight activations represent.")
@click.option("--all", "everything", is_flag=True, help="Both.")
@click.option("--film", metavar="FILE", help="Also a film of the training: .mp4, .webm, .gif, .webp, .png.")
@output.fresh
@output.together
def command(**flags: Any) -> None:
    """Ten hidden layers learn a noisy sine: what they learn, how fast, and what reaches their first layer.

    Prints each activation's final squared error and the ratio of the last matrix's gradient to the first's at the
    start, medians over the seeds.
    """
    options.check_training(None)
    from dataclasses import replace

    from ...errors import CppnError
    from ...study.depth import capacity, film, flow, stability
    from ...study.depth.experiment import ACTS, Setting, check
    from ...study.depth.learning import run, summary
    from ...study.depth.pages import figures

    if not 1 <= flags["seeds"] <= 100:
        raise CppnError(f"{flags['seeds']} seeds", where="--seeds", legal="1 to 100 are legal")
    seeds, depths, fresh = tuple(range(flags["seed"], flags["seed"] + flags["seeds"])), flags["depths"], flags["fresh"]
    with as_flags(command):
        acts = output.named(flags["act"], ACTS)
        setting = Setting(acts, seeds, flags["layers"], flags["width"], flags["epochs"], flags["lr"])
        for depth in depths:
            check("depths", depth)
            replace(setting, layers=depth)  # it may be too large
    if flags["film"]:
        film.check(Path(flags["film"]))
    folder, form, paths = output.folder(flags["output"]), flags["form"], []

    with count_bar(setting.epochs + 1, "epoch", flags["quiet"]) as progress:
        outcome = run(setting, progress, fresh=fresh)
    paths += figures(outcome, folder, form)
    norms = flow.run(setting, depths, fresh=fresh)
    paths += flow.figure(setting, norms, folder, form)
    found = {**summary(outcome), "depths": flow.ratios(setting, norms)}
    if flags["stability"] or flags["everything"]:
        count = len(depths) * len(stability.RATES) * (stability.epochs(setting) + 1)
        with count_bar(count, "epoch", flags["quiet"]) as progress:
            borne = stability.run(setting, depths, progress=progress, fresh=fresh)
        paths += stability.figure(setting, depths, borne, folder, form)
    if flags["capacity"] or flags["everything"]:
        small = capacity.setting_of(setting, acts if flags["act"] else ())
        with count_bar(small.epochs + 1, "epoch", flags["quiet"]) as progress:
            ends = capacity.run(small, progress, fresh=fresh)
        paths += capacity.figure(small, ends, folder, form)
    if flags["film"]:
        paths.append(film.film(outcome, Path(flags["film"])))
    if not flags["as_json"] and not flags["quiet"]:
        for row in found["activations"]:
            click.echo(_line(row), err=True)
    output.tell(paths, flags, found)


def _line(row: dict[str, Any]) -> str:
    """An activation's numbers in words."""
    broken = [epoch for epoch in row["no number from epoch"] if epoch is not None]
    if broken:
        when = f"epoch {min(broken)} on: lower --lr or --layers" if min(broken) else "the start"
        return f"{row['activation']:<12} loss or gradient is no number from {when}"
    ratio = row["median gradient ratio"]
    told = "infinite" if ratio is None else f"{ratio:.3g}"
    return f"{row['activation']:<12} final error {row['median final mse']:.4f}  gradient ratio {told}"
