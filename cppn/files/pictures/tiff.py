"""What libvips and Pillow make of TIFF files that is not what the files say (TIFF 6.0, 1992)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ...errors import CppnError
from ..vips import libvips

if TYPE_CHECKING:
    import pyvips
    from PIL.Image import Image

_BITS, _COMPRESSION, _PHOTOMETRIC, _SAMPLES, _PLANAR = 258, 259, 262, 277, 284  # tags
_TILE, _INKS, _EXTRA, _KIND = 322, 332, 338, 339
_WHITE_IS_ZERO, _BLACK_IS_ZERO, _RGB, _PALETTE, _CMYK, _YCBCR, _CIELAB = 0, 1, 2, 3, 5, 6, 8  # ways to mean colours
_COLOURS = {_WHITE_IS_ZERO: 1, _BLACK_IS_ZERO: 1, _RGB: 3, _PALETTE: 1, _CMYK: 4, _YCBCR: 3, _CIELAB: 3}  # samples
_SEPARATE = 2  # planes
_WHOLE, _SIGNED, _FLOATS = 1, 2, 3  # kinds of numbers
_IN_JPEG = (6, 7)  # compressions
_ALPHAS = (1, 2)  # kinds of extra samples
_READ = (_BITS, _COMPRESSION, _PHOTOMETRIC, _SAMPLES, _PLANAR, _TILE, _INKS, _EXTRA, _KIND)
_MAGIC = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")


class _Tags:
    """What the tags of a file's first picture say."""

    def __init__(self, found: dict[int, Any]) -> None:
        def first(tag: int, otherwise: int) -> int:
            value = found.get(tag, otherwise)
            return (
                int(value[0]) if isinstance(value, tuple) and value else value if isinstance(value, int) else otherwise
            )

        self.bits, self.kind = first(_BITS, 1), first(_KIND, _WHOLE)
        self.colours, self.samples = first(_PHOTOMETRIC, _BLACK_IS_ZERO), first(_SAMPLES, 1)
        self.separate = first(_PLANAR, 1) == _SEPARATE
        self.tiled, self.in_jpeg = _TILE in found, first(_COMPRESSION, 1) in _IN_JPEG
        self.other_inks, self.has_alpha = first(_INKS, 1) != 1, first(_EXTRA, 0) in _ALPHAS


def check(path: Path) -> None:
    """Errors: CppnError for kinds of TIFF files that both libraries refuse or read as something else."""
    tags = _tags(path)
    refused = None if tags is None else _unknown(tags)
    if refused is not None:
        raise CppnError(f"a TIFF {refused[0]}", where=str(path), legal=f"{refused[1]} read")


def _unknown(tags: _Tags) -> tuple[str, str] | None:
    """What is not read, and what is."""
    wanted = _COLOURS.get(tags.colours)
    if wanted is None:
        return f"of colours of kind {tags.colours}", "grey, RGB, CMYK and CIELAB are"
    if tags.bits not in (1, 2, 4, 8, 16, 32):
        return f"of {'floats of ' * (tags.kind == _FLOATS)}{tags.bits} bits", "8, 16 and 32 bits are"
    if tags.samples < wanted or (tags.colours == _CMYK and tags.other_inks):
        return f"of {tags.samples} inks or channels of other kinds", "grey, RGB, CMYK and CIELAB are"
    if tags.colours == _CMYK and tags.kind == _FLOATS:
        return "of CMYK in floats", "whole numbers are"
    if tags.colours == _YCBCR and not tags.in_jpeg:
        return "of YCbCr that is not compressed as JPEG", "RGB is"
    if tags.colours == _CIELAB:
        if tags.samples > wanted or tags.kind == _SIGNED or (tags.kind == _FLOATS and tags.bits != 32):
            return "of CIELAB with transparency, or in unusual numbers", "8 and 16 bits and floats of 32 are"
        if tags.bits == 16 and tags.separate:
            return "of CIELAB of 16 bits in separate planes", "planes side by side are"
    if tags.separate and tags.bits > 8 and (tags.tiled or (tags.bits == 16 and tags.kind == _FLOATS)):
        return f"of separate planes of {tags.bits} bits, in tiles or of floats", "planes side by side are"
    return None


def mended(image: pyvips.Image, path: Path) -> pyvips.Image:
    """The picture that libvips opened, as the file says that it is."""
    tags = _tags(path)
    if tags is None or tags.colours == _CIELAB:
        return image
    count = 3 if image.bands > 2 and tags.colours in (_RGB, _YCBCR) else _COLOURS[tags.colours]
    if image.bands > count + 1 and tags.colours in (_WHITE_IS_ZERO, _BLACK_IS_ZERO, _RGB, _CMYK):
        # masks of a painting program: channels that are neither colour nor transparency
        image = image.extract_band(0, n=count + tags.has_alpha).copy(interpretation=_meaning(count, image))
    if image.format == "float":
        if tags.colours == _WHITE_IS_ZERO:  # libvips turns whole numbers round, but not these
            turned = 1 - image[0]
            image = turned if image.bands == 1 else turned.bandjoin(image.extract_band(1, n=image.bands - 1))
        # libvips means linear light by scRGB; files of floats hold what others hold, unless a profile says otherwise
        image = image.copy(interpretation="b-w" if image.bands < 3 else "srgb")
    return image


def _meaning(colours: int, image: pyvips.Image) -> str:
    deep = image.format == "ushort"
    return {1: "grey16" if deep else "b-w", 3: "rgb16" if deep else "srgb"}.get(colours, "cmyk")


def lab_of_pillow(image: Image, path: Path) -> pyvips.Image:
    """CIELAB of 8 bits, which libvips does not read: L from 0 to 255, a and b with a sign."""
    pyvips = libvips()

    # Pillow turns a and b into 0 to 255, and back when they are asked for; not those of separate planes
    numbers = np.asarray(image).copy()
    if (tags := _tags(path)) is not None and tags.separate:
        numbers[..., 1:] ^= 128
    lab = np.dstack([numbers[..., 0] / 2.55, numbers[..., 1:].astype(np.int8)])
    return pyvips.Image.new_from_array(lab.astype(np.float32)).copy(interpretation="lab")


def _tags(path: Path) -> _Tags | None:
    """The tags of a TIFF file's first picture; None of what is no TIFF file, or is broken."""
    from PIL.TiffImagePlugin import ImageFileDirectory_v2

    try:
        with path.open("rb") as file:
            header = file.read(8)
            if header[:4] not in _MAGIC:
                return None
            directory = ImageFileDirectory_v2(header)
            file.seek(directory.next)
            directory.load(file)
            return _Tags({tag: directory[tag] for tag in directory if tag in _READ})
    except Exception:  # a foreign file may break a reader in any way
        return None
