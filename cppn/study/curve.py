"""An activation's values and slopes over a range, its poles, jumps and kinks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from ..engines.torch_ops import TorchOps
from ..errors import CppnError
from ..field.activations import CATALOGUE, Activation, parse_activation
from ..field.formula import evaluate
from ..field.numpy_ops import NumpyOps

Floats = NDArray[np.float64]

MOST_POINTS = 1_000_000
_HALVINGS = 40  # of an interval that may hold a jump: what is steep but no jump is flat by then
_PEAK = 100  # times what is on both sides, from which on it is a pole
_BESIDE = 1e-9  # how far from a kink its two slopes are taken
_ROUGH = 1e-6  # of the largest slope: a change between two points that may be a kink


class Kink(NamedTuple):
    """Where the slope jumps though the value does not: the value there, and the slopes before and behind."""

    x: float
    y: float
    left: float
    right: float


@dataclass(frozen=True)
class Curve:
    """An activation's values and slopes over x. Where a value is no number, there is no slope either."""

    activation: Activation
    x: Floats
    y: Floats
    slope: Floats
    jumps: NDArray[np.int64]  # the points before a pole or a jump
    kinks: tuple[Kink, ...]

    @property
    def formula(self) -> str:
        """What it computes, as the catalogue writes it, with its parameters."""
        entry = CATALOGUE.get(self.activation.name)
        if entry is None:
            return self.activation.name
        given = ", ".join(f"{key} = {value:g}" for key, value in self.activation.parameters.items())
        return f"{entry.formula}" + f"   ({given})" * bool(given)

    @property
    def gaps(self) -> int:
        """At how many points value or slope is no number."""
        return int((~np.isfinite(self.y) | ~np.isfinite(self.slope)).sum())


def curve(text: str, low: float, high: float, points: int) -> Curve:
    """An activation over [low, high]. The values are the oracle's, the slopes torch's own differentiation of it.

    Errors: CppnError for unknown activations, ranges without length and point counts out of range.
    """
    if not low < high:
        raise CppnError(f"from {low:g} to {high:g}", where="range", legal="the first is below the second")
    if not 2 <= points <= MOST_POINTS:
        raise CppnError(f"{points} points", where="points", legal=f"2 to {MOST_POINTS} are legal")
    activation = parse_activation(text)
    x = np.linspace(low, high, points)
    y = _values(activation, x)
    slope = np.where(np.isfinite(y), _slopes(activation, x), np.nan)
    jumps = _jumps(activation, x, y, slope)
    kinks, healed = _kinks(activation, x, slope, jumps)
    return Curve(activation, x, y, healed, jumps, kinks)


def _slopes(activation: Activation, x: Floats) -> Floats:
    at = torch.from_numpy(np.array(x)).requires_grad_()
    parameters = {key: torch.tensor(value, dtype=torch.float64) for key, value in activation.parameters.items()}
    found = torch.as_tensor(evaluate(activation.tree, {**parameters, "x": at}, TorchOps()))
    if not found.requires_grad:  # it does not depend on x
        return np.zeros_like(x)
    (slope,) = torch.autograd.grad(found.sum(), at)
    return np.asarray(slope.numpy(), np.float64)


