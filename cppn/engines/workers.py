"""Threads that work is shared out to, also in a child that this process forks."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

_ROWS = 32  # a task's rows at most: long enough to hide its start, short enough to share out


class Workers:
    """`count` threads, which run `begin` first.

    A forked child has its parent's memory, but none of its threads: a pool begun before the fork waits there for ever.
    Python forks for `multiprocessing` on Linux up to 3.13.
    """

    def __init__(self, count: int, begin: Callable[[], object] | None = None) -> None:
        self.count, self._begin = count, begin
        self._pool, self._process = self._new(), os.getpid()

    def _new(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(self.count, "cppn-draw", initializer=self._begin)

    @property
    def pool(self) -> ThreadPoolExecutor:
        """The threads of this process."""
        if self._process != os.getpid():
            self._pool, self._process = self._new(), os.getpid()
        return self._pool

    def share(self, work: Callable[..., None], parts: Iterable[tuple[Any, ...]]) -> None:
        """Do the work with each part's arguments, on all threads; come back when all are at rest."""
        tasks = [self.pool.submit(work, *part) for part in parts]
        try:
            for task in tasks:
                task.result()
        finally:
            for task in tasks:
                task.cancel()
            for task in tasks:
                if not task.cancelled():
                    task.exception()

    def rows(self, count: int) -> Iterator[slice]:
        """The rows of an array, shared out among the threads."""
        step = max(1, min(_ROWS, count // (4 * self.count)))
        return (slice(start, min(start + step, count)) for start in range(0, count, step))


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def in_forked_children(action: Callable[[], object]) -> None:
    """Do that first in every child: what another thread of the parent held at that moment stays held there for ever."""
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=action)
