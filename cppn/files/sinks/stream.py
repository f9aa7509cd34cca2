"""A picture that is still being drawn, as a file that libvips can read.

libvips pulls what it encodes; drawing pushes bands. Between them stands an uncompressed BigTIFF that exists only as it
is read: its header and strip tables are made up front, its pixels come from a short queue of bands. The layout is plain
and in order, so libvips reads each strip once, from the top (TIFF 6.0, and the BigTIFF extension of 2007).
"""

from __future__ import annotations

import queue
import struct
import threading
from contextlib import suppress
from typing import Any

import numpy as np
from numpy.typing import NDArray

_STRIP = 1 << 20  # bytes, about: what libvips asks for at a time
_SHORT, _LONG, _LONG8 = 3, 4, 16
_WAIT = 0.1  # seconds between looks at whether the other side is still there


class BrokenOff(Exception):  # noqa: N818  it is no error but an end
    """The other side of the stream has ended."""


class PictureStream:
    """The TIFF of a picture, shape (height, width, channels) and dtype uint8, uint16 or float32; `ahead` bands wait."""

    def __init__(self, height: int, width: int, channels: int, dtype: np.dtype[Any], ahead: int = 2) -> None:
        row = width * channels * dtype.itemsize
        self._header = _header(height, width, channels, dtype, max(1, min(height, _STRIP // row)))
        self._pixels = height * row
        self._dtype = dtype.newbyteorder("<")
        self._bands: queue.Queue[memoryview] = queue.Queue(ahead)
        self._band = memoryview(b"")
        self._read = 0  # bytes of pixels given so far
        self._position = 0
        self._awaited = height  # rows
        self._ended = threading.Event()

    @property
    def complete(self) -> bool:
        """Have all rows been put?"""
        return self._awaited == 0

    def put(self, band: NDArray[Any]) -> None:
        """Add the next rows; waits while the queue is full. Errors: BrokenOff after `end`."""
        data = np.ascontiguousarray(band, self._dtype).data.cast("B")
        while not self._ended.is_set():
            with suppress(queue.Full):
                self._bands.put(data, timeout=_WAIT)
                self._awaited -= len(band)
                return
        raise BrokenOff

    def end(self) -> None:
        """Let both sides go: nothing more is put, nothing more is read."""
        self._ended.set()

    def read(self, size: int) -> bytes:
        """The file's next bytes, at least one and at most `size`; none at its end or once it is broken off."""
        start = self._position
        if start < len(self._header):
            data = self._header[start : start + size]
        else:
            if start != len(self._header) + self._read or self._read >= self._pixels or not self._fill():
                return b""
            data = bytes(self._band[:size])
            self._band = self._band[size:]
            self._read += len(data)
        self._position += len(data)
        return data

    def seek(self, offset: int, whence: int) -> int:
        """Move; returns the new place."""
        size = len(self._header) + self._pixels
        self._position = {0: 0, 1: self._position, 2: size}[whence] + offset
        return self._position

    def _fill(self) -> bool:
        while not self._band and not self._ended.is_set():
            with suppress(queue.Empty):
                self._band = self._bands.get(timeout=_WAIT)
        return bool(self._band)


def _header(height: int, width: int, channels: int, dtype: np.dtype[Any], rows: int) -> bytes:
    """Everything of the file before its pixels, which follow in strips of `rows` rows."""
    strips = -(-height // rows)
    row = width * channels * dtype.itemsize
    counts = np.full(strips, rows * row, "<u8")
    counts[-1] = (height - (strips - 1) * rows) * row
    kind = 3 if dtype.kind == "f" else 1  # IEEE floats, or unsigned numbers
    # tag, type, values
    tags: list[tuple[int, int, list[int]]] = [
        (256, _LONG, [width]), (257, _LONG, [height]), (258, _SHORT, [8 * dtype.itemsize] * channels),
        (259, _SHORT, [1]), (262, _SHORT, [2 if channels == 3 else 1]), (273, _LONG8, []), (277, _SHORT, [channels]),
        (278, _LONG, [rows]), (279, _LONG8, []), (284, _SHORT, [1]), (339, _SHORT, [kind] * channels),
    ]  # fmt: skip
    directory = 16
    tables = directory + 8 + 20 * len(tags) + 8
    start = tables + (16 * strips if strips > 1 else 0)
    offsets = start + np.arange(strips, dtype="<u8") * np.uint64(rows * row)
    places = {273: (tables, int(offsets[0])), 279: (tables + 8 * strips, int(counts[0]))}
    parts = [struct.pack("<2sHHHQ", b"II", 43, 8, 0, directory), struct.pack("<Q", len(tags))]
    for tag, code, values in tags:
        if tag in places:  # a single value stands in the entry itself
            count, value = strips, struct.pack("<Q", places[tag][0 if strips > 1 else 1])
        else:
            count, value = len(values), struct.pack(f"<{len(values)}{'H' if code == _SHORT else 'I'}", *values)
        parts.append(struct.pack("<HHQ", tag, code, count) + value.ljust(8, b"\0"))
    parts.append(struct.pack("<Q", 0))
    if strips > 1:
        parts += [offsets.tobytes(), counts.tobytes()]
    return b"".join(parts)
