"""Parallel work: a few threads that take one job after another, and stop together; what nothing can stop."""

from __future__ import annotations

import atexit
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from contextvars import ContextVar
from itertools import islice
from typing import TypeVar
from weakref import WeakSet

Job = TypeVar("Job")
Result = TypeVar("Result")
_LOOK = 0.1  # seconds from one look at the threads to the next
GoOn = Callable[[], None]
_going_on: ContextVar[GoOn] = ContextVar("going_on", default=lambda: None)  # of the thread that asks


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
        _going_on.set(go_on)
        while not stop.is_set() and (found := next_job()):
            work(found[0], go_on)

    with ThreadPoolExecutor(at_once, "cppn-parallel") as pool:
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


def begin(work: Callable[[], Result]) -> Future[Result]:
    """Do, in a thread of its own, what nothing can stop and takes long; Python's lock must be free meanwhile."""
    task = Future[Result]()

    def run() -> None:
        try:
            task.set_result(work())
        except BaseException as error:
            task.set_exception(error)

    thread = threading.Thread(target=run, daemon=True)
    _alone.add(thread)
    thread.start()
    return task


def finish(task: Future[Result]) -> Result:
    """Wait for what has begun. Ctrl-C and the end of `each` end the waiting."""
    go_on = _going_on.get()
    go_on()
    while not wait([task], _LOOK).done:
        go_on()
    return task.result()


_alone: WeakSet[threading.Thread] = WeakSet()


@atexit.register
def _rest() -> None:
    """Nothing runs on while the process takes itself apart: Halide would then compile with tables that are gone."""
    for thread in list(_alone):
        thread.join()
