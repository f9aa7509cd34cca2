"""Swatches like cut paper: crisp edges at any size, lines between, a shadow on what lies below."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ..field.ops import Value
from ..recipe import FinishRecipe
from .point import Light, Point

ALL_AROUND = 0.3  # of a shadow's strength, where light comes from its edge


class Edges(NamedTuple):
    """How edges look; None: not at all. Widths are in pixels, `light` is where it comes from, right and down."""

    line: tuple[Value, Light] | None
    shadow: tuple[Value, Value] | None  # strength, width
    rim: tuple[Value, Value] | None  # strength, width
    light: tuple[Value, Value]

    @classmethod
    def of(cls, point: Point, finish: FinishRecipe) -> Edges:
        """As a finish says."""
        line = shadow = rim = None
        if finish.line:
            line = point.pixels("line", finish.line), point.light("line_color", finish.line_color)
        if finish.shadow:
            shadow = point.number("shadow", finish.shadow), point.pixels("shadow_width", finish.shadow_width)
        if finish.rim:
            rim = point.number("rim", finish.rim), 0.35 * point.frame("percent")
        across, up = point.direction("light", finish.light)
        return cls(line, shadow, rim, (across, -up))


def painted(point: Point, lights: Sequence[Light], thresholds: Sequence[Value], edges: Edges) -> Light:
    """Each swatch lies on those before it, where f is above its threshold.

    How far an edge is, in pixels, is |f − threshold| / |∇f|, right at the edge and about right near it.
    """
    ops, slope = point.ops, point.slope
    towards = (point.f.du * edges.light[0] + point.f.dv * edges.light[1]) / slope  # of uphill, the light
    light = lights[0]
    for threshold, paper in zip(thresholds, lights[1:], strict=True):
        inside = (point.f.value - threshold) / slope
        if edges.shadow is not None:
            strength, width = edges.shadow
            fall = 1.0 - ops.clamp(-inside / width, 0.0, 1.0)
            shade = 1.0 - strength * fall * fall * (ALL_AROUND + (1 - ALL_AROUND) * ops.max(towards, 0.0))
            light = [one * shade for one in light]
        if edges.rim is not None:
            strength, width = edges.rim
            lit = strength * (1.0 - ops.clamp(inside / width, 0.0, 1.0)) * ops.max(-towards, 0.0)
            paper = [one + (1.0 - one) * lit for one in paper]
        light = point.mix(light, paper, point.cover(inside))
        if edges.line is not None:
            width, ink = edges.line
            light = point.mix(light, ink, point.stripe(inside, width))
    return light
