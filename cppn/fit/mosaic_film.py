"""The film of a mosaic while its network learns."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from ..files.sinks import Provenance
from ..files.sinks.film_base import Film
from ..files.sinks.film_formats import film_format
from ..files.sinks.films import open_film
from ..mosaic import mosaic
from ..mosaic.picture import LARGE
from ..mosaic.values import Values, points
from ..network.develop import develop
from ..network.stages import Network
from ..network.transcribe import with_weights
from ..recipe import Recipe
from ..recipe.view import View
from .ensemble import Ensemble
from .training import features_of

FPS = Fraction(5)  # as the original's films
_TOGETHER = 16  # networks whose units are worked out at once


def write_mosaic_film(
    path: Path, recipe: Recipe, networks: Sequence[Network], *, labels: Sequence[Sequence[str]] = (),
    exclusive: bool = False, go_on: Callable[[], None] = lambda: None, **look: Any,
) -> Path:  # fmt: skip
    """A frame for each of the networks, which differ in their weights alone; returns the path.

    `labels`: of each frame. `exclusive`: take no file's place, but a free name like it. `go_on` is called before each
    frame, to end it from elsewhere. `look`: of `mosaic`.
    Errors: CppnError for what the format cannot hold; nothing half-written is left behind.
    """
    told = list(labels) or [()] * len(networks)
    field = develop(recipe)
    even = film_format(path).even

    def frame(network: Network, label: Sequence[str], values: Values | None = None) -> NDArray[np.uint8]:
        drawn = mosaic(replace(field, network=network), labels=label, values=values, **look)
        height, width = drawn.shape[:2]
        return np.pad(drawn, ((0, even * (height % 2)), (0, even * (width % 2)), (0, 0)))  # black, as the gaps are

    ends = [frame(networks[k], told[k]) for k in (0, -1)]
    height, width = ends[0].shape[:2]
    settings = {"width": width, "height": height, "fps": str(FPS), "frames": len(networks)}
    provenance = Provenance(with_weights(recipe, networks[-1]), settings)
    quality = film_format(path).lossless  # edges stay sharp, and files small
    colours = [end[::2, ::2] for end in ends]  # those of a map: every fourth pixel shows them
    film = Film(width, height, FPS, len(networks), provenance, quality, lambda: colours, dither=False)
    sink = open_film(path, film, exclusive=exclusive)
    with sink:
        every = _unit_values(networks, recipe.view, look.get("cell", 100))
        for network, label, values in zip(networks, told, every, strict=True):
            go_on()
            sink.write(frame(network, label, values))
    return sink.path


def _unit_values(networks: Sequence[Network], view: View, side: int) -> Iterator[Values | None]:
    """Every unit of each network on a grid over a view, in float32; None where boxes are drawn by an engine."""
    if side >= LARGE:
        yield from [None] * len(networks)
        return
    features = features_of(networks[0], *points(view, side)).astype(np.float32)
    inputs = torch.from_numpy(features)
    for start in range(0, len(networks), _TOGETHER):
        part = networks[start : start + _TOGETHER]
        stages = [stage.numpy() for stage in Ensemble(part, side * side).stages(inputs[None])]
        for k in range(len(part)):
            layers = [features, *(stage[k] for stage in stages)]
            yield [layer.reshape(-1, side, side) for layer in layers]
