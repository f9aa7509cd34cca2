"""Results of training, kept in the user's cache folder by all that they depend on, and used again."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from platformdirs import user_cache_path

from ..errors import CppnError
from ..files.atomic import write_bytes
from ..version import __version__

Arrays = Mapping[str, NDArray[Any]]

_MOST_BYTES = 1 << 30  # of a kept result
_FORM = 3  # of what is kept: a change of any study's computation raises it


def cache_folder() -> Path:
    """Where this user's programs keep what can be had again (on Linux ~/.cache/cppn, or below $XDG_CACHE_HOME)."""
    return user_cache_path("cppn", appauthor=False)


def kept(study: str, settings: Mapping[str, Any], make: Callable[[], Arrays], *, fresh: bool = False) -> Arrays:
    """The arrays that `make` returns, or returned when the same study was last made with the same settings.

    `settings`: what JSON can say. `fresh`: make it in any case. What cannot be kept, or read again, is made anew.
    """
    path = _path(study, settings)
    found = None if fresh else _read(path)
    if found is None:
        found = make()
        file = io.BytesIO()
        named: dict[str, Any] = dict(found)
        np.savez_compressed(file, **named)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_bytes(path, file.getvalue())
        except (OSError, CppnError):  # a study does not fail for want of a place to keep it
            pass
    return found


def is_kept(study: str, settings: Mapping[str, Any]) -> bool:
    """Has the same study been made with the same settings before?"""
    return _path(study, settings).is_file()


def _path(study: str, settings: Mapping[str, Any]) -> Path:
    depends = {"study": study, "cppn": __version__, "form": _FORM, "torch": torch.__version__, **settings}
    key = hashlib.sha256(json.dumps(depends, sort_keys=True).encode()).hexdigest()[:32]
    return cache_folder() / "studies" / f"{study}-{key}.npz"


def _read(path: Path) -> Arrays | None:
    try:
        if path.stat().st_size > _MOST_BYTES:
            return None
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            return {name: arrays[name] for name in arrays.files}
    except (OSError, ValueError, EOFError, zipfile.BadZipFile):
        return None
