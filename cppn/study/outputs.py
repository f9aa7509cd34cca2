"""The values of each of a classifier's layers, before and after its activation, of trained and untrained networks.

After "Understanding activation functions": the first 256 images; the original's networks are trained.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from ..field.activations import parse_activation
from .chapter import Chapter, Plate
from .data import Data
from .figures import COLOURS, panels
from .gradients import MAPS, NAMES, State, head_and_foot, pass_settings, passed, short
from .histograms import Histogram, draw_bars, histogram, reach, say_missing
from .notation import written
from .tables import Column, Table

if TYPE_CHECKING:
    from matplotlib.figure import Figure

ACTS = ("sigmoid", "tanh", "relu")

Maps = list[tuple[Histogram, Histogram | None]]


@dataclass(frozen=True)
class Row:
    """An activation, and what its network's maps give; `trained`: whether it has learned."""

    act: str
    trained: bool
    maps: Maps


def outputs(act: str, data: Data, seed: int = 42, state: State | None = None) -> Maps:
    """What each affine map gives, and what the activation makes of it, all over one range; after the last map nothing.

    `state`: trained weights. Errors: CppnError for unknown activations and seeds out of range.
    """
    model = passed(act, data, seed, state)
    sums, values = ([one.numpy() for one in part] for part in (model.sums, model.values))
    high = reach([*sums, *values])
    after = [histogram(one, (-high, high)) for one in values]
    return [(histogram(one, (-high, high)), then) for one, then in zip(sums, [*after, None], strict=True)]


def chapter(
    acts: Sequence[str], data: Data, seed: int = 42, *, trained: Sequence[State] = (), untrained: bool = True
) -> Chapter:
    """The chapter of the values of each layer.

    `trained`: the weights of each activation's trained network, if any; `untrained`: show networks at their start too.
    """
    states: list[tuple[bool, Sequence[State | None]]] = [(False, [None] * len(acts))] * untrained
    states += [(True, trained)] * bool(trained)
    rows = [
        Row(act, learned, outputs(act, data, seed, weights[k]))
        for k, act in enumerate(acts)
        for learned, weights in states
    ]
    told = {"activations": [_told(row) for row in rows]}
    shown = "before and after training" if len(states) > 1 else "after training" if trained else "before training"
    title = f"values of each layer {shown}: grey from the map, coloured after the activation"
    settings = pass_settings("outputs", data, seed).change(shown=shown)
    plates = (Plate("output-histograms", title, partial(_figure, rows, len(states) > 1), settings, told),)
    return Chapter("outputs", "Values of each layer", settings, plates, (_table(rows),), found=told)


def _told(row: Row) -> dict[str, Any]:
    maps = [
        {"map": name, "affine": sums.told(), "activation": values.told() if values else None}
        for name, (sums, values) in zip(NAMES, row.maps, strict=True)
    ]
    return {"activation": row.act, "trained": row.trained, "maps": maps}


def _table(rows: Sequence[Row]) -> Table:
    columns = (
        Column("activation", "σ of the map's values"), Column("trained", "network"),
        *(Column(f"map_{i}", name, ".2g") for i, name in enumerate(NAMES, 1)),
    )  # fmt: skip
    cells = [
        [
            parse_activation(row.act).title,
            "trained" if row.trained else "untrained",
            *(sums.std for sums, _ in row.maps),
        ]
        for row in rows
    ]
    return Table("output-table", "How far the values of each affine map spread", columns, cells)


def _figure(rows: Sequence[Row], both: bool) -> Figure:
    figure, axes = panels(len(rows), MAPS, width=2.1, height=1.7)
    colours = {act: COLOURS[k % len(COLOURS)] for k, act in enumerate(dict.fromkeys(row.act for row in rows))}
    for r, row in enumerate(rows):
        for column, (sums, values) in enumerate(row.maps):
            panel = axes[r * MAPS + column]
            draw_bars(panel, sums, "#888888", filled=True)
            panel.set_xlim(sums.edges[0], sums.edges[-1])
            text = f"σ {written(sums.std, '.2g')}"
            if values is not None:
                draw_bars(panel, values, colours[row.act], filled=False)
                text += f" → {written(values.std, '.2g')}"
            panel.set_title(text, fontsize=7)
            say_missing(panel, values or sums, alone=sums.missing == sums.count)
        name = short(parse_activation(row.act).title)
        axes[r * MAPS].set_ylabel(f"{name}\n{'trained' if row.trained else 'untrained'}" if both else name, fontsize=8)
    head_and_foot(figure, axes, "value")
    return figure
