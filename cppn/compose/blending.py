"""How a layer's light meets what is below: blends, opacity, shadow, rim, haze."""

from __future__ import annotations

from ..field.dual import Dual
from ..field.ops import Ops, Value
from ..field.spaces import decode, encode
from ..recipe import LayerRecipe
from .edges import rimmed, shadowed, towards
from .point import Light, Point


def laid(
    point: Point,
    below: Light,
    above: Light,
    layer: LayerRecipe,
    inside: Dual | None,
    light: float,
    paint: Value | None = None,
) -> Light:
    """A layer's light on what is below.

    `inside`: how far inside its mask a point is, in pixels. `light`: where light comes from, degrees. `paint`: of
    strokes, how much of the pixel they cover.
    """
    ops = point.ops
    share: Value = point.number("opacity", layer.opacity)
    if layer.haze:
        above = point.mix(above, point.light("haze_color", layer.haze_color), point.number("haze", layer.haze))
    if inside is None and paint is None and layer.opacity == 1 and layer.blend == "normal":
        return above  # and what is below is not worked out
    if inside is not None:
        facing = towards(point, inside, point.direction("layer_light", light))
        if layer.shadow:
            strength = point.number("layer_shadow", layer.shadow) * share
            width = point.pixels("layer_shadow_width", layer.shadow_width)
            below = shadowed(point, below, inside.value, facing, strength, width)
        if layer.rim:
            above = rimmed(point, above, inside.value, facing, point.number("layer_rim", layer.rim))
        if layer.mask.soft:
            covered = ops.clamp(0.5 + inside.value / point.pixels("soft", layer.mask.soft), 0.0, 1.0)
        else:
            covered = point.cover(inside.value)
        share = share * covered
    if paint is not None:
        share = share * paint
    mixed = [_blended(layer.blend, ops.unit(a), ops.unit(b), ops) for a, b in zip(below, above, strict=True)]
    return point.mix(below, mixed, share)


def _blended(blend: str, below: Value, above: Value, ops: Ops) -> Value:
    """One channel of light, after Compositing and Blending Level 1 (W3C 2024)."""
    match blend:
        case "normal":
            return above
        case "multiply":
            return below * above
        case "screen":
            return below + above - below * above
        case "add":
            return ops.min(below + above, 1.0)
    a, b = encode(below, ops), encode(above, ops)
    if blend == "overlay":
        mixed = ops.where(a <= 0.5, 2.0 * a * b, 1.0 - 2.0 * (1.0 - a) * (1.0 - b))
    else:
        bent = ops.where(a <= 0.25, ((16.0 * a - 12.0) * a + 4.0) * a, ops.sqrt(a))
        mixed = ops.where(b <= 0.5, a - (1.0 - 2.0 * b) * a * (1.0 - a), a + (2.0 * b - 1.0) * (bent - a))
    return decode(ops.clamp(mixed, 0.0, 1.0), ops)
