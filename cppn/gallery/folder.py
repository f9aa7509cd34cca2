"""A gallery's folder: what belongs into it, what is there already, and nobody else's files.

`gallery.json` says what the gallery is. Pictures carry their recipes, so that it can be told whether one that is there
is the one that belongs there, and whole. Files that are not the gallery's own are never touched.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ..errors import CppnError, failure
from ..files.locks import lock_file
from ..files.names import in_the_way
from ..files.pictures import is_whole
from ..files.provenance import is_foreign, read_provenance
from ..recipe import Recipe, from_dict
from ..recipe.files import read_table
from ..recipe.model import parse_json
from ..version import __version__

MANIFEST, PAGE, SHEET, THUMBS = "gallery.json", "index.html", "sheet.jpg", "thumbs"
_LOCK = ".cppn-gallery.lock"
# settings whose flags are called otherwise
_FLAGS = {
    "count": "-n", "sizes": "--size", "sources": "--from", "favourites": "--from-list", "ending": "--format",
    "styles": "--style",
}  # fmt: skip
_MARK = '<meta name="generator" content="cppn gallery">'
VERSION = 1


@dataclass(frozen=True)
class Copy:
    """One picture at one size: where it is, and the recipe that shows it there."""

    path: str  # inside the folder
    width: int
    height: int
    recipe: Recipe
    dpi: float | None = None


@dataclass(frozen=True)
class Entry:
    """A picture of the gallery. `why`: what spoke for it. `canvas`: width and height of its first shape, all of it.

    `small`: its small copy, if it is no thumbnail.
    """

    name: str
    family: str
    why: str
    recipe: Recipe
    canvas: tuple[int, int]
    copies: tuple[Copy, ...]
    small: str = ""

    @property
    def thumb(self) -> str:
        """Where its small copy is, inside the folder."""
        return self.small or f"{THUMBS}/{self.name}.webp"


@dataclass(frozen=True)
class Manifest:
    """All of a gallery. `settings`: what it was asked for, as JSON can."""

    settings: dict[str, Any]
    entries: tuple[Entry, ...]

    def is_begun(self, folder: Path) -> bool:
        """Is any of its pictures in the folder?"""
        return any((folder / copy.path).exists() for entry in self.entries for copy in entry.copies)

    def to_json(self) -> str:
        """What gallery.json holds."""
        entries = [
            {
                **asdict(entry),
                "recipe": entry.recipe.to_dict(),
                "copies": [{**asdict(c), "recipe": c.recipe.to_dict()} for c in entry.copies],
            }
            for entry in self.entries
        ]
        told = {"cppn": __version__, "gallery": VERSION, "settings": self.settings, "pictures": entries}
        return json.dumps(told, indent=1) + "\n"


def read_manifest(folder: Path) -> Manifest | None:
    """The manifest of the gallery that is in a folder; None if there is none.

    Errors: CppnError if gallery.json is of something else, or damaged.
    """
    path = folder / MANIFEST
    if not path.exists():
        return None
    data = read_table(path)
    if not isinstance(data, dict) or "gallery" not in data:
        raise CppnError("it is not of a gallery that cppn made", where=str(path), legal="choose another folder")
    if data["gallery"] != VERSION:
        raise CppnError(f"it is of version {data['gallery']}", where=str(path), legal=f"{VERSION} can be read")
    try:
        entries = tuple(_entry(one, str(path)) for one in data["pictures"])
        return Manifest(dict(data["settings"]), entries)
    except (KeyError, TypeError, ValueError):
        raise CppnError("it is damaged", where=str(path), legal="remove it, and the gallery is made anew") from None


def _entry(data: dict[str, Any], where: str) -> Entry:
    copies = (
        Copy(_inside(c["path"]), int(c["width"]), int(c["height"]), from_dict(c["recipe"], where=where), c.get("dpi"))
        for c in data["copies"]
    )
    recipe, (width, height) = from_dict(data["recipe"], where=where), data["canvas"]
    told = str(data["name"]), str(data["family"]), str(data["why"])
    return Entry(*told, recipe, (int(width), int(height)), tuple(copies))


def _inside(path: Any) -> str:
    """The path itself, if it stays inside the folder."""
    text = str(path)
    if Path(text).name != text:
        raise ValueError(text)
    return text


def check_folder(folder: Path, manifest: Manifest) -> None:
    """Errors: CppnError if another gallery or somebody else's files are where this one's belong."""
    old = read_manifest(folder)
    if old is not None and old.settings != manifest.settings and old.is_begun(folder):
        keys = sorted(
            key for key in {*old.settings, *manifest.settings} if old.settings.get(key) != manifest.settings.get(key)
        )
        raise CppnError(
            f"another gallery is here, of other {', '.join(_FLAGS.get(key, f'--{key}') for key in keys)}",
            where=str(folder), legal="choose another folder, or ask for the same again",
        )  # fmt: skip
    page = folder / PAGE
    if page.exists() and _MARK not in page.read_text(encoding="utf-8", errors="replace")[:4096]:
        raise failure("it is in the way, and not of a gallery", where=str(page), legal="choose another folder")
    names = [copy.path for entry in manifest.entries for copy in entry.copies]
    if old is None:
        foreign = [name for name in (SHEET, *names) if (folder / name).exists()]
        thumbs = folder / THUMBS
        foreign += [THUMBS] * (any(thumbs.iterdir()) if thumbs.is_dir() else thumbs.exists())
    else:  # of this gallery's own, what is damaged or outdated is drawn again
        foreign = [name for name in names if is_foreign(folder / name)]
    if foreign:
        raise failure(
            "it is in the way, and not of this gallery", where=str(folder / foreign[0]), legal="choose another folder"
        )


def is_done(path: Path, copy: Copy, aa: Any) -> bool:
    """Is the picture there, of this recipe and size, and whole?"""
    if not path.is_file():
        return False
    try:
        provenance = read_provenance(path)
    except CppnError:
        return False
    told = provenance.drawing
    wanted = {"width": copy.width, "height": copy.height, "aa": aa}
    same = provenance.recipe == copy.recipe and all(told.get(key) == value for key, value in wanted.items())
    return same and is_whole(path)


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Nobody else makes a gallery here meanwhile.

    Errors: CppnError if somebody does.
    """
    path = folder / _LOCK
    try:
        file = path.open("a")
    except OSError as error:
        raise failure(f"it cannot be written in: {error.strerror}", where=str(folder)) from None
    with file:
        lock_file(file, path, "another cppn makes a gallery here")
        if file.tell():
            raise in_the_way(path, folder)
        try:
            yield
        finally:
            path.unlink(missing_ok=True)


