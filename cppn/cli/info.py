"""`cppn info`: what a picture is made of."""

from __future__ import annotations

import json
from pathlib import Path

import click

from . import types


@click.command("info", short_help="Print a recipe.")
@click.argument("file", type=types.Source(motion=True))
@click.option("--json", "as_json", is_flag=True, help="JSON, with how the picture was drawn.")
def command(file: str, as_json: bool) -> None:
    """Print the recipe of FILE: a picture that cppn drew, a preset or a recipe file.

    What is printed is a recipe file: `cppn info picture.png > mine.toml`, then `cppn render mine.toml`. Of a film it is
    a timeline file, for `cppn animate`.
    """
    from ..files.presets import motions, presets
    from ..files.sources import load_provenance
    from ..motion.timeline import read_timeline, timeline_of

    if file in motions and file not in presets and not Path(file).is_file():
        timeline = read_timeline(motions[file])
        click.echo(
            json.dumps({"timeline": timeline.to_dict()}, indent=2) if as_json else timeline.to_toml(), nl=as_json
        )
        return
    provenance = load_provenance(file)
    if as_json:
        told = {"recipe": provenance.recipe.to_dict(), "drawing": provenance.drawing}
        if provenance.timeline is not None:
            told["timeline"] = timeline_of(provenance, where=file).to_dict()
        click.echo(json.dumps(told, indent=2))
    elif provenance.timeline is not None:
        drawn = provenance.drawing
        if {"width", "height", "fps"} <= drawn.keys():
            how = f"--size {drawn['width']}x{drawn['height']} --fps {drawn['fps']}"
            how += f" --aa {drawn['aa']}" if drawn.get("aa", 1) != 1 else ""
            click.echo(f"# a film drawn with {how}, which are no part of the timeline")
        click.echo(timeline_of(provenance, where=file).to_toml(), nl=False)
    else:
        drawn = provenance.drawing
        if {"width", "height"} <= drawn.keys():
            flags = [f"--size {drawn['width']}x{drawn['height']}"]
            flags += [f"--{key} {drawn[key]}" for key in ("dpi", "aa", "bits") if drawn.get(key, 1) not in (1, 8)]
            flags += [f"--bleed {drawn['bleed']}px"] if "bleed" in drawn else []
            flags += ["--dither"] if drawn.get("dither") else []
            click.echo(f"# drawn with {' '.join(flags)}, which are no part of the recipe")
        click.echo(provenance.recipe.to_toml(), nl=False)
