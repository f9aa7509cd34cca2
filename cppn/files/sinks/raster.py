"""Picture files through libvips, encoded while the picture is still being drawn."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import xmp
from ..profile import gray_profile
from ..provenance import KEY, Provenance
from ..vips import libvips
from .base import Sink
from .formats import Encoding, Format
from .stream import BrokenOff, PictureStream
from .touch_up import add_png_text, mend_webp

_MM_PER_INCH = 25.4
_MOST_COMPRESSED = 1 << 19  # characters; Pillow takes up to 1 MiB
_SCREEN_DPI = 72.0  # where nothing is said, as most programs assume


class RasterSink(Sink):
    """A picture file. A thread of its own runs libvips, which pulls what drawing pushes."""

    def __init__(
        self, path: Path, shape: tuple[int, int, int], dtype: np.dtype[Any], form: Format, encoding: Encoding,
        provenance: Provenance | None = None,
    ) -> None:  # fmt: skip
        super().__init__(path)
        self._format, self._provenance, self._encoding = form, provenance, encoding
        self._shape, self._bits = shape, 8 * dtype.itemsize
        self._stream = PictureStream(*shape, dtype)
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="cppn-write", daemon=True)

    @property
    def target(self) -> Path:
        """What libvips writes."""
        return self.part

    def open(self) -> None:
        libvips()  # where it cannot go on, that is said here
        self._thread.start()

    def write(self, band: NDArray[Any]) -> None:
        try:
            self._stream.put(band)
        except BrokenOff:
            raise self._reason() from None

    def close(self) -> None:
        if not self._stream.complete:  # libvips would wait for the missing rows for ever
            raise self.failed("rows are missing")
        self._thread.join()
        if self._error is not None:
            raise self._reason()

    def abandon(self) -> None:
        self._stream.end()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        pyvips = libvips()

        source = pyvips.SourceCustom()
        source.on_read(self._stream.read)
        source.on_seek(self._stream.seek)
        try:
            image = pyvips.Image.new_from_source(source, "", access="sequential", fail_on="truncated")
            per_mm = (self._encoding.dpi or _SCREEN_DPI) / _MM_PER_INCH
            image = image.copy(xres=per_mm, yres=per_mm)
            text = "" if self._provenance is None else self._provenance.to_json()
            self._label(image, text)
            height, width, channels = self._shape
            settings = self._format.settings(self._encoding, width, height, channels, self._bits)
            getattr(image, self._format.saver)(str(self.target), **settings)
            self._touch_up(text)
        except BaseException as error:  # carried over to the drawing thread
            self._error = error
        finally:
            self._stream.end()

    def _label(self, image: Any, text: str) -> None:
        """Put into the picture what its numbers mean, how large it is, and its recipe."""
        pyvips = libvips()

        gray = self._shape[2] == 1
        profile = gray_profile() if gray else pyvips.Operation.call("profile_load", "srgb")
        image.set_type(pyvips.GValue.blob_type, "icc-profile-data", profile)
        image.set_type(pyvips.GValue.gstr_type, "resolution-unit", "in")
        if not text:
            return
        if self._format.saver == "pngsave":
            from ...version import __version__

            told = {"Software": f"cppn {__version__}"} | ({KEY: text} if len(text) <= _MOST_COMPRESSED else {})
            for i, (key, value) in enumerate(told.items()):
                image.set_type(pyvips.GValue.gstr_type, f"png-comment-{i}-{key}", value)
        else:
            image.set_type(pyvips.GValue.blob_type, "xmp-data", xmp.packet(text))

    def _touch_up(self, text: str) -> None:
        if self._format.saver == "webpsave":
            mend_webp(self.target)
        elif self._format.saver == "pngsave" and len(text) > _MOST_COMPRESSED:
            add_png_text(self.target, KEY, text)

    def _reason(self) -> Exception:
        """What the system said, from the depths of libvips' message; else libvips' own first words."""
        lines = [line.strip() for line in str(self._error).splitlines() if line.strip()] or ["no reason is known"]
        told = [line.rpartition(": ")[2] for line in lines if "unix error" in line or "system error" in line]
        known = [reason for reason in told if not reason.startswith("Unknown error")]
        first = lines[1] if len(lines) > 1 and lines[0].startswith("unable to call") else lines[0]
        return self.failed(known[0] if known else first.replace(str(self.target), self.path.name))
