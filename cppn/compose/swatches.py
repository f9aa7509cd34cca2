"""Swatches like cut paper: crisp edges at any size, lines between, a shadow on what lies below."""

from __future__ import annotations

from collections.abc import Sequence

from ..field.ops import Value
from ..recipe import FinishRecipe
from .edges import rimmed, shadowed, towards
from .point import Light, Point


def painted(point: Point, lights: Sequence[Light], thresholds: Sequence[Value], finish: FinishRecipe) -> Light:
    """Each swatch lies on those before it, where f is above its threshold; the finish says how edges look.

    How far an edge is, in pixels, is |f − threshold| / |∇f|, right at the edge and about right near it.
    """
    slope = point.steepness(point.f)
    facing = towards(point, point.f, point.direction("light", finish.light))
    light = lights[0]
    for threshold, paper in zip(thresholds, lights[1:], strict=True):
        inside = (point.f.value - threshold) / slope
        if finish.shadow:
            width = point.pixels("shadow_width", finish.shadow_width)
            light = shadowed(point, light, inside, facing, point.number("shadow", finish.shadow), width)
        if finish.rim:
            paper = rimmed(point, paper, inside, facing, point.number("rim", finish.rim))
        light = point.mix(light, paper, point.cover(inside))
        if finish.line:
            ink = point.light("line_color", finish.line_color)
            light = point.mix(light, ink, point.stripe(inside, point.pixels("line", finish.line)))
    return light
