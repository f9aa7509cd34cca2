"""Files in the making: they stand under a hidden name beside their own, and never stay there."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Container, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ..errors import failure

_PART = re.compile(r"\.(.+)\.(\d+)\.part")
_MAKING: set[Path] = set()  # by this process, now


@contextmanager
def making(path: Path) -> Iterator[Path]:
    """The hidden name of a file that becomes `path`; what stands there at the end is removed."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    _MAKING.add(part)
    try:
        yield part
    finally:
        _remove(part)
        _MAKING.discard(part)


def write_text(path: Path, text: str) -> None:
    """Write a text file whole or not at all."""
    write_bytes(path, text.encode())


def write_bytes(path: Path, data: bytes, *, private: bool = False) -> None:
    """Write a file whole or not at all; `private`: for this user alone. Errors: CppnError if it cannot be written."""
    try:
        with making(path) as part:
            part.touch(0o600 if private else 0o666)
            part.write_bytes(data)
            os.replace(part, path)
    except OSError as error:
        raise failure(f"it could not be written: {error.strerror or error}", where=str(path)) from None


def leave_nothing() -> None:
    """Remove all that this process is making, for one that ends at once."""
    for part in list(_MAKING):
        _remove(part)


def remove_leftovers(folder: Path, names: Container[str] | None = None) -> None:
    """Remove what runs that were killed have left in a folder, of files of these names or of any."""
    for old in list(folder.iterdir()):
        match = _PART.fullmatch(old.name)
        if match and (names is None or match[1] in names) and not _runs(int(match[2])):
            _remove(old)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        with suppress(OSError):
            path.unlink(missing_ok=True)


def _runs(process: int) -> bool:
    """Is another process of this number at work? Where that cannot be asked, it may be."""
    if os.name != "posix":
        return True
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return process != os.getpid()
