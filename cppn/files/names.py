"""Names that are free, and folders that can be written in."""

from __future__ import annotations

import os
from collections.abc import Callable
from itertools import count
from pathlib import Path

from ..errors import CppnError, failure, shorten


def free_path(path: Path, *others: Callable[[Path], Path]) -> Path:
    """The path, or the first of `name-2`, `name-3`, … that is free.

    `others`: where more is to be written, each made of the path; nothing is there either.
    """

    def is_free(one: Path) -> bool:
        return not any(place.exists() for place in (one, *(other(one) for other in others)))

    if is_free(path):
        return path
    return next(one for i in count(2) if is_free(one := path.with_name(f"{path.stem}-{i}{path.suffix}")))


def in_the_way(beside: Path, path: Path) -> CppnError:
    """The error that what is to be written at `path` needs a place beside it where something else is."""
    legal = "move it, or write under another name"
    return failure(f"{beside.name} is in the way, and of something else", where=str(path), legal=legal)


def check_place(folder: Path) -> None:
    """Errors: CppnError if no folder can be there."""
    if folder.exists() and not folder.is_dir():
        raise CppnError("it is a file", where=str(folder), legal="name a folder")
    if not folder.exists() and not folder.parent.is_dir():
        raise failure("the folder does not exist", where=str(folder.parent), legal="create it, or write elsewhere")


def make_folder(folder: Path) -> None:
    """Errors: CppnError if it cannot be made or written in."""
    check_place(folder)
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise failure(f"it could not be made: {error.strerror}", where=str(folder)) from None
    if not os.access(folder, os.W_OK | os.X_OK):
        raise failure("the folder cannot be written in", where=str(folder), legal="write elsewhere with -o")


def check_folder(path: Path) -> None:
    """Errors: CppnError if no file can be written there."""
    if "\0" in str(path):
        raise CppnError("the name has a null byte", where=shorten(repr(str(path))), legal="any other letters")
    if path.is_dir():
        raise CppnError("it is a folder", where=str(path), legal="name a file in it")
    folder = path.parent
    if not folder.is_dir():
        raise failure("the folder does not exist", where=str(folder), legal="create it, or write elsewhere")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise failure("the folder cannot be written in", where=str(folder), legal="write elsewhere with -o")
