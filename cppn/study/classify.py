"""Classification: what a network of five affine maps learns of ten classes of pictures, by its activation.

After "Understanding activation functions": a fifth of the training set is for validation; SGD with a rate of 0.001 and
a momentum of 0.9, batches of 64, at most 13 epochs, and an end when validation gets no better. Each activation learns
alone, so that its seconds are its own, from the same weights and in the same order as the others.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from ..errors import CppnError
from ..field.activations import parse_activation
from .classifier import WIDTHS, Classifier, scaled
from .data import Data
from .figures import legend, lines, numbers, panels, publish, style
from .folder import Folder
from .results import Arrays, kept
from .settings import Settings

Floats = NDArray[np.float64]

ACTS = ("sigmoid", "tanh", "relu", "leakyrelu:slope=0.1", "elu", "silu")
PATIENCE = 4  # epochs without a better validation before the end
_MOMENTUM = 0.9
_VALIDATION = 0.2  # of what there is to learn from
_LEAST = 5  # images to learn from
_SPLIT, _ORDER = 0, 1  # what random numbers are for
_EXAMPLES = 5  # of each class that are shown
_TITLES = {"training loss": "training loss, while it learns", "training accuracy": "training accuracy, while it learns"}
_CURVES = ("training loss", "training accuracy", "validation loss", "validation accuracy")


@dataclass(frozen=True)
class Setting:
    """The experiment. Errors: CppnError for unknown activations and numbers out of range."""

    acts: tuple[str, ...] = ACTS
    epochs: int = 13
    lr: float = 1e-3
    batch: int = 64
    seed: int = 42

    def __post_init__(self) -> None:
        for act in self.acts:
            parse_activation(act)
        for name, least, most in (("epochs", 1, 1000), ("batch", 1, 4096), ("seed", 0, 2**63 - 1)):
            if not least <= getattr(self, name) <= most:
                raise CppnError(f"{getattr(self, name)}", where=name, legal=f"{least} to {most} are legal")
        if not 0 < self.lr <= 10:
            raise CppnError(f"{self.lr:g}", where="lr", legal="it is above 0, and at most 10")

    def told(self, data: Data) -> Settings:
        """What a figure says of itself."""
        return Settings(
            "classify",
            {
                "data": data.name, "network": "-".join(map(str, WIDTHS)), "init": "torch", "optimizer": "SGD",
                "learning_rate": self.lr, "momentum": _MOMENTUM, "batch": self.batch, "most_epochs": self.epochs,
                "patience": PATIENCE, "seed": self.seed,
            },
        )  # fmt: skip


@dataclass(frozen=True)
class Outcome:
    """What an activation came to. Shares are from 0 to 1."""

    act: str
    curves: Floats  # (epochs, 4): loss and accuracy of training, while it learns, and of validation, after each epoch
    train: float
    validation: float
    test: float
    seconds: float  # of learning and validation, by the clock on the wall
    best: int  # the epoch, from 1 on, whose weights were kept
    diverged: bool  # the loss was no number any more in the last epoch

    @property
    def epochs(self) -> int:
        """How many there were before it ended."""
        return len(self.curves)


def run(
    setting: Setting, data: Data, progress: Callable[[int], object] = lambda epochs: None, *, fresh: bool = False
) -> list[Outcome]:
    """Train a network with each activation, or find what is kept of it; `fresh`: train in any case.

    `progress` is told of epochs, `setting.epochs` for each activation.
    Errors: CppnError if there are too few images to hold a fifth back.
    """
    if len(data.images) < _LEAST:
        raise CppnError(
            f"{len(data.images)} images to learn from", where=data.name, legal=f"at least {_LEAST} are legal"
        )
    found = []
    for act in setting.acts:
        told = {
            "act": str(parse_activation(act)), "data": data.digest, "epochs": setting.epochs, "lr": setting.lr,
            "batch": setting.batch, "seed": setting.seed, "patience": PATIENCE, "threads": torch.get_num_threads(),
        }  # fmt: skip
        count = _Count(progress)
        arrays = kept("classify", told, partial(_train, act, setting, data, count), fresh=fresh)
        progress(setting.epochs - count.done)
        train, validation, test, seconds, best, diverged = arrays["end"].tolist()
        found.append(Outcome(act, arrays["curves"], train, validation, test, seconds, int(best), bool(diverged)))
    return found


class _Count:
    """Tells of epochs, and knows how many there were."""

    def __init__(self, progress: Callable[[int], object]) -> None:
        self.done, self._progress = 0, progress

    def __call__(self, epochs: int) -> None:
        self.done += epochs
        self._progress(epochs)


def split(count: int, seed: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Which of `count` images to learn from, and which are for validation."""
    order = np.random.default_rng([seed, _SPLIT]).permutation(count)
    held = int(count * _VALIDATION)
    return order[: count - held], order[count - held :]


