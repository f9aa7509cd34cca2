"""`cppn explore`: the live page."""

from __future__ import annotations

import secrets
import shlex
import sys
import threading
import webbrowser
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import click

from . import types

if TYPE_CHECKING:
    from ..recipe import Recipe

PORT = 8642


@click.command("explore", short_help="Look for pictures in the browser.")
@click.argument("source", required=False, type=types.Source())
@click.option("--port", type=types.WHOLE, default=PORT, show_default=True, metavar="N", help="0 for any that is free.")
@click.option("--no-open", is_flag=True, help="Open no browser.")
@click.option("-o", "--output", metavar="FOLDER", default="explore", show_default=True, help="Where to.")
def command(source: str | None, port: int, no_open: bool, output: str) -> None:
    """Look for pictures in the browser: move through one, breed others from it, keep and draw what you like.

    SOURCE is nothing (a new network), a preset's name, a recipe file or a picture that cppn drew. The page's address is
    printed; only this machine reaches it. Ctrl-C ends the server.

    \b
      cppn explore
      cppn explore marble -o marbles/
      cppn explore wallpaper.png --port 0 --no-open
    """
    from ..errors import failure

    if find_spec("starlette") is None or find_spec("uvicorn") is None:
        raise failure("the live page needs packages that are not installed", legal="install cppn[explore]")
    from ..explore.server import serve
    from ..files.sources import load

    recipe = _new() if source is None else load(source)
    name = "new" if source is None else recipe.name or Path(source).stem

    def ready(address: str) -> None:
        click.echo(address)
        sys.stdout.flush()
        if not no_open:  # a browser in the terminal would not return
            threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()

    serve(recipe, name, Path(output), port, read=read_command, ready=ready)


def _new() -> Recipe:
    """A new picture of the kind with which the README begins: cosines of frequency 7.9, in colour."""
    from ..recipe import ColorRecipe, NetworkRecipe, Recipe

    return Recipe(
        seed=secrets.randbelow(2**32), network=NetworkRecipe(act=("cos:freq=7.9",)), color=ColorRecipe(mode="rgb")
    )


def read_command(line: str) -> Recipe:
    """The recipe that a `cppn render` command draws.

    Errors: CppnError if it is not such a command.
    """
    from ..errors import CppnError
    from ..recipe import Recipe
    from ..recipe.overrides import override
    from . import render

    words = shlex.split(line)
    try:
        with render.command.make_context("render", words[2:]) as context:
            return override(Recipe(), context.params)
    except click.ClickException as error:
        raise CppnError(error.format_message()) from None
