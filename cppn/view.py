"""The rectangle of the plane to draw, and the sizes of pictures in pixels."""

from __future__ import annotations

import math
import re
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat

from .errors import CppnError, shorten, unknown

LARGEST_SIDE = 2**24 - 1  # pixel numbers stay exact in float32


class View(BaseModel):
    """What part of the plane a picture shows. y grows upwards.

    The shorter side spans 2·extent/zoom units around the centre, the longer side more, so that pixels are square;
    with `stretch` both sides span the same, as in LogisticMapDNN. `rotate` turns the picture counterclockwise, degrees.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    center: tuple[FiniteFloat, FiniteFloat] = (0.0, 0.0)
    extent: float = Field(5.0, ge=1e-9, le=1e9)
    zoom: float = Field(1.0, ge=1e-9, le=1e9)
    rotate: float = Field(0.0, ge=-1e6, le=1e6)
    stretch: bool = False


class Frame(NamedTuple):
    """A View at a size: where in the plane the pixel in column i, row j lies.

    With u = i − (width − 1)/2 and v = j − (height − 1)/2, the pixel's middle is at
    (cx + ux·u + vx·v, cy + uy·u + vy·v).
    """

    width: int
    height: int
    cx: float
    cy: float
    ux: float
    uy: float
    vx: float
    vy: float


def frame(view: View, width: int, height: int) -> Frame:
    """Lay a view over width × height pixels."""
    half = view.extent / view.zoom
    across = 2 * half / (width if view.stretch else min(width, height))
    down = 2 * half / (height if view.stretch else min(width, height))
    # a picture turned counterclockwise shows the plane looked at with a frame turned clockwise
    angle = math.radians(-view.rotate)
    cos, sin = math.cos(angle), math.sin(angle)
    return Frame(width, height, *view.center, across * cos, across * sin, down * sin, -down * cos)


# name: width × height, in the position in which the device is mostly held
SIZES = {
    "hd": (1280, 720), "fullhd": (1920, 1080), "1080p": (1920, 1080), "qhd": (2560, 1440), "1440p": (2560, 1440),
    "4k": (3840, 2160), "uhd": (3840, 2160), "5k": (5120, 2880), "6k": (6016, 3384), "8k": (7680, 4320),
    "16k": (15360, 8640), "dci-4k": (4096, 2160), "square": (2048, 2048), "instagram": (1080, 1350),
    "story": (1080, 1920), "ultrawide": (3440, 1440), "ultrawide-1080": (2560, 1080), "ultrawide-5k": (5120, 2160),
    "superwide": (5120, 1440), "wuxga": (1920, 1200), "wqxga": (2560, 1600), "macbook-air": (2560, 1664),
    "macbook-pro-14": (3024, 1964), "macbook-pro-16": (3456, 2234), "imac-24": (4480, 2520), "surface": (2880, 1920),
    "iphone-se": (750, 1334), "iphone-13": (1170, 2532), "iphone-14": (1170, 2532), "iphone-14-pro": (1179, 2556),
    "iphone-15": (1179, 2556), "iphone-15-pro-max": (1290, 2796), "iphone-16": (1179, 2556),
    "iphone-16-pro": (1206, 2622), "iphone-16-pro-max": (1320, 2868), "pixel-7": (1080, 2400), "pixel-8": (1080, 2400),
    "pixel-8-pro": (1344, 2992), "pixel-9": (1080, 2424), "pixel-9-pro-xl": (1344, 2992), "galaxy-s23": (1080, 2340),
    "galaxy-s24": (1080, 2340), "galaxy-s24-ultra": (1440, 3120), "galaxy-s25-ultra": (1440, 3120),
    "ipad": (1640, 2360), "ipad-mini": (1488, 2266), "ipad-air": (1640, 2360), "ipad-pro-11": (1668, 2388),
    "ipad-pro-13": (2064, 2752), "galaxy-tab-s9": (2560, 1600), "kindle": (1264, 1680), "remarkable": (1404, 1872),
    "steam-deck": (1280, 800),
}  # fmt: skip


def parse_size(text: str) -> tuple[int, int]:
    """Width and height in pixels of `1920x1080`, `800` (a square) or a name such as `4k`; `4k-portrait` turns it.

    Errors: CppnError for sizes of zero, negative, above 16777215 a side, and unknown names.
    """
    plain = text.strip().lower().replace("×", "x")
    if match := re.fullmatch(r"([+-]?\d{1,30})(?:\s*x\s*([+-]?\d{1,30}))?", plain):
        width, height = int(match[1]), int(match[2] or match[1])
    elif match := re.fullmatch(r"(.+?)-(portrait|landscape)", plain):
        short, long = sorted(_named(match[1]))
        width, height = (short, long) if match[2] == "portrait" else (long, short)
    else:
        width, height = _named(plain)
    return check_size(width, height)


def check_size(width: int, height: int) -> tuple[int, int]:
    """The size itself, or a CppnError if no picture can have it."""
    if not (1 <= width <= LARGEST_SIDE and 1 <= height <= LARGEST_SIDE):
        raise CppnError(
            f"a picture cannot be {width}x{height}", where="size", legal=f"each side takes 1 to {LARGEST_SIDE} pixels"
        )
    return width, height


def _named(name: str) -> tuple[int, int]:
    if name not in SIZES:
        if re.match(r"[\d.+-]", name) and name not in SIZES:
            raise CppnError(
                f"cannot read {shorten(name)!r}", where="size", legal='write "1920x1080" or a name like "4k"'
            )
        raise unknown("size", name, SIZES)
    return SIZES[name]
