"""Fashion-MNIST's four files, fetched once from its public home and checked.

Xiao, Rasul and Vollgraf, "Fashion-MNIST: a Novel Image Dataset for Benchmarking Machine Learning Algorithms" (2017).
"""

from __future__ import annotations

import hashlib
import http.client
import urllib.request
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from ..errors import CppnError, failure
from ..files.atomic import write_bytes

HOMES = (
    "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
    "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
)
_TIMEOUT = 30  # seconds without an answer
_CHUNK = 1 << 18


class Original(NamedTuple):
    """A file as its authors published it."""

    name: str
    size: int  # bytes
    sha256: str

    def is_in(self, folder: Path) -> bool:
        """Is this very file in the folder?"""
        try:
            path = folder / self.name
            return path.stat().st_size == self.size and self.is_(path.read_bytes())
        except OSError:
            return False

    def is_(self, data: bytes) -> bool:
        """Are these its bytes?"""
        return len(data) == self.size and hashlib.sha256(data).hexdigest() == self.sha256


FILES = (
    Original(
        "train-images-idx3-ubyte.gz", 26421880, "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84"
    ),
    Original("train-labels-idx1-ubyte.gz", 29515, "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845"),
    Original("t10k-images-idx3-ubyte.gz", 4422102, "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073"),
    Original("t10k-labels-idx1-ubyte.gz", 5148, "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5"),
)


def missing(folder: Path, files: Sequence[Original] = FILES) -> list[Original]:
    """Which of the files are not in the folder, or are not what they should be."""
    return [one for one in files if not one.is_in(folder)]


def fetch(
    folder: Path, progress: Callable[[int], object] = lambda size: None, *, homes: Sequence[str] = HOMES,
    files: Sequence[Original] = FILES,
) -> Path:  # fmt: skip
    """Put the files that are missing into a folder, made if need be; returns it. `progress` is told of bytes.

    `homes`: where the files are, each tried after the one before it has failed.
    Errors: CppnError if no home gives a file, or gives another than the original; nothing of it is left behind.
    """
    for one in missing(folder, files):
        data = _first(one, homes, progress)
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise failure(f"it could not be made: {error.strerror}", where=str(folder)) from None
        write_bytes(folder / one.name, data)
    return folder


def _first(one: Original, homes: Sequence[str], progress: Callable[[int], object]) -> bytes:
    reasons = []
    for home in homes:
        try:
            return _get(home, one, progress)
        except CppnError as error:
            reasons.append(str(error))
    raise failure(
        f"it could not be fetched: {', '.join(reasons)}", where=one.name,
        legal="--data FOLDER reads files that are here already",
    )  # fmt: skip


def _get(home: str, one: Original, progress: Callable[[int], object]) -> bytes:
    if not home.startswith(("http://", "https://")):
        raise failure(f"{home} is no web address")
    parts, size = [], 0
    try:
        with urllib.request.build_opener().open(home + one.name, timeout=_TIMEOUT) as answer:
            while size <= one.size and (part := answer.read(min(_CHUNK, one.size + 1 - size))):
                parts.append(part)
                size += len(part)
                progress(len(part))
    except (OSError, http.client.HTTPException, ValueError) as error:
        reason = getattr(error, "reason", None) or str(error) or type(error).__name__
        raise failure(f"{home} says {' '.join(str(reason).split())[:100]}") from None
    if size != one.size:
        told = "more than" if size > one.size else f"{size} of"
        raise failure(f"{home} gives {told} {one.size} bytes")
    data = b"".join(parts)
    if not one.is_(data):
        raise failure(f"{home} gives another file, of another SHA-256")
    return data
