"""From a Field to a Composition: the program of each of its points, and the numbers, tables and networks it takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..field.color import NO_TURN, TURNED, ColorMap, to_srgb
from ..field.program import Program, Writer
from ..field.trees import Tree
from ..network.develop import Field
from ..network.stages import Network

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
    made = _written(field.color, is_open)
    return Composition(made.program, made.numbers, made.tables, (Source(field.network, field.color.levels),))


class _Written(NamedTuple):
    program: Program
    numbers: Mapping[str, float]
    tables: Mapping[str, NDArray[np.float64]]


@lru_cache(maxsize=64)  # most frames of a film differ in their networks alone
def _written(color: ColorMap, is_open: bool) -> _Written:
    writer = Writer()
    outputs = [one.value for one in writer.ask(0, color.outputs)]
    tables = {} if color.table is None else {"palette": color.table}
    turn: list[Tree] | None = None
    if color.turn is not None or color.mode in (TURNED if is_open else _ADDED_TO):
        turn = [writer.number(key, one).value for key, one in zip(TURN, color.turn or NO_TURN, strict=True)]
    handles = [writer.trees.name(column) for key in tables for column in columns(key)]
    # at run time, this would round a pixel in 100 000 otherwise: 255·(1 − c) + ½ becomes 255.5 − 255·c
    invert = writer.number("invert", color.invert) > 0.5 if is_open else color.invert
    colour = to_srgb(color.mode, outputs, handles, invert, writer.trees, turn)
    program = writer.program(colour, is_light=False)
    taken = program.names
    numbers = {key: value for key, value in writer.numbers.items() if key in taken}
    return _Written(program, MappingProxyType(numbers), MappingProxyType(tables))


def columns(table: str) -> tuple[str, ...]:
    """The names of a table's columns."""
    return tuple(f"{table}_{i}" for i in range(3))
