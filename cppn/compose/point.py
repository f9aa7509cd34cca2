"""A point of a picture while its program is written: what the networks say there, and lengths in pixels."""

from __future__ import annotations

import math

from ..field.dual import Dual
from ..field.numpy_ops import NumpyOps
from ..field.ops import Value
from ..field.palettes import rgb
from ..field.program import Writer
from ..field.spaces import decode

Length = float | str  # hundredths of the shorter side, or text as `2px` and `0.4mm`
Light = list[Value]  # linear light of one channel, or of red, green and blue

# a value that changes by less than this from pixel to pixel is level: a distance from it is a thousand times larger
# than any picture
_LEVEL = 1e-8
_LUMINANCE = (0.2126, 0.7152, 0.0722)  # of linear sRGB (IEC 61966-2-1)


class Point:
    """`f`: the value that colours follow, with its derivatives in pixels. `channels`: of the light, 1 or 3."""

    def __init__(self, writer: Writer, f: Dual, channels: int) -> None:
        self.writer, self.ops, self.f, self.channels = writer, writer.trees, f, channels

    def steepness(self, value: Dual) -> Value:
        """How much a value changes in a pixel, at the steepest; at least a very little."""
        return self.ops.max(self.ops.sqrt(value.du * value.du + value.dv * value.dv), _LEVEL)

    def number(self, key: str, value: float) -> Value:
        """A number by name."""
        return self.writer.number(key, value).value

    def dual(self, key: str, value: float) -> Dual:
        """The same, to be computed with beside derivatives."""
        return self.writer.number(key, value)

    def looked_up(self, table: str, value: Value, invert: bool) -> Light:
        """The light of a palette at a value; of its negative, if it is inverted."""
        t = self.ops.unit(value)
        names = (f"{self.writer.label}{table}_{k}" for k in range(3))
        encoded = [self.ops.lookup(self.ops.name(name), t) for name in names]
        return [decode(1.0 - one if invert else one, self.ops) for one in encoded]

    def pixels(self, key: str, length: Length) -> Value:
        """A length in pixels."""
        if isinstance(length, str):
            number = self.number(key, float(length.removesuffix("px").removesuffix("mm")))
            return number if length.endswith("px") else number * self.frame("mm")
        return self.number(key, length) * self.frame("percent")

    def frame(self, key: str) -> Value:
        """What a frame tells of all pixels."""
        return self.writer.frame(key).value

    def light(self, key: str, color: str | tuple[float, ...]) -> Light:
        """A colour, as text or sRGB."""
        given = rgb(color) if isinstance(color, str) else color
        linear = [float(decode(one, NumpyOps())) for one in given]
        if self.channels == 1:
            linear = [sum(k * one for k, one in zip(_LUMINANCE, linear, strict=True))]
        return [self.number(f"{key}_{'rgb'[i]}", one) for i, one in enumerate(linear)]

    def cover(self, inside: Value) -> Value:
        """How much of a pixel lies inside, of how many pixels its middle does; of a part of a pixel, as much less."""
        return self.ops.clamp(0.5 + inside * self.frame("sharp"), 0.0, 1.0)

    def stripe(self, distance: Value, width: Value) -> Value:
        """How much of a pixel lies in a line of a width, from how far its middle is from the line's."""
        # a line thinner than a pixel is as wide as one, and paler
        wide = self.ops.max(width, 1.0)
        return self.cover(0.5 * wide - self.ops.abs(distance)) * self.ops.min(width, 1.0)

    def mix(self, a: Light, b: Light, share: Value) -> Light:
        """So much of b over a."""
        return [p + (q - p) * share for p, q in zip(a, b, strict=True)]

    def luminance(self, light: Light) -> Value:
        """How bright it is, 0 to 1."""
        if len(light) == 1:
            return light[0]
        red, green, blue = (k * one for k, one in zip(_LUMINANCE, light, strict=True))
        return red + green + blue

    def direction(self, key: str, degrees: float) -> tuple[Value, Value]:
        """Cosine and sine of an angle."""
        angle = math.radians(degrees)
        return self.number(f"{key}_cos", math.cos(angle)), self.number(f"{key}_sin", math.sin(angle))