def _train(act: str, setting: Setting, data: Data, progress: Callable[[int], object]) -> Arrays:
    learn, held = (torch.from_numpy(part) for part in split(len(data.images), setting.seed))
    images, labels = torch.from_numpy(data.images), torch.from_numpy(data.labels).long()
    validation = images[held], labels[held]
    model = Classifier(parse_activation(act), setting.batch, setting.seed)
    order = np.random.default_rng([setting.seed, _ORDER])
    curves: list[tuple[float, ...]] = []
    _warm_up(act, setting, images[learn[: setting.batch]], labels[learn[: setting.batch]])
    best, highest, state, diverged, start = 0, -1.0, model.state(), False, time.perf_counter()
    while len(curves) < setting.epochs and len(curves) - best < PATIENCE and not diverged:
        loss, right = torch.zeros(()), torch.zeros((), dtype=torch.long)
        mixed = learn[torch.from_numpy(order.permutation(len(learn)))]
        for part in torch.split(mixed, setting.batch):
            one, hits = model.learn_from(scaled(images[part]), labels[part])
            loss += one * len(part)
            right += hits
            model.step(setting.lr, _MOMENTUM)
        after, accuracy = model.judge(*validation)
        diverged = not np.isfinite([loss.item(), after]).all()
        shares = (np.nan, np.nan) if diverged else (right.item() / len(learn), accuracy)
        curves.append((loss.item() / len(learn), shares[0], after, shares[1]))
        if accuracy > highest and not diverged:
            best, highest, state = len(curves), accuracy, model.state()
        progress(1)
    seconds = time.perf_counter() - start
    model.restore(state)
    ends = [
        model.judge(*part)[1]
        for part in (
            (images[learn], labels[learn]), validation,
            (torch.from_numpy(data.test_images), torch.from_numpy(data.test_labels).long()),
        )
    ]  # fmt: skip
    return {"curves": np.array(curves, np.float64), "end": np.array([*ends, seconds, best, diverged], np.float64)}


def _warm_up(act: str, setting: Setting, images: torch.Tensor, labels: torch.Tensor) -> None:
    """A step of a network that is thrown away, so that no activation's clock runs while torch makes ready."""
    model = Classifier(parse_activation(act), setting.batch, setting.seed)
    model.learn_from(scaled(images), labels)
    model.step(setting.lr, _MOMENTUM)
    model.judge(images, labels)


