"""What is done with a picture's light: relief, contour lines, screens, paper, grain, margins."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable

from ..field.ops import Ops, Value
from ..recipe import FinishRecipe
from .point import Light, Point

_HEIGHT = 10.0  # hundredths of the shorter side that a height of 1 is, in a relief of 1
_SHININESS = 40.0
# which noise a thing takes, so that no two are alike
_GRAIN, _PAPER, _FIBRE = 11, 20, 30


_Step = Callable[[Point, Light, FinishRecipe], Light]


def lit(point: Point, light: Light, finish: FinishRecipe) -> Light:
    """The light of a point with what a finish says of the point's own value: relief and contour lines."""
    return _done(point, light, finish, [(finish.relief, _relief), (finish.contours, _contours)])


def finished(point: Point, light: Light, finish: FinishRecipe) -> Light:
    """The light of a point of a whole picture with all else that its finish says, each channel in [0, 1]."""
    steps: list[tuple[object, _Step]] = [
        (finish.halftone != "none", _halftone), (finish.vignette, _vignette), (finish.border, _border),
        (finish.margin, _margin), (finish.paper, _paper), (finish.fibre, _fibre), (finish.grain, _grain),
    ]  # fmt: skip
    return [point.ops.unit(one) for one in _done(point, light, finish, steps)]


def _done(point: Point, light: Light, finish: FinishRecipe, steps: Iterable[tuple[object, _Step]]) -> Light:
    for is_on, step in steps:
        if is_on:
            light = step(point, light, finish)
    return light


def _relief(point: Point, light: Light, finish: FinishRecipe) -> Light:
    """Lambert's shade and a gleam after Blinn (1977), of the surface whose height is f; level ground stays as it is."""
    ops = point.ops
    steep = point.number("relief", finish.relief * _HEIGHT) * point.frame("percent")
    nx, ny = -point.f.du * steep, -point.f.dv * steep
    long = ops.sqrt(nx * nx + ny * ny + 1.0)
    across, up = point.direction("light", finish.light)
    level, high = point.direction("altitude", finish.altitude)
    facing = (nx * across * level - ny * up * level + high) / long
    shade = ops.max(facing, 0.0) / high
    # shade is half as deep as it would be without light from the sky
    light = [one * (0.45 + 0.55 * shade) for one in light]
    if finish.gloss:
        # halfway between the light and the eye, which looks straight down
        half = ops.sqrt((1.0 + high) * (1.0 + high) + level * level)
        gleam = ops.max((nx * across * level - ny * up * level + 1.0 + high) / (long * half), 0.0)
        gleam = ops.power(gleam, _SHININESS) * point.number("gloss", finish.gloss)
        light = [one + (1.0 - one) * gleam for one in map(ops.unit, light)]
    return light


def _contours(point: Point, light: Light, finish: FinishRecipe) -> Light:
    count = point.number("contours", float(finish.contours))
    levels = point.f.value * count
    distance = (levels - point.ops.round(levels)) / (point.steepness(point.f) * count)
    width = point.pixels("contour_width", finish.contour_width)
    return point.mix(light, point.light("contour_color", finish.contour_color), point.stripe(distance, width))


def _halftone(point: Point, light: Light, finish: FinishRecipe) -> Light:
    """Ink on paper, as much of it as the picture is dark."""
    ops = point.ops
    light = [ops.unit(one) for one in light]
    dark = 1.0 - ops.sqrt(ops.max(point.luminance(light), 1e-6))  # about as the eye sees it
    paper = point.light("paper_color", finish.paper_color)
    ink = light if finish.ink is None else point.light("ink", finish.ink)
    size = point.pixels("screen", finish.screen)
    if finish.halftone == "hatching":
        # a layer of lines after another, each turned, as it gets darker
        covered: Value = 0.0
        for k in range(4):
            across, _ = _turned_place(point, f"hatch{k}", finish.screen_angle + (0, 90, 45, 135)[k])
            amount = ops.clamp((dark - 0.08 - 0.2 * k) * 2.2, 0.0, 1.0)
            lines = point.stripe(_to_middle(across / size, ops) * size, 0.42 * size * amount)
            covered = covered + lines - covered * lines
        return point.mix(paper, ink, covered)
    across, down = _turned_place(point, "screen", finish.screen_angle)
    a, b = (_to_middle(one / size, ops) for one in (across, down))
    amount = ops.clamp(dark, 0.0, 1.0)
    match finish.halftone:
        case "dots":
            # a dot's area is its share of the cell, until neighbours touch
            inside = ops.sqrt(amount * (1 / math.pi)) * 1.06 - ops.sqrt(a * a + b * b)
        case "lines":
            inside = 0.5 * amount - ops.abs(b)
        case _:
            # two lines that cross cover 2t − t² of the cell
            wide = 0.5 * (1.0 - ops.sqrt(1.0 - amount))
            inside = wide - ops.min(ops.abs(a), ops.abs(b))
    return point.mix(paper, ink, point.cover(inside * size))


