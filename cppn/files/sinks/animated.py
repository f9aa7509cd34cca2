"""Animated WebP and PNG: still pictures, encoded one by one by Pillow, in a container of their own.

Pillow's own animations keep every frame in memory until the end. Both containers are simple: WebP's (developers of
WebP, "WebP Container Specification") is a row of ANMF chunks, PNG's (PNG specification, third edition) a row of fcTL
and fdAT chunks.
"""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

from PIL import Image

from ...errors import CppnError
from .. import xmp
from ..provenance import KEY
from .film_base import Film, FilmSink, Frame, durations
from .film_formats import FilmFormat
from .formats import QUALITY

_TICKS = 1000  # of WebP, a second
_PNG = b"\x89PNG\r\n\x1a\n"


class _AnimatedSink(FilmSink):
    """A file to which one part after another is written."""

    def __init__(self, path: Path, film: Film, form: FilmFormat) -> None:
        super().__init__(path)
        self._film = film

    def open(self) -> None:
        """Begin the file."""
        self._file = self.part.open("wb")
        self._begin()

    def close(self) -> None:
        """Finish the file."""
        self._end()
        self._file.close()

    def abandon(self) -> None:
        """End early."""
        if hasattr(self, "_file"):
            self._file.close()

    def append(self, encoded: bytes) -> None:
        """Add the next frame."""
        try:
            self._add(encoded)
        except OSError as error:
            raise self.failed(error.strerror or str(error)) from None

    def _begin(self) -> None:
        raise NotImplementedError

    def _add(self, encoded: bytes) -> None:
        raise NotImplementedError

    def _end(self) -> None:
        raise NotImplementedError


class AnimatedWebpSink(_AnimatedSink):
    """A WebP file of at most 4 GiB; of quality 100 it is without loss."""

    def _begin(self) -> None:
        self._durations = iter(durations(self._film.fps, self._film.frames, _TICKS))
        flags = 0x02 | (0x04 if self._film.provenance else 0)  # an animation, with XMP
        size = b"".join((side - 1).to_bytes(3, "little") for side in (self._film.width, self._film.height))
        self._file.write(b"RIFF\0\0\0\0WEBP")
        self._file.write(_riff(b"VP8X", bytes([flags, 0, 0, 0]) + size))
        self._file.write(_riff(b"ANIM", bytes(4) + b"\0\0"))  # on nothing, again and again

    def encode(self, frame: Frame) -> bytes:
        """The bitstream of the frame, as a chunk."""
        file = io.BytesIO()
        quality = self._film.quality or QUALITY
        how = {"lossless": True, "quality": 50, "method": 3} if quality == 100 else {"quality": quality, "method": 4}
        _image(frame).convert("RGB").save(file, "WEBP", **how)
        return file.getvalue()[12:]

    def _add(self, encoded: bytes) -> None:
        sizes = (0, 0, self._film.width - 1, self._film.height - 1, next(self._durations))
        head = b"".join(value.to_bytes(3, "little") for value in sizes) + b"\x02"  # takes the last one's place
        self._file.write(_riff(b"ANMF", head + encoded))
        if self._file.tell() > 2**32 - 2**24:
            raise CppnError(
                "WebP cannot hold more than 4 GiB", where=str(self.path), legal="write .mp4 or frames/%04d.png"
            )

    def _end(self) -> None:
        if self._film.provenance is not None:
            self._file.write(_riff(b"XMP ", xmp.packet(self._film.provenance.to_json())))
        size = self._file.tell() - 8
        self._file.seek(4)
        self._file.write(struct.pack("<I", size))


class AnimatedPngSink(_AnimatedSink):
    """A PNG file, without loss; programs that know no animations show the first frame."""

    def _begin(self) -> None:
        self._frame = self._sequence = 0
        self._head = b""
        # a frame is shown for numerator / denominator seconds, each below 65536
        self._pause = (1 / self._film.fps).limit_denominator(65535)

    def encode(self, frame: Frame) -> bytes:
        """The frame as a PNG file."""
        file = io.BytesIO()
        _image(frame).save(file, "PNG", compress_level=6)
        return file.getvalue()

    def _add(self, encoded: bytes) -> None:
        chunks = list(_chunks(encoded))
        if not self._frame:
            self._file.write(_PNG + _chunk(b"IHDR", chunks[0][1]))
            self._file.write(_chunk(b"acTL", struct.pack(">II", self._film.frames, 0)))
            if self._film.provenance is not None:
                self._file.write(_chunk(b"tEXt", KEY.encode() + b"\0" + self._film.provenance.to_json().encode()))
        film, pause = self._film, self._pause
        control = struct.pack(">IIIIHHBB", film.width, film.height, 0, 0, pause.numerator, pause.denominator, 0, 0)
        self._file.write(_chunk(b"fcTL", self._next() + control))
        for kind, body in chunks:
            if kind == b"IDAT":
                self._file.write(_chunk(b"fdAT", self._next() + body) if self._frame else _chunk(b"IDAT", body))
        self._frame += 1

    def _next(self) -> bytes:
        self._sequence += 1
        return struct.pack(">I", self._sequence - 1)

    def _end(self) -> None:
        self._file.write(_chunk(b"IEND", b""))


def _image(frame: Frame) -> Image.Image:
    return Image.fromarray(frame[..., 0] if frame.shape[2] == 1 else frame)


def _riff(kind: bytes, body: bytes) -> bytes:
    return kind + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def _chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The chunks of a PNG file that Pillow has just written."""
    at = len(_PNG)
    while at < len(png):
        length, kind = struct.unpack_from(">I4s", png, at)
        yield kind, png[at + 8 : at + 8 + length]
        at += length + 12
