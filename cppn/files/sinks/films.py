"""Films: checked, opened and written in the format that their file's ending means."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

from ...errors import CppnError, failure
from ..names import check_folder
from .film_base import Film, FilmSink, Frame
from .film_formats import FASTEST, FILM_FORMATS, FilmFormat, film_format
from .formats import load


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
            lossy = ", ".join(f.name for f in FILM_FORMATS.values() if f.lossy)
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


def open_film(path: Path, film: Film, *, exclusive: bool = False) -> FilmSink:
    """The sink for a film in the format that the path's ending means.

    `exclusive`: never take a file's place, but a free name like it.
    Errors: CppnError for what the format cannot hold, and for places that cannot be written.
    """
    form = check_film(path, film)
    sink: FilmSink = load(form.sink)(path, film, form)
    sink.exclusive = exclusive
    return sink


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
