"""`cppn cache`: what the program keeps to be quicker the next time."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING

import click

from .amounts import in_bytes

if TYPE_CHECKING:
    from ..files.kept import Kept


@click.command("cache", short_help="List or empty what is kept.")
@click.option("--empty", is_flag=True, help="Remove all of it; it is made anew when it is needed.")
@click.option("--long", is_flag=True, help="List every file.")
@click.option("--json", "as_json", is_flag=True, help="JSON: every file.")
def command(empty: bool, long: bool, as_json: bool) -> None:
    """List what the program keeps in the user's cache folder: compiled kernels, so that a picture of the same shape of
    network appears at once, and results of studies. What was used longest ago goes first when there is too much.

    CPPN_CACHE=FOLDER keeps it elsewhere, CPPN_CACHE=off keeps nothing.
    """
    from ..files.kept import KINDS, cache_folder, is_off

    if empty:
        gone = sum(kind.empty() for kind in KINDS)
        click.echo(f"{gone} file{'' if gone == 1 else 's'} removed")
    elif as_json:
        click.echo(
            json.dumps({"folder": None if is_off() else str(cache_folder()), **dict(map(_told, KINDS))}, indent=2)
        )
    elif is_off():
        click.echo("nothing is kept: CPPN_CACHE is off")
    else:
        click.echo(cache_folder())
        for kind in KINDS:
            _list(kind, long)


def _list(kind: Kept, long: bool) -> None:
    files = kind.files()
    size = sum(one.size for one in files)
    click.echo(f"{len(files):>6}  {in_bytes(size):>8} of {in_bytes(kind.most)}  {kind.about}")
    for one in files if long else ():
        click.echo(f"        {in_bytes(one.size):>8}  {datetime.fromtimestamp(one.used):%Y-%m-%d %H:%M}  {one.about}")


def _told(kind: Kept) -> tuple[str, object]:
    return kind.name, [
        {"file": str(one.path), "about": one.about, "bytes": one.size, "used": one.used} for one in kind.files()
    ]
