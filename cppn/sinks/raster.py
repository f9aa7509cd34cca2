"""Picture files through libvips, written while the picture is still being drawn.

libvips pulls; drawing pushes. A writer thread therefore runs libvips on a stream that speaks PNG without compression,
which the bands of the picture are put into as they come.
"""

from __future__ import annotations

import os
import queue
import struct
import threading
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import CppnError, failure
from .metadata import KEY, Imprint, xmp_packet

_AHEAD = 2  # bands waiting to be written


@dataclass(frozen=True)
class Format:
    """A kind of file: libvips' saver and its settings, and how much the format holds."""

    name: str
    saver: str
    options: dict[str, Any]
    largest_side: int
    largest_imprint: int = 1 << 30
    lossy: bool = True


# level 3 is where zlib's time and size meet: 0.17 s and 4.1 MB for a 4K picture; level 6 takes 0.45 s for 3.7 MB
_PNG = Format("PNG", "pngsave", {"compression": 3, "filter": "up"}, 2**31 - 1, lossy=False)
_JPEG = Format("JPEG", "jpegsave", {"subsample_mode": "off", "optimize_coding": True}, 65535, 65000)
_WEBP = Format("WebP", "webpsave", {"smart_subsample": True}, 16383)
_AVIF = Format("AVIF", "heifsave", {"compression": "av1", "effort": 4, "subsample_mode": "off"}, 16384)
FORMATS = {".png": _PNG, ".jpg": _JPEG, ".jpeg": _JPEG, ".webp": _WEBP, ".avif": _AVIF}
QUALITY = 92  # of lossy files, unless asked otherwise


def format_of(path: Path) -> Format:
    """The format that a file name's ending means.

    Errors: CppnError for endings that are none.
    """
    suffix = path.suffix.lower()
    if not suffix:
        raise CppnError("the file name has no ending", where=str(path), legal=f"{', '.join(FORMATS)} are legal")
    if suffix not in FORMATS:
        raise CppnError(f"unknown picture format {suffix!r}", where=str(path), legal=f"{', '.join(FORMATS)} are legal")
    return FORMATS[suffix]


def check(path: Path, width: int, height: int, imprint: Imprint | None = None) -> Format:
    """The format of a picture to be written there, once it is known to hold it.

    Errors: CppnError for sizes and recipes too large for the format, folders that are missing or cannot be written in.
    """
    form = format_of(path)
    if max(width, height) > form.largest_side:
        fitting = sorted({f.name for f in FORMATS.values() if f.largest_side >= max(width, height)})
        raise CppnError(
            f"{form.name} cannot hold {width}x{height} pixels", where=str(path),
            legal=f"at most {form.largest_side} a side; {', '.join(fitting)} can",
        )  # fmt: skip
    if imprint is not None and len(imprint.to_json()) > form.largest_imprint:
        raise CppnError(
            f"{form.name} cannot hold a recipe with so many weights", where=str(path), legal="use PNG or WebP"
        )
    if path.is_dir():
        raise CppnError("it is a folder", where=str(path), legal="name a file in it")
    folder = path.parent
    if not folder.is_dir():
        raise failure("the folder does not exist", where=str(folder), legal="create it, or write elsewhere")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise failure("the folder cannot be written in", where=str(folder), legal="write elsewhere with -o")
    return form


