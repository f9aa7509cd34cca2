"""Edges of paper: what throws a shadow on what lies below, and shines where light meets it."""

from __future__ import annotations

from ..field.dual import Dual
from ..field.ops import Value
from .point import Light, Point

_ALL_AROUND = 0.3  # of a shadow's strength, where light comes from its edge
_RIM = 0.35  # hundredths of the shorter side that a lit edge is wide


def towards(point: Point, height: Dual, light: tuple[Value, Value]) -> Value:
    """How much uphill is towards the light, −1 to 1; `light`: where it comes from, to the right and up."""
    return (height.du * light[0] - height.dv * light[1]) / point.steepness(height)


def shadowed(point: Point, below: Light, inside: Value, facing: Value, strength: Value, width: Value) -> Light:
    """What lies below an edge, in its shadow. `inside`: pixels within the edge; `facing`: as `towards` gives it."""
    ops = point.ops
    fall = 1.0 - ops.clamp(-inside / width, 0.0, 1.0)
    shade = 1.0 - strength * fall * fall * (_ALL_AROUND + (1 - _ALL_AROUND) * ops.max(facing, 0.0))
    return [one * shade for one in below]


def rimmed(point: Point, paper: Light, inside: Value, facing: Value, strength: Value) -> Light:
    """What lies within an edge, brighter where that is lit."""
    ops = point.ops
    near = 1.0 - ops.clamp(inside / (_RIM * point.frame("percent")), 0.0, 1.0)
    lit = strength * near * ops.max(-facing, 0.0)
    return [one + (1.0 - one) * lit for one in paper]
