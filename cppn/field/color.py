"""From a network's outputs to a colour, and from a colour to whole numbers, written once over any kind of value."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from .numpy_ops import NumpyOps
from .ops import Ops, Value
from .palettes import palette_table
from .spaces import decode, encode, linear_to_oklab, oklab_to_linear

# how many outputs of the network each mode takes
MODES = {
    "gray": 1, "rgb": 3, "hsv": 3, "oklch": 3, "palette": 1,
    "palette+shade": 2, "palette+hue": 2, "palette+shade+hue": 3, "ramps": 2, "duotone": 2,
}  # fmt: skip
MODES_ABOUT = {
    "gray": "one output, black to white",
    "rgb": "three outputs: red, green, blue",
    "hsv": "three outputs: hue, saturation, value",
    "oklch": "three outputs: perceptual lightness, chroma, hue",
    "palette": "one output, looked up in a palette",
    "palette+shade": "two outputs: a palette's colour, and how light it is",
    "palette+hue": "two outputs: a palette's colour, and how its hue is turned",
    "palette+shade+hue": "three outputs: a palette's colour, its light, its hue",
    "ramps": "two outputs: a place in two palettes, and how much of the second",
    "duotone": "two outputs: how much of two inks lies on a paper, a palette's first three colours",
}
PLAIN = ("gray", "rgb", "hsv", "oklch", "palette")  # modes that `to_srgb` knows; the others are composed
PALETTED = tuple(mode for mode in MODES if mode not in PLAIN[:4])  # modes that take a palette
# modes whose colours may have edges: swatches, and inks
FLAT = ("palette", "palette+shade", "palette+hue", "palette+shade+hue", "duotone")
TURNED = ("rgb", "hsv", "oklch")  # modes whose hues `hue_turn` turns

LARGEST_CHROMA = 0.25  # what an output of 1 means in oklch; sRGB's own largest is 0.32, at one hue only


def channels(mode: str) -> int:
    """How many channels a picture of this mode has: 1 or 3."""
    return 1 if mode == "gray" else 3


def takes_curve(mode: str, flat: bool, equal: bool) -> bool:
    """Must it be known of such colours how much of the area lies below which value? Not of inks."""
    return equal or (flat and mode != "duotone")


Ends = float | NDArray[np.float64]


@dataclass(frozen=True)
class ColorMap:
    """From the values of a network's last stage to a colour.

    A value v becomes (v − low)/(high − low) with `levels` = (low, high), or those of `ranges`, one for each output,
    limited to [0, 1]; `mode` says what that means. `hue`: degrees by which all hues are turned. `tone`: a formula that
    the first value goes through.
    `flat`: a palette's colours are swatches with edges; `equal`: its ramp takes the areas that its shares say. `curve`:
    the values below which so much of the area lies, from none to all of it, in even steps. `across`: the second palette
    of the mode that has two.
    """

    mode: str
    levels: tuple[float, float] = (0.0, 1.0)
    palette: str | None = None
    hue: float = 0.0
    invert: bool = False
    tone: str | None = None
    flat: bool = False
    equal: bool = False
    curve: tuple[float, ...] | None = None
    across: str | None = None
    ranges: tuple[tuple[float, float], ...] | None = None

    @property
    def ends(self) -> tuple[Ends, Ends]:
        """The values that become 0 and 1: numbers, or arrays with one of each output."""
        if self.ranges is None:
            return self.levels
        low, high = np.array(self.ranges[: self.outputs]).T
        return low, high

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
    def is_plain(self) -> bool:
        """Is it all that `to_srgb` does?"""
        return self.mode in PLAIN and not (self.tone or self.flat or self.equal)

    @property
    def takes_curve(self) -> bool:
        """Must it be known how much of the area lies below which value?"""
        return takes_curve(self.mode, self.flat, self.equal)

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


def quantise(colours: Sequence[Value], column: Value, row: Value, bits: int, dithered: bool, ops: Ops) -> list[Value]:
    """What is cut off to whole numbers of `bits`, of each channel of a pixel; of 32 bits, the colours as they are.

    `column`, `row`: the pixel's absolute place, of which the noise of `dithered` depends: whole numbers of at least 32
    bits that support `* + ^ >> &`. A level that is whole stays so: flat colours are not dithered.
    """
    if bits == 32:
        return list(colours)
    return [
        colour * float(2**bits - 1) + (ops.dither(column, row, k) if dithered else 0.5)
        for k, colour in enumerate(colours)
    ]
