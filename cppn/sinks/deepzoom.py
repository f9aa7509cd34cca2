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
        return self.part / self.path.stem

    def open(self) -> None:
        self.part.mkdir()
        super().open()

    def publish(self) -> None:
        stem = self.path.stem
        descriptor, tiles, page = self.part / f"{stem}.dzi", self.part / f"{stem}_files", self.part / f"{stem}.html"
        if self._imprint is not None:
            # a comment behind the last element; XML allows no two hyphens in one
            text = self._imprint.to_json().replace("--", "-\\u002d")
            comment = f"<!-- <cppn:picture>{text}</cppn:picture> -->\n"
            descriptor.write_text(descriptor.read_text(encoding="utf-8") + comment, encoding="utf-8")
        height, width, _ = self._shape
        template = Template(files(__package__).joinpath("deepzoom.html").read_text(encoding="utf-8"))
        settings = dict(self._format.options)
        page.write_text(
            template.substitute(
                title=html.escape(stem), tiles=quote(f"{stem}_files"), width=width, height=height,
                tile=settings["tile_size"], overlap=settings["overlap"],
            ),
            encoding="utf-8",
        )  # fmt: skip
        folder = self.path.parent
        old = folder / f"{stem}_files"
        if old.is_dir():
            shutil.rmtree(old)
        # the descriptor comes last: where it is, the rest is too
        for part, name in ((tiles, old.name), (page, page.name), (descriptor, self.path.name)):
            os.replace(part, folder / name)
