"""What every sink is: a file in the making, that appears under its name whole or not at all."""

from __future__ import annotations

import os
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Self

from numpy.typing import NDArray

from ...errors import failure
from ..atomic import making, remove_leftovers
from ..names import free_path


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
        self._making = ExitStack()

    @staticmethod
    def check_place(path: Path) -> None:
        """Errors: CppnError for what stands beside a file to be written there, and would be lost."""

    def remove_leftovers(self) -> None:
        """Remove what runs that were killed have left of this picture."""
        remove_leftovers(self.path.parent, {self.path.name})

    def __enter__(self) -> Self:
        self.part = self._making.enter_context(making(self.path))
        try:
            self.open()
        except BaseException as error:
            self.abandon()
            self._making.close()
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
            self._making.close()

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
