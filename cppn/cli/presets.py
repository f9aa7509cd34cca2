"""`cppn presets`: the pictures that come with the program."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from ..motion.timeline import Timeline
    from ..recipe import Recipe


@click.command("presets", short_help="List the presets.")
@click.option("--json", "as_json", is_flag=True, help="JSON: each preset's whole recipe.")
def command(as_json: bool) -> None:
    """List the pictures and motions that come with the program.

    `cppn render NAME` draws a picture, `cppn animate NAME` a motion.
    """
    from ..files.presets import motions, presets
    from ..motion.timeline import read_timeline

    timelines = {name: read_timeline(path) for name, path in motions.items()}
    both: dict[str, Recipe | Timeline] = {**presets, **timelines}
    if as_json:
        click.echo(json.dumps({name: one.to_dict() for name, one in both.items()}, indent=2))
        return
    width = max(map(len, both), default=0)
    for name, one in both.items():
        click.echo(f"{name:<{width}}  {one.description}")
