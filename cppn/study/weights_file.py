"""A classifier's trained weights as a file that other programs read: safetensors, named by the activation."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from ..errors import CppnError, failure
from ..field.activations import parse_activation
from ..network.weights import read_weights, write_weights
from .classifier import WIDTHS, Classifier
from .classify import Outcome

_MOST_BYTES = 1 << 24  # of a file


def weights_name(act: str) -> str:
    """The stem of the file of an activation's weights."""
    stem = re.sub(r"[^\w.=]+", "-", str(parse_activation(act))).strip("-")[:60]
    return f"classify-{stem or 'formula'}"


def to_bytes(outcome: Outcome) -> bytes:
    """The weights that an activation came to, as `0.weight` (512 × 784), `0.bias`, …"""
    activation = parse_activation(outcome.act)
    model = Classifier(activation, 1, 0)
    model.restore(torch.from_numpy(outcome.state))
    return write_weights(model.maps())


def read_states(folder: Path, acts: Sequence[str]) -> list[NDArray[np.float32]]:
    """The weights of each activation in a folder that `classify --weights` wrote, as of `Classifier.state`.

    Errors: CppnError for files that are missing, too large, or hold no such network.
    """
    return [_read(folder / f"{weights_name(act)}.safetensors") for act in acts]


def _read(path: Path) -> NDArray[np.float32]:
    try:
        with path.open("rb") as file:
            data = file.read(_MOST_BYTES + 1)
    except OSError as error:
        legal = "`cppn study classify --weights` writes it"
        raise failure(f"it could not be read: {error.strerror}", where=str(path), legal=legal) from None
    if len(data) > _MOST_BYTES:
        raise CppnError("it is too large for this network", where=str(path), legal=f"at most {_MOST_BYTES} bytes")
    maps = read_weights(data, where=str(path))
    shapes = [weight.shape[::-1] for weight, _ in maps]
    if shapes != list(pairwise(WIDTHS)):
        told, legal = ("-".join(map(str, widths)) for widths in ([shapes[0][0], *(one[1] for one in shapes)], WIDTHS))
        raise CppnError(f"it holds a network of {told}", where=str(path), legal=f"{legal} is legal")
    return np.concatenate([part.ravel() for pair in maps for part in pair])
