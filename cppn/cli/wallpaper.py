"""`cppn wallpaper`: set the desktop's picture."""

from __future__ import annotations

import shlex
from pathlib import Path

import click


@click.command("wallpaper", short_help="Set the desktop's picture.")
@click.argument("file", type=click.Path())
@click.option("--dark", metavar="FILE", help="Another picture for the dark, where the desktop has both (GNOME).")
@click.option("--desktop", metavar="NAME", help="gnome, kde, macos or windows (the one that runs).")
@click.option(
    "--placement",
    metavar="NAME",
    default="",
    help="How GNOME lays it out: zoom, spanned (over all screens), scaled, stretched, centered, wallpaper (as it was).",
)
@click.option("--dry-run", is_flag=True, help="Print the commands; change nothing.")
def command(file: str, dark: str | None, desktop: str | None, placement: str, dry_run: bool) -> None:
    """Set the desktop's picture to FILE, on GNOME, KDE, macOS and Windows.

    \b
      cppn wallpaper wallpapers/agate-0000-3840x2160.png
      cppn wallpaper day.png --dark night.png
      cppn wallpaper agate-0000-6400x2160.png --placement spanned
    """
    from ..errors import CppnError, unknown
    from ..gallery.wallpaper import DESKTOPS, PLACEMENTS, check_picture, commands, set_wallpaper, this_desktop

    desktop = desktop.lower() if desktop else this_desktop()
    picture, night = Path(file), Path(dark) if dark else None
    if desktop not in DESKTOPS:
        raise unknown("desktop", desktop, DESKTOPS, where="--desktop")
    if night is not None and desktop != "gnome":
        raise CppnError(f"{desktop} has one picture for day and night", where="--dark", legal="leave it out")
    if placement and placement not in PLACEMENTS:
        raise unknown("placement", placement, PLACEMENTS, where="--placement")
    if placement and desktop != "gnome":
        raise CppnError(f"{desktop} lays pictures out by its own settings", where="--placement", legal="leave it out")
    for path in (picture, night):
        if path is not None:
            check_picture(path)
    if not dry_run:
        set_wallpaper(picture, night, desktop, placement)
        return
    for words, environment in commands(picture, night, desktop, placement):
        settings = [f"{key}={shlex.quote(value)}" for key, value in environment.items()]
        click.echo(" ".join([*settings, shlex.join(words)]))
