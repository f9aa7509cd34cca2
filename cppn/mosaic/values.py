"""Every unit's values over a view, and the levels between which they are coloured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ..engines.oracle import outputs
from ..network.stages import Network
from ..recipe.view import View, frame
from .scale import ABSOLUTE, COMMON, Levels, Scale, span, spans

GRID = 100  # points a side on which ranges are measured

Floats = NDArray[np.floating]
Values = Sequence[Floats]  # of each layer, the inputs first: (units, side, side)


def points(view: View, side: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """x and y of a grid over the square that a view shows, at the middles of its pixels, row by row."""
    laid = frame(view, side, side)
    j, i = (index.ravel() - (side - 1) / 2 for index in np.mgrid[:side, :side])
    return laid.cx + laid.ux * i + laid.vx * j, laid.cy + laid.uy * i + laid.vy * j


def unit_values(network: Network, view: View, side: int) -> Values:
    """All units on a grid over a view."""
    return [stage.reshape(len(stage), side, side) for stage in outputs(network, *points(view, side))]


def shared_levels(scale: Scale, network: Network, view: View) -> Levels | None:
    """The levels of all boxes, or None if each has its own."""
    if scale == ABSOLUTE:
        (inputs,) = outputs(replace(network, stages=()), *points(view, GRID))
        return span(inputs[0])
    if scale == COMMON:
        ends = [spans(units) for units in unit_values(network, view, GRID)[1:]]
        return span(np.concatenate(ends))
    return None if isinstance(scale, str) else scale
