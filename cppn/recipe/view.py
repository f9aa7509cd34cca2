"""The rectangle of the plane to draw, and the sizes of pictures in pixels."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from operator import index
from typing import NamedTuple

from ..errors import CppnError, shorten, unknown
from ..field.program import FRAME
from .fields import told
from .schema import Section

SIZE = "write (width, height), whole numbers of pixels"
SCREEN_DPI = 96.0  # pixels of an inch where nobody says, as on the web
LARGEST_SIDE = 2**24 - 1  # pixel numbers stay exact in float32


class View(Section):
    """What part of the plane a picture shows. y grows upwards.

    The shorter side spans 2·extent/zoom units around the centre, the longer side more, so that pixels are square;
    with `stretch` both sides span the same, as in LogisticMapDNN. `rotate` turns the picture counterclockwise, degrees.
    """

    center: tuple[float, float] = told("center")
    extent: float = told("extent")
    zoom: float = told("zoom")
    rotate: float = told("rotate")
    stretch: bool = told("stretch")


class Frame(NamedTuple):
    """A View at a size: where in the plane the pixel in column i, row j lies.

    With u = i − (width − 1)/2 and v = j − (height − 1)/2, the pixel's middle is at
    (cx + ux·u + vx·v, cy + uy·u + vy·v). `percent`, `mm`: pixels of a hundredth of the shorter side, and of a
    millimetre. `right`, `bottom`: u and v of the picture's edges, without what is trimmed.
    """

    width: int
    height: int
    cx: float
    cy: float
    ux: float
    uy: float
    vx: float
    vy: float
    percent: float = 1.0
    mm: float = SCREEN_DPI / 25.4
    right: float = 50.0
    bottom: float = 50.0

    @property
    def numbers(self) -> dict[str, float]:
        """What programs may ask for by name; see `FRAME`."""
        return {key: getattr(self, key) for key in FRAME if key != "sharp"}


def frame(view: View, width: int, height: int, bleed: int = 0, dpi: float | None = None) -> Frame:
    """Lay a view over width × height pixels, with `bleed` more of them beyond each edge, `dpi` of them an inch."""
    half = view.extent / view.zoom
    across = 2 * half / (width if view.stretch else min(width, height))
    down = 2 * half / (height if view.stretch else min(width, height))
    # a picture turned counterclockwise shows the plane looked at with a frame turned clockwise
    angle = math.radians(-view.rotate)
    cos, sin = math.cos(angle), math.sin(angle)
    return Frame(
        width + 2 * bleed, height + 2 * bleed, *view.center, across * cos, across * sin, down * sin, -down * cos,
        min(width, height) / 100, (dpi or SCREEN_DPI) / 25.4, width / 2, height / 2,
    )  # fmt: skip


def part(view: View, canvas: tuple[int, int], left: int, top: int, width: int, height: int) -> View:
    """The view that shows, on width × height pixels, what they show of a canvas on which the whole view is laid.

    Errors: CppnError for stretched views: no other view shows a part of one.
    """
    if view.stretch:
        raise CppnError("a stretched view does not span screens", where="view", legal="draw it with --no-stretch first")
    whole = frame(view, *canvas)
    u, v = left + (width - canvas[0]) / 2, top + (height - canvas[1]) / 2
    half = math.hypot(whole.ux, whole.uy) * min(width, height) / 2
    center = whole.cx + whole.ux * u + whole.vx * v, whole.cy + whole.uy * u + whole.vy * v
    return View(center=center, extent=view.extent, zoom=view.extent / half, rotate=view.rotate)


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


# millimetres, upright
PAPERS = {
    "a0": (841, 1189), "a1": (594, 841), "a2": (420, 594), "a3": (297, 420), "a4": (210, 297), "a5": (148, 210),
    "a6": (105, 148), "b1": (707, 1000), "b2": (500, 707), "b3": (353, 500), "letter": (215.9, 279.4),
    "legal": (215.9, 355.6), "tabloid": (279.4, 431.8),
}  # fmt: skip
_MILLIMETRES = {"mm": 1.0, "cm": 10.0, "in": 25.4}
PRINT_DPI = 300.0  # of physical sizes that name none


class Size(NamedTuple):
    """A picture's pixels and, where it was asked for in physical units, how many of them make an inch."""

    width: int
    height: int
    dpi: float | None = None


