"""What a study has to show: figures, tables, films and sentences, and the numbers behind them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .figures import encoded
from .folder import Folder
from .settings import Settings
from .tables import FORMS, Table

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class Plate:
    """A figure that can be drawn, and the numbers that it shows.

    `name`: of its files. `title`: what is seen, in a line. `draw` makes it anew at each call, without the settings at
    its foot. `data`: what JSON can say.
    """

    name: str
    title: str
    draw: Callable[[], Figure]
    settings: Settings
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Clip:
    """A film that can be written to any path whose ending is a film's; `write` returns the path."""

    name: str
    title: str
    write: Callable[[Path], Path]


@dataclass(frozen=True)
class Chapter:
    """One study's results. `remarks`: sentences that read the numbers, made from them. `found`: the numbers."""

    name: str
    title: str
    settings: Settings
    plates: Sequence[Plate] = ()
    tables: Sequence[Table] = ()
    clips: Sequence[Clip] = ()
    remarks: Sequence[str] = ()
    found: Mapping[str, Any] = field(default_factory=dict)


def publish(chapter: Chapter, folder: Folder, form: str = "png", tables: Sequence[str] = ()) -> list[Path]:
    """Write a chapter's figures, each with its numbers as JSON, and its tables in the forms named; returns the paths.

    `form`: png, svg or pdf. `tables`: of csv, latex and md.
    Errors: CppnError if they cannot be written; none appears half-written.
    """
    paths = []
    for plate in chapter.plates:
        told = {"settings": plate.settings.to_dict(), "title": plate.title, **plate.data}
        data = json.dumps(told, allow_nan=False) + "\n"
        figure = encoded(plate.draw(), form, plate.settings.words)
        paths += folder.write(plate.name, {f".{form}": figure, ".json": data.encode()})
    return paths + write_tables(chapter, folder, tables)


def write_tables(chapter: Chapter, folder: Folder, forms: Sequence[str]) -> list[Path]:
    """Write a chapter's tables in the forms named, of csv, latex and md; returns the paths."""
    paths = []
    for table in chapter.tables if forms else ():
        parts = {FORMS[name][0]: FORMS[name][1](table).encode() for name in forms}
        paths += folder.write(table.name, parts)
    return paths
