"""What classification has to show: examples, curves of learning, a table beside the original's, and what they say."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from ..field.activations import parse_activation
from .chapter import Chapter, Plate
from .classifier import WIDTHS
from .classify import Outcome, Setting
from .data import FASHION, Data
from .figures import legend, lines, numbers, panels, style
from .notation import written
from .originals import CLASSIFY
from .settings import Settings
from .tables import Column, Table

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_EXAMPLES = 5  # of each class that are shown
_CURVES = ("training loss", "training accuracy", "validation loss", "validation accuracy")
_SURE = 3  # standard deviations from chance, below which a share of the test images is no better


def chapter(outcomes: Sequence[Outcome], setting: Setting, data: Data) -> Chapter:
    """The chapter of what each activation came to."""
    settings, found = setting.told(data), summary(outcomes)
    shown = [np.flatnonzero(data.labels == label)[:_EXAMPLES] for label in range(len(data.classes))]
    listed = [{"class": name, "images": at.tolist()} for name, at in zip(data.classes, shown, strict=True)]
    plates = (
        Plate(
            "classify-examples", f"{_EXAMPLES} images of each class, named as it is", partial(_examples, data, shown),
            Settings("classify", {"data": data.name}), {"classes": listed},
        ),
        Plate(
            "classify-curves", "how each activation learns, from epoch to epoch", partial(_curves, outcomes), settings,
            found,
        ),
    )  # fmt: skip
    remarks = _remarks(outcomes, setting, data)
    tables = (_table(outcomes, data), layers(setting.batch))
    return Chapter("classify", "Classification", settings, plates, tables, remarks=remarks, found=found)


def summary(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """The table, and the curves: shares in per cent, what is no number as null."""
    return {
        "activations": [
            {
                "activation": one.act, "train %": _percent(one, one.train),
                "validation %": _percent(one, one.validation), "test %": _percent(one, one.test),
                "seconds": round(one.seconds, 2), "epochs": one.epochs, "saturation": one.saturation,
                "best epoch": one.best or None, "diverged": one.diverged,
                **{name: numbers(one.curves[:, i]) for i, name in enumerate(_CURVES)},
            }
            for one in outcomes
        ]
    }  # fmt: skip


def _percent(one: Outcome, share: float) -> float | None:
    return None if one.diverged else round(100 * share, 2)


def _title(act: str) -> str:
    title = parse_activation(act).title
    return title if len(title) <= 28 else title[:27] + "…"


def _table(outcomes: Sequence[Outcome], data: Data) -> Table:
    columns = (
        Column("activation", "activation"), Column("train", "train %", ".2f"),
        Column("validation", "validation %", ".2f"), Column("test", "test %", ".2f"),
        Column("seconds", "seconds", ".1f"),
        Column("epochs", "epochs", "d"), Column("best_epoch", "best epoch", "d"),
        Column("saturation", "saturation", "d"), Column("original_train", "original train %", ".2f"),
        Column("original_test", "original test %", ".2f"), Column("original_seconds", "original seconds", ".2f"),
        Column("original_saturation", "original saturation", "d"),
    )  # fmt: skip
    rows = []
    for one in outcomes:
        original = CLASSIFY.get(str(parse_activation(one.act)), (None,) * 4)
        shares = [_percent(one, share) for share in (one.train, one.validation, one.test)]
        rows.append(
            [_title(one.act), *shares, one.seconds, one.epochs, one.best or None, one.saturation, *original]
        )  # fmt: skip
    note = (
        "Shares are those of the weights after the best epoch, by validation accuracy. Saturation is the first epoch "
        "whose validation accuracy is no better than the best before. Seconds are by the clock on the wall. "
    )
    if data.name != FASHION:
        note += f"The original's numbers are of Fashion-MNIST, ours of {data.name}, which is why they differ."
    else:
        note += "The original's weights and order of images are drawn by another generator."
    return Table("classify-table", "What each activation comes to", columns, rows, note)


def layers(batch: int) -> Table:
    """The network's maps: shapes, how many numbers they hold, and what they give."""
    columns = (
        Column("map", "map"), Column("weights", "weights"), Column("biases", "biases", "d"),
        Column("parameters", "parameters", "d"), Column("output", "output"),
    )  # fmt: skip
    rows: list[list[Any]] = [
        [f"{below} → {above}", f"{above} × {below}", above, above * below + above, f"{batch} × {above}"]
        for below, above in pairwise(WIDTHS)
    ]
    rows.append(["all", None, sum(row[2] for row in rows), sum(row[3] for row in rows), None])
    note = "An activation follows each map but the last. Shapes are rows × columns, as torch has them."
    return Table("classify-layers", "The network, map by map", columns, rows, note)


