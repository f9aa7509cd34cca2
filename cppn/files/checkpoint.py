"""Finished bands kept on disk, so that a drawing that was broken off can go on from the last of them.

The file stands beside the picture and is named after it: `poster.png.cppn-resume`. It begins with a line of JSON that
says of what drawing it is; each band follows as its number of rows, its CRC-32 and its bytes. Whatever killed the
program, the bands before the damage are whole, and the rest is drawn again.
"""

from __future__ import annotations

import json
import os
import struct
import zlib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from ..errors import CppnError, failure
from .locks import lock_file

SUFFIX = ".cppn-resume"
VERSION = 1
_HEAD = struct.Struct("<II")  # rows, CRC-32
_MOST_JSON = 1 << 24
_MOST_BAND = 1 << 30


class Checkpoint:
    """The bands, shape (rows, width, channels), of the drawing that will be `path`.

    `drawing` says all that its pixels depend on, as JSON can.
    """

    def __init__(self, path: Path, shape: tuple[int, int, int], dtype: np.dtype[Any], drawing: dict[str, Any]) -> None:
        self.path = path.with_name(path.name + SUFFIX)
        self._shape, self._dtype = shape, dtype.newbyteorder("<")
        self._drawing = {"spool": VERSION, **drawing}
        self._file: BinaryIO

    @property
    def exists(self) -> bool:
        """Is there a file of an earlier run?"""
        return self.path.is_file()

    @property
    def is_foreign(self) -> bool:
        """Is there a file that says something else than what drawing it is of, or nothing?"""
        return self.exists and "spool" not in self._told() and self.path.stat().st_size > 0

    def differs(self) -> str:
        """In what the file of the earlier run is of another drawing; empty if it is of this one."""
        told = self._told()
        if not told:
            return "what it says of itself"
        mine = json.loads(json.dumps(self._drawing))
        return ", ".join(_differences(told, mine))

    def _told(self) -> dict[str, Any]:
        """What the file says it is of; nothing if it cannot be read."""
        try:
            with self.path.open("rb") as file:
                line = file.readline(_MOST_JSON)
        except OSError as error:
            raise self._failed(error) from None
        try:
            told = json.loads(line) if line.endswith(b"\n") else None
        except (ValueError, RecursionError):
            told = None
        return told if isinstance(told, dict) else {}

    def open(self, *, anew: bool) -> None:
        """Begin: with an empty file, or behind the whole bands of the earlier one once they are read.

        Errors: CppnError if it cannot be written, or another process draws the same picture.
        """
        try:
            self._file = open(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o666), "r+b")  # noqa: SIM115  closed by `close`
            lock_file(self._file, self.path, "another cppn is drawing this picture")
            if anew:
                self._file.truncate(0)
                self._file.write(json.dumps(self._drawing).encode() + b"\n")
                self._file.flush()
            else:
                self._file.readline(_MOST_JSON)
        except OSError as error:
            raise self._failed(error) from None

    def kept(self) -> Iterator[NDArray[Any]]:
        """The whole bands of an earlier run; behind the last of them the next is added."""
        height, width, channels = self._shape
        row, done = width * channels * self._dtype.itemsize, 0
        while True:
            place = self._file.tell()
            head = self._file.read(_HEAD.size)
            rows, code = _HEAD.unpack(head) if len(head) == _HEAD.size else (0, 0)
            if not 1 <= rows <= height - done or rows * row > max(_MOST_BAND, row):
                break
            data = self._file.read(rows * row)
            if len(data) < rows * row or zlib.crc32(data) != code:
                break
            done += rows
            yield np.frombuffer(data, self._dtype).reshape(rows, width, channels)
        self._file.seek(place)
        self._file.truncate()

    def add(self, band: NDArray[Any]) -> None:
        """Keep a band. Errors: CppnError if it cannot be written."""
        data = np.ascontiguousarray(band, self._dtype).data.cast("B")
        try:
            self._file.write(_HEAD.pack(len(band), zlib.crc32(data)))
            self._file.write(data)
            self._file.flush()
        except OSError as error:
            raise self._failed(error) from None

    def close(self, *, keep: bool) -> None:
        """Let the file be, or remove it."""
        if hasattr(self, "_file"):
            with suppress(OSError):  # what did not fit is drawn again
                self._file.close()
        if not keep:
            self.path.unlink(missing_ok=True)

    def _failed(self, error: OSError) -> CppnError:
        return failure(f"it could not be written: {error.strerror or error}", where=str(self.path))


def _differences(a: Any, b: Any, where: str = "") -> Iterator[str]:
    """The names of what is not the same, as `recipe.seed`."""
    if isinstance(a, dict) and isinstance(b, dict):
        for key in sorted({*a, *b}):
            yield from _differences(a.get(key), b.get(key), f"{where}.{key}" if where else key)
    elif a != b:
        yield where
