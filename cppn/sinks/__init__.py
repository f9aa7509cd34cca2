"""Where pictures go: files, written band by band, with the recipe inside."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from .base import Sink
from .formats import Encoding, check
from .metadata import Imprint

__all__ = ["Encoding", "Imprint", "Sink", "open_sink"]


def open_sink(
    path: Path, shape: tuple[int, int, int], dtype: np.dtype[Any], imprint: Imprint | None = None,
    encoding: Encoding | None = None,
) -> Sink:  # fmt: skip
    """The sink for a picture of that shape (height, width, channels) in the format that the path's ending means.

    Errors: CppnError for what the format cannot hold, and for places that cannot be written.
    """
    encoding = encoding or Encoding()
    form = check(path, shape[1], shape[0], 8 * dtype.itemsize, encoding, imprint)
    if form.name == "NPY":
        from .array import ArraySink

        return ArraySink(path, shape, dtype)
    if form.name == "Deep Zoom":
        from .deepzoom import DeepZoomSink

        return DeepZoomSink(path, shape, dtype, form, encoding, imprint)
    from .raster import RasterSink

    return RasterSink(path, shape, dtype, form, encoding, imprint)
