"""Where a network is asked: symmetric, seamless, warped, in octaves."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence

from ..field.dual import Dual, DualOps, dual
from ..field.ops import Value
from ..field.program import Writer
from ..field.symmetry import parse_symmetry
from ..field.warps import WARPS, Place, parse_warp
from ..recipe import SpaceRecipe

Ask = Callable[[int, Place | None], list[Dual]]  # the outputs of a network, by its number, at a place

_SWAP = 4.0  # how quickly colours swap where the half of a symmetry group ends
_GOLDEN = 2.399963  # radians by which each octave is turned, so that none lies on another
_SHIFT = 11.3, 7.9  # by which it is moved, so that all do not meet in the origin


def outputs(
    space: SpaceRecipe, writer: Writer, others: Sequence[int], ask: Ask, origin: Place | None
) -> list[Dual]:  # fmt: skip
    """A network's outputs at a point, as a space places it; `ask(0, …)` is the network, `others` those of its warps.

    `origin`: where in the plane the point is; None: where the frame says.
    """
    if space.is_plain:
        return ask(0, origin)
    ops = DualOps(writer.trees)
    place: Place = origin or (writer.place("x"), writer.place("y"))
    numbers = iter(others)
    swap: Value | None = None
    place = _warped(place, space.before, "before", writer, ask, numbers)
    if space.tile:
        place = torus(writer)
    elif space.symmetry:
        found = parse_symmetry(space.symmetry)
        cell = writer.number("cell", space.cell)
        x, y, half = found.fold(place[0] / cell, place[1] / cell, ops)
        # as steep as the plane itself is
        scale = cell * (1.0 / found.steepness * 1.6)
        place = x * scale, y * scale
        swap = half if space.swap else None
    place = _warped(place, space.warp, "warp", writer, ask, numbers)
    values = _octaves(space, place, writer, ask)
    if swap is not None:
        sign = ops.tanh(_SWAP * dual(swap))
        values = [0.5 + (values[0] - 0.5) * sign, *values[1:]]
    return values


def _warped(
    place: Place, texts: Sequence[str], key: str, writer: Writer, ask: Ask, others: Iterator[int]
) -> Place:  # fmt: skip
    ops = DualOps(writer.trees)
    for i, warp in enumerate(map(parse_warp, texts)):
        values = {name: writer.number(f"{key}{i}_{name}", value) for name, value in warp.parameters}
        if warp.name == "self":
            place = _by_network(place, values["amount"], next(others) if warp.is_other else 0, ask)
        else:
            place = WARPS[warp.name].map(place, values, ops)
    return place


def _by_network(place: Place, amount: Value, network: int, ask: Ask) -> Place:
    """Domain warping: moved by what a network says there, and beside it."""
    first, *more = ask(network, place)
    second = more[0] if more else ask(network, (place[0] + _SHIFT[0], place[1] + _SHIFT[1]))[0]
    return place[0] + amount * (2.0 * first - 1.0), place[1] + amount * (2.0 * second - 1.0)


def _octaves(space: SpaceRecipe, place: Place, writer: Writer, ask: Ask) -> list[Dual]:
    """The network at the place, and at finer and finer ones, each with less weight."""
    values = ask(0, place)
    if space.octaves == 1:
        return values
    total, spread, weight = [one - 0.5 for one in values], 1.0, 1.0
    for k in range(1, space.octaves):
        angle = _GOLDEN * k
        scale = space.lacunarity**k
        weight *= space.persistence
        cos, sin = scale * math.cos(angle), scale * math.sin(angle)
        finer = (
            place[0] * writer.number(f"octave{k}_cos", cos) - place[1] * writer.number(f"octave{k}_sin", sin)
            + k * _SHIFT[0],
            place[0] * writer.number(f"octave{k}_sin", sin) + place[1] * writer.number(f"octave{k}_cos", cos)
            + k * _SHIFT[1],
        )  # fmt: skip
        share = writer.number(f"octave{k}_weight", weight)
        total = [one + (more - 0.5) * share for one, more in zip(total, ask(0, finer), strict=True)]
        spread += weight * weight
    # the sum is spread about as one network is
    norm = writer.number("octaves_norm", 1 / math.sqrt(spread))
    return [0.5 + one * norm for one in total]


def torus(writer: Writer) -> Place:
    """The picture's rectangle rolled up: what lies a width or a height apart is one point, to the bit.

    Pixels are counted from the middle, and whole numbers of them are exact: taken modulo the width they are the same.
    """
    ops = DualOps(writer.trees)
    turns, sizes = [], []
    for axis, edge in (("u", "right"), ("v", "bottom")):
        at, side = writer.place(axis), 2.0 * writer.frame(edge)
        turns.append((at - side * ops.round(at / side)) / side)
        sizes.append(side * (1 / (2 * math.pi)))
    a, b = (2 * math.pi * turn for turn in turns)
    across = ops.sqrt(writer.frame("ux") * writer.frame("ux") + writer.frame("uy") * writer.frame("uy"))
    down = ops.sqrt(writer.frame("vx") * writer.frame("vx") + writer.frame("vy") * writer.frame("vy"))
    w, h = sizes[0] * across, sizes[1] * down
    x = w * ops.sin(a) + 0.35 * h * ops.sin(b + 1.1) + 0.25 * w * ops.sin(2.0 * a - b + 0.7)
    y = h * ops.sin(b + 0.4) + 0.35 * w * ops.sin(a + 2.3) + 0.25 * h * ops.sin(a + 2.0 * b + 1.9)
    return x, y
