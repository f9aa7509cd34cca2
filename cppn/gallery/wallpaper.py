"""The desktop's picture: the commands that set it, on the desktops that people have."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from ..errors import CppnError, failure, shorten, unknown
from ..files.pictures import is_whole

DESKTOPS = ("gnome", "kde", "macos", "windows")
# how GNOME may lay a picture over the screens; `spanned` over all of them together
PLACEMENTS = ("zoom", "spanned", "scaled", "stretched", "centered", "wallpaper")
_GNOME = "org.gnome.desktop.background"
_ENDINGS = (".png", ".jpg", ".jpeg", ".webp", ".avif", ".tif", ".tiff")
# desktops that read GNOME's settings, by what they call themselves
_LIKE_GNOME = ("gnome", "unity", "budgie", "pantheon", "pop")
_WINDOWS = (
    'Add-Type -Namespace C -Name W -MemberDefinition \'[DllImport("user32.dll", CharSet=CharSet.Unicode)]'
    " public static extern int SystemParametersInfo(int a, int b, string c, int d);';"
    " if (-not [C.W]::SystemParametersInfo(20, 0, $env:CPPN_PICTURE, 3)) { exit 1 }"
)
_MACOS = (
    "on run argv\n"
    'tell application "System Events" to tell every desktop to set picture to (item 1 of argv)\n'
    "end run"
)  # fmt: skip


def commands(
    picture: Path, dark: Path | None, desktop: str, placement: str = ""
) -> list[tuple[list[str], dict[str, str]]]:
    """The commands, and what they need in their environment, that set a desktop's picture.

    `dark`: the picture at night, where the desktop has one. `placement`: one of `PLACEMENTS`, on GNOME; "" leaves the
    user's. Nothing of a file's name is ever read as part of a command.
    Errors: CppnError for desktops that are not known, and placements that one does not have.
    """
    uri = [path.resolve().as_uri() for path in (picture, dark or picture)]
    match desktop:
        case "gnome":
            settings = {"picture-uri": uri[0], "picture-uri-dark": uri[1]}
            settings |= {"picture-options": placement} if placement else {}
            return [(["gsettings", "set", _GNOME, key, value], {}) for key, value in settings.items()]
        case "kde":
            return [(["plasma-apply-wallpaperimage", str(picture.resolve())], {})]
        case "macos":
            return [(["osascript", "-e", _MACOS, str(picture.resolve())], {})]
        case "windows":
            shell = ["powershell", "-NoProfile", "-NonInteractive", "-Command", _WINDOWS]
            return [(shell, {"CPPN_PICTURE": str(picture.resolve())})]
    raise unknown("desktop", desktop, DESKTOPS)


def this_desktop(environment: Mapping[str, str] | None = None, platform: str = sys.platform) -> str:
    """The desktop that runs here.

    Errors: CppnError if it is none of those that are known.
    """
    environment = os.environ if environment is None else environment
    if platform == "darwin":
        return "macos"
    if platform == "win32":
        return "windows"
    names = environment.get("XDG_CURRENT_DESKTOP", "").lower().split(":")
    if any(name.startswith(_LIKE_GNOME) for name in names):
        return "gnome"
    if "kde" in names:
        return "kde"
    shown = environment.get("XDG_CURRENT_DESKTOP")
    what = f"{shorten(shown)!r} is not known" if shown else "none is found"
    raise failure(what, where="desktop", legal=f"name one with --desktop: {', '.join(DESKTOPS)}")


def check_picture(path: Path) -> None:
    """Errors: CppnError if it is no picture that desktops show."""
    if path.is_dir():
        raise CppnError("it is a folder", where=str(path), legal="name a picture in it")
    if not path.is_file():
        raise CppnError("there is no such file", where=str(path), legal="`cppn render` draws one")
    if path.suffix.lower() not in _ENDINGS or not is_whole(path):
        raise CppnError("it is no picture", where=str(path), legal=f"{', '.join(_ENDINGS)} are")


def set_wallpaper(picture: Path, dark: Path | None, desktop: str, placement: str = "") -> None:
    """Set the desktop's picture; the arguments are those of `commands`.

    Errors: CppnError if a file is no picture, or the desktop does not take it.
    """
    for path in (picture, dark):
        if path is not None:
            check_picture(path)
    if desktop == "gnome" and not placement and _said(["gsettings", "get", _GNOME, "picture-options"]) == "'none'":
        placement = "zoom"  # or nothing would be seen
    for command, more in commands(picture, dark, desktop, placement):
        try:
            done = subprocess.run(  # noqa: S603  a list of words, of which only the picture's path is the user's
                command, env={**os.environ, **more}, capture_output=True, text=True, timeout=60, check=False
            )
        except FileNotFoundError:
            raise failure(
                f"{command[0]} is not installed", where=desktop, legal="--dry-run prints the commands"
            ) from None
        except subprocess.TimeoutExpired:
            raise failure(f"{command[0]} does not answer", where=desktop) from None
        if done.returncode:
            reason = " ".join((done.stderr or done.stdout).split()) or f"it ended with {done.returncode}"
            raise failure(f"{command[0]}: {reason}", where=desktop)


def _said(command: list[str]) -> str:
    try:
        return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False).stdout.strip()  # noqa: S603  words of the program's own
    except (OSError, subprocess.TimeoutExpired):
        return ""
