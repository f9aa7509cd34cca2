"""Gradients and values of an untrained classifier, as histograms of each of its affine maps, by its activation.

After "Understanding activation functions": the first 256 images, once through the network and once back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from ..errors import CppnError
from ..field.activations import parse_activation
from .classifier import WIDTHS, Classifier, scaled
from .data import Data
from .figures import COLOURS, numbers, panels, publish
from .folder import Folder
from .settings import Settings

Floats = NDArray[np.float64]

BATCH = 256
OUTPUT_ACTS = ("sigmoid", "tanh", "relu")
_BINS = 80
_MAPS = len(WIDTHS) - 1


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


def _pass(act: str, data: Data, seed: int) -> Classifier:
    """An untrained network after the first images have been through it and back."""
    if not 0 <= seed < 2**63:
        raise CppnError(f"{seed}", where="seed", legal=f"0 to {2**63 - 1} are legal")
    images, labels = torch.from_numpy(data.images[:BATCH]), torch.from_numpy(data.labels[:BATCH]).long()
    model = Classifier(parse_activation(act), len(images), seed)
    model.learn_from(scaled(images), labels)
    return model


def gradients(act: str, data: Data, seed: int = 42) -> list[Histogram]:
    """The gradient of each weight matrix, from the input on.

    Errors: CppnError for unknown activations and seeds out of range.
    """
    return [histogram(grad.numpy()) for grad in _pass(act, data, seed).weight_grads]


def outputs(act: str, data: Data, seed: int = 42) -> list[tuple[Histogram, Histogram | None]]:
    """What each affine map gives, and what the activation makes of it, in the same bins; after the last map nothing.

    Errors: CppnError for unknown activations and seeds out of range.
    """
    model = _pass(act, data, seed)
    found: list[tuple[Histogram, Histogram | None]] = []
    for i, sums in enumerate(model.sums):
        values = model.values[i].numpy() if i < _MAPS - 1 else None
        ends = [float(np.abs(part[np.isfinite(part)]).max(initial=0)) for part in (sums.numpy(), values)
                if part is not None]  # fmt: skip
        high = max(ends) or 1.0
        found.append(
            (
                histogram(sums.numpy(), (-high, high)),
                None if values is None else histogram(values, (-high, high)),
            )
        )
    return found


def study_gradients(
    acts: Sequence[str], data: Data, folder: Folder, *, seed: int = 42, form: str = "png"
) -> tuple[list[Path], dict[str, Any]]:
    """Write the figure, a row of panels for each activation; returns its paths and numbers."""
    found = [gradients(act, data, seed) for act in acts]
    figure, axes = panels(len(acts), _MAPS, width=2.1, height=1.55)
    for row, (act, maps) in enumerate(zip(acts, found, strict=True)):
        for column, one in enumerate(maps):
            panel = axes[row * _MAPS + column]
            _bars(panel, one, COLOURS[row % len(COLOURS)], filled=True)
            panel.set_xlim(one.edges[0], one.edges[-1])
            panel.set_title(f"σ {one.std:.1e}   max |g| {one.largest:.1e}", fontsize=7)
            _say_missing(panel, one)
            if row == 0:
                _heading(panel, column)
        axes[row * _MAPS].set_ylabel(_short(act), fontsize=8)
    _name_axes(figure, axes, "gradient")
    told = {
        "activations": [
            {"activation": act, "maps": [{"map": _name(i), **one.told()} for i, one in enumerate(maps)]}
            for act, maps in zip(acts, found, strict=True)
        ]
    }
    return publish(figure, folder, "gradient-histograms", form, _settings("gradients", data, seed), told), told


def study_outputs(
    acts: Sequence[str], data: Data, folder: Folder, *, seed: int = 42, form: str = "png"
) -> tuple[list[Path], dict[str, Any]]:
    """Write the figure, a row of panels for each activation; returns its paths and numbers."""
    found = [outputs(act, data, seed) for act in acts]
    figure, axes = panels(len(acts), _MAPS, width=2.1, height=1.8)
    for row, (act, maps) in enumerate(zip(acts, found, strict=True)):
        for column, (sums, values) in enumerate(maps):
            panel = axes[row * _MAPS + column]
            _bars(panel, sums, "#888888", filled=True)
            panel.set_xlim(sums.edges[0], sums.edges[-1])
            text = f"σ {sums.std:.2g}"
            if values is not None:
                _bars(panel, values, COLOURS[row % len(COLOURS)], filled=False)
                text += f" → {values.std:.2g}"
            panel.set_title(text, fontsize=7)
            _say_missing(panel, values or sums, alone=sums.missing == sums.count)
            if row == 0:
                _heading(panel, column)
        axes[row * _MAPS].set_ylabel(_short(act), fontsize=8)
    _name_axes(figure, axes, "value")
    settings = _settings("outputs", data, seed).change(grey="affine maps", lines="after the activation")
    told = {
        "activations": [
            {
                "activation": act,
                "maps": [
                    {"map": _name(i), "affine": sums.told(), "activation": values.told() if values else None}
                    for i, (sums, values) in enumerate(maps)
                ],
            }
            for act, maps in zip(acts, found, strict=True)
        ]
    }
    return publish(figure, folder, "output-histograms", form, settings, told), told


def _heading(panel: Any, column: int) -> None:
    panel.annotate(
        _name(column), (0.5, 1), (0, 20), xycoords="axes fraction", textcoords="offset points", ha="center",
        fontsize=9, weight="bold",
    )  # fmt: skip


def _settings(study: str, data: Data, seed: int) -> Settings:
    return Settings(
        study,
        {
            "data": data.name, "images": min(BATCH, len(data.images)), "network": "-".join(map(str, WIDTHS)),
            "init": "torch", "seed": seed,
        },
    )  # fmt: skip


def _bars(panel: Any, one: Histogram, colour: str, *, filled: bool) -> None:
    if filled:
        panel.stairs(one.counts, one.edges, fill=True, color=colour, alpha=0.45)
    else:
        panel.stairs(one.counts, one.edges, color=colour, linewidth=1.3)
    panel.set_yscale("symlog", linthresh=1)
    most = max(1, int(one.counts.max()))
    ticks = [0, *(10**k for k in range(0, 8, 2) if 10**k <= most)]
    panel.set_ylim(0, max(panel.get_ylim()[1], 2 * most))
    panel.set_yticks(ticks, [f"{tick:g}" if tick < 1000 else f"$10^{len(str(tick)) - 1}$" for tick in ticks])
    panel.minorticks_off()
    at = _round(0.75 * float(one.edges[-1]))
    panel.set_xticks([-at, 0, at], [f"−{at:g}", "0", f"{at:g}"])
    panel.tick_params(labelsize=6)


def _name_axes(figure: Any, panels: Sequence[Any], across: str) -> None:
    figure.supylabel("count, logarithmic", fontsize=9)
    for panel in panels[-_MAPS:]:
        panel.set_xlabel(across, fontsize=8)


def _round(value: float) -> float:
    """The largest 1, 2 or 5 times a power of ten that is not above a value."""
    power = 10.0 ** np.floor(np.log10(value))
    return float(f"{max(k for k in (1, 2, 5) if k * power <= value * (1 + 1e-9)) * power:.0e}")


def _say_missing(panel: Any, one: Histogram, *, alone: bool = True) -> None:
    if one.missing == one.count and alone:
        panel.set_title("")
        panel.set_xticks([])
        panel.set_yticks([])
        panel.text(0.5, 0.5, "none is a number", transform=panel.transAxes, ha="center", va="center", fontsize=7)
    elif one.missing:
        told = f"{one.missing} of {one.count}\nare no numbers"
        panel.text(0.99, 0.99, told, transform=panel.transAxes, ha="right", va="top", fontsize=6)


def _name(index: int) -> str:
    return f"{WIDTHS[index]} → {WIDTHS[index + 1]}"


def _short(act: str) -> str:
    return act if len(act) <= 20 else act[:17] + "…"
