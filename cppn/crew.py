"""A crew: a few threads that take one job after another, and stop together."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from itertools import islice
from typing import TypeVar

Job = TypeVar("Job")
_LOOK = 0.1  # seconds from one look at the threads to the next
GoOn = Callable[[], None]


class _StoppedError(Exception):
    """Another job failed, or the user has had enough."""


def each(jobs: Iterable[Job], work: Callable[[Job, GoOn], None], at_once: int) -> None:
    """Do the work on every job, `at_once` at a time, begun in their order.

    The work calls what it is given second now and then: that ends it when another job has failed or Ctrl-C was pressed.
    The first error is raised when all threads are at rest.
    """
    stop, take, waiting = threading.Event(), threading.Lock(), iter(jobs)

    def go_on() -> None:
        if stop.is_set():
            raise _StoppedError

    def next_job() -> list[Job]:
        with take:
            return list(islice(waiting, 1))

    def take_jobs() -> None:
        while not stop.is_set() and (found := next_job()):
            work(found[0], go_on)

    with ThreadPoolExecutor(at_once, "cppn-crew") as pool:
        try:
            tasks = [pool.submit(take_jobs) for _ in range(at_once)]
            # in parts: a signal that another thread takes does not wake this one
            while pending := wait(tasks, _LOOK, FIRST_EXCEPTION).not_done:
                if any(task.exception() for task in tasks if task not in pending):
                    break
            for task in tasks:
                if task.done():
                    task.result()
        finally:
            stop.set()
