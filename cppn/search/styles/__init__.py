"""Styles: families of pictures, each a considered distribution over networks, spaces, colours and finishes."""

from .table import STYLES, Style

__all__ = ["STYLES", "Style"]
