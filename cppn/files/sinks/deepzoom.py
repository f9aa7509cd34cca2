"""Deep Zoom: a pyramid of tiles that a page shows, for pictures too large to open."""

from __future__ import annotations

import html
import os
import re
import shutil
from importlib.resources import files
from pathlib import Path
from string import Template
from urllib.parse import quote

from ..names import free_path, in_the_way
from .raster import RasterSink

_MARK = '<meta name="generator" content="cppn">'
_TILE = re.compile(r"\d+/\d+_\d+\.\w+|vips-properties\.xml")


def page_of(path: Path) -> Path:
    """The page beside a descriptor."""
    return path.with_suffix(".html")


def tiles_of(path: Path) -> Path:
    """The folder of tiles beside a descriptor."""
    return path.with_name(f"{path.stem}_files")


def _is_page(path: Path) -> bool:
    return path.is_file() and _MARK in path.read_text(encoding="utf-8", errors="replace")[:4096]


def _are_tiles(folder: Path) -> bool:
    inside = (path for path in folder.rglob("*") if not path.is_dir())
    return folder.is_dir() and all(_TILE.fullmatch(path.relative_to(folder).as_posix()) for path in inside)


class DeepZoomSink(RasterSink):
    """`NAME.dzi`, its tiles in `NAME_files/`, and `NAME.html`, a page that shows them and needs nothing else."""

    @staticmethod
    def check_place(path: Path) -> None:
        """Errors: CppnError for what stands beside the descriptor to be written there and is not of an older one.

        A saved page of the web has just these names, and whoever has a Deep Zoom may have written a page for it.
        """
        real = path.resolve() if path.is_symlink() else path
        for beside, is_own in ((page_of(real), _is_page), (tiles_of(real), _are_tiles)):
            if beside.exists() and not (real.exists() and is_own(beside)):
                raise in_the_way(beside, path)

    @property
    def target(self) -> Path:
        # not the picture's own name, in which libvips would see options ("a[1]") and archives ("a.zip")
        return self.part / "picture"

    def open(self) -> None:
        self.part.mkdir()
        super().open()

    def publish(self) -> None:
        if self.exclusive:
            self.path = free_path(self._wanted, page_of, tiles_of)
        descriptor, tiles, page = (self.part / f"picture{end}" for end in (".dzi", "_files", ".html"))
        old = tiles_of(self.path)
        (tiles / "vips-properties.xml").unlink(missing_ok=True)  # says when it was written, and nothing that is needed
        if self._provenance is not None:
            # a comment behind the last element; XML allows no two hyphens in one
            text = self._provenance.to_json().replace("--", "-\\u002d")
            comment = f"<!-- <cppn:picture>{text}</cppn:picture> -->\n"
            descriptor.write_text(descriptor.read_text(encoding="utf-8") + comment, encoding="utf-8")
        page.write_text(self._page(old.name), encoding="utf-8")
        if old.is_dir():
            shutil.rmtree(old)
        # the descriptor comes last: where it is, the rest is too
        for part, place in ((tiles, old), (page, page_of(self.path)), (descriptor, self.path)):
            os.replace(part, place)

    def _page(self, folder: str) -> str:
        """The page that shows the tiles in that folder beside it."""
        height, width, _ = self._shape
        settings = dict(self._format.options)
        tile, top = settings["tile_size"], (max(width, height) - 1).bit_length()
        template = Template(files(__package__).joinpath("deepzoom.html").read_text(encoding="utf-8"))
        return template.substitute(
            title=html.escape(self.path.stem), folder=html.escape(folder), tiles=quote(folder), width=width,
            height=height, tile=tile, overlap=settings["overlap"], top=top, base=min(top, tile.bit_length() - 1),
            icon=min(top, 6),
        )  # fmt: skip
