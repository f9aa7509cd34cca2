"""What a drawing will take: time, memory and room on disk, from a small part that is really drawn and written."""

from __future__ import annotations

import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ..files.sinks import Encoding, open_sink
from ..files.sinks.formats import format_of
from .drawing import RenderJob
from .memory import expected_peak
from .saving import provenance_of, shapes_of

_PLACES = 8  # strips, from top to bottom
_PIXELS = 1 << 21  # drawn and written in all, about: a tenth of a second's work


class Estimate(NamedTuple):
    """Pixels, bytes on disk, bytes of memory at the peak, seconds."""

    pixels: int
    disk: int
    memory: int
    seconds: float


def estimate(job: RenderJob, path: Path, encoding: Encoding) -> Estimate:
    """What drawing this into such a file will take.

    Some strips are drawn and written into a temporary folder. Drawing and writing overlap, so the slower one counts.
    Vector files are made whole.
    Errors: CppnError if the temporary folder cannot be written.
    """
    form, pixels = format_of(path), job.width * job.height
    peak = expected_peak(job, form)
    if form.is_vector:
        started = time.perf_counter()
        size = len(shapes_of(replace(job, dpi=encoding.dpi), str(path)).encode())
        return Estimate(pixels, size, peak, time.perf_counter() - started)
    drawing = job.prepare()
    rows = max(1, min(-(-job.height // _PLACES), _PIXELS // (_PLACES * job.width * job.quality.cost)))
    places = sorted({round(i) for i in np.linspace(0, job.height - rows, _PLACES)})
    drawing.crop(0, 0, job.width, 1)  # whatever is made ready at first use
    started = time.perf_counter()
    strips = [drawing.crop(0, top, job.width, rows) for top in places]
    drawn = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="cppn-") as folder:
        shape = (rows * len(places), job.width, job.channels)
        provenance = provenance_of(job, encoding.dpi)
        with open_sink(Path(folder) / f"a{path.suffix}", shape, job.quality.dtype, provenance, encoding) as sink:
            for strip in strips:
                sink.write(strip)
        written = time.perf_counter()
        size = sum(file.stat().st_size for file in Path(folder).rglob("*") if file.is_file())
    fixed = len(provenance.to_json())
    share = pixels / (rows * len(places) * job.width)
    seconds = max(drawn - started, written - drawn) * share
    return Estimate(pixels, fixed + int((size - fixed) * share), peak, seconds)
