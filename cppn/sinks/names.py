"""Names that are free, and folders that can be written in."""

from __future__ import annotations

import itertools
import os
import re
from pathlib import Path

from ..errors import CppnError, failure


def free_path(path: Path) -> Path:
    """The path, or the first of `name-2`, `name-3`, … that is free."""
    if not path.exists():
        return path
    stem = re.sub(r"-\d{1,4}$", "", path.stem)
    return next(p for i in itertools.count(2) if not (p := path.with_name(f"{stem}-{i}{path.suffix}")).exists())


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
