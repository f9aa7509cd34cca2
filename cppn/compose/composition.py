"""From a Field to a Composition: the program of each of its points, and the numbers, tables and networks it takes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..field.color import NO_TURN, TURNED, ColorMap, to_srgb, turn_palette
from ..field.dual import Dual
from ..field.ops import Value
from ..field.palettes import palette_table
from ..field.program import Program, Writer
from ..field.warps import parse_warp
from ..network.develop import Field
from ..network.stages import Network
from ..recipe import FinishRecipe, SpaceRecipe
from .coloring import coloured, toned
from .finish import finished
from .point import Point
from .space import outputs as placed

TURN = ("turns", "same", "before", "after")  # the names of the numbers that turn hues
_ADDED_TO = ("hsv", "oklch")  # modes whose hue is only added to, so that it may always be


class Source(NamedTuple):
    """A network that a program asks, and the values of its outputs that are 0 and 1 to the program."""

    network: Network
    levels: tuple[float, float]


@dataclass(frozen=True)
class Composition:
    """All that a picture is at any point.

    `numbers`, `tables`: what the program takes by name; of a table, shape (n, 3), a column as `NAME_0`, `NAME_1`, …
    """

    program: Program
    numbers: Mapping[str, float]
    tables: Mapping[str, NDArray[np.float64]]
    sources: tuple[Source, ...]

    @property
    def channels(self) -> int:
        """1 for grey pictures, 3 for colour."""
        return len(self.program.colour)


def compose(field: Field, *, is_open: bool = False) -> Composition:
    """The composition of a field.

    `is_open`: what may be switched on and off are numbers, so that the program stays the same.
    """
    return _with_networks(_written(field.color, field.space, field.finish, is_open), field)


def tone(field: Field) -> Composition:
    """The value that a field's colours follow, as one channel of light."""
    return _with_networks(_of_tone(field.color, field.space), field)


def outputs(field: Field) -> Composition:
    """A field's outputs, not between levels, as channels of light."""
    return _with_networks(_of_outputs(field.color, field.space), field, (0.0, 1.0))


def _with_networks(made: _Written, field: Field, levels: tuple[float, float] | None = None) -> Composition:
    sources = tuple(Source(network, levels or field.color.levels) for network in (field.network, *field.others))
    return Composition(made.program, made.numbers, made.tables, sources)


class _Written(NamedTuple):
    program: Program
    numbers: Mapping[str, float]
    tables: Mapping[str, NDArray[np.float64]]


@lru_cache(maxsize=64)  # most frames of a film differ in their networks alone
def _written(color: ColorMap, space: SpaceRecipe, finish: FinishRecipe, is_open: bool) -> _Written:
    writer = Writer()
    values = _asked(color, space, writer)
    tables = {} if color.table is None else {"palette": color.table}
    if color.is_plain and space.is_plain and finish.is_plain:
        return _ended(writer, _plain(color, values, tables, writer, is_open), False, tables)
    if color.across is not None:
        tables["across"] = turn_palette(palette_table(color.across), color.hue)
    point = Point(writer, toned(color, values, writer), color.channels)
    light = coloured(point, color, values, finish)
    return _ended(writer, finished(point, light, finish), True, tables)


@lru_cache(maxsize=8)
def _of_tone(color: ColorMap, space: SpaceRecipe) -> _Written:
    writer = Writer()
    return _ended(writer, [toned(color, _asked(color, space, writer), writer)], True, {})


@lru_cache(maxsize=8)
def _of_outputs(color: ColorMap, space: SpaceRecipe) -> _Written:
    writer = Writer()
    return _ended(writer, _asked(color, space, writer), True, {})


def _asked(color: ColorMap, space: SpaceRecipe, writer: Writer) -> list[Dual]:
    """The network's outputs, where the space asks for them."""
    others = range(1, 1 + sum(warp.is_other for warp in map(parse_warp, (*space.before, *space.warp))))
    return placed(space, writer, others, lambda network, place: writer.ask(network, color.outputs, place))


def _plain(
    color: ColorMap, outputs: Sequence[Dual], tables: Iterable[str], writer: Writer, is_open: bool
) -> list[Value]:  # fmt: skip
    turn: list[Value] | None = None
    if color.turn is not None or color.mode in (TURNED if is_open else _ADDED_TO):
        turn = [writer.number(key, one).value for key, one in zip(TURN, color.turn or NO_TURN, strict=True)]
    handles = [writer.trees.name(column) for key in tables for column in columns(key)]
    # at run time, this would round a pixel in 100 000 otherwise: 255·(1 − c) + ½ becomes 255.5 − 255·c
    invert = writer.number("invert", color.invert).value > 0.5 if is_open else color.invert
    return to_srgb(color.mode, [one.value for one in outputs], handles, invert, writer.trees, turn)


def _ended(
    writer: Writer, colour: Sequence[Value], is_light: bool, tables: Mapping[str, NDArray[np.float64]]
) -> _Written:  # fmt: skip
    program = writer.program(colour, is_light)
    taken = program.names
    numbers = {key: value for key, value in writer.numbers.items() if key in taken}
    kept = {key: table for key, table in tables.items() if taken & {*columns(key)}}
    return _Written(program, MappingProxyType(numbers), MappingProxyType(kept))


def columns(table: str) -> tuple[str, ...]:
    """The names of a table's columns."""
    return tuple(f"{table}_{i}" for i in range(3))
