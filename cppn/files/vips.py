"""libvips, where it can be used: in a process forked from one that has used it, it waits for ever."""

from __future__ import annotations

import os
from typing import Any

from ..errors import failure

_used = _lost = False


def libvips() -> Any:
    """The module `pyvips`. Its threads are those of the process that began them.

    Errors: CppnError in a process that was forked from one that had used it.
    """
    import pyvips

    global _used
    if _lost:
        raise failure(
            "libvips, which reads and writes pictures, cannot go on in a process forked from one that has used it",
            legal='fork before that, or use multiprocessing.get_context("spawn")',
        )
    _used = True
    return pyvips


def _forked() -> None:
    global _lost
    _lost = _used


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forked)
