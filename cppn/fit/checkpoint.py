"""Checkpoints of a fit: safetensors, checked before anything in them is used."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch

from ..errors import CppnError, failure, shorten
from ..files.atomic import write_bytes
from .photo import Fit

SUFFIX = ".cppn-fit"
_MOST_BYTES = 1 << 31


def write_checkpoint(path: Path, fit: Fit, identity: dict[str, Any]) -> None:
    """Write where a fit stands; `identity` says of what it is. Whole or not at all."""
    from safetensors.torch import save

    told = {"identity": json.dumps(identity), **{key: json.dumps(value) for key, value in fit.numbers().items()}}
    # not `save_file`, which tells of a full disk by an error of its own kind
    write_bytes(path, save({key: value.cpu().contiguous() for key, value in fit.tensors().items()}, told))


def is_checkpoint(path: Path) -> bool:
    """Is the file a checkpoint, of whatever fit?"""
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, "pt") as file:
            return "identity" in (file.metadata() or {})
    except (SafetensorError, OSError):
        return False


def read_checkpoint(path: Path, fit: Fit, identity: dict[str, Any]) -> None:
    """Go on from a checkpoint.

    Errors: CppnError if it is damaged or of another network, picture or way of learning; the fit is then as before.
    """
    from safetensors import SafetensorError, safe_open

    where = str(path)
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise CppnError("it is too large for a checkpoint", where=where)
        with safe_open(path, "pt") as file:
            told = file.metadata() or {}
            tensors = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118  it is no dictionary
        theirs = json.loads(told["identity"])
        numbers = {key: json.loads(told[key]) for key in fit.numbers()}
    except (SafetensorError, KeyError, ValueError) as error:
        raise CppnError(f"it is no checkpoint, or damaged: {shorten(str(error))}", where=where) from None
    except OSError as error:
        raise failure(f"cannot be read: {error.strerror or error}", where=where) from None
    mine = json.loads(json.dumps(identity))
    other = [key for key in mine if theirs.get(key) != mine[key]] if isinstance(theirs, dict) else list(mine)
    if other:
        raise CppnError(
            f"it is of another fit: {', '.join(other)} is not the same", where=where,
            legal="give the same flags, or start anew without --resume",
        )  # fmt: skip
    expected = fit.tensors()
    for key, value in expected.items():
        given = tensors.get(key)
        if given is None or given.shape != value.shape or given.dtype != value.dtype:
            raise CppnError(f"it is no checkpoint of this network: {key} does not fit", where=where)
        if given.is_floating_point() and not torch.isfinite(given).all():
            raise CppnError(f"it is damaged: {key} is not finite", where=where)
    if not all(isinstance(value, (int, float)) for value in numbers.values()):
        raise CppnError("it is damaged: its numbers are none", where=where)
    fit.load(tensors, numbers)
