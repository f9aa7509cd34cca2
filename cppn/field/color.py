"""From a network's outputs to a colour, and from a colour to whole numbers, written once over any kind of value."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ..errors import CppnError, shorten, unknown
from .numpy_ops import NumpyOps
from .ops import Ops, Value

# how many outputs of the network each mode takes
MODES = {"gray": 1, "rgb": 3, "hsv": 3, "oklch": 3, "palette": 1}
MODES_ABOUT = {
    "gray": "one output, black to white",
    "rgb": "three outputs: red, green, blue",
    "hsv": "three outputs: hue, saturation, value",
    "oklch": "three outputs: perceptual lightness, chroma, hue",
    "palette": "one output, looked up in a palette",
}
TURNED = ("rgb", "hsv", "oklch")  # modes whose hues `hue_turn` turns

LARGEST_CHROMA = 0.25  # what an output of 1 means in oklch; sRGB's own largest is 0.32, at one hue only
PALETTE_LENGTH = 512  # entries of a palette's table; between them it is interpolated
MOST_STOPS = 256


def channels(mode: str) -> int:
    """How many channels a picture of this mode has: 1 or 3."""
    return 1 if mode == "gray" else 3


@dataclass(frozen=True)
class ColorMap:
    """From the values of a network's last stage to a colour.

    A value v becomes (v − low)/(high − low) with `levels` = (low, high), limited to [0, 1]; `mode` says what that
    means. `hue`: degrees by which all hues are turned.
    """

    mode: str
    levels: tuple[float, float] = (0.0, 1.0)
    palette: str | None = None
    hue: float = 0.0
    invert: bool = False

    @property
    def outputs(self) -> int:
        """How many values of the network it takes."""
        return MODES[self.mode]

    @property
    def channels(self) -> int:
        """1 for grey pictures, 3 for colour."""
        return channels(self.mode)

    @property
    def table(self) -> NDArray[np.float64] | None:
        """The palette's table, shape (n, 3), its hues turned."""
        return None if self.palette is None else _turned_table(self.palette, self.hue)

    @property
    def turn(self) -> tuple[float, float, float, float] | None:
        """How other hues are turned, as `to_srgb` takes it."""
        return hue_turn(self.mode, self.hue)

    def srgb(self, leveled: Sequence[Value], tables: Sequence[Value], ops: Ops) -> list[Value]:
        """The channels of values that the levels have been applied to; see `to_srgb`."""
        return to_srgb(self.mode, leveled, tables, self.invert, ops, self.turn)


@lru_cache(maxsize=16)
def _turned_table(palette: str, hue: float) -> NDArray[np.float64]:
    table = turn_palette(palette_table(palette), hue)
    table.setflags(write=False)  # it is shared
    return table


def to_srgb(
    mode: str, leveled: Sequence[Value], tables: Sequence[Value], invert: Value, ops: Ops,
    turn: Sequence[Value] | None = None,
) -> list[Value]:  # fmt: skip
    """The channels, sRGB-encoded in [0, 1], of a network's outputs, which are limited to [0, 1] here.

    `tables`: a palette's three columns, each as the kind of value's handle for `Ops.lookup`; else empty.
    `turn`: what `hue_turn` gives, for modes whose hues are turned; those of a palette are turned in its table.
    `invert`: True, False or a condition of the kind.
    """
    outputs = [ops.unit(value) for value in leveled]
    match mode:
        case "hsv":
            hue, saturation, value = outputs
            colour = _hsv(hue if turn is None else hue + turn[0], saturation, value, ops)
        case "oklch":
            lightness, chroma, hue = outputs
            angle = 2 * math.pi * (hue if turn is None else hue + turn[0])
            colour = [
                ops.clamp(encode(ops.clamp(c, 0.0, 1.0), ops), 0.0, 1.0)
                for c in oklab_to_linear(
                    lightness, LARGEST_CHROMA * chroma * ops.cos(angle), LARGEST_CHROMA * chroma * ops.sin(angle)
                )
            ]
        case "palette":
            colour = [ops.lookup(table, outputs[0]) for table in tables]
        case "rgb" if turn is not None:
            _, same, before, after = turn
            red, green, blue = outputs
            colour = [
                ops.clamp(same * a + before * b + after * c, 0.0, 1.0)
                for a, b, c in ((red, green, blue), (green, blue, red), (blue, red, green))
            ]
        case _:
            colour = list(outputs)
    if isinstance(invert, bool):
        return [1.0 - c for c in colour] if invert else colour
    return [ops.where(invert, 1.0 - c, c) for c in colour]


def hue_turn(mode: str, degrees: float) -> tuple[float, float, float, float] | None:
    """What `to_srgb` needs to turn all hues by so many degrees; None where nothing is to be done.

    A part of a full turn, for modes that have a hue, and the three different numbers of the matrix that turns red,
    green and blue about the grey axis, so that 120° take red to green, green to blue and blue to red.
    """
    turns = degrees / 360 % 1.0
    if mode not in TURNED or not turns:
        return None
    angle = 2 * math.pi * turns
    third, slant = (1 - math.cos(angle)) / 3, math.sin(angle) / math.sqrt(3)
    return turns, third + math.cos(angle), third - slant, third + slant


NO_TURN = 0.0, 1.0, 0.0, 0.0  # which changes nothing, to the bit


