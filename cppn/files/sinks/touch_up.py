"""What libvips leaves wrong or out in files that it has written, put right in place."""

from __future__ import annotations

import os
import struct
import zlib
from pathlib import Path

_END = struct.pack(">I4sI", 0, b"IEND", zlib.crc32(b"IEND"))
_NEEDLESS = b"Exif\0\0"  # of EXIF in JPEG; a chunk of WebP begins with the TIFF header (WebP container specification)


def add_png_text(path: Path, key: str, text: str) -> None:
    """Put uncompressed text at the end of a PNG file.

    libvips compresses it, and Pillow opens no file whose text is above 1 MiB when it is decompressed.
    """
    body = key.encode() + b"\0" + text.encode("ascii")
    with path.open("r+b") as file:
        file.seek(-len(_END), os.SEEK_END)
        file.write(struct.pack(">I4s", len(body), b"tEXt") + body)
        file.write(struct.pack(">I", zlib.crc32(body, zlib.crc32(b"tEXt"))) + _END)


def mend_webp(path: Path) -> None:
    """Take the marker of JPEG's from a WebP file's EXIF chunk."""
    with path.open("r+b") as file:
        file.seek(12)
        while len(head := file.read(8)) == 8:
            kind, length = struct.unpack("<4sI", head)
            if kind != b"EXIF":
                file.seek(length + length % 2, os.SEEK_CUR)
                continue
            start, body = file.tell(), file.read(length)
            rest = file.read()[length % 2 :]  # the recipe
            if body.startswith(_NEEDLESS):
                body = body[len(_NEEDLESS) :]
                file.seek(start - 4)
                file.write(struct.pack("<I", len(body)) + body + bytes(len(body) % 2) + rest)
                size = file.tell()
                file.truncate()
                file.seek(4)
                file.write(struct.pack("<I", size - 8))
            return
