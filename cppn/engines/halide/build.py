"""From a shape to its pipeline."""

from __future__ import annotations

from .ops import float32_constants
from .picture import build_picture
from .pipeline import Built
from .resolve import build_resolve
from .shape import PictureShape, Shape


def build(shape: Shape) -> Built:
    """The pipeline of a shape."""
    with float32_constants():
        return build_picture(shape) if isinstance(shape, PictureShape) else build_resolve(shape)