def turn_palette(table: NDArray[np.float64], degrees: float) -> NDArray[np.float64]:
    """A palette's table, shape (n, 3), with all hues turned in OKLab, lightness and chroma kept as sRGB can."""
    if not degrees % 360:
        return table
    ops, angle = NumpyOps(), math.radians(degrees % 360)
    l, a, b = linear_to_oklab(np.asarray(decode(table, ops))).T  # noqa: E741  the colour space's own names
    turned = oklab_to_linear(l, a * math.cos(angle) - b * math.sin(angle), a * math.sin(angle) + b * math.cos(angle))
    return np.stack([encode(np.clip(c, 0, 1), ops) for c in turned], axis=1).clip(0, 1)


def _hsv(hue: Value, saturation: Value, value: Value, ops: Ops) -> list[Value]:
    def channel(offset: float) -> Value:
        phase = hue + offset
        ramp = ops.abs(6.0 * (phase - ops.floor(phase)) - 3.0) - 1.0
        return value * (1.0 - saturation * (1.0 - ops.clamp(ramp, 0.0, 1.0)))

    return [channel(0.0), channel(2 / 3), channel(1 / 3)]


def encode(linear: Value, ops: Ops) -> Value:
    """sRGB's encoding of linear light in [0, 1] (IEC 61966-2-1)."""
    curved = 1.055 * ops.exp(ops.log(ops.max(linear, 1e-9)) * (1 / 2.4)) - 0.055
    return ops.where(linear <= 0.0031308, 12.92 * linear, curved)


def decode(encoded: Value, ops: Ops) -> Value:
    """The linear light of an sRGB value in [0, 1]."""
    curved = ops.srgb_curve((encoded + 0.055) * (1 / 1.055))
    return ops.where(encoded <= 0.04045, encoded * (1 / 12.92), curved)


def oklab_to_linear(lightness: Value, a: Value, b: Value) -> list[Value]:
    """Linear red, green and blue, not yet limited to [0, 1], of an OKLab colour (Ottosson 2020)."""
    l_ = lightness + 0.3963377774 * a + 0.2158037573 * b
    m_ = lightness - 0.1055613458 * a - 0.0638541728 * b
    s_ = lightness - 0.0894841775 * a - 1.2914855480 * b
    l, m, s = l_ * l_ * l_, m_ * m_ * m_, s_ * s_ * s_  # noqa: E741  the paper's own names
    return [
        4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
        -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
        -0.0041960863 * l - 0.7034186147 * m + 1.7076147010 * s,
    ]


def linear_to_oklab(rgb: NDArray[np.float64]) -> NDArray[np.float64]:
    """OKLab of linear colours, shape (…, 3) to (…, 3)."""
    lab: NDArray[np.float64] = np.cbrt(rgb @ _RGB_TO_LMS.T) @ _LMS_TO_LAB.T
    return lab


_RGB_TO_LMS = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_LMS_TO_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)


@lru_cache(maxsize=64)
def palette_table(text: str) -> NDArray[np.float64]:
    """The table, shape (512, 3), sRGB in [0, 1], of a palette: a name known to cmap, or colours like `#101830,#e04030`.

    Colours given as stops are spaced evenly and blended in OKLab.
    Errors: CppnError for unknown names, bad colours, fewer than 2 stops or more than 256.
    """
    stops = [piece.strip() for piece in text.split(",")]
    if text.lstrip().startswith("#") or len(stops) > 1:
        return _blend([_hex(stop, text) for stop in stops], text)
    return _named_palette(text.strip())


def _hex(stop: str, text: str) -> tuple[float, ...]:
    if not re.fullmatch(r"#(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6})", stop):
        raise CppnError(
            f"{shorten(stop)!r} is not a colour",
            where=f"palette {shorten(text)!r}",
            legal='write "#101830,#e04030,#ffe080"',
        )
    digits = stop[1:] if len(stop) == 7 else "".join(2 * d for d in stop[1:])
    return tuple(int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4))


def _blend(colours: list[tuple[float, ...]], text: str) -> NDArray[np.float64]:
    if not 2 <= len(colours) <= MOST_STOPS:
        raise CppnError(
            f"it has {len(colours)} colours", where=f"palette {shorten(text)!r}", legal=f"2 to {MOST_STOPS} are legal"
        )
    ops = NumpyOps()
    lab = linear_to_oklab(np.asarray(decode(np.array(colours), ops)))
    at = np.linspace(0, len(colours) - 1, PALETTE_LENGTH)
    l, a, b = (np.interp(at, np.arange(len(colours)), lab[:, i]) for i in range(3))  # noqa: E741  as above
    return np.stack([encode(np.clip(c, 0, 1), ops) for c in oklab_to_linear(l, a, b)], axis=1).clip(0, 1)


def _named_palette(name: str) -> NDArray[np.float64]:
    import cmap

    try:
        colormap = cmap.Colormap(name)
    except (ValueError, KeyError, TypeError, RuntimeError):
        raise unknown("palette", name, palette_names()) from None
    return np.asarray(colormap(np.linspace(0, 1, PALETTE_LENGTH)), dtype=np.float64)[:, :3]


def palette_names() -> list[str]:
    """The names of palettes that cmap knows, without their namespaces."""
    import cmap

    return sorted(cmap.Colormap.catalog().short_keys())


def quantise(colours: Sequence[Value], column: Value, row: Value, bits: int, dithered: bool, ops: Ops) -> list[Value]:
    """What is cut off to whole numbers of `bits`, of each channel of a pixel; of 32 bits, the colours as they are.

    `column`, `row`: the pixel's absolute place, of which the noise of `dithered` depends: whole numbers of at least 32
    bits that support `* + ^ >> &`.
    """
    if bits == 32:
        return list(colours)
    return [
        colour * float(2**bits - 1) + (ops.real(ops.scrambled(column, row, k)) * 2.0**-24 if dithered else 0.5)
        for k, colour in enumerate(colours)
    ]
