"""Strokes of mixed widths that follow a field of angles and never touch: placed once, drawn at any size."""

from .body import Stroke, Strokes
from .drawing import cover
from .placing import memory, place
from .settings import Settings
from .svg import Page, svg

__all__ = ["Page", "Settings", "Stroke", "Strokes", "cover", "memory", "place", "svg"]
