"""The mosaic itself.

The first row shows the inputs, the last the outputs and, beside them, what they were to learn. Each box shows one unit
over the recipe's view.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..draw.drawing import RenderJob
from ..field.palettes import palette_table
from ..network.develop import Field, develop
from ..recipe import Recipe
from .layout import Layout, layout, write_bar, write_labels
from .scale import ABSOLUTE, Scale, spans
from .unit import of_unit
from .values import GRID, Floats, Values, shared_levels, unit_values

Wanted = Callable[[Floats, Floats], Floats]  # of points of the unit square, (channels, …): see `fit.targets`

LARGE = 200  # pixels a side from which on an engine draws a box: below, compiling takes longer than drawing


def mosaic(
    picture: Recipe | Field, *, cell: int = 100, colormap: str = "jet", scale: Scale = ABSOLUTE,
    target: Wanted | None = None, bar: bool = True, labels: Sequence[str] = (), values: Values | None = None,
    engine: str | None = None,
) -> NDArray[np.uint8]:  # fmt: skip
    """The mosaic of a recipe or a field, shape (height, width, 3).

    `scale`: for all boxes the range of the first input ("absolute") or of all units together ("common"), or levels
    given; beyond their ends colours stay as they are. "unit": of each box its own. `target`: shown beside the outputs.
    `bar`: of the colours, where all boxes share them. `labels`: a line above each row. `values`: all units', if they
    are known, `cell` points a side.
    Errors: CppnError for sizes that cannot be and unknown colour maps.
    """
    field = develop(picture) if isinstance(picture, Recipe) else picture
    network = field.network
    table = (255 * palette_table(colormap) + 0.5).astype(np.uint8)
    v, u = (np.mgrid[:cell, :cell] + 0.5) / cell
    wanted = np.empty((0, cell, cell)) if target is None else target(u, v)
    shared = shared_levels(scale, network, field.view)
    plan = layout(network, cell, targets=len(wanted), labelled=bool(labels), bar=bar and shared is not None)
    width, height = plan.size
    out = np.zeros((height, width, 3), np.uint8)
    if values is None:
        values = unit_values(network, field.view, GRID if cell >= LARGE else cell)
    for row, units in enumerate(values):
        levels = spans(units) if shared is None else np.broadcast_to(np.array(shared), (len(units), 2))
        if cell < LARGE:
            _put(out, plan, row, _coloured(units, levels, table))
            continue
        for k, (low, high) in enumerate(levels.tolist()):
            one = of_unit(field, row, k, (low, high), colormap)
            _put(out, plan, row, [RenderJob(one, (cell, cell), engine=engine).prepare().whole()], first=k)
    ends = np.array([shared or (0.0, 1.0)] * len(wanted)).reshape(-1, 2)
    _put(out, plan, len(values) - 1, _coloured(wanted, ends, table), first=len(values[-1]))
    if plan.footer and shared is not None:
        write_bar(out, plan, table, shared)
    if labels:
        write_labels(out, plan, labels)
    return out


def _coloured(values: Floats, levels: Floats, table: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Values, (units, side, side), in the colours of a table, each unit between its levels, (units, 2).

    As in matplotlib, each colour stands for an equal share of the scale. What is no number has the first.
    """
    low, high = (levels[:, k, None, None].astype(values.dtype) for k in (0, 1))
    with np.errstate(invalid="ignore", over="ignore"):
        at = (values - low) * (len(table) / (high - low))
    np.fmin(np.fmax(at, 0.0, out=at), len(table) - 1.0, out=at)  # of a number and none, they take the number
    return table.take(at.astype(np.intp), axis=0)


def _put(out: NDArray[np.uint8], plan: Layout, row: int, boxes: Iterable[NDArray[Any]], first: int = 0) -> None:
    for unit, box in enumerate(boxes, first):
        left, top = plan.corner(row, unit)
        out[top : top + plan.cell, left : left + plan.cell] = box
