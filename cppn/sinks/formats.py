"""Kinds of picture files: what each can hold, and how it is asked for."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import CppnError, failure, shorten
from .metadata import Imprint

QUALITY = 92  # of lossy files, unless asked otherwise
_TIFF_LIMIT = 3_900_000_000  # bytes beyond which a TIFF's 32-bit offsets may not do


@dataclass(frozen=True)
class Encoding:
    """How a file is written.

    `quality`: 1 to 100, of lossy formats. `compression`: of PNG 0 to 9, of TIFF none, lzw or deflate.
    `dpi`: pixels an inch, so that the picture has a physical size. `pyramid`: smaller copies inside, in TIFF.
    """

    quality: int | None = None
    compression: str | None = None
    dpi: float | None = None
    pyramid: bool = False

    def __post_init__(self) -> None:
        if self.quality is not None and not 1 <= self.quality <= 100:
            raise CppnError(f"quality {self.quality}", where="quality", legal="1 to 100 are legal")
        if self.dpi is not None and not 1 <= self.dpi <= 100_000:
            raise CppnError(f"{self.dpi:g} dpi", where="dpi", legal="1 to 100000 are legal")


@dataclass(frozen=True)
class Format:
    """A kind of file: libvips' saver with its settings, and what the format holds."""

    name: str
    saver: str
    options: tuple[tuple[str, Any], ...]
    largest_side: int
    bits: tuple[int, ...] = (8,)
    compressions: tuple[str, ...] = ()
    lossy: bool = False
    largest_imprint: int = 1 << 30

    def settings(self, encoding: Encoding, width: int, height: int, channels: int, bits: int) -> dict[str, Any]:
        """The saver's arguments for a picture."""
        settings = dict(self.options)
        quality = encoding.quality or QUALITY
        if self.saver == "dzsave":
            settings |= {"suffix": f".jpeg[Q={quality}]", "keep": "icc"}
        elif self.lossy:
            settings["Q"] = quality
        if self.saver == "pngsave" and encoding.compression is not None:
            settings["compression"] = int(encoding.compression)
        if self.saver == "tiffsave":
            settings["compression"] = encoding.compression or "deflate"
            settings["predictor"] = "float" if bits == 32 else "horizontal"
            settings["pyramid"] = encoding.pyramid
            settings["bigtiff"] = (
                width * height * channels * (bits // 8) * (4 / 3 if encoding.pyramid else 1) > _TIFF_LIMIT
            )
        return settings


_LEVELS = tuple("0123456789")
# level 3 is where zlib's time and size meet: 0.17 s and 4.1 MB for a 4K picture; level 6 takes 0.45 s for 3.7 MB
_PNG = Format("PNG", "pngsave", (("compression", 3), ("filter", "up")), 2**31 - 1, (8, 16), _LEVELS)
_TIFF = Format(
    "TIFF", "tiffsave", (("tile", True), ("tile_width", 256), ("tile_height", 256)), 2**31 - 1, (8, 16, 32),
    ("none", "lzw", "deflate"),
)  # fmt: skip
_JPEG = Format("JPEG", "jpegsave", (("subsample_mode", "off"),), 65535, lossy=True, largest_imprint=65000)
_WEBP = Format("WebP", "webpsave", (("smart_subsample", True),), 16383, lossy=True)
_AVIF = Format(
    "AVIF", "heifsave", (("compression", "av1"), ("effort", 4), ("subsample_mode", "off")), 16384, lossy=True
)
_DEEP_ZOOM = Format("Deep Zoom", "dzsave", (("tile_size", 510), ("overlap", 1)), 2**31 - 1, lossy=True)
_ARRAY = Format("NPY", "", (), 2**31 - 1, (8, 16, 32))
FORMATS = {
    ".png": _PNG, ".jpg": _JPEG, ".jpeg": _JPEG, ".webp": _WEBP, ".avif": _AVIF, ".tif": _TIFF, ".tiff": _TIFF,
    ".dzi": _DEEP_ZOOM, ".npy": _ARRAY,
}  # fmt: skip


def format_of(path: Path) -> Format:
    """The format that a file name's ending means.

    Errors: CppnError for endings that are none.
    """
    suffix = path.suffix.lower()
    if suffix not in FORMATS:
        what = f"unknown picture format {suffix!r}" if suffix else "the file name has no ending"
        raise CppnError(what, where=str(path), legal=f"{', '.join(FORMATS)} are legal")
    return FORMATS[suffix]


def check(
    path: Path, width: int, height: int, bits: int = 8, encoding: Encoding | None = None, imprint: Imprint | None = None
) -> Format:
    """The format of a picture to be written there, once it is known to hold it.

    Errors: CppnError for sizes, bits and recipes that the format cannot hold, folders that are missing or cannot be
    written in, and what a Deep Zoom would take the place of without being one.
    """
    form, where = format_of(path), str(path)
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
    if encoding and encoding.pyramid and form is not _TIFF:
        raise CppnError(f"{form.name} has no pyramid", where=where, legal="TIFF has")
    if imprint is not None and len(imprint.to_json()) > form.largest_imprint:
        raise CppnError(f"{form.name} cannot hold a recipe with so many weights", where=where, legal="use PNG or WebP")
    check_folder(path)
    if form is _DEEP_ZOOM:
        from .deepzoom import check_beside

        check_beside(path)
    return form


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


def _names(fits: Any) -> str:
    return ", ".join(sorted({form.name for form in FORMATS.values() if fits(form)}))
