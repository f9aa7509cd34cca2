"""Short films of frames that are there already: animated GIF and WebP, through Pillow."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import CppnError, failure
from .formats import check_folder

ENDINGS = (".gif", ".webp")


def write_film(path: Path, frames: Sequence[NDArray[np.uint8]], seconds: float) -> Path:
    """Write frames, each (height, width, 3), shown `seconds` each, again and again.

    A GIF has one palette for all frames, made from the first and the last.
    Errors: CppnError for other endings and files that cannot be written; nothing half-written is left behind.
    """
    from PIL import Image

    if path.suffix.lower() not in ENDINGS:
        raise CppnError("a film ends in .gif or .webp", where=str(path))
    check_folder(path)
    images = [Image.fromarray(frame) for frame in frames]
    if path.suffix.lower() == ".gif":
        ends = Image.fromarray(np.concatenate([frames[0], frames[-1]]))
        palette = ends.quantize(256, Image.Quantize.MEDIANCUT)
        images = [image.quantize(palette=palette, dither=Image.Dither.NONE) for image in images]
        options: dict[str, Any] = {"format": "GIF", "optimize": False}
    else:
        options = {"format": "WEBP", "lossless": True, "method": 2}
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        try:
            images[0].save(
                part, save_all=True, append_images=images[1:], duration=round(1000 * seconds), loop=0, **options
            )
            os.replace(part, path)
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        raise failure(f"it could not be written: {error.strerror or error}", where=str(path)) from None
    return path
