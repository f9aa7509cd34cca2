"""Files that one process at a time works on."""

from __future__ import annotations

from pathlib import Path
from typing import IO, Any

from ..errors import failure


def lock_file(file: IO[Any], path: Path, told: str) -> None:
    """Errors: CppnError, with what is told, if another process holds the file; it lets go when it ends."""
    try:
        import fcntl
    except ImportError:  # Windows: a second run would write its own file and the last one wins
        return
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        raise failure(told, where=str(path), legal="let it finish") from None
