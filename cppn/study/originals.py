"""The numbers of the works that the studies repeat, as they were published."""

from __future__ import annotations

from typing import NamedTuple


class Classified(NamedTuple):
    """A row of "Understanding activation functions": Fashion-MNIST, shares in per cent."""

    train: float
    test: float
    seconds: float
    saturation: int  # the epoch at which training stopped


class Deep(NamedTuple):
    """A row of "Activation functions: deep network analysis"."""

    final_mse: float
    gradient_ratio: float  # headed L10/L1: hidden layer 10 against hidden layer 1


CLASSIFY = {
    "sigmoid": Classified(9.93, 10.19, 31.44, 5),
    "tanh": Classified(86.22, 85.32, 60.93, 10),
    "relu": Classified(85.93, 84.84, 56.66, 9),
    "leakyrelu:slope=0.1": Classified(85.71, 84.77, 56.26, 9),
    "elu:alpha=1": Classified(84.52, 83.21, 37.48, 6),
    "silu": Classified(85.54, 85.01, 80.36, 13),
}
DEPTH = {
    "linear": Deep(0.213, 0.84),
    "sigmoid": Deep(0.518, 2.59e7),
    "relu": Deep(0.008, 1.93),
    "leakyrelu:slope=0.01": Deep(0.008, 0.72),
    "gelu": Deep(0.008, 0.83),
}
