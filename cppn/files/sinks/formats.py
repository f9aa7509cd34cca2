"""Kinds of picture files: what each can hold, and how it is asked for."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

from ...errors import CppnError

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


class Memory(NamedTuple):
    """What a format's encoder holds at its peak, measured in whole processes at several widths, and rounded up.

    `rows`: up to 2.5 times all there are. `pixel`: bytes for each pixel, of encoders that hold the whole picture.
    """

    rows: int
    pixel: int = 0


@dataclass(frozen=True)
class Format:
    """A kind of file: its sink, libvips' saver with its settings, and what the format holds.

    `viewable`: is it one file of pixels, that other programs show? `is_vector`: does it hold shapes instead of pixels?
    """

    name: str
    sink: str
    memory: Memory
    saver: str
    options: tuple[tuple[str, Any], ...]
    largest_side: int
    bits: tuple[int, ...] = (8,)
    compressions: tuple[str, ...] = ()
    lossy: bool = False
    largest_provenance: int = 1 << 30
    viewable: bool = True
    pyramid: bool = False
    is_vector: bool = False

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


_RASTER = "raster:RasterSink"
_LEVELS = tuple("0123456789")
# level 3 is where zlib's time and size meet: 0.17 s and 4.1 MB for a 4K picture; level 6 takes 0.45 s for 3.7 MB
_PNG = Format(
    "PNG", _RASTER, Memory(1000), "pngsave", (("compression", 3), ("filter", "up")), 2**31 - 1, (8, 16), _LEVELS
)
_TIFF = Format(
    "TIFF", _RASTER, Memory(1900), "tiffsave", (("tile", True), ("tile_width", 256), ("tile_height", 256)), 2**31 - 1,
    (8, 16, 32), ("none", "lzw", "deflate"), pyramid=True,
)  # fmt: skip
_JPEG = Format(
    "JPEG", _RASTER, Memory(1000), "jpegsave", (("subsample_mode", "off"),), 65535, lossy=True, largest_provenance=65000
)
_WEBP = Format("WebP", _RASTER, Memory(0, 20), "webpsave", (("smart_subsample", True),), 16383, lossy=True)
_AVIF = Format(
    "AVIF",
    _RASTER,
    Memory(0, 60),
    "heifsave",
    (("compression", "av1"), ("effort", 4), ("subsample_mode", "off")),
    16384,
    lossy=True,
)
_DEEP_ZOOM = Format(
    "Deep Zoom", "deepzoom:DeepZoomSink", Memory(3600), "dzsave", (("tile_size", 510), ("overlap", 1)), 2**31 - 1,
    lossy=True, viewable=False,
)  # fmt: skip
_ARRAY = Format("NPY", "array:ArraySink", Memory(0), "", (), 2**31 - 1, (8, 16, 32), viewable=False)
_SVG = Format("SVG", "base:Sink", Memory(0), "", (), 2**31 - 1, viewable=False, is_vector=True)
PICTURE_FORMATS = {
    ".png": _PNG, ".jpg": _JPEG, ".jpeg": _JPEG, ".webp": _WEBP, ".avif": _AVIF, ".tif": _TIFF, ".tiff": _TIFF,
    ".dzi": _DEEP_ZOOM, ".npy": _ARRAY, ".svg": _SVG,
}  # fmt: skip


def format_of(path: Path) -> Format:
    """The format that a file name's ending means.

    Errors: CppnError for endings that are none.
    """
    suffix = path.suffix.lower()
    if suffix not in PICTURE_FORMATS:
        what = f"unknown picture format {suffix!r}" if suffix else "the file name has no ending"
        raise CppnError(what, where=str(path), legal=f"{', '.join(PICTURE_FORMATS)} are legal")
    return PICTURE_FORMATS[suffix]


def load(sink: str) -> Any:
    """The class of a sink, given as `module:class` of this package."""
    module, _, name = sink.partition(":")
    return getattr(import_module(f".{module}", __package__), name)
