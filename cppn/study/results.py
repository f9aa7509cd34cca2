"""Results of training, kept in the user's cache folder by all that they depend on, and used again."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from ..files.kept import STUDIES
from ..version import __version__

Arrays = Mapping[str, NDArray[Any]]

_FORM = 3  # of what is kept: a change of any study's computation raises it


def kept(study: str, settings: Mapping[str, Any], make: Callable[[], Arrays], *, fresh: bool = False) -> Arrays:
    """The arrays that `make` returns, or returned when the same study was last made with the same settings.

    `settings`: what JSON can say. `fresh`: make it in any case. What cannot be kept, or read again, is made anew.
    """
    key = _key(study, settings)
    found = None if fresh else _read(key)
    if found is None:
        found = make()
        file = io.BytesIO()
        named: dict[str, Any] = dict(found)
        np.savez_compressed(file, **named)
        STUDIES.write(key, study, file.getvalue())
    return found


def is_kept(study: str, settings: Mapping[str, Any]) -> bool:
    """Has the same study been made with the same settings before?"""
    return STUDIES.has(_key(study, settings))


def _key(study: str, settings: Mapping[str, Any]) -> str:
    depends = {"study": study, "cppn": __version__, "form": _FORM, "torch": torch.__version__, **settings}
    return f"{study}-{hashlib.sha256(json.dumps(depends, sort_keys=True).encode()).hexdigest()[:32]}"


def _read(key: str) -> Arrays | None:
    try:
        data = STUDIES.read(key)
        if data is None:
            return None
        with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
            return {name: arrays[name] for name in arrays.files}
    except (OSError, ValueError, EOFError, zipfile.BadZipFile):
        return None
