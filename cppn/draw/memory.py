"""How much memory a drawing takes at its peak, and the promise that it stays below a limit."""

from __future__ import annotations

import re

from ..compose.composition import paintings_of
from ..engines import KINDS
from ..engines.painting import memory_of
from ..errors import CppnError, shorten
from ..files.sinks.film_formats import FilmFormat
from ..files.sinks.formats import Format
from ..recipe.view import frame
from .drawing import RenderJob

DEFAULT = 1_000_000_000  # bytes

# measured as the peak of whole processes at several widths, and rounded up; bytes
_BANDS = 6  # being drawn, waiting, and being read


def parse_bytes(text: str) -> int:
    """Bytes of `500MB`, `2GB`, `1.5 GiB`.

    Errors: CppnError for any other text.
    """
    match = re.fullmatch(r"(\d{1,15}(?:\.\d{1,6})?)\s*([kmgt]i?b?|b?)", text.strip().lower())
    if match is None:
        raise CppnError(f"cannot read {shorten(text)!r}", where="max-memory", legal='write "500MB" or "2GB"')
    prefix, binary = match[2][:1].strip("b"), "i" in match[2]
    return int(float(match[1]) * (1024 if binary else 1000) ** " kmgt".index(prefix or " "))


def expected_peak(job: RenderJob, form: Format | FilmFormat) -> int:
    """The most memory, in bytes, that a process takes to draw this, or a frame, into a file of that format."""
    if isinstance(form, Format) and form.is_vector:
        return KINDS["reference"].memory + _of_strokes(job)
    row, encoder = job.width * job.channels * job.quality.dtype.itemsize, form.memory
    bands = _BANDS * job.band_rows * row
    engine = KINDS[job.drawn_by.name]
    bands += engine.pixel * job.band_rows * job.width
    if job.quality.samples == "auto":  # the corners, as floats, and what is wanted of them
        bands += 2 * (4 * job.channels + 1) * job.band_rows * job.width
    held = min(2.5 * job.height, encoder.rows) * row
    whole = encoder.pixel * job.width * job.height
    return int(engine.memory + bands + held + whole + _of_strokes(job))


def _of_strokes(job: RenderJob) -> int:
    laid = frame(job.field.view, *job.size)
    return sum(memory_of(one, laid) for one in paintings_of(job.field))


def check_memory(job: RenderJob, form: Format, limit: int, where: str) -> None:
    """Errors: CppnError if drawing into a file of that format could take more than `limit` bytes."""
    peak = expected_peak(job, form)
    if peak > limit:
        hint = " in PNG or TIFF" if form.memory.pixel else ""
        raise CppnError(
            f"{job.width}x{job.height} pixels in {form.name} may take {peak / 1e6:.0f} MB of memory,"
            f" more than the {limit / 1e6:.{0 if limit >= 1e6 else 2}f} MB allowed",
            where=where, legal=f"draw it smaller{hint}, or allow --max-memory {-(-peak // 10**6)}MB",
        )  # fmt: skip
