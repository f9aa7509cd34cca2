"""Deep Zoom: a pyramid of tiles that a page shows, for pictures too large to open."""

from __future__ import annotations

import html
import os
import shutil
from importlib.resources import files
from pathlib import Path
from string import Template
from urllib.parse import quote

from .raster import RasterSink


class DeepZoomSink(RasterSink):
    """`NAME.dzi`, its tiles in `NAME_files/`, and `NAME.html`, a page that shows them and needs nothing else."""

    @property
    def target(self) -> Path:
        # not the picture's own name, in which libvips would see options ("a[1]") and archives ("a.zip")
        return self.part / "picture"

    def open(self) -> None:
        self.part.mkdir()
        super().open()

    def publish(self) -> None:
        stem = self.path.stem
        descriptor, tiles, page = (self.part / f"picture{end}" for end in (".dzi", "_files", ".html"))
        (tiles / "vips-properties.xml").unlink(missing_ok=True)  # says when it was written, and nothing that is needed
        if self._imprint is not None:
            # a comment behind the last element; XML allows no two hyphens in one
            text = self._imprint.to_json().replace("--", "-\\u002d")
            comment = f"<!-- <cppn:picture>{text}</cppn:picture> -->\n"
            descriptor.write_text(descriptor.read_text(encoding="utf-8") + comment, encoding="utf-8")
        page.write_text(self._page(f"{stem}_files"), encoding="utf-8")
        folder = self.path.parent
        old = folder / f"{stem}_files"
        if old.is_dir():
            shutil.rmtree(old)
        # the descriptor comes last: where it is, the rest is too
        for part, name in ((tiles, old.name), (page, f"{stem}.html"), (descriptor, self.path.name)):
            os.replace(part, folder / name)

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
