"""Warps: maps of the plane by name, each with its parameters, written once over any kind of value."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import NamedTuple

from .ops import Ops, Value
from .parameters import Parameter, parse_named

Values = Mapping[str, Value]
Place = tuple[Value, Value]
# what a network says at a place, about 0 and up to 1 and −1, twice
Ask = Callable[[Place], Place]


class WarpKind(NamedTuple):
    """`map`: from a place to another, given the parameters' values."""

    about: str
    parameters: Mapping[str, Parameter]
    map: Callable[[Place, Values, Ops], Place]


class Warp(NamedTuple):
    """A kind of warp with its parameters: what a text like `twist:amount=2` means."""

    name: str
    parameters: tuple[tuple[str, float], ...]

    @property
    def is_other(self) -> bool:
        """Does it take another network than the picture's own?"""
        return self.name == "self" and dict(self.parameters)["seed"] >= 0


def _number(meaning: str, default: float, low: float = -1e4, high: float = 1e4) -> Parameter:
    return Parameter(meaning, default, low, high)


def _rotated(p: Place, angle: Value, ops: Ops) -> Place:
    cos, sin = ops.cos(angle), ops.sin(angle)
    return p[0] * cos - p[1] * sin, p[0] * sin + p[1] * cos


def _away(p: Place, v: Values, ops: Ops) -> tuple[Place, Value]:
    """How far a place is from a warp's middle, and how near it as a bell over its radius."""
    q = p[0] - v["x"], p[1] - v["y"]
    radius = v["radius"]
    return q, ops.exp(-(q[0] * q[0] + q[1] * q[1]) / (radius * radius))


def _polar(p: Place, v: Values, ops: Ops) -> Place:
    # the angle's absolute value, so that nothing breaks where it would jump from −π to π
    return ops.abs(ops.atan2(p[1], p[0])) * v["turns"], _radius(p, ops)


def _log_polar(p: Place, v: Values, ops: Ops) -> Place:
    return ops.abs(ops.atan2(p[1], p[0])) * v["turns"], ops.log(_radius(p, ops)) * v["rings"]


def _radius(p: Place, ops: Ops) -> Value:
    return ops.sqrt(p[0] * p[0] + p[1] * p[1] + 1e-12)


def _moebius(p: Place, v: Values, ops: Ops) -> Place:
    """z → (z − a)/(1 − āz) in units of the radius: the disc stays, a becomes its middle."""
    x, y, a, b = p[0] / v["radius"], p[1] / v["radius"], v["x"] / v["radius"], v["y"] / v["radius"]
    up = x - a, y - b
    down = 1.0 - (a * x + b * y), -(a * y - b * x)
    size = ops.max(down[0] * down[0] + down[1] * down[1], 1e-6)
    return (
        (up[0] * down[0] + up[1] * down[1]) / size * v["radius"],
        (up[1] * down[0] - up[0] * down[1]) / size * v["radius"],
    )


def _mirror(p: Place, v: Values, ops: Ops) -> Place:
    """The plane folded like a fan into one of 2n wedges."""
    angle = ops.atan2(p[1], p[0])
    wedge = 2 * math.pi / v["n"]
    folded = ops.abs(angle - wedge * ops.round(angle / wedge))
    radius = _radius(p, ops)
    return radius * ops.cos(folded), radius * ops.sin(folded)


def _lens(p: Place, v: Values, ops: Ops) -> Place:
    q, near = _away(p, v, ops)
    factor = 1.0 - v["amount"] * near
    return v["x"] + q[0] * factor, v["y"] + q[1] * factor


def _twist(p: Place, v: Values, ops: Ops) -> Place:
    q, near = _away(p, v, ops)
    x, y = _rotated(q, v["amount"] * near, ops)
    return v["x"] + x, v["y"] + y


def _wave(p: Place, v: Values, ops: Ops) -> Place:
    return (
        p[0] + v["amount"] * ops.sin(v["freq"] * p[1]),
        p[1] + v["amount"] * ops.sin(v["freq"] * p[0] + 1.3),
    )


def _stay(p: Place, v: Values, ops: Ops) -> Place:
    return p


_MIDDLE = {"x": _number("of its middle", 0.0), "y": _number("of its middle", 0.0)}
_RADIUS = {"radius": _number("how far it reaches", 2.5, 1e-3)}

WARPS: dict[str, WarpKind] = {
    "self": WarpKind(
        "moves each point by what the network itself says there, or of a seed, another",
        {
            "amount": _number("how far, in the plane's units", 0.7),
            "seed": _number("whose weights: of −1 the picture's own", -1, -1, 2**31 - 1),
        },
        _stay,
    ),
    "move": WarpKind("moves the plane", _MIDDLE, lambda p, v, ops: (p[0] + v["x"], p[1] + v["y"])),
    "zoom": WarpKind(
        "makes it smaller, in x by `across` times as much",
        {"by": _number("how much", 2.0, 1e-4), "across": _number("of x, more", 1.0, 1e-4)},
        lambda p, v, ops: (p[0] * v["by"] * v["across"], p[1] * v["by"]),
    ),
    "turn": WarpKind(
        "turns it about the origin",
        {"by": _number("degrees", 30.0)},
        lambda p, v, ops: _rotated(p, v["by"] * (math.pi / 180), ops),
    ),
    "polar": WarpKind(
        "x becomes the angle, y the distance from the origin", {"turns": _number("x of an angle of 1", 1.5)}, _polar
    ),
    "logpolar": WarpKind(
        "x becomes the angle, y the distance's logarithm: the same at every zoom",
        {"turns": _number("x of an angle of 1", 1.5), "rings": _number("y of a factor of e", 1.5)},
        _log_polar,
    ),
    "moebius": WarpKind(
        "a disc onto itself, a point of it into the middle",
        {
            "x": _number("of the point", 1.5), "y": _number("of the point", 0.5),
            "radius": _number("the disc's", 5.0, 1e-3),
        },
        _moebius,
    ),
    "mirror": WarpKind("folded like a fan", {"n": _number("wedges, each mirrored", 1, 1, 60)}, _mirror),
    "lens": WarpKind(
        "larger or smaller around a point", {"amount": _number("how much", 0.6, -5, 0.999), **_MIDDLE, **_RADIUS}, _lens
    ),
    "twist": WarpKind(
        "turned around a point", {"amount": _number("radians in the middle", 2.0), **_MIDDLE, **_RADIUS}, _twist
    ),
    "wave": WarpKind(
        "swung to and fro", {"amount": _number("how far", 0.3), "freq": _number("how often", 1.5)}, _wave
    ),
}  # fmt: skip


def parse_warp(text: str) -> Warp:
    """What `NAME` or `NAME:key=value,…` means.

    Errors: CppnError for unknown names and parameters, and values out of range.
    """
    name, values = parse_named("warp", text, {key: kind.parameters for key, kind in WARPS.items()})
    return Warp(name, tuple(values.items()))


def split_warps(text: str) -> list[str]:
    """The warps of a comma-separated list: `self:amount=1,seed=3,twist` is two."""
    found: list[str] = []
    for piece in (part.strip() for part in text.split(",")):
        if found and "=" in piece and ":" not in piece:
            found[-1] += "," + piece
        else:
            found.append(piece)
    return found
