"""Everything that the experiments on depth have to show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from ..chapter import Chapter, Clip
from ..tables import Column, Table
from . import capacity, flow, inside, pages, stability, summary
from .experiment import INITS, Floats, Setting
from .film import film
from .learning import Outcome
from .learning import summary as found

_EVERY = 4  # looks that the chapter's film goes on by: drawing and encoding one takes longer than a second


@dataclass(frozen=True)
class Extras:
    """The experiments beside the main one, those that were made."""

    norms: dict[int, Floats]  # as `flow.run` gives them
    inits: dict[str, Floats]  # the same at the setting's depth, of each initialisation
    borne: tuple[Setting, Sequence[int], Floats] | None = None  # of `stability`: setting, depths and errors
    learned: capacity.Learned | None = None


def by_init(setting: Setting, *, fresh: bool = False) -> dict[str, Floats]:
    """The norms of the first gradients with each initialisation, (layers + 1, members)."""
    return {
        init: flow.run(replace(setting, init=init), [setting.layers], fresh=fresh)[setting.layers] for init in INITS
    }


def chapter(outcome: Outcome, extras: Extras) -> Chapter:
    """The chapter of the main experiment, and of the others that were made."""
    setting = outcome.setting
    plates = [
        summary.plate(outcome),
        *(page.plate(outcome) for page in (*pages.pages(outcome), *inside.pages(outcome))),
        flow.plate(setting, extras.norms),
    ]
    if extras.borne is not None:
        plates.append(stability.plate(*extras.borne))
    if extras.learned is not None:
        plates += capacity.plates(extras.learned)
    numbers: dict[str, Any] = {**found(outcome), "depths": flow.ratios(setting, extras.norms)}
    tables = [*summary.tables(outcome), _inits(setting, extras.inits)]
    clip = Clip(
        "depth", "functions, gradients and hidden values while the networks learn", partial(film, outcome, every=_EVERY)
    )
    return Chapter(
        "depth", "Deep networks", setting.told, plates, tables, (clip,), remarks=summary.remarks(outcome), found=numbers
    )


def _inits(setting: Setting, norms: dict[str, Floats]) -> Table:
    """What the initialisation changes."""
    columns = (Column("activation", "activation"), *(Column(init, init, ".2g") for init in norms))
    rows: list[list[Any]] = []
    for i, title in enumerate(setting.titles):
        with np.errstate(divide="ignore", invalid="ignore"):
            ratios = [float(np.median((one[-2] / one[0])[setting.of(i)])) for one in norms.values()]
        rows.append([title, *ratios])
    title = f"Gradient of hidden layer {setting.layers} to that of layer 1 at the start, by initialisation"
    return Table(
        "depth-inits", title, columns, rows, "torch is that of nn.Linear; see `cppn render --help` for the others."
    )
