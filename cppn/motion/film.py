"""Films: a Evaluator is drawn frame by frame, and written while the next frames are drawn."""

from __future__ import annotations

import hashlib
import json
import re
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..draw.drawing import Drawing, RenderJob
from ..draw.memory import DEFAULT, expected_peak
from ..draw.saving import write_picture
from ..engines import Quality, cores
from ..errors import CppnError, failure
from ..files.atomic import remove_leftovers
from ..files.names import in_the_way
from ..files.pictures import is_whole
from ..files.provenance import is_foreign, read_provenance
from ..files.sinks import Encoding, Provenance, check
from ..files.sinks.film_base import Film, FilmSink
from ..files.sinks.film_formats import FASTEST, FilmFormat
from ..files.sinks.films import check_film, open_film
from ..files.sinks.formats import format_of
from ..parallel import each
from .evaluator import Evaluator, FrameState

_AT_ONCE = 2  # numbered frames
_AHEAD = 3  # frames that wait for the encoder, at most: enough to hide its unevenness
_SAMPLE, _SAMPLE_SIDE = 12, 192  # frames, and their longer side, from which a palette is made
_NUMBER = re.compile(r"%0?(\d*)d")
MOST_FRAMES = 1_000_000

_PLAIN = Quality()

Progress = Callable[[int], Any]