def parse_size(text: str) -> Size:
    """The size that a text means.

    `1920x1080`, `800` (a square), a screen's name (`4k`, `iphone-15`); on paper `a2@300dpi`, `50x70cm@240dpi`,
    `24x36in` (300 dpi). `NAME-portrait` and `NAME-landscape` turn it.
    Errors: CppnError for sizes of zero, negative, above 16777215 a side, and unknown names.
    """
    plain = text.strip().lower().replace("×", "x").replace("*", "x").replace(" ", "")
    body, at, resolution = plain.partition("@")
    dpi = _resolution(resolution, text) if at else PRINT_DPI
    body, turned = _turn(body)
    if match := re.fullmatch(r"([+-]?\d{1,30})(?:x([+-]?\d{1,30}))?", body):
        if at:
            raise CppnError("pixels need no resolution", where=f"size {shorten(text)!r}", legal="set it with --dpi")
        return Size(*check_size(*map(int, turned(int(match[1]), int(match[2] or match[1])))))
    if match := re.fullmatch(r"(\d{1,9}(?:\.\d{1,9})?)x(\d{1,9}(?:\.\d{1,9})?)(mm|cm|in)", body):
        width, height = (float(side) * _MILLIMETRES[match[3]] for side in match.groups()[:2])
    elif body in PAPERS:
        width, height = PAPERS[body]
    elif at:
        raise unknown("paper", body, PAPERS, where=f"size {shorten(text)!r}")
    else:
        return Size(*map(int, turned(*_named(body))))
    width, height = (round(side / 25.4 * dpi) for side in turned(width, height))
    return Size(*check_size(width, height), dpi)


def parse_length(text: str, dpi: float | None) -> int:
    """Pixels of a length: `3mm`, `0.5cm`, `0.125in`, or `40px`. Physical ones need the resolution.

    Errors: CppnError for any other text, and for physical lengths without one.
    """
    match = re.fullmatch(r"(\d{1,9}(?:\.\d{1,9})?)(mm|cm|in|px)", text.strip().lower().replace(" ", ""))
    if match is None:
        raise CppnError(f"cannot read {shorten(text)!r}", where="bleed", legal='write "3mm", "0.125in" or "40px"')
    if match[2] == "px":
        return round(float(match[1]))
    if dpi is None:
        raise CppnError("a length needs a resolution", where="bleed", legal="give --dpi, a size on paper, or pixels")
    return round(float(match[1]) * _MILLIMETRES[match[2]] / 25.4 * dpi)


def check_size(width: int, height: int) -> tuple[int, int]:
    """The size itself, in whole numbers, or a CppnError if no picture can have it."""
    try:
        width, height = index(width), index(height)
    except TypeError:
        raise CppnError(f"{width!r} by {height!r} is no size", where="size", legal=SIZE) from None
    if not (1 <= width <= LARGEST_SIDE and 1 <= height <= LARGEST_SIDE):
        raise CppnError(
            f"a picture cannot be {width}x{height}", where="size", legal=f"each side takes 1 to {LARGEST_SIDE} pixels"
        )
    return width, height


def _turn(body: str) -> tuple[str, Callable[[float, float], tuple[float, float]]]:
    """The name without its `-portrait` or `-landscape`, and what that does to a width and a height."""
    if body.endswith("-portrait"):
        return body.removesuffix("-portrait"), lambda a, b: (min(a, b), max(a, b))
    if body.endswith("-landscape"):
        return body.removesuffix("-landscape"), lambda a, b: (max(a, b), min(a, b))
    return body, lambda a, b: (a, b)


def _resolution(text: str, size: str) -> float:
    match = re.fullmatch(r"(\d{1,6}(?:\.\d{1,6})?)(?:dpi|ppi)?", text)
    if match is None or not 1 <= float(match[1]) <= 100_000:
        raise CppnError(f"cannot read {shorten(text)!r}", where=f"size {shorten(size)!r}", legal='write "a2@300dpi"')
    return float(match[1])


def _named(name: str) -> tuple[int, int]:
    if name not in SIZES:
        if re.match(r"[\d.+-]", name):
            legal = 'write "1920x1080", "50x70cm@300dpi" or a name like "4k"'
            raise CppnError(f"cannot read {shorten(name)!r}", where="size", legal=legal)
        raise unknown("size", name, [*SIZES, *PAPERS])
    return SIZES[name]
