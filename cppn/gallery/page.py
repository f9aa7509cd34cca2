"""The page of a gallery: one HTML file that needs nothing but the pictures beside it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from importlib.resources import files
from typing import Any

from ..recipe.command import command
from .folder import Copy, Entry, Manifest


def page(manifest: Manifest, entries: Sequence[Entry], aa: Any) -> str:
    """The page's HTML, showing these entries of the manifest."""
    identity = hashlib.sha256(json.dumps(manifest.settings, sort_keys=True).encode()).hexdigest()[:16]
    pictures = [
        {
            "name": one.name, "family": one.family, "why": one.why, "thumb": one.thumb,
            "recipe": one.recipe.to_dict(), "toml": one.recipe.to_toml(), "canvas": one.canvas,
            "copies": [
                {
                    "path": copy.path, "width": copy.width, "height": copy.height,
                    "command": _command(one, copy, aa, manifest),
                }
                for copy in one.copies
            ],
        }
        for one in entries
    ]  # fmt: skip
    data = json.dumps({"id": identity, "of": len(manifest.entries), "pictures": pictures}, ensure_ascii=True)
    template = files(__package__).joinpath("page.html").read_text(encoding="utf-8")
    return template.replace("{{data}}", data.replace("<", "\\u003c"))


def _command(one: Entry, copy: Copy, aa: Any, manifest: Manifest) -> str:
    """What draws a copy again: flags, where they say all of it."""
    # flags have a curve measured anew, in the view that they show: that of a whole picture, as it was chosen
    is_measured = copy.recipe.view == one.recipe.view and not manifest.settings.get("favourites")
    told = command(copy.recipe, copy.width, copy.height, aa)
    if told is None or (copy.recipe.color.curve is not None and not is_measured):
        return f"cppn render {copy.path}"
    return told
