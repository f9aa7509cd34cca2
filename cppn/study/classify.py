"""Classification: what a network of five affine maps learns of ten classes of pictures, by its activation.

After "Understanding activation functions": a fifth of the training set is for validation; SGD with a rate of 0.001 and
a momentum of 0.9, batches of 64, at most 13 epochs, and an end at the first epoch whose validation is no better than
the best before. Each activation learns alone, so that its seconds are its own, from the same weights and in the same
order as the others.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from ..errors import CppnError
from ..field.activations import parse_activation
from .classifier import WIDTHS, Classifier, scaled
from .data import Data
from .results import Arrays, is_kept, kept
from .settings import Settings

Floats = NDArray[np.float64]

ACTS = ("sigmoid", "tanh", "relu", "leakyrelu:slope=0.1", "elu", "silu")
_MOMENTUM = 0.9
_VALIDATION = 0.2  # of what there is to learn from
_LEAST = 5  # images to learn from
_SPLIT, _ORDER = 0, 1  # what random numbers are for


@dataclass(frozen=True)
class Setting:
    """The experiment. Errors: CppnError for unknown activations and numbers out of range."""

    acts: tuple[str, ...] = ACTS
    epochs: int = 13
    lr: float = 1e-3
    batch: int = 64
    seed: int = 42
    patience: int = 1  # epochs without a better validation before the end: the original's

    def __post_init__(self) -> None:
        for act in self.acts:
            parse_activation(act)
        for name, least, most in (
            ("epochs", 1, 1000),
            ("batch", 1, 4096),
            ("seed", 0, 2**63 - 1),
            ("patience", 1, 1000),
        ):
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
                "patience": self.patience, "seed": self.seed,
            },
        )  # fmt: skip

    def depends(self, act: str, data: Data) -> dict[str, Any]:
        """All that decides what an activation comes to."""
        return {
            "act": str(parse_activation(act)), "data": data.digest, "epochs": self.epochs, "lr": self.lr,
            "batch": self.batch, "seed": self.seed, "patience": self.patience, "threads": torch.get_num_threads(),
        }  # fmt: skip


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
    state: NDArray[np.float32]  # the weights that were kept, as of `Classifier.state`

    @property
    def epochs(self) -> int:
        """How many there were before it ended."""
        return len(self.curves)

    @property
    def saturation(self) -> int | None:
        """The first epoch, from 1 on, whose validation accuracy is no better than the best before, if there is one."""
        accuracy = self.curves[:, 3]
        worse = np.flatnonzero(accuracy[1:] <= np.maximum.accumulate(accuracy)[:-1])
        return int(worse[0]) + 2 if worse.size else None


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
        count = _Count(progress)
        arrays = kept("classify", setting.depends(act, data), partial(_train, act, setting, data, count), fresh=fresh)
        progress(setting.epochs - count.done)
        train, validation, test, seconds, best, diverged = arrays["end"].tolist()
        shares = (train, validation, test, seconds, int(best), bool(diverged))
        found.append(Outcome(act, arrays["curves"], *shares, arrays["state"]))
    return found


def is_known(setting: Setting, data: Data) -> bool:
    """Is it kept what each activation comes to?"""
    return all(is_kept("classify", setting.depends(act, data)) for act in setting.acts)


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
    while len(curves) < setting.epochs and len(curves) - best < setting.patience and not diverged:
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
    end = np.array([*ends, seconds, best, diverged], np.float64)
    return {"curves": np.array(curves, np.float64), "end": end, "state": state.numpy()}


def _warm_up(act: str, setting: Setting, images: torch.Tensor, labels: torch.Tensor) -> None:
    """A step of a network that is thrown away, so that no activation's clock runs while torch makes ready."""
    model = Classifier(parse_activation(act), setting.batch, setting.seed)
    model.learn_from(scaled(images), labels)
    model.step(setting.lr, _MOMENTUM)
    model.judge(images, labels)
