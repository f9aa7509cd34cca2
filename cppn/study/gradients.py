"""The gradients of each of a classifier's weight matrices, by its activation.

After "Understanding activation functions": the first 256 images, once through the network and once back.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from numpy.typing import NDArray

from ..errors import CppnError
from ..field.activations import parse_activation
from .chapter import Chapter, Plate
from .classifier import WIDTHS, Classifier, scaled
from .data import Data
from .figures import COLOURS, panels
from .histograms import Histogram, draw_bars, histogram, reach, say_missing
from .notation import written
from .settings import Settings
from .tables import Column, Table

if TYPE_CHECKING:
    from matplotlib.figure import Figure

BATCH = 256
NAMES = tuple(f"{below} → {above}" for below, above in pairwise(WIDTHS))  # of the maps
MAPS = len(NAMES)
_VANISHED = 100  # times smaller than the last matrix's, from which on gradients are said to fade

State = NDArray[np.float32]  # of trained weights, as `Classifier.state` has them


def passed(act: str, data: Data, seed: int, state: State | None = None) -> Classifier:
    """A network, untrained unless weights are given, after the first images have been through it and back.

    Errors: CppnError for unknown activations and seeds out of range.
    """
    if not 0 <= seed < 2**63:
        raise CppnError(f"{seed}", where="seed", legal=f"0 to {2**63 - 1} are legal")
    images, labels = torch.from_numpy(data.images[:BATCH]), torch.from_numpy(data.labels[:BATCH]).long()
    model = Classifier(parse_activation(act), len(images), seed)
    if state is not None:
        model.restore(torch.from_numpy(state))
    model.learn_from(scaled(images), labels)
    return model


def gradients(act: str, data: Data, seed: int = 42) -> list[Histogram]:
    """The gradient of each weight matrix, from the input on, all over one range.

    Errors: CppnError for unknown activations and seeds out of range.
    """
    grads = [grad.numpy() for grad in passed(act, data, seed).weight_grads]
    high = reach(grads)
    return [histogram(grad, (-high, high)) for grad in grads]


def chapter(acts: Sequence[str], data: Data, seed: int = 42) -> Chapter:
    """The chapter of the gradients before training, a row of panels for each activation."""
    found = [gradients(act, data, seed) for act in acts]
    told = {
        "activations": [
            {"activation": act, "maps": [{"map": name, **one.told()} for name, one in zip(NAMES, maps, strict=True)]}
            for act, maps in zip(acts, found, strict=True)
        ]
    }
    title = "gradients of each weight matrix before training, all five of an activation over one range"
    settings = pass_settings("gradients", data, seed)
    plates = (Plate("gradient-histograms", title, partial(_figure, acts, found), settings, told),)
    remarks = [said for act, maps in zip(acts, found, strict=True) if (said := _remark(act, maps))]
    table = _table(acts, found)
    return Chapter("gradients", "Gradients before training", settings, plates, (table,), remarks=remarks, found=told)


def _table(acts: Sequence[str], found: Sequence[Sequence[Histogram]]) -> Table:
    columns = (
        Column("activation", "σ of the gradient"),
        *(Column(f"map_{i}", name, ".2g") for i, name in enumerate(NAMES, 1)),
        Column("ratio", "largest, last to first", ".2g"),
    )  # fmt: skip
    rows = [
        [parse_activation(act).title, *(one.std for one in maps), _ratio(maps)]
        for act, maps in zip(acts, found, strict=True)
    ]
    return Table("gradient-table", "What gradient reaches each weight matrix before training", columns, rows)


def _ratio(maps: Sequence[Histogram]) -> float:
    with np.errstate(divide="ignore", invalid="ignore"):
        return float(np.float64(maps[-1].largest) / maps[0].largest)


def _remark(act: str, maps: Sequence[Histogram]) -> str:
    """What fades, if it does."""
    title, first, last = parse_activation(act).title, maps[0].largest, maps[-1].largest
    if not np.isfinite([first, last]).all():
        return f"Through {title} gradients are no numbers." if not np.isfinite(first) else ""
    if not first:
        return f"Through {title} no gradient reaches the first matrix." if last else ""
    if last / first < _VANISHED:
        return ""
    reached = f"the first matrix's gradients are at most {written(first, '.2g')}, the last's {written(last, '.2g')}"
    return f"Through {title} {reached}, {written(last / first, '.2g')} times as large."


def _figure(acts: Sequence[str], found: Sequence[Sequence[Histogram]]) -> Figure:
    figure, axes = panels(len(acts), MAPS, width=2.1, height=1.55)
    for row, (act, maps) in enumerate(zip(acts, found, strict=True)):
        for column, one in enumerate(maps):
            panel = axes[row * MAPS + column]
            draw_bars(panel, one, COLOURS[row % len(COLOURS)], filled=True)
            panel.set_xlim(one.edges[0], one.edges[-1])
            panel.set_title(f"σ {written(one.std, '.2g')}   max {written(one.largest, '.2g')}", fontsize=7)
            say_missing(panel, one)
        axes[row * MAPS].set_ylabel(short(parse_activation(act).title), fontsize=8)
    head_and_foot(figure, axes, "gradient")
    return figure


def head_and_foot(figure: Any, axes: Sequence[Any], across: str) -> None:
    """Name the maps above the first row of panels, and the axes."""
    for panel, name in zip(axes[:MAPS], NAMES, strict=True):
        panel.annotate(
            name, (0.5, 1), (0, 20), xycoords="axes fraction", textcoords="offset points", ha="center", fontsize=9,
            weight="bold",
        )  # fmt: skip
    figure.supylabel("count, logarithmic", fontsize=9)
    for panel in axes[-MAPS:]:
        panel.set_xlabel(across, fontsize=8)


def pass_settings(study: str, data: Data, seed: int) -> Settings:
    """What a study of the first images is made with."""
    values = {"data": data.name, "images": min(BATCH, len(data.images)), "network": "-".join(map(str, WIDTHS))}
    return Settings(study, {**values, "init": "torch", "seed": seed})


def short(text: str) -> str:
    """As much of a name as fits beside a row of panels."""
    return text if len(text) <= 24 else text[:23] + "…"
