"""Kinds of film files: what each can hold, and how it is asked for."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ...errors import CppnError
from .formats import Memory

FASTEST = 1000  # frames a second


@dataclass(frozen=True)
class FilmFormat:
    """A kind of film file: the module and class of its sink, and what it can hold.

    `fps`: unless asked otherwise. `even`: takes even sizes only. `lossless`: the quality that loses nothing, if there
    is one. `encoder`: of PyAV.
    """

    name: str
    sink: str
    fps: int
    largest_side: int
    memory: Memory
    fastest: int = FASTEST
    lossy: bool = False
    lossless: int | None = None
    even: bool = False
    encoder: str = ""


# memory: the peaks of whole processes at 1280×720 and 2560×1440, rounded up
FILM_FORMATS = {
    ".mp4": FilmFormat("MP4", "video:VideoSink", 30, 16384, Memory(1000, 75), lossy=True, even=True, encoder="libx264"),
    ".webm": FilmFormat(
        "WebM", "video:VideoSink", 30, 16384, Memory(1000, 125), lossy=True, even=True, encoder="libvpx-vp9"
    ),
    # browsers show what is faster than these at 10 frames a second
    ".gif": FilmFormat("GIF", "gif:GifSink", 25, 65535, Memory(1000, 75), fastest=50),
    ".webp": FilmFormat(
        "WebP", "animated:AnimatedWebpSink", 25, 16383, Memory(1000, 30), fastest=90, lossy=True, lossless=100
    ),
    ".png": FilmFormat("animated PNG", "animated:AnimatedPngSink", 25, 2**31 - 1, Memory(1000, 20), fastest=90),
}


def film_format(path: Path) -> FilmFormat:
    """The format that a film's ending means. Errors: CppnError for endings that are none."""
    suffix = path.suffix.lower()
    if suffix not in FILM_FORMATS:
        what = f"unknown film format {suffix!r}" if suffix else "the file name has no ending"
        raise CppnError(what, where=str(path), legal=f"{', '.join(FILM_FORMATS)} are legal")
    return FILM_FORMATS[suffix]
