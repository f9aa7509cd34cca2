"""From a Field to a Composition: the program of each of its points, and the numbers, tables and networks it takes."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import count
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..field.color import NO_TURN, TURNED, ColorMap, Ends, to_srgb, turn_palette
from ..field.dual import Dual
from ..field.ops import Value
from ..field.palettes import palette_table
from ..field.program import Program, Writer
from ..field.warps import Place, parse_warp
from ..network.develop import Field
from ..network.stages import Network
from ..recipe import FinishRecipe, LayerRecipe, SpaceRecipe, View
from .blending import laid
from .coloring import TURN, coloured, toned
from .finish import finished, lit
from .masks import inside
from .painting import CHANNELS, Painting
from .point import Light, Point
from .space import outputs as placed

_ADDED_TO = ("hsv", "oklch")  # modes whose hue is only added to, so that it may always be


class Source(NamedTuple):
    """A network that a program asks, and the values of its outputs that are 0 and 1 to the program."""

    network: Network
    levels: tuple[Ends, Ends]


@dataclass(frozen=True)
class Composition:
    """All that a picture is at any point.

    `numbers`, `tables`: what the program takes by name; of a table, shape (n, 3), a column as `NAME_0`, `NAME_1`, …
    """

    program: Program
    numbers: Mapping[str, float]
    tables: Mapping[str, NDArray[np.float64]]
    sources: tuple[Source, ...]
    paintings: tuple[Painting, ...] = ()  # each of four channels, `paint0_r`, …, of every pixel

    @property
    def channels(self) -> int:
        """1 for grey pictures, 3 for colour."""
        return len(self.program.colour)


def compose(field: Field, *, is_open: bool = False) -> Composition:
    """The composition of a field.

    `is_open`: what may be switched on and off are numbers, so that the program stays the same.
    """
    made = _with_networks(_written(_Look.of(field), is_open), tuple(_sources(field)))
    return replace(made, paintings=tuple(paintings_of(field)))


def paintings_of(field: Field) -> Iterator[Painting]:
    """Those of a field's layers, in the order in which programs number them."""
    for layer in field.layers:
        if layer.told.kind == "strokes":
            yield Painting.of(layer)
        yield from paintings_of(layer.field)


def is_plain(field: Field) -> bool:
    """Is a picture one network's colours, and nothing else?"""
    return _Look.of(field).is_plain


def tone(field: Field) -> Composition:
    """The value that a field's colours follow, as one channel of light; without its layers."""
    return _with_networks(_of_tone(field.color, field.space), tuple(_own(field, field.color.ends)))


def outputs(field: Field) -> Composition:
    """A field's outputs, not between levels, as channels of light; without its layers."""
    return _with_networks(_of_outputs(field.color, field.space), tuple(_own(field, (0.0, 1.0))))


def _with_networks(made: _Written, sources: tuple[Source, ...]) -> Composition:
    return Composition(made.program, made.numbers, made.tables, sources)


def _own(field: Field, levels: tuple[Ends, Ends]) -> Iterator[Source]:
    return (Source(network, levels) for network in (field.network, *field.others))


def _sources(field: Field) -> Iterator[Source]:
    """A field's networks, those of its warps, and those of its layers: of each, its mask's first."""
    yield from _own(field, field.color.ends)
    for layer in field.layers:
        if layer.mask is not None:
            yield Source(layer.mask, layer.mask.span or (0.0, 1.0))
        yield from _sources(layer.field)


class _Look(NamedTuple):
    """All of a field but its networks."""

    color: ColorMap
    space: SpaceRecipe
    finish: FinishRecipe
    view: View | None
    layers: tuple[tuple[LayerRecipe, _Look], ...]

    @classmethod
    def of(cls, field: Field, view: View | None = None) -> _Look:
        layers = tuple((layer.told, cls.of(layer.field, layer.told.view)) for layer in field.layers)
        return cls(field.color, field.space, field.finish, view, layers)

    @property
    def is_plain(self) -> bool:
        """Is it one network's colours, and nothing else?"""
        return self.color.is_plain and self.space.is_plain and self.finish.is_plain and not self.layers

    @property
    def channels(self) -> int:
        """Of the whole."""
        return max(self.color.channels, *(look.channels for _, look in self.layers), 1)


class _Written(NamedTuple):
    program: Program
    numbers: Mapping[str, float]
    tables: Mapping[str, NDArray[np.float64]]