def summary(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """The table, and the curves: shares in per cent, what is no number as null."""
    return {
        "activations": [
            {
                "activation": one.act, "train %": _percent(one, one.train),
                "validation %": _percent(one, one.validation), "test %": _percent(one, one.test),
                "seconds": round(one.seconds, 2), "epochs": one.epochs, "best epoch": one.best or None,
                "diverged": one.diverged, **{name: numbers(one.curves[:, i]) for i, name in enumerate(_CURVES)},
            }
            for one in outcomes
        ]
    }  # fmt: skip


def _percent(one: Outcome, share: float) -> float | None:
    return None if one.diverged else round(100 * share, 2)


def line(one: Outcome) -> str:
    """An outcome in a line."""
    if one.diverged:
        return f"its loss is no number any more in epoch {one.epochs}; lower --lr"
    return (
        f"train {100 * one.train:5.2f} %  validation {100 * one.validation:5.2f} %  test {100 * one.test:5.2f} %"
        f"  {one.seconds:6.2f} s  epochs {one.epochs}"
    )


def figures(outcomes: Sequence[Outcome], setting: Setting, data: Data, folder: Folder, form: str = "png") -> list[Path]:
    """Write the figures: examples of the classes, the curves of learning, and the table; returns the paths."""
    told, found = setting.told(data), summary(outcomes)
    paths = _examples(data, folder, form)
    figure, axes = panels(2, 2, width=4.8, height=2.7)
    _curves(outcomes, axes)
    legend(figure, lines(axes[0]))
    paths += publish(figure, folder, "classify-curves", form, told, found)
    figure, axes = panels(1, 1, width=8.8, height=0.55 + 0.31 * len(outcomes))
    _table(outcomes, axes[0])
    shown = told.change(shares="after the best epoch, by validation accuracy")
    return paths + publish(figure, folder, "classify-table", form, shown, found)


def _curves(outcomes: Sequence[Outcome], axes: Sequence[Any]) -> None:
    for i, name in enumerate(_CURVES):
        one, scale = axes[i], 100 if i % 2 else 1
        for k, outcome in enumerate(outcomes):
            y = scale * outcome.curves[:, i]
            x = np.arange(1, len(y) + 1)
            one.plot(
                x, np.where(np.isfinite(y), y, np.nan), marker="o", markersize=3, **style(k), label=_short(outcome.act)
            )
        one.set_title(_TITLES.get(name, name) + (", %" if i % 2 else ""))
        one.xaxis.get_major_locator().set_params(integer=True)
        if i % 2:
            one.axhline(10, color="#888888", linewidth=1)
            one.text(0.99, 11, "chance", transform=one.get_yaxis_transform(), fontsize=7, color="#666666", ha="right")
            one.set_ylim(0, 100)
        if i > 1:
            one.set_xlabel("epoch")


def _table(outcomes: Sequence[Outcome], one: Any) -> None:
    one.set_axis_off()
    head = ["activation", "train %", "validation %", "test %", "wall-clock s", "epochs", "best epoch"]
    rows = []
    for outcome in outcomes:
        shares = (outcome.train, outcome.validation, outcome.test)
        told = ["diverged"] * 3 if outcome.diverged else [f"{100 * share:.2f}" for share in shares]
        best = str(outcome.best) if outcome.best else "none"
        rows.append([_short(outcome.act), *told, f"{outcome.seconds:.2f}", str(outcome.epochs), best])
    widths = [0.26, *[0.12] * 6]
    table = one.table(
        cellText=rows,
        colLabels=head,
        colWidths=widths,
        loc="center",
        cellLoc="right",
        colLoc="right",
        edges="horizontal",
    )
    table.auto_set_font_size(False)
    table.set_fontsize(9)
    table.scale(1, 1.5)
    for row in range(len(rows) + 1):
        table[row, 0].set_text_props(ha="left")


def _short(act: str) -> str:
    return act if len(act) <= 28 else act[:27] + "…"


def _examples(data: Data, folder: Folder, form: str) -> list[Path]:
    classes = len(data.classes)
    figure, axes = panels(_EXAMPLES, classes, width=0.9, height=0.9)
    shown = [np.flatnonzero(data.labels == label)[:_EXAMPLES] for label in range(classes)]
    for label, found in enumerate(shown):
        axes[label].set_title(data.classes[label], fontsize=8)
        for row in range(_EXAMPLES):
            one = axes[row * classes + label]
            one.set_axis_off()
            if row < len(found):
                one.imshow(data.images[found[row]], cmap="gray", vmin=0, vmax=255)
    told = Settings("classify", {"data": data.name})
    listed = [{"class": name, "images": at.tolist()} for name, at in zip(data.classes, shown, strict=True)]
    return publish(figure, folder, "classify-examples", form, told, {"classes": listed})
