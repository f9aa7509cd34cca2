"""Shapes: all that a kernel is compiled for, as values and as text. Needs no Halide."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from ...field.formula import Node, name, number

PLACES = ("column", "row")  # the names of the arrays that tell single pixels
TURN = ("turns", "same", "before", "after")  # the names of the numbers that turn hues


class SliceShape(NamedTuple):
    """So many units with one core."""

    core: Node
    units: int


class StageShape(NamedTuple):
    """What a kernel is compiled for, of a stage."""

    sources: tuple[int, ...]
    slices: tuple[SliceShape, ...]
    shortcuts: tuple[int, ...]


class PictureShape(NamedTuple):
    """Of a kernel that draws fields."""

    features: tuple[Node, ...]
    stages: tuple[StageShape, ...]
    mode: str
    # at run time, these two would round a pixel in 100 000 otherwise: 255·(1 − c) + ½ becomes 255.5 − 255·c
    invert: bool
    turned: bool  # its hues; where a hue is only added to, always
    table_length: int
    averaged: bool
    scattered: bool  # single pixels, wherever they are
    bits: int
    dither: bool

    def __str__(self) -> str:
        return "-".join(str(sum(one.units for one in stage.slices)) for stage in self.stages) + f" {self.mode}"


class ResolveShape(NamedTuple):
    """Of a kernel that tells which pixels need samples of their own."""

    channels: int
    bits: int
    dither: bool

    def __str__(self) -> str:
        return f"anti-aliasing, {self.channels} channels"


Shape = PictureShape | ResolveShape
_KINDS: dict[str, type[Any]] = {"picture": PictureShape, "resolve": ResolveShape}


def to_text(shape: Shape) -> str:
    """The shape, written so that equal shapes are equal texts; `from_text` reads it."""
    kind = next(kind for kind, made in _KINDS.items() if isinstance(shape, made))
    told: dict[str, Any] = shape._asdict()
    if isinstance(shape, PictureShape):
        told["features"] = [_write(tree) for tree in shape.features]
        told["stages"] = [
            [stage.sources, [[_write(one.core), one.units] for one in stage.slices], stage.shortcuts]
            for stage in shape.stages
        ]
    return json.dumps({"kind": kind, **told}, separators=(",", ":"))


def from_text(text: str) -> Shape:
    """The shape that `to_text` wrote."""
    told = json.loads(text)
    kind = _KINDS[told.pop("kind")]
    if kind is PictureShape:
        told["features"] = tuple(_read(tree) for tree in told["features"])
        told["stages"] = tuple(
            StageShape(tuple(sources), tuple(SliceShape(_read(core), units) for core, units in slices), tuple(past))
            for sources, slices, past in told["stages"]
        )
    shape: Shape = kind(**told)
    return shape


def _write(tree: Node) -> Any:
    if tree.op == "number":
        return tree.value
    return tree.name if tree.op == "name" else [tree.op, *map(_write, tree.args)]


def _read(told: Any) -> Node:
    if isinstance(told, str):
        return name(told)
    return Node(told[0], tuple(map(_read, told[1:]))) if isinstance(told, list) else number(told)