@lru_cache(maxsize=64)  # most frames of a film differ in their networks alone
def _written(look: _Look, is_open: bool) -> _Written:
    writer = Writer()
    tables: dict[str, NDArray[np.float64]] = {}
    if look.is_plain:
        _add_tables(tables, look.color, writer)
        values = _asked(look.color, look.space, writer, 0)
        return _ended(writer, _plain(look.color, values, tables, writer, is_open), False, tables)
    light = _light(look, writer, look.channels, count(), count(), tables)
    point = Point(writer, Dual(0.0), look.channels)
    return _ended(writer, finished(point, light, look.finish), True, tables)


def _light(
    look: _Look, writer: Writer, channels: int, networks: Iterator[int], paintings: Iterator[int],
    tables: dict[str, NDArray[np.float64]], origin: Place | None = None, paint: int | None = None,
) -> Light:  # fmt: skip
    """The light of a field with its layers; `networks` and `paintings` give the numbers of theirs, in order.

    `origin`: where in the plane a point is, as what it lies on has it, if not as the frame says; if it has a view of
    its own, that tells. `paint`: of a layer of strokes, its painting's.
    """
    label, first = writer.label, next(networks)
    _add_tables(tables, look.color, writer)
    for _ in range(_count_others(look.space)):
        next(networks)
    if look.view is not None:
        origin = _origin(look.view, writer)
    values = _asked(look.color, look.space, writer, first, origin)
    point = Point(writer, toned(look.color, values, writer), look.color.channels)
    light = lit(point, coloured(point, look.color, values, look.finish), look.finish)
    if paint is not None:
        *light, covered = (writer.trees.name(f"paint{paint}_{one}") for one in CHANNELS)
        light = [one / writer.trees.max(covered, 1e-6) for one in light]  # an edge has the light of its stroke
    light = light * (channels // len(light))  # grey beside colours
    for i, (layer, inner) in enumerate(look.layers):
        writer.label = f"{label}layer{i}_"
        here = Point(writer, Dual(0.0), channels)
        asked = next(networks) if layer.mask.takes_network else None
        edge = inside(layer.mask, here, asked, origin, tile=inner.space.tile)
        own = next(paintings) if layer.kind == "strokes" else None
        above = _light(inner, writer, channels, networks, paintings, tables, origin, own)
        above = finished(here, above, inner.finish)
        coverage = None if own is None else writer.trees.name(f"paint{own}_{CHANNELS[-1]}")
        light = laid(here, light, above, layer, edge, look.finish.light, coverage)
    writer.label = label
    return light


def _add_tables(tables: dict[str, NDArray[np.float64]], color: ColorMap, writer: Writer) -> None:
    if color.table is not None:
        tables[f"{writer.label}palette"] = color.table
    if color.across is not None:
        tables[f"{writer.label}across"] = turn_palette(palette_table(color.across), color.hue)


def _origin(view: View, writer: Writer) -> Place:
    """Where in the plane a point is, as another view than the picture's shows it."""
    half = view.extent / view.zoom
    u, v = writer.place("u"), writer.place("v")
    across = half / writer.frame("right") if view.stretch else half / (50.0 * writer.frame("percent"))
    down = half / writer.frame("bottom") if view.stretch else half / (50.0 * writer.frame("percent"))
    angle = math.radians(-view.rotate)
    cos, sin = writer.number("view_cos", math.cos(angle)), writer.number("view_sin", math.sin(angle))
    a, b = u * across, v * down
    x, y = (writer.number(f"view_{axis}", at) for axis, at in zip("xy", view.center, strict=True))
    return x + cos * a + sin * b, y + sin * a - cos * b


@lru_cache(maxsize=8)
def _of_tone(color: ColorMap, space: SpaceRecipe) -> _Written:
    writer = Writer()
    return _ended(writer, [toned(color, _asked(color, space, writer, 0), writer)], True, {})


@lru_cache(maxsize=8)
def _of_outputs(color: ColorMap, space: SpaceRecipe) -> _Written:
    writer = Writer()
    return _ended(writer, _asked(color, space, writer, 0), True, {})


def _asked(
    color: ColorMap, space: SpaceRecipe, writer: Writer, first: int, origin: Place | None = None
) -> list[Dual]:  # fmt: skip
    """The network's outputs, where the space asks for them; `first` is its number."""
    others = range(first + 1, first + 1 + _count_others(space))

    def ask(network: int, place: Place | None) -> list[Dual]:
        return writer.ask(network or first, color.outputs, place)

    return placed(space, writer, others, ask, origin)


def _count_others(space: SpaceRecipe) -> int:
    return sum(warp.is_other for warp in map(parse_warp, (*space.before, *space.warp)))


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