class RasterSink:
    """A picture file in the making: give it all the bands, then it appears under its name, or not at all.

    with RasterSink(path, width, height, channels, imprint) as sink:
        for band in bands:
            sink.write(band)
    """

    def __init__(
        self,
        path: Path,
        width: int,
        height: int,
        channels: int,
        imprint: Imprint | None = None,
        quality: int | None = None,
    ) -> None:
        self._path, self._width, self._height, self._channels = path, width, height, channels
        self._format = check(path, width, height, imprint)
        self._imprint, self._quality = imprint, quality or QUALITY
        self._part = path.with_name(f".{path.name}.{os.getpid()}.part")
        self._bands: queue.Queue[NDArray[np.uint8] | None] = queue.Queue(_AHEAD)
        self._error: BaseException | None = None
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._run, name="cppn-write", daemon=True)

    def __enter__(self) -> RasterSink:
        self._thread.start()
        return self

    def write(self, band: NDArray[np.uint8]) -> None:
        """Add rows, shape (rows, width, channels)."""
        while not self._done.is_set():
            with suppress(queue.Full):
                self._bands.put(band, timeout=0.1)
                return
        raise self._failed()

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        try:
            if kind is None:
                self._put_last()
                self._thread.join()
                if self._error is not None:
                    raise self._failed()
                os.replace(self._part, self._path)
            else:
                self._stop()
        except BaseException:
            self._stop()
            raise
        finally:
            with suppress(OSError):
                self._part.unlink(missing_ok=True)

    def _put_last(self) -> None:
        while not self._done.is_set():
            with suppress(queue.Full):
                self._bands.put(None, timeout=0.1)
                return

    def _stop(self) -> None:
        """End the writer thread: its stream breaks off."""
        while self._thread.is_alive():
            with suppress(queue.Empty):
                self._bands.get_nowait()
            with suppress(queue.Full):
                self._bands.put_nowait(None)
            self._thread.join(0.05)

    def _failed(self) -> CppnError:
        return failure(f"it could not be written: {_reason(self._error, self._part)}", where=str(self._path))

    def _run(self) -> None:
        import pyvips

        stream = self._stream()
        left = b""

        def read(size: int) -> bytes:
            nonlocal left
            while not left:
                chunk = next(stream, None)
                if chunk is None:
                    return b""
                left = chunk
            given, left = left[:size], left[size:]
            return given

        source = pyvips.SourceCustom()
        source.on_read(read)
        try:
            image = pyvips.Image.new_from_source(source, "", access="sequential", fail_on="truncated").copy()
            if self._imprint is not None:
                self._label(image, self._imprint.to_json())
            options = dict(self._format.options)
            if self._format.lossy:
                options["Q"] = self._quality
            getattr(image, self._format.saver)(str(self._part), **options)
        except BaseException as error:  # carried over to the drawing thread
            self._error = error
        finally:
            self._done.set()

    def _label(self, image: Any, text: str) -> None:
        import pyvips

        if self._format is _PNG:
            from .. import __version__

            for i, (key, value) in enumerate(((KEY, text), ("Software", f"cppn {__version__}"))):
                image.set_type(pyvips.GValue.gstr_type, f"png-comment-{i}-{key}", value)
        else:
            image.set_type(pyvips.GValue.blob_type, "xmp-data", xmp_packet(text))

    def _stream(self) -> Iterator[bytes]:
        """The picture as an uncompressed PNG, piece by piece."""
        kind = {1: 0, 3: 2}[self._channels]
        yield b"\x89PNG\r\n\x1a\n"
        yield _chunk(b"IHDR", struct.pack(">IIBBBBB", self._width, self._height, 8, kind, 0, 0, 0))
        stored = zlib.compressobj(level=0)
        while (band := self._bands.get()) is not None:
            rows = band.reshape(len(band), -1)
            lines = np.zeros((rows.shape[0], rows.shape[1] + 1), np.uint8)  # a zero before each row: no filter
            lines[:, 1:] = rows
            yield _chunk(b"IDAT", stored.compress(lines.tobytes()))
        yield _chunk(b"IDAT", stored.flush())
        yield _chunk(b"IEND", b"")


def _chunk(kind: bytes, body: bytes) -> bytes:
    return b"".join((struct.pack(">I", len(body)), kind, body, struct.pack(">I", zlib.crc32(body, zlib.crc32(kind)))))


def _reason(error: BaseException | None, part: Path) -> str:
    """What the system said, from the depths of libvips' message."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    for line in lines:
        if "unix error" in line.lower() or "system error" in line.lower():
            return line.rpartition(": ")[2]
    return (lines[-1] if lines else "no reason is known").replace(str(part), part.name)
