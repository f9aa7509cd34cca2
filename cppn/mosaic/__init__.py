"""Mosaics: every unit of a network as a small picture, a row for each layer."""

from .layout import Layout, layout
from .picture import mosaic
from .scale import parse_scale
from .unit import parse_unit, unit_recipe

__all__ = ["Layout", "layout", "mosaic", "parse_scale", "parse_unit", "unit_recipe"]
