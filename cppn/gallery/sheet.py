"""Contact sheets: many pictures as one."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from PIL.Image import Image

_WIDTH, _GAP, _LABEL = 240, 6, 14  # pixels
_PAPER, _PEN = (250, 250, 248), (70, 70, 70)


def sheet(pictures: Sequence[Path | NDArray[np.uint8]], labels: Sequence[str] = ()) -> NDArray[np.uint8]:
    """Pictures, all of about one shape, on white paper, about as wide as high; `labels` below them."""
    from PIL import Image, ImageDraw, ImageFont

    images = [_image(picture) for picture in pictures]
    width = _WIDTH
    height = max(1, round(width * images[0].height / images[0].width))
    step = width + _GAP, height + _GAP + (_LABEL if labels else 0)
    across = max(1, round(math.sqrt(len(images) * step[1] / step[0] * 1.5)))
    rows = -(-len(images) // across)
    paper = Image.new("RGB", (across * step[0] + _GAP, rows * step[1] + _GAP), _PAPER)
    pen, font = ImageDraw.Draw(paper), ImageFont.load_default(_LABEL - 4)
    for i, image in enumerate(images):
        left, top = _GAP + i % across * step[0], _GAP + i // across * step[1]
        paper.paste(image.resize((width, height), Image.Resampling.LANCZOS), (left, top))
        if labels:
            pen.text((left + 1, top + height), labels[i][:40], fill=_PEN, font=font)
    return np.asarray(paper)


def _image(picture: Path | NDArray[np.uint8]) -> Image:
    import PIL.Image

    if isinstance(picture, Path):
        with PIL.Image.open(picture) as image:
            return image.convert("RGB")
    return PIL.Image.fromarray(picture if picture.shape[2] == 3 else np.repeat(picture, 3, axis=2))
