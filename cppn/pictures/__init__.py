"""Foreign pictures, read into arrays."""

from .picture import MOST_PIXELS, Picture, is_whole, read_picture

__all__ = ["MOST_PIXELS", "Picture", "is_whole", "read_picture"]