@dataclass(frozen=True)
class FilmJob:
    """An evaluator at a size, a pace and a length: every frame of it can be drawn.

    `fps`: frames a second; `frames`: how many. Of a loop the frame after the last is the first; other films end with
    what the evaluator ends with.
    """

    evaluator: Evaluator
    size: tuple[int, int]
    fps: Fraction
    frames: int
    quality: Quality = _PLAIN
    engine: str | None = None
    device: str | None = None
    threads: int | None = None

    def __post_init__(self) -> None:
        if not 1 <= self.frames <= MOST_FRAMES:
            raise CppnError(f"{self.frames} frames", where="frames", legal=f"1 to {MOST_FRAMES} are legal")
        if not 0 < self.fps <= FASTEST:
            raise CppnError(f"{float(self.fps):g} frames a second", where="fps", legal=f"up to {FASTEST} are legal")

    def state(self, index: int) -> FrameState:
        """What frame `index` shows."""
        return self.evaluator.state(index / (self.frames if self.evaluator.is_loop else max(1, self.frames - 1)))

    def job(self, index: int) -> RenderJob:
        """The drawing of frame `index`."""
        return self._job(index, self.size, self.quality)

    def drawing(self, index: int) -> Drawing:
        """Frame `index`, about to be drawn."""
        return self.job(index).prepare()

    def _job(self, index: int, size: tuple[int, int], quality: Quality) -> RenderJob:
        state = self.state(index)
        return RenderJob(state.field, size, quality, self.engine, self.device, self.threads, told=state.told)

    @cached_property
    def channels(self) -> int:
        """1 if all of the film is grey, else 3."""
        return self.evaluator.channels

    def sample(self) -> Iterator[NDArray[np.uint8]]:
        """A few small frames from all over the film."""
        longest = max(self.size)
        small = tuple(max(1, side * min(_SAMPLE_SIDE, longest) // longest) for side in self.size)
        for index in sorted({i * self.frames // _SAMPLE for i in range(_SAMPLE)}):
            yield self._job(index, (small[0], small[1]), Quality()).prepare().whole()

    def provenance(self) -> Provenance:
        """What the file is to say of the film."""
        timeline = self.evaluator.timeline
        settings = {
            "width": self.size[0], "height": self.size[1], "aa": self.quality.samples,
            "dither": bool(self.quality.dither), "fps": str(self.fps), "frames": self.frames,
        }  # fmt: skip
        told = timeline.to_dict()
        del told["recipe"]
        return Provenance(timeline.recipe, settings, told)


def is_numbered(path: Path) -> bool:
    """Does a path such as `frames/%04d.png` ask for a file for each frame?"""
    return "%" in path.name


def write_film_job(
    film_job: FilmJob, path: Path, *, quality: int | None = None, exclusive: bool = False, max_memory: int = DEFAULT,
    progress: Progress = lambda frames: None,
) -> Path:  # fmt: skip
    """Draw a film into one file; returns its path. `progress` is told of finished frames.

    `quality`: 1 to 100, of lossy formats. `exclusive`: never take an existing file's place.
    Errors: CppnError for what the format cannot hold or would take more memory, and if it cannot be written; nothing
    half-written is left behind.
    """
    film = Film(*film_job.size, film_job.fps, film_job.frames, film_job.provenance(), quality, film_job.sample)
    form = check_film(path, film)
    _check_memory(film_job, form, max_memory, str(path))
    sink = open_film(path, film, exclusive=exclusive)
    sink.remove_leftovers()
    with sink:
        _convey(film_job, sink, progress)
    return sink.path


def _check_memory(film_job: FilmJob, form: FilmFormat, limit: int, where: str) -> None:
    pixels = film_job.size[0] * film_job.size[1]
    waiting = (2 * _AHEAD + 2) * pixels * film_job.channels
    peak = expected_peak(film_job.job(0), form) + waiting
    if peak > limit:
        raise CppnError(
            f"a film of {film_job.size[0]}x{film_job.size[1]} in {form.name} may take {peak / 1e6:.0f} MB of memory, "
            f"more than"
            f" the {limit / 1e6:.0f} MB allowed", where=where,
            legal=f"draw it smaller, write frames/%04d.png, or allow --max-memory {-(-peak // 10**6)}MB",
        )  # fmt: skip


def _convey(film_job: FilmJob, sink: FilmSink, progress: Progress) -> None:
    """Draw here; encode on other threads, several frames at once; write on one more, in order."""
    waiting: deque[Future[None]] = deque()
    with ThreadPoolExecutor(cores(), "cppn-encode") as encoders, ThreadPoolExecutor(1, "cppn-write") as writer:
        try:
            for index in range(film_job.frames):
                frame = film_job.drawing(index).whole()
                if frame.shape[2] < film_job.channels:
                    frame = np.repeat(frame, film_job.channels, axis=2)
                waiting.append(writer.submit(_append, sink, encoders.submit(sink.encode, frame)))
                if len(waiting) > _AHEAD:
                    waiting.popleft().result()
                    progress(1)
            while waiting:
                waiting.popleft().result()
                progress(1)
        finally:
            for task in waiting:
                task.cancel()


def _append(sink: FilmSink, encoded: Future[Any]) -> None:
    sink.append(encoded.result())


def write_frames(
    film_job: FilmJob, pattern: Path, encoding: Encoding | None = None, *, max_memory: int = DEFAULT,
    resume: bool = False, progress: Progress = lambda frames: None,
) -> list[Path]:  # fmt: skip
    """Draw each frame into a picture of its own, `pattern` such as `frames/%04d.png`; returns their paths.

    `resume`: leave those that are there, whole, and of this film. A picture carries the recipe of its frame, so it can
    be drawn again at any size.
    Errors: CppnError if the pictures cannot be written, or a file that is no picture of this program is in the way;
    those that are finished stay.
    """
    paths = frame_paths(pattern, film_job.frames)
    _check_frames(film_job, paths[0], encoding)
    if foreign := next(filter(is_foreign, paths), None):
        raise in_the_way(foreign, pattern)
    remove_leftovers(pattern.parent, {path.name for path in paths})
    identity = _identity(film_job, encoding)

    def work(index: int, go_on: Callable[[], None]) -> None:
        told = {"film": identity, "frame": index}
        if not (resume and _is_done(paths[index], told)):
            write_picture(
                film_job.job(index), paths[index], encoding, max_memory=max_memory, notes=told,
                progress=lambda pixels: go_on(),
            )  # fmt: skip
        progress(1)

    # two at once: one is drawn while the end of the other is written
    each(range(film_job.frames), work, _AT_ONCE)
    return paths


def frame_paths(pattern: Path, frames: int) -> list[Path]:
    """The paths of numbered frames.

    Errors: CppnError if the pattern has not one place for the number.
    """
    found = list(_NUMBER.finditer(pattern.name))
    if len(found) != 1 or pattern.name.count("%") != 1 or int(found[0][1] or 0) > 20:
        raise CppnError("it has no place for one number", where=str(pattern), legal="write frames/%04d.png")
    before, after, digits = pattern.name[: found[0].start()], pattern.name[found[0].end() :], int(found[0][1] or 0)
    return [pattern.with_name(f"{before}{index:0{digits}d}{after}") for index in range(frames)]


def _check_frames(film_job: FilmJob, path: Path, encoding: Encoding | None) -> None:
    form = format_of(path)
    if not form.viewable:
        raise CppnError(
            f"{form.name} is not for frames", where=str(path), legal=".png, .tif, .jpg, .webp and .avif are"
        )
    if not path.parent.exists() and path.parent.parent.is_dir():
        try:
            path.parent.mkdir()
        except OSError as error:
            raise failure(f"it could not be made: {error.strerror}", where=str(path.parent)) from None
    check(path, *film_job.size, film_job.quality.bits, encoding)


def _identity(film_job: FilmJob, encoding: Encoding | None) -> str:
    """A name for all that the frames' pixels depend on."""
    told = film_job.provenance()
    data = [told.recipe.to_dict(), told.timeline, told.drawing, film_job.quality.bits, film_job.engine, film_job.device]
    text = json.dumps([*data, repr(encoding or Encoding())], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _is_done(path: Path, told: dict[str, Any]) -> bool:
    """Is the picture there, of this frame, and whole?"""
    if not path.is_file():
        return False
    try:
        drawing = read_provenance(path).drawing
    except CppnError:
        return False
    return all(drawing.get(key) == value for key, value in told.items()) and is_whole(path)
