"""What pages in a browser draw with: the module that puts a shader and its numbers on a graphics card."""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).parent


def script(name: str) -> str:
    """The text of one of the modules."""
    return (FOLDER / name).read_text(encoding="utf-8")