def _kinks(
    activation: Activation, x: Floats, slope: Floats, jumps: NDArray[np.int64]
) -> tuple[tuple[Kink, ...], Floats]:
    """The kinks, and the slopes again. Each interval over which the slope changes is halved towards the larger change:
    at a kink that stays.

    So it does where torch gives another slope to a single point, as where two branches of a smooth formula meet: that
    point gets the slope of both sides.
    """
    with np.errstate(all="ignore"):
        change = np.abs(np.diff(slope))
        largest = np.nanmax(np.abs(np.where(np.isfinite(slope), slope, 0)))
    change[jumps] = 0
    at = np.flatnonzero(np.isfinite(change) & (change > _ROUGH * largest))
    if not at.size:
        return (), slope
    left, right, before, behind = x[at], x[at + 1], slope[at], slope[at + 1]
    for _ in range(_HALVINGS):
        middle = (left + right) / 2
        between = _slopes(activation, middle)
        lower = ~(np.abs(between - before) < np.abs(behind - between))
        left, before = np.where(lower, left, middle), np.where(lower, before, between)
        right, behind = np.where(lower, middle, right), np.where(lower, between, behind)
    stays = np.abs(behind - before) > change[at] / 3  # a half may be left, where torch's slope at the kink is between
    places = np.unique([_shortest(*ends) for ends in zip(left[stays], right[stays], strict=True)])
    step = _BESIDE * np.maximum(1, np.abs(places))
    far, near = (_slopes(activation, np.stack([places - k * step, places + k * step])) for k in (100, 1))
    with np.errstate(all="ignore"):
        even = (np.abs(far - near) <= 1e-3 * (1 + np.abs(near))).all(0)  # else it grows without end, as of √|x|
        broken = np.abs(near[1] - near[0]) > _ROUGH * largest
    healed = slope.copy()
    for place, level in zip(places[even & ~broken], near.mean(0)[even & ~broken], strict=True):
        healed[np.abs(x - place) <= 1e-12 * max(1, abs(place))] = level
    y = _values(activation, places)
    inside = even & broken & np.isfinite(y) & (places > x[0]) & (places < x[-1])
    rows = zip(places[inside], y[inside], *near[:, inside], strict=True)
    return tuple(Kink(*map(float, row)) for row in rows), healed


def _shortest(left: float, right: float) -> float:
    """The number of fewest decimals in an interval: a kink is more often at 0 than at 1e-14."""
    slack = 1e-12 * max(1.0, abs(left))
    middle = (left + right) / 2
    found = (round(middle, digits) for digits in range(13))
    return next((value + 0.0 for value in found if left - slack <= value <= right + slack), middle)


def _values(activation: Activation, x: Floats) -> Floats:
    with np.errstate(all="ignore"):
        y = evaluate(activation.tree, {**activation.parameters, "x": x}, NumpyOps())
    return np.asarray(np.broadcast_to(y, x.shape), np.float64)


def _jumps(activation: Activation, x: Floats, y: Floats, slope: Floats) -> NDArray[np.int64]:
    """The points after which the activation has a pole or jumps.

    Where the secant has another sign than the slopes at both ends, or is twice as steep, the interval is halved again
    and again towards the larger difference: through a jump that stays, through what is only steep it vanishes.
    """
    with np.errstate(all="ignore"):
        secant = np.diff(y) / np.diff(x)
        ends = np.stack([slope[:-1], slope[1:]])
        opposed = (np.sign(ends) * np.sign(secant) < 0).all(0)
        steep = np.abs(secant) > 2 * np.abs(ends).max(0)
    odd = (opposed | steep | ~np.isfinite(ends).all(0)) & np.isfinite(secant) & (secant != 0)
    at = np.flatnonzero(odd)
    left, right, below, above = x[at], x[at + 1], y[at], y[at + 1]
    first, pole = np.abs(above - below), np.zeros(len(at), bool)
    for _ in range(_HALVINGS):
        middle = (left + right) / 2
        between = _values(activation, middle)
        pole |= ~np.isfinite(between)
        with np.errstate(all="ignore"):
            lower = ~(np.abs(between - below) < np.abs(above - between))
        left, below = np.where(lower, left, middle), np.where(lower, below, between)
        right, above = np.where(lower, middle, right), np.where(lower, between, above)
    with np.errstate(all="ignore"):
        at = at[pole | (np.abs(above - below) > first / 2)]
        peaks = np.flatnonzero(np.sign(ends[0]) * np.sign(ends[1]) < 0)  # 1/x² has the same sign on both sides
        top = np.abs(_values(activation, (x[peaks] + x[peaks + 1]) / 2))
        poles = peaks[~(top < _PEAK * np.maximum(np.abs(y[peaks]), np.abs(y[peaks + 1])))]
    return np.union1d(at, poles[np.abs(y[poles]) > 0])
