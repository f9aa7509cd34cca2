"""From the colours of a file to sRGB."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ...errors import CppnError
from ..profile import gray_profile
from ..vips import libvips

if TYPE_CHECKING:
    import pyvips

# what is largest in each of libvips' formats of pixels
_LARGEST = {"uchar": 2**8 - 1, "ushort": 2**16 - 1, "uint": 2**32 - 1, "float": 1, "double": 1}
_DEEP = 65535
_BEYOND = 1e-3  # how far floats may lie outside 0 to 1, as rounding and sharpening leave them
_ASIDE = "its colour profile is damaged or of other colours, and left aside"
_LAB = ("lab", "labs", "labq")  # of libvips' interpretations


def in_srgb(image: pyvips.Image, where: str, notes: list[str]) -> NDArray[np.float32]:
    """A picture's numbers, (height, width, 1 or 3), as sRGB in [0, 1]; what was done to them is added to the notes.

    Errors: CppnError for kinds of numbers and of channels that are none of a picture.
    """
    pyvips = libvips()

    if image.interpretation in _LAB:
        notes.append("its CIELAB colours are shown as sRGB")
        # white is D50, as TIFF files have it that say nothing else (libtiff 4.7, tif_aux.c) and as profiles do
        return _shares(image.colourspace("lab").icc_export(output_profile="srgb", depth=16).copy_memory())
    if image.format not in _LARGEST:
        raise CppnError("its numbers have signs", where=where, legal="those without, and floats, are read")
    largest = _LARGEST[image.format]
    told = {_DEEP: "its 16 bits are kept", 2**32 - 1: "its 32 bits are kept"}.get(largest)
    if image.hasalpha():
        notes.append("its transparency is laid over white")
        if largest > _DEEP:  # more than libvips takes for the largest of transparency
            image, largest = (image.cast("double") / largest).copy(interpretation=image.interpretation), 1
        image = image.flatten(background=[largest], max_alpha=largest)
    if image.bands not in (1, 3, 4):
        raise CppnError(f"it has {image.bands} channels", where=where, legal="grey, RGB and CMYK are read")
    if largest == 1:
        _check_floats(image, where)
    if told:
        notes.append(told)
    profile = _profile(image)
    if profile is not None and not _fits(profile, image.bands):
        notes.append(_ASIDE)
        profile = None
    if image.bands < 4 and not profile:
        return _shares(image)
    try:
        return _converted(image, largest, profile, notes)
    except pyvips.Error:
        if image.bands == 4:
            raise
        notes.append(_ASIDE)
        return _shares(image)


def _check_floats(image: pyvips.Image, where: str) -> None:
    numbers = image.numpy()
    low, high = float(numbers.min()), float(numbers.max())
    if not (low >= -_BEYOND and high <= 1 + _BEYOND):  # nor where one is no number
        raise CppnError(
            f"its numbers go from {low:g} to {high:g}", where=where, legal="floats from 0 to 1 are read, as sRGB"
        )


def _profile(image: pyvips.Image) -> bytes | None:
    """The embedded profile, unless it is one of sRGB that the program itself writes."""
    pyvips = libvips()

    if image.get_typeof("icc-profile-data") == 0:
        return None
    profile = bytes(image.get("icc-profile-data"))
    return None if profile in (gray_profile(), bytes(pyvips.Operation.call("profile_load", "srgb"))) else profile


def _fits(profile: bytes, channels: int) -> bool:
    """Is it a profile at all, and one of pictures with so many channels? libvips would take another without a word."""
    from PIL import ImageCms

    try:
        found = ImageCms.ImageCmsProfile(io.BytesIO(profile)).profile
        whole = found.is_intent_supported(ImageCms.Intent.PERCEPTUAL, ImageCms.Direction.INPUT)
    except (OSError, TypeError, ValueError):
        return False
    return bool(whole and found.xcolor_space.strip() == {1: "GRAY", 3: "RGB", 4: "CMYK"}[channels])


def _converted(image: pyvips.Image, largest: int, profile: bytes | None, notes: list[str]) -> NDArray[np.float32]:
    """From the colours of the embedded profile; CMYK without one is taken for libvips' own."""
    given: dict[str, Any] = {"embedded": profile is not None, "black_point_compensation": True}
    if image.bands == 4:
        given["input_profile"] = "cmyk"
    if largest == 255:
        found = image.icc_transform("srgb", depth=16, **given)
    else:
        # libvips converts whole numbers alone, and 16 bits hold what can be seen. At once, lcms makes a coarse table of
        # it, up to 18 of 255 from the right value in the dark; by way of CIELAB it is 1.2
        wide = image.cast("double") if largest > _DEEP else image
        deep = (wide * (_DEEP / largest)).rint().cast("ushort")
        deep = deep.copy(interpretation={1: "grey16", 3: "rgb16"}.get(image.bands, "cmyk"))
        found = deep.icc_import(**given).icc_export(output_profile="srgb", depth=16, black_point_compensation=True)
    shares = _shares(found.copy_memory())
    source = "its profile" if profile else "libvips' profile of CMYK, for it has none"
    notes.append(f"its colours are shown as sRGB, from {source}")
    return shares[..., 1:2] if image.bands == 1 else shares


def _shares(image: pyvips.Image) -> NDArray[np.float32]:
    numbers = image.numpy()
    numbers = numbers[..., None] if numbers.ndim == 2 else numbers
    if image.format == "uint":  # more than float32 holds
        numbers = numbers / np.float64(_LARGEST["uint"])
        return np.asarray(numbers, np.float32)
    shares: NDArray[np.float32] = numbers.astype(np.float32)
    shares /= _LARGEST[image.format]
    return np.clip(shares, 0, 1, out=shares)
