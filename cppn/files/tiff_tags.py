"""Reading one tag of a foreign TIFF, bounded: Pillow refuses some of the files that libvips writes."""

from __future__ import annotations

import struct
from typing import BinaryIO

XMP = 700
MAGICS = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_MOST_TAGS = 4096
_SIZES = {1: 1, 2: 1, 7: 1}  # bytes of the types that hold text


def read_tag(file: BinaryIO, tag: int, most: int) -> bytes | None:
    """The bytes of a tag in the file's first directory, at most `most`; None where it is not there or not sound."""
    try:
        file.seek(0)
        head = file.read(16)
        order = "<" if head[:2] == b"II" else ">"
        big = struct.unpack(order + "H", head[2:4])[0] == 43
        (place,) = struct.unpack(order + ("Q" if big else "I"), head[8:16] if big else head[4:8])
        counter, entry, offset = ("Q", "HHQ8s", "Q") if big else ("H", "HHI4s", "I")
        file.seek(place)
        (count,) = struct.unpack(order + counter, file.read(struct.calcsize(order + counter)))
        for _ in range(min(count, _MOST_TAGS)):
            code, kind, length, value = struct.unpack(order + entry, file.read(struct.calcsize(order + entry)))
            if code == tag:
                size = length * _SIZES.get(kind, 0)
                if not 0 < size <= most:
                    return None
                if size <= len(value):
                    return bytes(value[:size])
                file.seek(struct.unpack(order + offset, value)[0])
                data = file.read(size)
                return data if len(data) == size else None
    except (struct.error, OverflowError, ValueError, OSError):
        return None
    return None
