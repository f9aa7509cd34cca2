"""Shapes: all that a kernel is compiled for, as values and as text. Needs no Halide."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from ...field.aggregations import SUM
from ...field.dual import Dual
from ...field.formula import Node, name, number
from ...field.program import Call, Let, Program

PLACES = ("column", "row")  # the names of the arrays that tell single pixels


class SliceShape(NamedTuple):
    """So many units with one core."""

    core: Node
    units: int


class StageShape(NamedTuple):
    """What a kernel is compiled for, of a stage: as `network.stages.Stage` has it."""

    sources: tuple[int, ...]
    slices: tuple[SliceShape, ...]
    shortcuts: tuple[int, ...]
    links: tuple[tuple[int, ...], ...] | None = None
    aggregation: str = SUM


class NetworkShape(NamedTuple):
    """Of a network that is asked: the inputs that are to be computed, and its stages."""

    features: tuple[Node, ...]
    stages: tuple[StageShape, ...]


class PictureShape(NamedTuple):
    """Of a kernel that draws fields. `networks`: as the program asks them. `tables`: names and lengths."""

    program: Program
    networks: tuple[NetworkShape, ...]
    tables: tuple[tuple[str, int], ...]
    paintings: int
    averaged: bool
    scattered: bool  # single pixels, wherever they are
    bits: int
    dither: bool

    @property
    def channels(self) -> int:
        """1 for grey pictures, 3 for colour."""
        return len(self.program.colour)

    def __str__(self) -> str:
        networks = (
            "-".join(str(sum(one.units for one in stage.slices)) for stage in network.stages)
            for network in self.networks
        )
        return " ".join([" and ".join(networks), *(name for name, _ in self.tables)])


class ResolveShape(NamedTuple):
    """Of a kernel that tells which pixels need samples of their own."""

    channels: int
    bits: int
    dither: bool

    def __str__(self) -> str:
        return f"anti-aliasing, {self.channels} channels"


def prefix(network: int) -> str:
    """Of the names of a network's arrays and numbers: it is that one of those that are asked."""
    return f"n{network}_"


Shape = PictureShape | ResolveShape
_KINDS: dict[str, type[Any]] = {"picture": PictureShape, "resolve": ResolveShape}


def to_text(shape: Shape) -> str:
    """The shape, written so that equal shapes are equal texts; `from_text` reads it."""
    kind = next(kind for kind, made in _KINDS.items() if isinstance(shape, made))
    told: dict[str, Any] = shape._asdict()
    if isinstance(shape, PictureShape):
        told["program"] = _write_program(shape.program)
        told["networks"] = [
            [
                [_write(tree) for tree in network.features],
                [
                    [stage.sources, [[_write(one.core), one.units] for one in stage.slices], *stage[2:]]
                    for stage in network.stages
                ],
            ]
            for network in shape.networks
        ]
    return json.dumps({"kind": kind, **told}, separators=(",", ":"))


def from_text(text: str) -> Shape:
    """The shape that `to_text` wrote."""
    told = json.loads(text)
    kind = _KINDS[told.pop("kind")]
    if kind is PictureShape:
        told["program"] = _read_program(told["program"])
        told["networks"] = tuple(
            NetworkShape(
                tuple(map(_read, features)),
                tuple(
                    StageShape(
                        tuple(sources),
                        tuple(SliceShape(_read(core), units) for core, units in slices),
                        tuple(past),
                        links and tuple(map(tuple, links)),
                        aggregation,
                    )
                    for sources, slices, past, links, aggregation in stages
                ),
            )
            for features, stages in told["networks"]
        )
        told["tables"] = tuple(map(tuple, told["tables"]))
    shape: Shape = kind(**told)
    return shape


def _write_program(program: Program) -> Any:
    steps = [
        [step.name, _write(step.tree)]
        if isinstance(step, Let)
        else [step.network, step.outputs, step.slopes, step.at and _write_place(step)]
        for step in program.steps
    ]
    return [steps, [_write(tree) for tree in program.colour], program.is_light]


def _write_place(call: Call) -> Any:
    """Where a network is asked, with derivatives where they are."""
    return [[_write(part) for part in one[: 3 if call.slopes else 1]] for one in call.at or ()]


def _read_program(told: Any) -> Program:
    steps, colour, is_light = told
    return Program(tuple(map(_read_step, steps)), tuple(map(_read, colour)), is_light)


def _read_step(told: Any) -> Let | Call:
    if len(told) == 2:
        return Let(told[0], _read(told[1]))
    network, outputs, slopes, at = told
    place = None
    if at is not None:
        x, y = (Dual(*map(_read, one)) for one in at)
        place = x, y
    return Call(network, tuple(outputs), tuple((du, dv) for du, dv in slopes), place)


def _write(tree: Node) -> Any:
    if tree.op == "number":
        return tree.value
    return tree.name if tree.op == "name" else [tree.op, *map(_write, tree.args)]


def _read(told: Any) -> Node:
    if isinstance(told, str):
        return name(told)
    return Node(told[0], tuple(map(_read, told[1:]))) if isinstance(told, list) else number(told)
