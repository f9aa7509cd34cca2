"""Numbers as histograms: how many fell where, and how they are drawn in small panels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .figures import numbers
from .notation import RAISED, written

Floats = NDArray[np.float64]

_BINS = 80


@dataclass(frozen=True)
class Histogram:
    """How many numbers fell between the edges; all but `missing` of `count`, which are not finite."""

    edges: Floats  # (bins + 1,)
    counts: NDArray[np.int64]  # (bins,)
    count: int
    missing: int
    mean: float
    std: float
    largest: float  # without sign
    norm: float

    def told(self) -> dict[str, Any]:
        """What JSON says of it."""
        mean, std, largest, norm = numbers([self.mean, self.std, self.largest, self.norm])
        return {
            "mean": mean, "std": std, "max": largest, "norm": norm, "numbers": self.count, "not finite": self.missing,
            "edges": numbers(self.edges), "counts": self.counts.tolist(),
        }  # fmt: skip


def reach(values: Sequence[NDArray[np.floating[Any]]]) -> float:
    """How far from 0 the numbers of several arrays go, at most; 1 if all are 0 or none is a number."""
    return max((float(np.abs(one[np.isfinite(one)]).max(initial=0)) for one in values), default=0.0) or 1.0


def histogram(values: NDArray[np.floating[Any]], span: tuple[float, float] | None = None) -> Histogram:
    """A histogram of 80 bins over `span`, or symmetric about 0 as far as the values go."""
    flat = values.astype(np.float64).ravel()
    finite = flat[np.isfinite(flat)]
    if not finite.size:
        edges = np.linspace(-1, 1, _BINS + 1)
        return Histogram(edges, np.zeros(_BINS, np.int64), flat.size, flat.size, *[float("nan")] * 4)
    largest = float(np.abs(finite).max())
    low, high = span or (-(largest or 1.0), largest or 1.0)
    counts, edges = np.histogram(finite, np.linspace(low, high, _BINS + 1))
    norm = float(np.sqrt(np.square(finite).sum()))
    return Histogram(
        edges, counts, flat.size, flat.size - finite.size, float(finite.mean()), float(finite.std()), largest, norm
    )


def draw_bars(panel: Any, one: Histogram, colour: str, *, filled: bool) -> None:
    """Draw a histogram, counts logarithmic, filled or as an outline."""
    if filled:
        panel.stairs(one.counts, one.edges, fill=True, color=colour, alpha=0.45)
    else:
        panel.stairs(one.counts, one.edges, color=colour, linewidth=1.3)
    panel.set_yscale("symlog", linthresh=1)
    most = max(1, int(one.counts.max()))
    ticks = [0, *(10**k for k in range(0, 8, 2) if 10**k <= most)]
    panel.set_ylim(0, max(panel.get_ylim()[1], 2 * most))
    panel.set_yticks(
        ticks, [str(tick) if tick < 1000 else f"10{str(len(str(tick)) - 1).translate(RAISED)}" for tick in ticks]
    )
    panel.minorticks_off()
    at = _round(0.75 * float(one.edges[-1]))
    panel.set_xticks([-at, 0, at], [written(-at), "0", written(at)])
    panel.tick_params(labelsize=6)


def say_missing(panel: Any, one: Histogram, *, alone: bool = True) -> None:
    """Say in a panel how many of its numbers are none; `alone`: if none is a number, the panel shows nothing else."""
    if one.missing == one.count and alone:
        panel.set_title("")
        panel.set_xticks([])
        panel.set_yticks([])
        panel.text(0.5, 0.5, "none is a number", transform=panel.transAxes, ha="center", va="center", fontsize=7)
    elif one.missing:
        told = f"{one.missing} of {one.count}\nare no numbers"
        panel.text(0.99, 0.99, told, transform=panel.transAxes, ha="right", va="top", fontsize=6)


def _round(value: float) -> float:
    """The largest 1, 2 or 5 times a power of ten that is not above a value."""
    power = 10.0 ** np.floor(np.log10(value))
    return float(f"{max(k for k in (1, 2, 5) if k * power <= value * (1 + 1e-9)) * power:.0e}")
