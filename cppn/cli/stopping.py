"""Ctrl-C, and the signals that end a program: whatever it is doing, it ends within a second and leaves nothing."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, NoReturn

from ..files.atomic import leave_nothing

_GRACE = 0.8  # seconds for what is under way to come to rest
_AGAIN = 0.01
_patient = False  # what runs ends in its own time
_asked: int | None = None  # by this signal to end


class _StoppedError(BaseException):
    """A signal asks the program to end; Ctrl-C raises KeyboardInterrupt."""


@contextmanager
def stoppable() -> Iterator[None]:
    """Take the signals that are not ignored: a job in the background, or under `nohup`, does not hear some of them."""
    numbers = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
    taken = [number for number in numbers if signal.getsignal(number) != signal.SIG_IGN]
    for number in taken:
        signal.signal(number, _heard)
    sys.unraisablehook = _lost
    try:
        yield
    except BaseException:
        if _asked is not None:  # native code makes errors of its own of what a signal raises
            end_stopped(_asked)
        raise
    finally:
        for number in taken:  # nothing is left to tidy up
            signal.signal(number, signal.SIG_DFL)


@contextmanager
def in_its_own_time() -> Iterator[None]:
    """What Ctrl-C ends, but with something to finish: whoever catches it goes on."""
    global _patient, _asked
    _patient = True
    try:
        yield
    except KeyboardInterrupt:
        _asked = None
        raise
    finally:
        _patient = False


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
    global _asked
    _asked = number
    if not (_patient and number == signal.SIGINT):
        _later(_GRACE, lambda: end_stopped(number))
    raise KeyboardInterrupt if number == signal.SIGINT else _StoppedError


def _lost(unraisable: Any) -> None:
    """Raise it again where Python could not: in a weak reference's callback, say."""
    if isinstance(unraisable.exc_value, KeyboardInterrupt | _StoppedError) and _asked is not None:
        number = _asked
        _later(_AGAIN, lambda: os.kill(os.getpid(), number))
    else:
        sys.__unraisablehook__(unraisable)


def _later(seconds: float, action: Callable[[], object]) -> None:
    timer = threading.Timer(seconds, action)
    timer.daemon = True
    timer.start()
