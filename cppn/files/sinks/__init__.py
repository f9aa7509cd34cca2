"""Where pictures go: files, written band by band, with the recipe inside."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from ...errors import CppnError
from ..names import check_folder
from ..provenance import Provenance
from .base import Sink
from .formats import PICTURE_FORMATS, Encoding, Format, format_of, load

__all__ = ["Encoding", "Provenance", "Sink", "check", "open_sink"]


def open_sink(
    path: Path, shape: tuple[int, int, int], dtype: np.dtype[Any], provenance: Provenance | None = None,
    encoding: Encoding | None = None, *, exclusive: bool = False,
) -> Sink:  # fmt: skip
    """The sink for a picture of that shape (height, width, channels) in the format that the path's ending means.

    `exclusive`: never take a file's place, but a free name like it.
    Errors: CppnError for what the format cannot hold, and for places that cannot be written.
    """
    encoding = encoding or Encoding()
    form = check(path, shape[1], shape[0], 8 * dtype.itemsize, encoding, provenance)
    sink: Sink = load(form.sink)(path, shape, dtype, form, encoding, provenance)
    sink.exclusive = exclusive
    return sink


def check(
    path: Path,
    width: int,
    height: int,
    bits: int = 8,
    encoding: Encoding | None = None,
    provenance: Provenance | None = None,
    *,
    is_vector: bool = False,
) -> Format:
    """The format of a picture to be written there, once it is known to hold it; `is_vector`: as shapes, if it is so.

    Errors: CppnError for sizes, bits and recipes that the format cannot hold, folders that are missing or cannot be
    written in, and what stands in a Deep Zoom's place.
    """
    form, where = format_of(path), str(path)
    if form.is_vector and not is_vector:
        raise CppnError(f"{form.name} holds no pixels", where=where, legal=f"{_names(lambda _: True)} do")
    if max(width, height) > form.largest_side:
        raise CppnError(
            f"{form.name} cannot hold {width}x{height} pixels", where=where,
            legal=f"at most {form.largest_side} a side; {_names(lambda f: f.largest_side >= max(width, height))} can",
        )  # fmt: skip
    if bits not in form.bits:
        raise CppnError(
            f"{form.name} cannot hold {bits} bits", where=where, legal=f"{_names(lambda f: bits in f.bits)} can"
        )
    compression = encoding.compression if encoding else None
    if compression is not None and compression not in form.compressions:
        listed = ", ".join(form.compressions) or "none can be chosen"
        raise CppnError(f"{form.name} has no compression {compression!r}", where=where, legal=f"legal: {listed}")
    if encoding and encoding.quality is not None and not form.lossy:
        lossy = _names(lambda f: f.lossy)
        raise CppnError(f"{form.name} loses nothing and has no quality", where=where, legal=f"{lossy} have")
    if encoding and encoding.pyramid and not form.pyramid:
        raise CppnError(f"{form.name} has no pyramid", where=where, legal="TIFF has")
    if provenance is not None and len(provenance.to_json()) > form.largest_provenance:
        raise CppnError(f"{form.name} cannot hold a recipe with so many weights", where=where, legal="use PNG or WebP")
    check_folder(path)
    load(form.sink).check_place(path)
    return form


def _names(fits: Any) -> str:
    """The formats of pixels that fit."""
    return ", ".join(sorted({one.name for one in PICTURE_FORMATS.values() if not one.is_vector and fits(one)}))
