"""A picture scheduled for a graphics card: a block of threads takes a tile of pixels through all stages.

Values between stages stand in the block's shared memory. A thread sums a few pixels by a few units in registers, as in
a product of matrices. Where a stage is too wide for shared memory, its values go through the card's.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import halide as hl

from .picture import Picture
from .pipeline import Built
from .shape import PictureShape
from .stages import Piece, Stages

_SHARED = 32_768  # bytes of a block that every card has
_PIXELS, _UNITS = 4, 8  # sums of a thread: 32 accumulators
_MOST_UNITS_AT_ONCE = 16  # threads along the units; 16 times as many along the pixels are at most 256 in all
_TILES = (64, 32, 16)  # pixels of a block, the largest that fits


class _Tile(NamedTuple):
    pixels: int
    is_shared: bool


def build_for_card(shape: PictureShape) -> Built:
    """Of a shape, the pipeline for a card."""
    picture = Picture(shape)
    tile = _tile(picture)
    _schedule(picture, tile)
    return Built([picture.out], picture.arguments, tile.pixels, [(picture.count, tile.pixels, 0)])


def _tile(picture: Picture) -> _Tile:
    widest = max(map(_numbers, picture.stages), default=0) + 3 * len(picture.kept) + 8
    fitting = [pixels for pixels in _TILES if 4 * pixels * widest <= _SHARED]
    return _Tile(fitting[0], True) if fitting else _Tile(_TILES[-1], False)


def _numbers(stages: Stages) -> int:
    """How many of a pixel are there at once."""
    shape = stages.shape
    units = [sum(one.units for one in stage.slices) for stage in shape.stages]
    # two consecutive stages are there at once, and those that are used again later
    used = {
        source for i, stage in enumerate(shape.stages) for source in (*stage.sources, *stage.shortcuts) if source < i
    }
    kept = sum(units[source - 1] for source in used if source)
    widest = max(a + b for a, b in zip([0, *units], [*units, 4], strict=True))
    return (widest + kept + len(shape.features)) * stages.components


def _schedule(picture: Picture, tile: _Tile) -> None:
    c, x, y, xo, xi = (hl.Var(name) for name in ("c", "x", "y", "xo", "xi"))
    out, count = picture.out, picture.count
    out.bound(c, 0, count).reorder(c, x, y).split(x, xo, xi, tile.pixels).reorder(c, xi, xo, y).unroll(c)
    out.gpu_blocks(xo, y).gpu_threads(xi)
    out.output_buffer().dim(1).set_stride(count)
    home, level = out, xo
    if picture.total is not None:
        total, grid = picture.total, picture.grid
        total.compute_at(out, xo).store_in(hl.MemoryType.GPUShared)
        total.bound(c, 0, count).reorder(c, x).unroll(c).gpu_threads(x)
        total.update().reorder(c, x, grid.x, grid.y, y).unroll(c).gpu_threads(x)
        home, level = total, grid.x
    if picture.is_mixed:
        picture.colour.compute_at(home, level).store_in(hl.MemoryType.GPUShared)
        picture.colour.bound(c, 0, count).reorder(c, x).unroll(c).gpu_threads(x)
    for func in (*picture.kept, *(feature for stages in picture.stages for feature in stages.features)):
        func.compute_at(home, level).store_in(hl.MemoryType.GPUShared).gpu_threads(x)
    pieces = (piece for stages in picture.stages for piece in stages.pieces)
    for i, piece in enumerate(pieces):
        _schedule_piece(piece, i, home, level, x, tile)


def _schedule_piece(piece: Piece, i: int, home: Any, level: Any, x: Any, tile: _Tile) -> None:
    o, h, total = hl.Var("o"), piece.func, piece.total
    hp, ht, op, ot = (hl.Var(f"{name}{i}") for name in ("hp", "ht", "op", "ot"))
    units = _units(piece.shape.units, piece.components)
    h.compute_at(home, level).store_in(hl.MemoryType.GPUShared if tile.is_shared else hl.MemoryType.Heap)
    h.split(x, ht, hp, _PIXELS).split(o, ot, op, units).reorder(hp, op, ht, ot)
    rows = -(-piece.shape.units // units)
    if rows > _MOST_UNITS_AT_ONCE:  # a thread takes several groups of units, one after another
        og = hl.Var(f"og{i}")
        h.split(ot, og, ot, _MOST_UNITS_AT_ONCE, hl.TailStrategy.GuardWithIf).reorder(hp, op, og, ht, ot)
        level = og
    else:
        level = ht
    h.gpu_threads(ht, ot)
    _in_registers(piece.parts, h, level)
    if total is not None:
        total.compute_at(h, level).unroll(x).unroll(o)
        for n, loop in enumerate(piece.loops):
            total.update(n).reorder(x, o, loop.x).unroll(x).unroll(o)


def _in_registers(funcs: Sequence[Any], home: Any, level: Any) -> None:
    for func in funcs:
        func.compute_at(home, level)


def _units(count: int, components: int) -> int:
    """Units of a thread: as many threads as there are groups, and no group much too large for the last units."""
    return max(1, min(_UNITS // components, count // 8))
