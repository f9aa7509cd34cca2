"""The numbers of a picture file, upright: libvips reads them, and Pillow what libvips does not know."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ...errors import CppnError, shorten
from ..vips import libvips
from . import tiff

if TYPE_CHECKING:
    import pyvips
    from PIL.Image import Image

MOST_PIXELS = 100_000_000
_LIBVIPS = (".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff", ".avif", ".gif")
# Pillow's readers that run no other program, with the endings of files that libvips does not read
_PILLOW = {
    "AVIF": (), "BMP": (".bmp",), "DIB": (".dib",), "DDS": (".dds",), "GIF": (), "ICO": (".ico",), "JPEG": (),
    "JPEG2000": (".jp2", ".j2k"), "PCX": (".pcx",), "PNG": (), "PPM": (".ppm", ".pgm", ".pbm", ".pnm"),
    "QOI": (".qoi",), "SGI": (".sgi", ".rgb"), "TGA": (".tga",), "TIFF": (), "WEBP": (), "XBM": (".xbm",),
}  # fmt: skip
ENDINGS = (*_LIBVIPS, *(ending for endings in _PILLOW.values() for ending in endings))


def decode(path: Path) -> pyvips.Image:
    """The picture in memory. Errors: CppnError if neither library reads it, or both would misread it."""
    pyvips = libvips()

    tiff.check(path)
    try:
        # not in sequence: turning asks for the last rows first; anew, for libvips remembers files by their names
        image = pyvips.Image.new_from_file(str(path), fail_on="error", revalidate=True)
        _check_size(image.width, image.height, path)
        image = tiff.mended(image, path) if image.get("vips-loader").startswith("tiff") else image
        return image.autorot().copy_memory()
    except pyvips.Error as error:
        found = _by_pillow(path)
        if found is None:
            raise unreadable(path, str(error)) from None
        return found


def _by_pillow(path: Path) -> pyvips.Image | None:
    from PIL import Image, ImageOps

    try:
        with warnings.catch_warnings(), Image.open(path, formats=list(_PILLOW)) as image:
            warnings.simplefilter("ignore")  # of sizes, which are checked here
            _check_size(*image.size, path)
            return _of_pillow(ImageOps.exif_transpose(image), path)
    except CppnError:
        raise
    except Exception:  # a foreign file may break a reader in any way
        return None


def _of_pillow(image: Image, path: Path) -> pyvips.Image:
    pyvips = libvips()

    if image.mode == "LAB":
        found = tiff.lab_of_pillow(image, path)
    else:
        if not image.mode.startswith(("I", "F", "L", "CMYK")) or image.has_transparency_data:
            image = image.convert("RGBA" if image.has_transparency_data else "RGB")
        numbers = np.asarray(image)
        # of more than 8 bits, Pillow keeps 16 in whole numbers of 32, and may leave them in the file's order of bytes
        kind = np.uint16 if image.mode.startswith("I") else numbers.dtype
        found = pyvips.Image.new_from_array(numbers.astype(kind))
        found = found.copy(interpretation={1: "b-w", 2: "b-w"}.get(found.bands, "srgb"))
        found = found.copy(interpretation="cmyk") if image.mode == "CMYK" else found
    if profile := image.info.get("icc_profile"):
        found.set_type(pyvips.GValue.blob_type, "icc-profile-data", profile)
    return found


def _check_size(width: int, height: int, path: Path) -> None:
    if width * height > MOST_PIXELS:
        raise CppnError(f"{width}x{height} pixels", where=str(path), legal=f"at most {MOST_PIXELS // 10**6} million")


def unreadable(path: Path, reason: str) -> CppnError:
    """The error of a file that a library made nothing of."""
    lines = reason.strip().splitlines()
    told = shorten(lines[-1].strip()) if lines else "no reason is known"
    return CppnError(f"it cannot be read as a picture: {told}", where=str(path))