def is_chance(one: Outcome, data: Data) -> bool:
    """Is its share of the test images no better than guessing one of the classes?"""
    chance, count = 1 / len(data.classes), len(data.test_labels)
    return not one.diverged and one.test <= chance + _SURE * math.sqrt(chance * (1 - chance) / count)


def _remarks(outcomes: Sequence[Outcome], setting: Setting, data: Data) -> list[str]:
    """Sentences that the numbers bear."""
    said, good = [], [one for one in outcomes if not one.diverged]
    stuck = [one for one in good if is_chance(one, data)]
    learned = sorted((one for one in good if not is_chance(one, data)), key=lambda one: -one.test)
    if stuck:
        names, verb = _listed([_title(one.act) for one in stuck]), "stays" if len(stuck) == 1 else "stay"
        said.append(f"{names} {verb} at chance: no more of the test images are classified rightly than by guessing.")
    if learned:
        shares = [f"{_title(one.act)} {100 * one.test:.1f} %" for one in learned]
        said.append(f"Of the test images {_listed(shares)} {'is' if len(shares) == 1 else 'are'} classified rightly.")
    late = [one for one in good if one.epochs == setting.epochs and one.best == setting.epochs]
    if late:
        names, verb = _listed([_title(one.act) for one in late]), "was" if len(late) == 1 else "were"
        said.append(f"{names} {verb} still getting better after {setting.epochs} epochs.")
    if len(good) > 1:
        quick, slow = (choose(good, key=lambda one: one.seconds / one.epochs) for choose in (min, max))
        pace = [f"{_title(one.act)} {written(one.seconds / one.epochs, '.2g')} s" for one in (quick, slow)]
        said.append(f"An epoch takes {pace[0]} at the least and {pace[1]} at the most.")
    said += [
        f"The loss of {_title(one.act)} is no number any more in epoch {one.epochs}; lower --lr."
        for one in outcomes if one.diverged
    ]  # fmt: skip
    return said


def _listed(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def _curves(outcomes: Sequence[Outcome]) -> Figure:
    figure, axes = panels(2, 2, width=4.8, height=2.7)
    for i, name in enumerate(_CURVES):
        one, scale = axes[i], 100 if i % 2 else 1
        for k, outcome in enumerate(outcomes):
            y = scale * outcome.curves[:, i]
            x = np.arange(1, len(y) + 1)
            one.plot(
                x, np.where(np.isfinite(y), y, np.nan), marker="o", markersize=3, **style(k), label=_title(outcome.act)
            )
        one.set_title(name + ", while it learns" * (i < 2))
        one.set_ylabel("right, %" if i % 2 else "cross entropy")
        one.locator_params(axis="x", integer=True)
        if i % 2:
            one.axhline(10, color="#888888", linewidth=1)
            one.text(0.99, 11, "chance", transform=one.get_yaxis_transform(), fontsize=7, color="#666666", ha="right")
            one.set_ylim(0, 100)
        one.set_xlabel("epoch")
    legend(figure, lines(axes[0]))
    return figure


def _examples(data: Data, shown: Sequence[Any]) -> Figure:
    classes = len(data.classes)
    figure, axes = panels(_EXAMPLES, classes, width=0.95, height=0.95)
    for label, found in enumerate(shown):
        axes[label].set_title(data.classes[label], fontsize=8)
        for row in range(_EXAMPLES):
            one = axes[row * classes + label]
            one.set_axis_off()
            if row < len(found):
                one.imshow(data.images[found[row]], cmap="gray", vmin=0, vmax=255)
    return figure
