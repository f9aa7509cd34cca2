"""Foreign pictures, read into arrays."""

from .picture import Picture, is_whole, read_picture

__all__ = ["Picture", "is_whole", "read_picture"]
