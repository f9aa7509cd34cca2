"""The queue of drawings: one after another, into the output folder, each of which can be called off."""

from __future__ import annotations

import re
import threading
from collections import deque
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex
from typing import Any, Literal

from ..draw.drawing import job_of
from ..draw.saving import write_picture
from ..engines import Quality
from ..errors import CppnError, failure
from ..files.names import free_path, make_folder
from ..files.naming import file_name
from ..files.sinks import Encoding, check
from ..recipe import Recipe
from ..recipe.view import Size

MOST_WAITING = 32
_MOST_TOLD = 200  # jobs; of older ones nothing is said any more
State = Literal["waiting", "drawing", "done", "cancelled", "failed"]


class QueueFullError(CppnError):
    """Too many drawings wait already."""


class _CancelledError(KeyboardInterrupt):
    """As at Ctrl-C: nothing of the drawing is wanted any more, what a very large one would leave to go on from too."""


@dataclass
class Job:
    """A drawing: what is asked for, and how far it is."""

    id: str
    recipe: Recipe
    size: Size
    quality: Quality
    path: Path
    state: State = "waiting"
    drawn: int = 0  # pixels
    error: str = ""
    called_off: bool = False

    def told(self) -> dict[str, Any]:
        """What the page is told of it."""
        share = 1.0 if self.state == "done" else min(1.0, self.drawn / (self.size.width * self.size.height))
        return {
            "id": self.id, "name": self.path.name, "size": f"{self.size.width}x{self.size.height}", "state": self.state,
            "share": share, "error": self.error, "file": str(self.path) if self.state == "done" else "",
        }  # fmt: skip


class Queue:
    """Drawings wait here for the one thread that draws them; `stop` calls all of them off and ends it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._jobs: dict[str, Job] = {}
        self._waiting: deque[Job] = deque()
        self._changed = threading.Condition()
        self._stopped = False
        self._thread = threading.Thread(target=self._work, name="cppn-drawing", daemon=True)
        self._thread.start()

    def add(self, recipe: Recipe, size: Size, quality: Quality, ending: str) -> Job:
        """A new drawing at the end of the queue.

        Errors: CppnError if the format cannot hold it or nothing can be written there, QueueFullError if too many wait.
        """
        make_folder(self._folder)
        stem = plain_name(recipe.name)
        path = free_path(self._folder / f"{file_name(recipe, stem or None, size[:2])}.{ending}")
        check(path, size.width, size.height, quality.bits, Encoding(dpi=size.dpi))
        with self._changed:
            if self._stopped:
                raise failure("the server is about to end")
            if len(self._waiting) >= MOST_WAITING:
                raise QueueFullError(f"{MOST_WAITING} drawings wait already", legal="wait for one, or call one off")
            # no number: a page that outlives its server would take the next one's first drawing for its own
            job = Job(token_hex(4), recipe, size, quality, path)
            self._jobs[job.id] = job
            self._waiting.append(job)
            for old in [one.id for one in self._jobs.values() if one.state not in ("waiting", "drawing")][:-_MOST_TOLD]:
                del self._jobs[old]
            self._changed.notify()
        return job

    def told(self) -> list[dict[str, Any]]:
        """What the page is told of all drawings, the oldest first."""
        with self._changed:
            return [job.told() for job in self._jobs.values()]

    def cancel(self, key: str) -> bool:
        """Call a drawing off, unless it has ended; False if there is no such drawing."""
        with self._changed:
            job = self._jobs.get(key)
            if job is None:
                return False
            job.called_off = True
            if job in self._waiting:
                self._waiting.remove(job)
                job.state = "cancelled"
            return True

    def stop(self) -> None:
        """Call all drawings off, and return when the last of them has left its file."""
        with self._changed:
            self._stopped = True
            for job in self._jobs.values():
                job.called_off = True
            for job in self._waiting:
                job.state = "cancelled"
            self._waiting.clear()
            self._changed.notify()
        self._thread.join()

    def _work(self) -> None:
        while (job := self._next()) is not None:
            state: State = "done"
            error, path = "", job.path
            try:
                path = _draw(job, self._folder)
            except _CancelledError:
                state = "cancelled"
            except CppnError as told:
                error, state = str(told), "failed"
            except MemoryError:
                error, state = "there is not enough memory", "failed"
            except Exception as unexpected:  # the others are still to be drawn
                error, state = f"{type(unexpected).__name__}: {unexpected}", "failed"
            with self._changed:
                job.path, job.error, job.state = path, " ".join(error.split()), state

    def _next(self) -> Job | None:
        with self._changed:
            while not self._waiting and not self._stopped:
                self._changed.wait()
            if self._stopped:
                return None
            job = self._waiting.popleft()
            job.state = "drawing"
            return job


def _draw(job: Job, folder: Path) -> Path:
    def go_on(pixels: int = 0) -> None:
        job.drawn += pixels
        if job.called_off:
            raise _CancelledError

    make_folder(folder)
    wanted = job_of(job.recipe, job.size[:2], job.quality)
    go_on()
    return write_picture(wanted, job.path, Encoding(dpi=job.size.dpi), exclusive=True, progress=go_on)


def plain_name(text: str) -> str:
    """A text as the name of a file in any folder: letters, digits, `_`, `-` and `.`; empty if it has none of them."""
    return re.sub(r"[^\w.-]+", "-", text)[:80].strip("-.")
