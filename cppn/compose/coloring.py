"""From a network's outputs to light: ramps and swatches, shaded and turned."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from ..field.color import ColorMap, to_srgb, turn_palette
from ..field.dual import Dual, DualOps, dual
from ..field.formula import evaluate
from ..field.ops import Ops, Value
from ..field.palettes import palette_stops
from ..field.program import Writer
from ..field.spaces import decode, linear_to_oklab_of, oklab_to_linear
from ..field.tone import parse_tone
from ..recipe import FinishRecipe
from .point import Light, Point
from .swatches import painted

TURN = ("turns", "same", "before", "after")  # the names of the numbers that turn hues
_SHADE = 1.5  # powers of two from the light of a shade of 0 to that of 1
_UNCHANGED = 0.8  # the shade that leaves light as it is
_TURN = 140.0  # degrees from the hue at 0 to that at 1
_STEPS = 16  # pieces of the curve that makes a ramp equal


def toned(color: ColorMap, outputs: Sequence[Dual], writer: Writer) -> Dual:
    """The first output, gone through the tone's formula if there is one."""
    f = outputs[0]
    if color.tone is None:
        return f
    ops, trees = DualOps(writer.trees), writer.trees
    percent = writer.frame("percent").value
    # how derivatives change themselves is not known: they are taken as they are
    dx, dy = f.du * percent, f.dv * percent
    slope = trees.max(trees.sqrt(dx * dx + dy * dy), 1e-6)
    long = trees.sqrt(dx * dx + dy * dy + 0.01)  # a height of 1 is ten hundredths
    known: dict[str, Value] = {
        **dict(zip("fgh", outputs, strict=False)),
        "dx": Dual(dx), "dy": Dual(dy), "slope": Dual(slope), "distance": ops.abs(f - 0.5) / Dual(slope),
        "nx": Dual(-dx / long), "ny": Dual(-dy / long), "nz": Dual(0.1 / long),
        "x": writer.place("x"), "y": writer.place("y"),
    }  # fmt: skip
    return dual(evaluate(parse_tone(color.tone), known, ops))


def thresholds(color: ColorMap) -> list[float]:
    """The values between neighbouring swatches, so that these take areas as their shares say."""
    shares = np.array([stop.share for stop in palette_stops(color.palette or "")])
    below = (np.cumsum(shares) / shares.sum())[:-1]
    return [float(one) for one in np.interp(below, *_curve(color))]


def _curve(color: ColorMap) -> tuple[Sequence[float], Sequence[float]]:
    """Shares of the area, and the values below which they lie."""
    curve = color.curve or (0.0, 1.0)
    return [float(one) for one in np.linspace(0, 1, len(curve))], curve


def coloured(point: Point, color: ColorMap, outputs: Sequence[Dual], finish: FinishRecipe) -> Light:
    """The light of a point; `outputs` are the network's, the point's f is the first, toned."""
    ops = point.ops
    values = [point.f.value, *(one.value for one in outputs[1:])]
    if color.mode == "duotone":
        return _inked(point, color, [point.f, *outputs[1:]])
    light = _swatches(point, color, finish) if color.flat else _ramp(point, color, values)
    # the first output has picked the palette's colour, the others change it
    extra = color.mode.split("+")[1:] if color.mode.startswith("palette+") else []
    for kind, value in zip(extra, values[1:], strict=False):
        light = (_shaded if kind == "shade" else _turned)(light, ops.unit(value), ops)
    return light


def swatches(color: ColorMap) -> list[tuple[float, ...]]:
    """The palette's colours, sRGB, turned in hue; of a negative, each its own."""
    colors = turn_palette(np.array([stop.color for stop in palette_stops(color.palette or "")]), color.hue)
    return [tuple(one) for one in (1.0 - colors if color.invert else colors).tolist()]


def _swatches(point: Point, color: ColorMap, finish: FinishRecipe) -> Light:
    lights = [point.light(f"swatch{k}", one) for k, one in enumerate(swatches(color))]
    values = [point.number(f"edge{k}", one) for k, one in enumerate(thresholds(color))]
    return painted(point, lights, values, finish)


def _inked(point: Point, color: ColorMap, amounts: Sequence[Dual]) -> Light:
    """Paper, of whose light each ink takes its part: by as much as its output says, or all of it above a half."""
    light, *inks = (point.light(f"swatch{k}", one) for k, one in enumerate(swatches(color)[:3]))
    for ink, value in zip(inks, amounts, strict=True):
        if color.flat:
            amount = point.cover((value.value - 0.5) / point.steepness(value))
        else:
            amount = point.ops.unit(value.value)
        light = [one * (1.0 - (1.0 - own) * amount) for one, own in zip(light, ink, strict=True)]
    return light


def _ramp(point: Point, color: ColorMap, values: Sequence[Value]) -> Light:
    ops = point.ops
    first = _equal(point, color) if color.equal else values[0]
    match color.mode:
        case "ramps":
            a, b = (point.looked_up(table, first, color.invert) for table in ("palette", "across"))
            return point.mix(a, b, ops.unit(values[1]))
        case mode if mode.startswith("palette"):
            return point.looked_up("palette", first, color.invert)
    turn = None
    if color.turn is not None:
        turn = [point.number(key, one) for key, one in zip(TURN, color.turn, strict=True)]
    encoded = to_srgb(color.mode, [first, *values[1:]], (), color.invert, ops, turn)
    return [decode(one, ops) for one in encoded]


def _equal(point: Point, color: ColorMap) -> Value:
    """The share of the area below a value: straight between points of the curve."""
    shares, values = _curve(color)
    at = np.interp(np.linspace(0, 1, _STEPS + 1), shares, values)
    total: Value = 0.0
    for k in range(_STEPS):
        low, high = float(at[k]), float(at[k + 1])
        step = (point.f.value - point.number(f"curve{k}", low)) * point.number(f"steep{k}", 1 / max(high - low, 1e-9))
        total = total + point.ops.clamp(step, 0.0, 1.0)
    return total * (1 / _STEPS)


def _shaded(light: Light, value: Value, ops: Ops) -> Light:
    factor = ops.exp((value - _UNCHANGED) * (_SHADE * math.log(2)))
    return [one * factor for one in light]


def _turned(light: Light, value: Value, ops: Ops) -> Light:
    lightness, a, b = linear_to_oklab_of(light, ops)
    angle = (value - 0.5) * math.radians(_TURN)
    cos, sin = ops.cos(angle), ops.sin(angle)
    return [ops.clamp(one, 0.0, 1.0) for one in oklab_to_linear(lightness, a * cos - b * sin, a * sin + b * cos)]