def _turned_place(point: Point, key: str, degrees: float) -> tuple[Value, Value]:
    """Pixels right of and below the middle, along axes that are turned counterclockwise."""
    u, v = (point.writer.place(axis).value for axis in "uv")
    cos, sin = point.direction(key, degrees)
    return u * cos - v * sin, u * sin + v * cos


def _to_middle(cells: Value, ops: Ops) -> Value:
    """How far it is to the middle of a cell."""
    return cells - ops.round(cells)


def _vignette(point: Point, light: Light, finish: FinishRecipe) -> Light:
    u, v = (point.writer.place(axis).value for axis in "uv")
    right, bottom = point.frame("right"), point.frame("bottom")
    p, q = u / right, v / bottom
    t = point.ops.clamp(0.5 * (p * p + q * q), 0.0, 1.0)
    shade = 1.0 - point.number("vignette", finish.vignette) * t * t * (3.0 - 2.0 * t)
    return [one * shade for one in light]


def _inside(point: Point) -> Value:
    """How many pixels a point lies inside the picture's nearest edge."""
    ops = point.ops
    u, v = (point.writer.place(axis).value for axis in "uv")
    return ops.min(point.frame("right") - ops.abs(u), point.frame("bottom") - ops.abs(v))


def _border(point: Point, light: Light, finish: FinishRecipe) -> Light:
    inside = _inside(point)
    if finish.margin:
        inside = inside - point.pixels("margin", finish.margin)
    within = inside - point.pixels("border", finish.border)
    return point.mix(point.light("line_color", finish.line_color), light, point.cover(within))


def _margin(point: Point, light: Light, finish: FinishRecipe) -> Light:
    within = point.cover(_inside(point) - point.pixels("margin", finish.margin))
    return point.mix(point.light("paper_color", finish.paper_color), light, within)


def noise(point: Point, p: Value, q: Value, stream: int) -> Value:
    """Smooth noise in [0, 1], mean 0.5, over cells of one unit: between random numbers at their corners."""
    ops = point.ops
    i, j = ops.floor(p), ops.floor(q)
    a, b = p - i, q - j
    s, t = a * a * (3.0 - 2.0 * a), b * b * (3.0 - 2.0 * b)
    rows = []
    for down in (0.0, 1.0):
        left, right = ops.hash(i, j + down, float(stream)), ops.hash(i + 1.0, j + down, float(stream))
        rows.append(left + (right - left) * s)
    return rows[0] + (rows[1] - rows[0]) * t


def _grain(point: Point, light: Light, finish: FinishRecipe) -> Light:
    size = point.pixels("grain_size", finish.grain_size)
    u, v = (point.writer.place(axis).value / size for axis in "uv")
    amount = point.number("grain", finish.grain) * (noise(point, u, v, _GRAIN) + noise(point, v, u, _GRAIN + 1) - 1.0)
    # the most where it is neither dark nor light, as on film
    return [one * (1.0 + amount * 0.55) + amount * 0.012 for one in light]


def _paper(point: Point, light: Light, finish: FinishRecipe) -> Light:
    percent = point.frame("percent")
    u, v = (point.writer.place(axis).value / percent for axis in "uv")
    rough: Value = 0.0
    for k, (scale, share) in enumerate(((0.35, 0.22), (1.3, 0.3), (3.1, 0.42), (7.9, 0.9))):
        rough = rough + share * (noise(point, u * scale, v * scale, _PAPER + k) - 0.5)
    shade = 1.0 + 0.16 * point.number("paper", finish.paper) * rough
    return [one * shade for one in light]


def _fibre(point: Point, light: Light, finish: FinishRecipe) -> Light:
    """Thin threads in several directions, where a noise stretched along them is about a half."""
    percent = point.frame("percent")
    ops = point.ops
    threads: Value = 0.0
    for k in range(3):
        across, down = _turned_place(point, f"fibre{k}", 17 + 61 * k)
        value = noise(point, across / percent * 0.12, down / percent * 1.5, _FIBRE + k)
        thread = 1.0 - ops.min(ops.abs(value - 0.5) * 22.0, 1.0)
        threads = threads + thread * (noise(point, across / percent * 0.2, down / percent * 0.2, _FIBRE + 5 + k) - 0.35)
    shade = 1.0 - 0.22 * point.number("fibre", finish.fibre) * threads
    return [one * shade for one in light]
