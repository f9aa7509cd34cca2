"""Hidden units of small networks on a checkerboard, with each activation, as a chapter: mosaics and their films."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..field.activations import parse_activation
from ..fit.mosaic_film import write_mosaic_film
from ..fit.targets import Target, parse_target
from ..fit.training import Diverged, Moment, last_loss, train, untrained
from ..mosaic import mosaic
from ..network.transcribe import with_weights
from ..recipe import Recipe
from .chapter import Chapter, Clip, Plate
from .figures import number, panels
from .notation import written
from .settings import Settings
from .tables import Column, Table

if TYPE_CHECKING:
    from matplotlib.figure import Figure

ACTS = ("sigmoid", "tanh", "cos(x)", "relu", "leakyrelu", "elu", "celu", "gelu", "mish", "selu", "silu")
_FILM_CELL = 40


@dataclass(frozen=True)
class Trained:
    """Networks that have learned a target, one with each activation, and how they came to it."""

    acts: tuple[str, ...]
    target: Target
    recipes: list[Recipe]
    moments: list[Moment]


def chapter(
    acts: Sequence[str] = ACTS, seed: int = 42, *, steps: int = 4001, every: int = 200, cell: int = 60,
    progress: Callable[[int], object] = lambda steps: None,
) -> Chapter:  # fmt: skip
    """Train a network of 8-8-8 units with each activation on the 4×4 checkerboard; the chapter of their units.

    `progress` is told of steps. Errors: CppnError for unknown activations and numbers out of range.
    """
    target = parse_target("checkerboard")
    recipes = [untrained(act, seed, target) for act in acts]
    moments: list[Moment] = []
    try:
        for moment in train(recipes, target, steps=steps, every=every):
            progress(moment.step - moments[-1].step if moments else 1)
            moments.append(moment)
    except Diverged as error:
        moments.append(Moment(error.good, error.networks, error.losses))
    trained = Trained(tuple(acts), target, recipes, moments)
    losses = last_loss(moments[-1].losses)
    settings = Settings(
        "mosaics", {"network": "2-8-8-8-1", "target": target.name, "steps": steps, "batch": 1000, "optimizer": "Adam",
                    "learning_rate": 0.01, "seed": seed},
    )  # fmt: skip
    rows = [[parse_activation(act).title, float(loss)] for act, loss in zip(acts, losses, strict=True)]
    columns = (Column("activation", "activation"), Column("loss", "squared error, mean of the last steps", ".3f"))
    table = Table("mosaic-losses", "How well each learns the checkerboard", columns, rows)
    plates = tuple(
        Plate(f"mosaic-{i + 1}", f"the units of {parse_activation(act).title}: inputs, three hidden layers, output and "
              "target, all on one scale", partial(_figure, trained, i, cell), settings)
        for i, act in enumerate(acts)
    )  # fmt: skip
    clips = tuple(
        Clip(f"mosaic-film-{i + 1}", f"{parse_activation(act).title} learns", partial(_film, trained, i))
        for i, act in enumerate(acts)
    )
    found = {"activations": [{"activation": act, "loss": number(loss)} for act, loss in zip(acts, losses, strict=True)]}
    return Chapter("mosaics", "Hidden units", settings, plates, (table,), clips, _remarks(acts, losses), found)


def _remarks(acts: Sequence[str], losses: Any) -> list[str]:
    finite = [
        (float(loss), parse_activation(act).title) for act, loss in zip(acts, losses, strict=True) if np.isfinite(loss)
    ]
    if not finite:
        return []
    (least, best), (most, worst) = min(finite), max(finite)
    said = [f"A constant would leave an error of 0.25; {best} comes to {written(least, '.2g')}."]
    if len(finite) > 1:
        said.append(f"The largest error is that of {worst}, {written(most, '.2g')}.")
    return said


def _figure(trained: Trained, member: int, cell: int) -> Figure:
    recipe = with_weights(trained.recipes[member], trained.moments[-1].networks[member])
    drawn = mosaic(recipe, cell=cell, target=trained.target.values)
    height, width = drawn.shape[:2]
    figure, (axes,) = panels(1, 1, width=6.4, height=6.4 * height / width)
    axes.imshow(drawn, interpolation="none")
    axes.set_axis_off()
    return figure


def _film(trained: Trained, member: int, path: Path) -> Path:
    networks = [moment.networks[member] for moment in trained.moments]
    return write_mosaic_film(path, trained.recipes[member], networks, cell=_FILM_CELL, target=trained.target.values)
