"""Ctrl-C, and the signals that end a program: whatever it is doing, it ends within a second and leaves nothing."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

from ..making import leave_nothing

_GRACE = 0.8  # seconds for what is under way to come to rest
_AGAIN = 0.01
_patient = 0  # how many ask to end in their own time


class StoppedError(BaseException):
    """A signal asks the program to end; Ctrl-C raises KeyboardInterrupt."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


def stop_at_signals() -> None:
    """Take the signals that are not ignored: a job in the background, or under `nohup`, does not hear some of them."""
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, _heard)


@contextmanager
def in_its_own_time() -> Iterator[None]:
    """What Ctrl-C ends, but with something to finish."""
    global _patient
    _patient += 1
    try:
        yield
    finally:
        _patient -= 1


def end_stopped(number: int) -> NoReturn:
    """Say so and end at once, with the exit status that shells give; a thread may be compiling, which nothing stops."""
    leave_nothing()
    os.write(2, b"cppn: stopped\n")
    os._exit(128 + number)


def _heard(number: int, frame: FrameType | None) -> None:
    if frame is not None and frame.f_code.co_filename.startswith("<frozen importlib"):
        # raised in one of its callbacks, an exception is lost, and a lock held for ever: where it is next, then
        _later(_AGAIN, lambda: os.kill(os.getpid(), number))
        return
    if not (_patient and number == signal.SIGINT):
        _later(_GRACE, lambda: end_stopped(number))
    raise KeyboardInterrupt if number == signal.SIGINT else StoppedError(number)


def _later(seconds: float, action: Callable[[], object]) -> None:
    timer = threading.Timer(seconds, action)
    timer.daemon = True
    timer.start()
