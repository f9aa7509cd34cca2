"""Threads that work is shared out to, also in a child that this process forks."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor


class Workers:
    """`count` threads, which run `begin` first.

    A forked child has its parent's memory, but none of its threads: a pool begun before the fork waits there for ever.
    Python forks for `multiprocessing` on Linux up to 3.13.
    """

    def __init__(self, count: int, begin: Callable[[], object] | None = None) -> None:
        self._count, self._begin = count, begin
        self._pool, self._process = self._new(), os.getpid()

    def _new(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(self._count, "cppn-draw", initializer=self._begin)

    @property
    def pool(self) -> ThreadPoolExecutor:
        """The threads of this process."""
        if self._process != os.getpid():
            self._pool, self._process = self._new(), os.getpid()
        return self._pool


def in_forked_children(action: Callable[[], object]) -> None:
    """Do that first in every child: what another thread of the parent held at that moment stays held there for ever."""
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=action)
