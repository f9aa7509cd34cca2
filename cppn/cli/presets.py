"""`cppn presets`: the pictures that come with the program."""

from __future__ import annotations

import json

import click


@click.command("presets", short_help="List the presets.")
@click.option("--json", "as_json", is_flag=True, help="JSON: each preset's whole recipe.")
def command(as_json: bool) -> None:
    """List the pictures that come with the program; draw one with `cppn render NAME`."""
    from ..library import presets

    if as_json:
        click.echo(json.dumps({name: recipe.to_dict() for name, recipe in presets.items()}, indent=2))
        return
    width = max(map(len, presets), default=0)
    for name, recipe in presets.items():
        click.echo(f"{name:<{width}}  {recipe.description}")
