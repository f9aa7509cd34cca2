"""`cppn palettes`: sets of colours with proportions, as text, in the terminal's colours, or as a picture."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..errors import CppnError, unknown

if TYPE_CHECKING:
    from ..field.palettes import Stop

_BAR = 32  # letters that a set's colours take in a terminal
_SHEET = (240, 150)  # pixels of a set in a picture of them


@click.command("palettes", short_help="List the palettes, or draw them.")
@click.argument("names", nargs=-1, metavar="[NAME…]")
@click.option("--tag", metavar="TAG", help="Only those that are light, mid, dark, warm, cool, bright, muted or mono.")
@click.option("-o", "--output", metavar="FILE", help="Draw them into a picture, each as swatches of a field.")
@click.option("--json", "as_json", is_flag=True, help="JSON.")
def command(names: tuple[str, ...], tag: str | None, output: str | None, as_json: bool) -> None:
    """List the palettes that come with the program: colours with the shares of the picture that they take.

    `cppn render --palette NAME --flat` draws with one; the ramps that cmap knows, such as magma, are palettes too.
    """
    from ..field.palettes import palette_stops, swatch_sets

    sets = swatch_sets()
    for name in names:
        if name not in sets:
            raise unknown("palette", name, sets)
    tags = sorted({one for each in sets.values() for one in each.tags})
    if tag is not None and tag not in tags:
        raise unknown("tag", tag, tags, where="--tag")
    shown = {
        name: one for name, one in sets.items() if (not names or name in names) and (tag is None or tag in one.tags)
    }
    if not shown:
        raise CppnError(f"none of these is {tag}", where="--tag", legal="leave the names or the tag out")
    if output is not None:
        click.echo(_draw(list(shown), Path(output)))
        return
    if as_json:
        told = {name: {"colors": one.colors, "about": one.about, "tags": one.tags} for name, one in shown.items()}
        click.echo(json.dumps(told, indent=2))
        return
    width = max(map(len, shown))
    colored = sys.stdout.isatty() and "NO_COLOR" not in os.environ
    for name, one in shown.items():
        bar = _bar(palette_stops(name)) + "  " if colored else ""
        click.echo(f"{name:<{width}}  {bar}{one.about}", color=colored or None)


def _bar(stops: tuple[Stop, ...]) -> str:
    """The colours beside each other, as wide as their shares."""
    total, at, text = sum(stop.share for stop in stops), 0.0, ""
    for stop in stops:
        before, at = round(at * _BAR), at + stop.share / total
        red, green, blue = (round(255 * one) for one in stop.color)
        text += f"\033[48;2;{red};{green};{blue}m" + " " * max(1, round(at * _BAR) - before)
    return text + "\033[0m"


def _draw(names: list[str], path: Path) -> Path:
    from ..draw.drawing import render
    from ..draw.saving import save_array
    from ..gallery.sheet import sheet
    from ..recipe import from_dict

    network = {"hidden": [16, 14], "act": ["sin", "tanh", "sin"], "init": "normal", "gain": 1.4}
    fields = [
        {
            "seed": 40 + i, "network": network, "view": {"extent": 2},
            "color": {"mode": "palette", "palette": name, "flat": True},
        }
        for i, name in enumerate(names)
    ]  # fmt: skip
    return save_array(sheet([render(from_dict(one, where=""), _SHEET, aa=2) for one in fields], names), path)
