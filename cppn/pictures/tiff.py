"""What libvips and Pillow make of TIFF files that is not what the files say (TIFF 6.0, 1992)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import CppnError

if TYPE_CHECKING:
    import pyvips
    from PIL.Image import Image

_BITS, _PHOTOMETRIC, _PLANAR, _SAMPLES = 258, 262, 284, 339  # tags
_WHITE_IS_ZERO, _CIELAB, _ICCLAB, _ITULAB = 0, 8, 9, 10  # of the photometric interpretation
_SEPARATE, _FLOATS = 2, 3
_MOST_TAGS = 1 << 20  # bytes before the end of a file in which tags are looked for


def mended(image: pyvips.Image, path: Path) -> pyvips.Image:
    """The picture that libvips opened, as the file says that it is. Errors: CppnError where that is not known."""
    tags = _tags(path)
    photometric = tags.get(_PHOTOMETRIC)
    if photometric in (_ICCLAB, _ITULAB):  # which libvips takes for RGB
        raise CppnError("its colours are Lab of a kind that is not read", where=str(path), legal="CIELAB is read")
    if image.format == "float":
        if _bits(tags) == 16 and tags.get(_PLANAR) == _SEPARATE:  # libvips mixes up its channels
            raise CppnError(
                "it has floats of 16 bits in separate planes", where=str(path), legal="floats of 32 bits are read"
            )
        if photometric == _WHITE_IS_ZERO:  # libvips turns whole numbers round, but not these
            return (1 - image).copy(interpretation="b-w")
        if photometric == _CIELAB:
            return image
        # libvips means linear light by scRGB; files of floats hold what others hold, unless a profile says otherwise
        return image.copy(interpretation="b-w" if image.bands < 3 else "srgb")
    return image


def refuse_unreadable(path: Path) -> None:
    """Errors: CppnError where it is known why a TIFF file is not read."""
    tags = _tags(path)
    if tags.get(_SAMPLES, (0,))[0] == _FLOATS and _bits(tags) == 64:
        raise CppnError("it has floats of 64 bits", where=str(path), legal="floats of 32 bits are read")


def lab_of_pillow(image: Image, path: Path) -> pyvips.Image:
    """CIELAB of 8 bits, which libvips does not read: L from 0 to 255, a and b with a sign."""
    import pyvips

    # Pillow turns a and b into 0 to 255, and back when they are asked for; not those of separate planes
    numbers = np.asarray(image).copy()
    if _tags(path).get(_PLANAR) == _SEPARATE:
        numbers[..., 1:] ^= 128
    lab = np.dstack([numbers[..., 0] / 2.55, numbers[..., 1:].astype(np.int8)])
    return pyvips.Image.new_from_array(lab.astype(np.float32)).copy(interpretation="lab")


def _bits(tags: dict[int, Any]) -> int:
    bits = tags.get(_BITS, (1,))
    return int(bits[0]) if isinstance(bits, tuple) and bits else 1


def _tags(path: Path) -> dict[int, Any]:
    """The tags of a TIFF file's first picture; none of what is no TIFF file."""
    from PIL.TiffImagePlugin import ImageFileDirectory_v2

    try:
        with path.open("rb") as file:
            header = file.read(8)
            directory = ImageFileDirectory_v2(header)
            file.seek(directory.next)
            directory.load(file)
            return {tag: directory[tag] for tag in (_BITS, _PHOTOMETRIC, _PLANAR, _SAMPLES) if tag in directory}
    except Exception:  # a foreign file may break a reader in any way
        return {}
