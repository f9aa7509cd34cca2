"""Where a layer is: how far inside its edge a point lies, in pixels, with the derivatives that its shadow needs."""

from __future__ import annotations

import math
from functools import reduce

from ..field.dual import Dual, DualOps, dual
from ..field.warps import Place
from ..recipe import MaskRecipe, SpaceRecipe
from .point import Point
from .space import outputs, torus


def inside(
    mask: MaskRecipe, point: Point, network: int | None, origin: Place | None = None, *, tile: bool = False
) -> Dual | None:  # fmt: skip
    """Positive inside, in pixels: exact of a straight or round edge, about right near any other; None: everywhere.

    `network`: the number of the mask's own, asked at the `origin`, by default where the frame says; of a `tile`, so
    that opposite edges fit.
    """
    percent = Dual(point.frame("percent"))
    field = _field(mask, point, network, torus(point.writer) if tile and network is not None else origin)
    if mask.shape == "all":
        return None
    if mask.shape == "level":
        found = _steady(field - point.dual("level", mask.level or 0.0), point)
    else:
        found = _shape(mask, point) * percent
        if network is not None:
            found = _steady(found + point.dual("rough", mask.rough) * (2.0 * field - 1.0) * percent, point)
    return -found if mask.invert else found


def _steady(value: Dual, point: Point) -> Dual:
    """A value made a distance: divided by how much it changes in a pixel."""
    slope = point.steepness(value)
    # how the slope itself changes is left out
    return Dual(value.value / slope, value.du / slope, value.dv / slope)


def _field(mask: MaskRecipe, point: Point, network: int | None, origin: Place | None) -> Dual:
    """What the mask's network says at the point; of a horizon, along a line."""
    if network is None:
        return Dual(0.5)
    writer, scale = point.writer, point.dual("mask_scale", mask.scale)
    x, y = (axis * scale for axis in origin or map(writer.place, "xy"))
    if mask.shape == "horizon":
        y = point.dual("mask_line", 0.37)
    label, writer.label = writer.label, f"{writer.label}mask_"  # what it lies on has octaves of its own
    space = SpaceRecipe(octaves=mask.octaves)
    found = outputs(space, writer, (), lambda _, place: writer.ask(network, 1, place), (x, y))[0]
    writer.label = label
    return found


def _shape(mask: MaskRecipe, point: Point) -> Dual:
    """How far inside a shape a point lies, in hundredths of the shorter side."""
    ops, percent = DualOps(point.ops), Dual(point.frame("percent"))
    u, v = (point.writer.place(axis) / percent for axis in "uv")
    x, y = u - point.dual("mask_x", mask.at[0]), -v - point.dual("mask_y", mask.at[1])
    angle = math.radians(-mask.turn)
    cos, sin = point.dual("mask_cos", math.cos(angle)), point.dual("mask_sin", math.sin(angle))
    across, up = x * cos - y * sin, x * sin + y * cos
    size = point.dual("mask_size", mask.size)
    match mask.shape:
        case "horizon":
            return -up
        case "disc":
            return size - dual(ops.sqrt(across * across + up * up))
        case "ring":
            away = ops.sqrt(across * across + up * up) - size
            return point.dual("mask_width", mask.width / 2) - dual(ops.abs(away))
        case "box":
            wide = size * point.dual("mask_aspect", mask.aspect)
            return dual(ops.min(wide - ops.abs(across), size - ops.abs(up)))
    # of a regular polygon, the nearest side
    turns = (2 * math.pi * k / mask.sides + math.pi / 2 for k in range(mask.sides))
    first, *others = (math.cos(turn) * across + math.sin(turn) * up for turn in turns)
    nearest = dual(reduce(ops.max, others, first))
    return size * math.cos(math.pi / mask.sides) - nearest
