"""Kinds of film files: what each can hold, how it is asked for, and the sink that writes it frame by frame."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import CppnError, failure
from .base import Sink
from .formats import check_folder
from .metadata import Imprint

Frame = NDArray[np.uint8]
FASTEST = 1000  # frames a second


class FilmSink(Sink):
    """Give it all frames, each of shape (height, width, 1 or 3), in order.

    `encode` may be called from any thread, for several frames at once; what it gives goes to `append` in order.
    """

    def encode(self, frame: Frame) -> Any:
        """The part of the work on a frame that needs no other frame."""
        return frame

    def append(self, encoded: Any) -> None:
        """Add the next frame. Errors: CppnError if the file cannot be written."""
        raise NotImplementedError

    def write(self, band: NDArray[Any]) -> None:
        """Add the next frame."""
        self.append(self.encode(band))


@dataclass(frozen=True)
class Film:
    """A film to be written: its shape, pace and length, and what is put into the file.

    `quality`: 1 to 100, of lossy formats; 100 is without loss where the format can. `sample`: a few frames from all
    over the film, small ones will do, from which a palette is made; `dither`: whether it is dithered.
    """

    width: int
    height: int
    fps: Fraction
    frames: int
    imprint: Imprint | None = None
    quality: int | None = None
    sample: Callable[[], Iterable[Frame]] | None = None
    dither: bool = True


@dataclass(frozen=True)
class FilmFormat:
    """A kind of film file, and what it can hold."""

    name: str
    fps: int  # unless asked otherwise
    largest_side: int
    fastest: int = FASTEST
    lossy: bool = False
    even: bool = False  # takes even sizes only
    encoder: str = ""  # of PyAV


FORMATS = {
    ".mp4": FilmFormat("MP4", 30, 16384, lossy=True, even=True, encoder="libx264"),
    ".webm": FilmFormat("WebM", 30, 16384, lossy=True, even=True, encoder="libvpx-vp9"),
    ".gif": FilmFormat("GIF", 25, 65535, fastest=50),  # browsers show what is faster at 10 frames a second
    ".webp": FilmFormat("WebP", 25, 16383, fastest=90, lossy=True),
    ".png": FilmFormat("animated PNG", 25, 2**31 - 1, fastest=90),
}


def film_format(path: Path) -> FilmFormat:
    """The format that a film's ending means. Errors: CppnError for endings that are none."""
    suffix = path.suffix.lower()
    if suffix not in FORMATS:
        what = f"unknown film format {suffix!r}" if suffix else "the file name has no ending"
        raise CppnError(what, where=str(path), legal=f"{', '.join(FORMATS)} are legal")
    return FORMATS[suffix]


def check_film(path: Path, film: Film) -> FilmFormat:
    """The format of a film to be written there, once it is known to hold it.

    Errors: CppnError for sizes, paces and qualities that the format cannot hold, an encoder that is not installed, and
    folders that are missing or cannot be written in.
    """
    form, where = film_format(path), str(path)
    if max(film.width, film.height) > form.largest_side:
        raise CppnError(
            f"{form.name} cannot hold {film.width}x{film.height} pixels", where=where,
            legal=f"at most {form.largest_side} a side",
        )  # fmt: skip
    if form.even and (film.width % 2 or film.height % 2):
        raise CppnError(f"{form.name} takes even sizes, not {film.width}x{film.height}", where=where)
    if film.fps > form.fastest:
        others = "; .mp4 and .webm hold more" if form.fastest < FASTEST else ""
        raise CppnError(
            f"{form.name} cannot hold {float(film.fps):g} frames a second", where=where,
            legal=f"at most {form.fastest} are legal{others}",
        )  # fmt: skip
    if film.quality is not None:
        if not form.lossy:
            lossy = ", ".join(f.name for f in FORMATS.values() if f.lossy)
            raise CppnError(f"{form.name} has no quality", where=where, legal=f"{lossy} have")
        if not 1 <= film.quality <= 100:
            raise CppnError(f"quality {film.quality}", where="quality", legal="1 to 100 are legal")
    if form.encoder:
        _check_encoder(form)
    check_folder(path)
    return form


def _check_encoder(form: FilmFormat) -> None:
    try:
        from av.codec import Codec
    except ImportError:
        raise failure(
            f"{form.name} needs PyAV, which is not installed", legal="install cppn[video], or write .gif, .webp or .png"
        ) from None
    try:
        Codec(form.encoder, "w")
    except ValueError:
        raise failure(f"this PyAV has no {form.encoder} encoder", legal="write .gif, .webp or .png") from None


def open_film(path: Path, film: Film) -> FilmSink:
    """The sink for a film in the format that the path's ending means.

    Errors: CppnError for what the format cannot hold, and for places that cannot be written.
    """
    form = check_film(path, film)
    if form.encoder:
        from .video import VideoSink

        return VideoSink(path, film, form)
    if form.name == "GIF":
        from .gif import GifSink

        return GifSink(path, film)
    from .animated import AnimatedPngSink, AnimatedWebpSink

    return AnimatedWebpSink(path, film) if form.name == "WebP" else AnimatedPngSink(path, film)


def write_film(path: Path, frames: list[Frame], fps: Fraction, quality: int | None = None) -> Path:
    """Write frames that are there already, each (height, width, 1 or 3), shown again and again.

    Errors: CppnError for what the format cannot hold; nothing half-written is left behind.
    """
    height, width = frames[0].shape[:2]
    ends = frames[0], frames[-1]
    film = Film(width, height, fps, len(frames), quality=quality, sample=lambda: ends, dither=False)
    with open_film(path, film) as sink:
        for frame in frames:
            sink.write(frame)
    return sink.path


def durations(fps: Fraction, frames: int, ticks: int) -> list[int]:
    """How many ticks, of which a second has `ticks`, each frame is shown, so that no error adds up."""
    ends = [round(Fraction(ticks * i) / fps) for i in range(frames + 1)]
    return [after - before for before, after in pairwise(ends)]
