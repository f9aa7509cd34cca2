"""The output folder: recipes that were kept, their thumbnails, and the tree of what came from what."""

from __future__ import annotations

import json
import os
import threading
from pathlib import Path
from typing import Any

from ..draw.saving import save
from ..errors import CppnError, failure
from ..files.atomic import remove_leftovers, write_text
from ..files.names import free_path, make_folder
from ..files.naming import file_name
from ..files.sinks.base import Sink
from ..recipe import Recipe
from ..recipe.files import read_recipe, read_table
from ..recipe.kinds import Many, Text
from ..recipe.model import validated
from ..recipe.schema import Section, Table, field, required
from .jobs import plain_name
from .payloads import told

MOST_NODES = 2000
_THUMBS, _THUMB = ".thumbnails", 256  # the folder, and pixels a side
_LINEAGE = "lineage.json"
NAME = Text(200)
NAMES = Many(NAME, most=8)


class Node(Section):
    """A picture in the tree: which ones it came from, and `how`."""

    id: str = required(NAME)
    parents: tuple[str, ...] = field(NAMES, ())
    recipe: Recipe = required(Table(Recipe))
    how: str = field(NAME, "")


class Lineage(Section):
    """The tree of what came from what."""

    nodes: tuple[Node, ...] = required(Many(Table(Node), most=MOST_NODES))


class Library:
    """The recipes that were kept in a folder, which is made when the first one is."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock = threading.Lock()
        self._files: dict[str, Path] = {}
        thumbs = folder / _THUMBS
        for one in (folder, thumbs):
            if one.is_dir():
                remove_leftovers(one)
        if thumbs.is_dir():  # only what was kept here before is listed, not whatever else lies in the folder
            for thumb in sorted(thumbs.glob("*.png"), key=lambda one: (one.stat().st_mtime_ns, one.name)):
                if (path := folder / f"{thumb.stem}.toml").is_file():
                    self._files[thumb.stem] = path

    def add(self, recipe: Recipe, name: str | None = None, parents: tuple[str, ...] = ()) -> dict[str, Any]:
        """Keep a recipe, under a name or its own, in a file that takes no other's place; what the page is told of it.

        Errors: CppnError if it cannot be drawn or written.
        """
        with self._lock:
            make_folder(self.folder)
            make_folder(self.folder / _THUMBS)
            if name:
                recipe = recipe.change({"": {"name": name}})
            stem = plain_name(recipe.name) or file_name(recipe, None, (_THUMB, _THUMB))
            path = free_path(self.folder / f"{stem}.toml", lambda one: self._thumb(one.stem))
            sink = _Text(path, _text(recipe, parents))
            with sink:
                pass
            try:
                save(recipe, self._thumb(sink.path.stem), size=(_THUMB, _THUMB), aa=2)
            except BaseException:
                sink.path.unlink(missing_ok=True)
                raise
            self._files[sink.path.stem] = sink.path
            return _entry(sink.path, recipe)

    def told(self) -> list[dict[str, Any]]:
        """What the page is told of all that were kept and can still be read, the oldest first."""
        with self._lock:
            files = list(self._files.values())
        found = []
        for path in files:
            try:
                found.append(_entry(path, read_recipe(path)))
            except CppnError:
                continue
        return found

    def thumbnail(self, name: str) -> bytes | None:
        """A kept recipe's thumbnail as PNG; None if none of that name was kept.

        Errors: CppnError if it cannot be read.
        """
        with self._lock:
            if name not in self._files:
                return None
            try:
                return self._thumb(name).read_bytes()
            except FileNotFoundError:
                return None
            except OSError as error:
                raise failure(f"cannot be read: {error.strerror}", where=name) from None

    def remove(self, name: str) -> bool:
        """Remove a kept recipe and its thumbnail; False if none of that name was kept.

        Errors: CppnError if it cannot be removed.
        """
        with self._lock:
            path = self._files.get(name)
            if path is None:
                return False
            try:
                path.unlink(missing_ok=True)
                self._thumb(name).unlink(missing_ok=True)
            except OSError as error:
                raise failure(f"it could not be removed: {error.strerror}", where=str(path)) from None
            del self._files[name]
            return True

    def lineage(self) -> tuple[list[dict[str, Any]], str]:
        """The tree that was written last and, if it cannot be read, why."""
        path = self.folder / _LINEAGE
        with self._lock:
            if not path.exists():
                return [], ""
            try:
                tree = validated(Lineage, read_table(path), "tree", 1, where=str(path))
            except CppnError as error:
                return [], f"{error}; it is set aside when a new one is written"
        return [_node(node) for node in tree.nodes], ""

    def write_lineage(self, tree: Lineage) -> None:
        """Write the tree, whole or not at all; one that could not be read is set aside.

        Errors: CppnError if two pictures have the same id, or it cannot be written.
        """
        if len({node.id for node in tree.nodes}) < len(tree.nodes):
            raise CppnError("two pictures have the same id", where="nodes")
        text = json.dumps({"nodes": [_node(node) for node in tree.nodes]}, separators=(",", ":"))
        damaged = self.lineage()[1]
        with self._lock:
            make_folder(self.folder)
            path = self.folder / _LINEAGE
            if damaged:
                os.replace(path, free_path(path.with_name("lineage-damaged.json")))
            write_text(path, text + "\n")

    def _thumb(self, stem: str) -> Path:
        return self.folder / _THUMBS / f"{stem}.png"


class _Text(Sink):
    """A text file that takes no other's place."""

    def __init__(self, path: Path, text: str) -> None:
        super().__init__(path)
        self.exclusive, self._text = True, text

    def close(self) -> None:
        self.part.write_text(self._text, encoding="utf-8")


def _text(recipe: Recipe, parents: tuple[str, ...]) -> str:
    # in ASCII, so that nothing in a name ends the line
    return (f"# from {json.dumps(list(parents))}\n" if parents else "") + recipe.to_toml()


def _entry(path: Path, recipe: Recipe) -> dict[str, Any]:
    return {"id": path.stem, "name": recipe.name or path.stem, "file": str(path), "recipe": told(recipe)}


def _node(node: Node) -> dict[str, Any]:
    return {"id": node.id, "parents": list(node.parents), "recipe": told(node.recipe), "how": node.how}
