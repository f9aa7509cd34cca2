"""What every sink is: a file in the making, that appears under its name whole or not at all."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Container
from contextlib import suppress
from pathlib import Path
from typing import Any, Self

from numpy.typing import NDArray

from ..errors import failure
from .names import free_path

_PART = re.compile(r"\.(.+)\.(\d+)\.part")


class Sink:
    """Give it all the bands, shape (rows, width, channels), from top to bottom.

    with sink:
        for band in bands:
            sink.write(band)

    Until then, what is written stands under a hidden name beside the file's own.
    """

    def __init__(self, path: Path) -> None:
        # a link stays one: what it leads to is replaced
        self.path = self._wanted = path = path.resolve() if path.is_symlink() else path
        self.exclusive = False  # never take a file's place: find a free name like this one instead
        self.part = path.with_name(f".{path.name}.{os.getpid()}.part")

    def sweep(self) -> None:
        """Remove what runs that were killed have left of this picture."""
        sweep(self.path.parent, {self.path.name})

    def __enter__(self) -> Self:
        try:
            self.open()
        except BaseException as error:
            self.abandon()
            _remove(self.part)
            if isinstance(error, OSError):
                raise self.failed(error.strerror or str(error)) from None
            raise
        return self

    def write(self, band: NDArray[Any]) -> None:
        """Add rows. Errors: CppnError if the file cannot be written."""
        raise NotImplementedError

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        try:
            if kind is None:
                self.close()
                self.publish()
            else:
                self.abandon()
        except OSError as failed:
            raise self.failed(failed.strerror or str(failed)) from None
        except BaseException:
            self.abandon()
            raise
        finally:
            _remove(self.part)

    def open(self) -> None:
        """Begin."""

    def close(self) -> None:
        """All bands are there: finish the hidden file."""

    def publish(self) -> None:
        """Give the finished file its name."""
        while self.exclusive:
            # a hard link is made only where nothing is yet, whoever else is at work in this folder
            try:
                os.link(self.part, self.path)
                return
            except FileExistsError:
                self.path = free_path(self._wanted)
            except OSError:  # there are no hard links here
                break
        os.replace(self.part, self.path)

    def abandon(self) -> None:
        """End early. What is on disk is removed afterwards."""

    def failed(self, reason: str) -> Exception:
        """The error that the file could not be written."""
        return failure(f"it could not be written: {reason}", where=str(self.path))


def sweep(folder: Path, names: Container[str]) -> None:
    """Remove what runs that were killed have left in a folder of files of these names."""
    for old in list(folder.iterdir()):
        match = _PART.fullmatch(old.name)
        if match and match[1] in names and not _runs(int(match[2])):
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
