"""What a unit makes of the values that come to it, each times its weight: their sum, or something else.

Written once over any kind of value. The names are those of NEAT's programs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce

from .ops import Ops, Value

Aggregation = Callable[[Sequence[Value], Ops], Value]


def _maxabs(values: Sequence[Value], ops: Ops) -> Value:
    """The one that is furthest from 0, with its sign; of two as far, the first."""
    return reduce(lambda a, b: ops.where(ops.abs(b) > ops.abs(a), b, a), values)


def _median(values: Sequence[Value], ops: Ops) -> Value:
    """The one in the middle; of an even number, the mean of the two."""
    row = list(values)
    for turn in range(len(row)):  # sorted by exchanging neighbours, the odd ones and the even ones by turns
        for k in range(turn % 2, len(row) - 1, 2):
            row[k], row[k + 1] = ops.min(row[k], row[k + 1]), ops.max(row[k], row[k + 1])
    half = len(row) // 2
    return row[half] if len(row) % 2 else 0.5 * (row[half - 1] + row[half])


SUM = "sum"
AGGREGATIONS: dict[str, Aggregation] = {
    SUM: lambda values, ops: reduce(lambda a, b: a + b, values),
    "product": lambda values, ops: reduce(lambda a, b: a * b, values),
    "max": lambda values, ops: reduce(ops.max, values),
    "min": lambda values, ops: reduce(ops.min, values),
    "maxabs": _maxabs,
    "median": _median,
    "mean": lambda values, ops: reduce(lambda a, b: a + b, values) * (1.0 / len(values)),
}
MOST_MEDIAN = 32  # values: sorting them takes n²/2 exchanges
