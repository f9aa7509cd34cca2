"""The main experiment as a film: functions, gradients and hidden values while the networks learn."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...errors import CppnError
from ...files.sinks.film_base import Film
from ...files.sinks.films import check_film, open_film
from ..figures import legend, lines, logarithmic, panels, still, style
from .learning import Outcome
from .pages import LEAST

FPS = Fraction(12)
_REST = 12  # frames that the last one stays for


def check(path: Path) -> None:
    """Errors: CppnError for endings that are no film's, encoders that are not installed, folders that do not exist."""
    if "%" in path.name:
        raise CppnError("a film of training is one file", where=str(path), legal="write depth.mp4")
    check_film(path, Film(640, 480, FPS, 1))


def film(outcome: Outcome, path: Path, every: int = 1) -> Path:
    """Write a frame for each look at the networks, or for every so many-th; the path.

    Errors: CppnError as `check`, or if it cannot be written; it appears whole or not at all.
    """
    check(path)
    first = _frame(outcome, 0)
    last = len(outcome.epochs) - 1
    looks = [*range(0, last, every), *[last] * (1 + _REST // every)]
    told = Film(first.shape[1], first.shape[0], FPS / every, len(looks), sample=lambda: (first, _frame(outcome, -1)))
    with open_film(path, told) as sink:
        for number, look in enumerate(looks):
            if number == 0 or look != looks[number - 1]:
                drawn = sink.encode(_frame(outcome, look))
            sink.append(drawn)
    return path


def _frame(outcome: Outcome, look: int) -> NDArray[np.uint8]:
    setting = outcome.setting
    figure, (left, middle, right) = panels(1, 3, width=4.0, height=3.4)
    left.plot(setting.x, setting.noisy(np.sin(setting.x)), ".", color="#bbbbbb", markersize=2)
    for i, title in enumerate(setting.titles):
        first = setting.of(i).start
        left.plot(outcome.x, _gaps(outcome.functions[look, first]), **style(i), label=title)
        _layers(middle, outcome.gradients[look, :, first], i)
        _layers(right, outcome.spread[look, :, first], i)
    left.set_ylim(-1.5, 1.5)
    left.set_xlabel("x")
    left.set_ylabel("learned")
    left.set_title(f"epoch {int(outcome.epochs[look])}")
    legend(figure, lines(left))
    for one, title, over, values in (
        (middle, "norm of each map's gradient", "affine map", outcome.gradients),
        (right, "spread of each layer's values", "hidden layer", outcome.spread),
    ):
        seen = np.maximum(values[np.isfinite(values)], LEAST)
        logarithmic(one)
        one.set_ylim(seen.min() / 2 if seen.size else LEAST, seen.max() * 2 if seen.size else 1)
        one.set_title(title)
        one.set_xlabel(over)
    return still(figure, setting.told.change(shown=f"seed {setting.seeds[0]}").words)


def _layers(one: Any, values: NDArray[Any], act: int) -> None:
    one.plot(range(1, len(values) + 1), np.maximum(_gaps(values), LEAST), marker="o", markersize=3, **style(act))


def _gaps(values: NDArray[Any]) -> NDArray[Any]:
    return np.where(np.isfinite(values), values, np.nan)
