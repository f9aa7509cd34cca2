"""Foreign pictures, read into arrays."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .errors import CppnError

MOST_PIXELS = 100_000_000
_ENDINGS = (".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff", ".avif", ".gif", ".bmp")


class Picture(NamedTuple):
    """`pixels`, (height, width, 1 or 3), sRGB in [0, 1]; `notes`: what was done to have them so."""

    pixels: NDArray[np.float32]
    notes: tuple[str, ...]


def read_picture(path: Path) -> Picture:
    """Read a picture file: 8 or 16 bits, grey or colour, its profile taken into account.

    Transparency is laid over white. Errors: CppnError if it is no picture, damaged, or above 100 megapixels.
    """
    import pyvips

    where = str(path)
    if path.is_dir():
        raise CppnError("it is a folder", where=where, legal="name a picture")
    if not path.exists():
        raise CppnError("there is no such file", where=where)
    if not path.is_file() or path.suffix.lower() not in _ENDINGS:
        raise CppnError("it is no picture", where=where, legal=f"{', '.join(_ENDINGS)} are read")
    notes = []
    try:
        image = pyvips.Image.new_from_file(where, access="sequential", fail_on="error")
        if image.width * image.height > MOST_PIXELS:
            raise CppnError(
                f"{image.width}x{image.height} pixels", where=where, legal=f"at most {MOST_PIXELS // 10**6} million"
            )
        image = image.autorot()
        if image.hasalpha():
            notes.append("its transparency is laid over white")
            image = image.flatten(background=_white(image))
        if image.format == "ushort":
            notes.append("its 16 bits are kept")
        gray = image.interpretation in ("b-w", "grey16")
        deep = image.format == "ushort"
        image = image.colourspace(("grey16" if deep else "b-w") if gray else ("rgb16" if deep else "srgb"))
        pixels = image[: 1 if gray else 3].numpy()
    except pyvips.Error as error:
        reason = str(error).strip().splitlines()
        raise CppnError(
            f"it cannot be read as a picture: {reason[-1].strip() if reason else 'no reason is known'}", where=where
        ) from None
    if pixels.ndim == 2:
        pixels = pixels[..., None]
    return Picture(pixels.astype(np.float32) / np.float32(65535 if deep else 255), tuple(notes))


def is_whole(path: Path) -> bool:
    """Can all of a picture file be read?"""
    import pyvips

    try:
        pyvips.Image.new_from_file(str(path), access="sequential", fail_on="error").avg()
    except pyvips.Error:
        return False
    return True


def _white(image: object) -> list[float]:
    return [65535.0 if image.format == "ushort" else 255.0]  # type: ignore[attr-defined]