def read_list(path: Path) -> list[tuple[str, Recipe]]:
    """The names and recipes of a list of favourites, as the page exports it, or of a list of picture files, one a line.

    Errors: CppnError if it is neither, or names what is not there.
    """
    from ..files.sources import load

    where = str(path)
    try:
        with path.open("rb") as file:
            text = file.read(1 << 26).decode()
    except OSError as error:
        raise failure(f"cannot be read: {error.strerror}", where=where) from None
    except UnicodeDecodeError:
        raise CppnError("it is no list", where=where, legal="the page exports one") from None
    if text.lstrip().startswith(("{", "[")):
        data = parse_json(text, where=where)
        pictures = data.get("pictures") if isinstance(data, dict) else None
        if not isinstance(pictures, list) or not all(isinstance(one, dict) and "recipe" in one for one in pictures):
            raise CppnError("there are no pictures in it", where=where, legal="the page exports such a list")
        names = [str(one.get("name", number)) for number, one in enumerate(pictures, 1)]
        found = [
            (name, from_dict(one["recipe"], where=f"{where}: {name}"))
            for name, one in zip(names, pictures, strict=True)
        ]
    else:
        found = []
        for number, line in enumerate(text.splitlines(), 1):
            if name := line.partition("#")[0].strip():
                beside = path.parent / name
                try:
                    recipe = load(beside if beside.is_file() else name)
                    found.append((recipe.name or Path(name).stem, recipe))
                except CppnError as error:
                    raise error.within(f"{where}, line {number}") from None
    if not found:
        raise CppnError("there are no pictures in it", where=where)
    return [one for number, one in enumerate(found) if one not in found[:number]]
