"""Reading a picture file: what it must be, and what comes of it."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...errors import CppnError
from ..vips import libvips
from .colours import in_srgb
from .decoding import ENDINGS, decode, unreadable


class Picture(NamedTuple):
    """`pixels`, (height, width, 1 or 3), sRGB in [0, 1]; `notes`: what was done to have them so."""

    pixels: NDArray[np.float32]
    notes: tuple[str, ...]


def read_picture(path: Path) -> Picture:
    """Read a picture file of whole numbers or of floats from 0 to 1, grey or colour; its profile is followed.

    Transparency is laid over white. Errors: CppnError if it is no picture, damaged, of a kind that would be misread,
    or above 100 megapixels.
    """
    pyvips = libvips()

    where = str(path)
    if path.is_dir():
        raise CppnError("it is a folder", where=where, legal="name a picture")
    if not path.exists():
        raise CppnError("there is no such file", where=where)
    if not path.is_file() or path.suffix.lower() not in ENDINGS:
        raise CppnError("it is no picture", where=where, legal=f"{', '.join(ENDINGS)} are read")
    notes: list[str] = []
    try:
        pixels = in_srgb(decode(path), where, notes)
    except pyvips.Error as error:
        raise unreadable(path, str(error)) from None
    return Picture(pixels, tuple(notes))


def is_whole(path: Path) -> bool:
    """Can all of a picture file be read?"""
    pyvips = libvips()

    try:
        pyvips.Image.new_from_file(str(path), access="sequential", fail_on="error", revalidate=True).avg()
    except pyvips.Error:
        return False
    return True
