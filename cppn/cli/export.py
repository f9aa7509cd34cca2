"""`cppn export`: a picture for other programs."""

from __future__ import annotations

import json
import secrets
from typing import Any

import click

from . import options, types


@click.command("export", short_help="Make a page, a shader or a network file of a picture.")
@click.argument("source", required=False, type=types.Source())
@options.network
@options.look
@click.option("-o", "--output", required=True, metavar="FILE", help="Where to: .html, .glsl or .onnx.")
@click.option("--json", "as_json", is_flag=True, help="Print what was written as JSON.")
@click.option("--quiet", "-q", is_flag=True, help="Print nothing but errors.")
def command(source: str | None, **flags: Any) -> None:
    """Make a page, a shader or a network file of a picture.

    SOURCE and flags are those of `cppn render`. The file's ending says what is made: .html, one page that stands alone
    and shows the picture live, to be moved and zoomed; .glsl, a shader to paste into Shadertoy; .onnx, the network,
    from points of the plane to colours. Each holds the recipe, and can be a SOURCE itself.

    \b
      cppn export marble -o marble.html
      cppn export marble.png -o marble.glsl
      cppn export --act "sin(3*x)" --rgb --seed 7 -o network.onnx
    """
    from ..export import export
    from ..files.sources import load
    from ..recipe import Recipe
    from ..recipe.overrides import override
    from .render import as_flags

    recipe = load(source) if source is not None else Recipe()
    with as_flags(command):
        recipe = override(recipe, flags)
    if source is None and flags["seed"] is None:
        recipe = recipe.change({"": {"seed": secrets.randbelow(2**32)}})
    path = export(recipe, flags["output"])
    if flags["as_json"]:
        from ..draw.drawing import complete

        report = {"path": str(path), "bytes": path.stat().st_size, "recipe": complete(recipe).to_dict()}
        click.echo(json.dumps({"files": [report]}))
    elif not flags["quiet"]:
        click.echo(str(path))
