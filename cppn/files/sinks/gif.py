"""Animated GIF: one palette for the whole film, dithered by a pattern that stands still.

Written frame by frame (GIF89a), because Pillow keeps all frames of an animation in memory; Pillow's encoder compresses
each frame. The pattern is Jimenez' interleaved gradient noise (2014): fine, even, and the same in every frame, where
error diffusion flickers.
"""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import GifImagePlugin, Image

from .. import xmp
from .film_base import Film, FilmSink, Frame, durations
from .film_formats import FilmFormat

_TICKS = 100  # a second
_TOGETHER = 1 << 12  # boxes of colours at once, to bound memory
_SAMPLE = 1 << 20  # pixels that the palette is made from, at most
# programs that do not know XMP read its bytes as lengths of blocks: this ends their walk (XMP specification, part 3)
_XMP_TRAILER = b"\x01" + bytes(range(255, -1, -1)) + b"\x00"


class GifSink(FilmSink):
    """A GIF file."""

    def __init__(self, path: Path, film: Film, form: FilmFormat) -> None:
        super().__init__(path)
        self._film = film
        self._durations = iter(durations(film.fps, film.frames, _TICKS))

    def open(self) -> None:
        """Make the palette; write what comes before the frames."""
        self._colours = _palette(self._film)
        self._nearest = _Nearest(self._colours)
        self._noise = _noise(self._film, self._colours)
        self._file = self.part.open("wb")
        self._file.write(b"GIF89a" + struct.pack("<HHBBB", self._film.width, self._film.height, 0xF7, 0, 0))
        self._file.write(self._colours.tobytes())
        self._file.write(b"!\xff\x0bNETSCAPE2.0\x03\x01\x00\x00\x00")  # again and again
        if self._film.provenance is not None:
            packet = xmp.packet(self._film.provenance.to_json())
            self._file.write(b"!\xff\x0bXMP DataXMP" + packet + _XMP_TRAILER)

    def encode(self, frame: Frame) -> bytes:
        """The frame in the palette's colours, compressed."""
        if self._noise is not None:
            frame = np.clip(frame + self._noise, 0, 255).astype(np.uint8)
        image = Image.fromarray(self._nearest(_rgb(frame)), "P")
        image.putpalette(self._colours.tobytes())
        return b"".join(GifImagePlugin.getdata(image))

    def append(self, encoded: bytes) -> None:
        """Add the next frame."""
        try:
            self._file.write(b"!\xf9\x04\x04" + struct.pack("<H", next(self._durations)) + b"\0\0" + encoded)
        except OSError as error:
            raise self.failed(error.strerror or str(error)) from None

    def close(self) -> None:
        """Write the end."""
        self._file.write(b";")
        self._file.close()

    def abandon(self) -> None:
        """End early."""
        if hasattr(self, "_file"):
            self._file.close()


def _palette(film: Film) -> NDArray[np.uint8]:
    """Colours, shape (256, 3), for those of the film: Pillow's, moved into the middle of what they stand for."""
    frames = [_rgb(frame) for frame in (film.sample() if film.sample else ())] or [np.zeros((1, 1, 3), np.uint8)]
    pixels = np.concatenate([frame.reshape(-1, 3) for frame in frames])
    pixels = np.ascontiguousarray(pixels[:: -(-len(pixels) // _SAMPLE)])
    found = Image.fromarray(pixels[None]).quantize(256, Image.Quantize.MEDIANCUT, kmeans=2).getpalette() or []
    colours = np.zeros((256, 3), np.uint8)
    colours[: len(found) // 3] = np.array(found, np.uint8).reshape(-1, 3)
    index = _Nearest(colours)(pixels)
    count = np.bincount(index, minlength=256)[:, None]
    sums = np.stack([np.bincount(index, pixels[:, c], minlength=256) for c in range(3)], axis=1)
    return np.where(count > 0, (sums / np.maximum(count, 1) + 0.5).astype(np.uint8), colours)


class _Nearest:
    """Which colour of a palette is the nearest to the middle of each of 64³ boxes, worked out as boxes are asked for.

    Pillow's own search measures from a box's corner, which makes films one and a half steps too dark.
    """

    def __init__(self, colours: NDArray[np.uint8]) -> None:
        self._palette = colours.astype(np.float32)
        self._lengths = (self._palette**2).sum(axis=1)
        self._table = np.full(64**3, -1, np.int16)

    def __call__(self, pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """The colours' places in the palette, (…), of pixels (…, 3)."""
        coarse = pixels >> 2
        boxes = coarse[..., 0].astype(np.intp)
        for c in (1, 2):
            boxes <<= 6
            boxes |= coarse[..., c]
        found = self._table.take(boxes)
        if found.min(initial=0) < 0:
            asked = np.zeros(len(self._table), bool)
            asked[boxes.ravel()] = True
            # two threads may work out the same boxes at once, and come to the same
            for part in np.array_split(new := np.flatnonzero(asked & (self._table < 0)), 1 + len(new) // _TOGETHER):
                middle = np.stack([part >> 12, part >> 6 & 63, part & 63], axis=1).astype(np.float32) * 4 + 1.5
                self._table[part] = (self._lengths - 2 * middle @ self._palette.T).argmin(axis=1)
            found = self._table.take(boxes)
        places: NDArray[np.uint8] = found.astype(np.uint8)
        return places


def _noise(film: Film, colours: NDArray[np.uint8]) -> NDArray[np.int16] | None:
    """What is added to every frame before its colours are chosen, shape (height, width, 1); None for nothing."""
    spacing = _spacing(colours) if film.dither else 0.0
    if spacing == 0.0:
        return None
    j, i = np.mgrid[: film.height, : film.width]
    pattern = (52.9829189 * ((0.06711056 * i + 0.00583715 * j) % 1)) % 1 - 0.5
    noise: NDArray[np.int16] = np.rint(pattern * spacing).astype(np.int16)[..., None]
    return noise


def _spacing(colours: NDArray[np.uint8]) -> float:
    """How far apart neighbouring colours of a palette lie, 0 to 255."""
    unique = np.unique(colours.astype(np.float64), axis=0)
    if len(unique) < 200:  # the film has no more colours, and needs no pattern
        return 0.0
    distances = np.sqrt(((unique[:, None] - unique[None]) ** 2).sum(-1))
    np.fill_diagonal(distances, np.inf)
    return float(np.median(distances.min(axis=1)))


def _rgb(frame: NDArray[Any]) -> NDArray[np.uint8]:
    return np.repeat(frame, 3, axis=2) if frame.shape[2] == 1 else frame
