"""IDX files: the arrays of bytes that the MNIST family of data sets is kept in, plain or compressed by gzip.

A file is two zero bytes, the type (8: bytes), the number of dimensions, each dimension as a big-endian 32-bit number,
then the bytes. See LeCun, Cortes and Burges, "The MNIST database of handwritten digits".
"""

from __future__ import annotations

import gzip
import math
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedIOBase
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..errors import CppnError, failure

Bytes = NDArray[np.uint8]

SIDE, CLASSES = 28, 10
MOST = 200_000  # images in a file, 157 MB
_GZIP = b"\x1f\x8b"
_UNSIGNED = 8
_NAMES = {3: "images", 1: "labels"}


def find(folder: Path, stem: str) -> Path:
    """The file of this name in a folder, plain or with .gz.

    Errors: CppnError if neither is there.
    """
    for path in (folder / stem, folder / f"{stem}.gz"):
        if path.is_file():
            return path
    raise CppnError("there is no such file", where=str(folder / stem), legal="plain, or compressed with .gz")


def read_images(path: Path) -> Bytes:
    """The images of a file, (images, 28, 28), 0 black to 255 white.

    Errors: CppnError for what is no such file, or of another size or length than it says.
    """
    return _read(path, 3)


def read_labels(path: Path) -> Bytes:
    """The labels of a file, (images,), 0 to 9.

    Errors: CppnError for what is no such file, for labels above 9, and for another length than it says.
    """
    labels = _read(path, 1)
    if labels.max() >= CLASSES:
        raise CppnError(f"it has a label {labels.max()}", where=str(path), legal=f"0 to {CLASSES - 1} are legal")
    return labels


def read_pair(images: Path, labels: Path) -> tuple[Bytes, Bytes]:
    """Images and their labels. Errors: CppnError for files that cannot be read or do not belong together."""
    pixels, classes = read_images(images), read_labels(labels)
    if len(pixels) != len(classes):
        raise CppnError(
            f"it has {len(classes)} labels", where=str(labels), legal=f"{images.name} has {len(pixels)} images"
        )
    return pixels, classes


def _read(path: Path, dimensions: int) -> Bytes:
    kind, wanted = _NAMES[dimensions], bytes([0, 0, _UNSIGNED, dimensions])
    with _opened(path) as file:
        head = file.read(4)
        if head != wanted:
            other = head[:3] == wanted[:3] and _NAMES.get(head[-1])
            what = f"it holds {other}" if other else f"it begins with {head.hex(' ') or 'nothing'}"
            raise CppnError(what, where=str(path), legal=f"a file of {kind} begins with {wanted.hex(' ')}")
        sizes = file.read(4 * dimensions)
        if len(sizes) < 4 * dimensions:
            raise CppnError("it ends before its sizes do", where=str(path), legal="is it whole?")
        shape = struct.unpack(f">{dimensions}I", sizes)
        if not 1 <= shape[0] <= MOST:
            raise CppnError(f"it says that it holds {shape[0]} {kind}", where=str(path), legal=f"1 to {MOST} are legal")
        if shape[1:] not in ((), (SIDE, SIDE)):
            shown = f"{shape[1]}×{shape[2]}"
            raise CppnError(f"its images are {shown} pixels", where=str(path), legal=f"{SIDE}×{SIDE} are legal")
        count = math.prod(shape)
        data = file.read(count + 1)
    if len(data) != count:
        more = len(data) > count
        what = f"it promises {count} bytes of {kind} and holds {'more' if more else len(data)}"
        raise CppnError(what, where=str(path), legal="nothing may follow them" if more else "is it whole?")
    return np.frombuffer(bytearray(data), np.uint8).reshape(shape)


@contextmanager
def _opened(path: Path) -> Iterator[BufferedIOBase]:
    """The file, decompressed as it is read if it is compressed."""
    try:
        with path.open("rb") as plain:
            compressed = plain.read(2) == _GZIP
            plain.seek(0)
            if compressed:
                with gzip.GzipFile(fileobj=plain) as file:
                    yield file
            else:
                yield plain
    except (gzip.BadGzipFile, EOFError, zlib.error):
        raise CppnError("it cannot be decompressed", where=str(path), legal="is it whole?") from None
    except OSError as error:
        raise failure(f"it could not be read: {error.strerror}", where=str(path)) from None
