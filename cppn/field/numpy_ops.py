"""NumPy arrays (and Python floats) as a kind of value: the arithmetic of the oracle."""

from __future__ import annotations

import math

import numpy as np

from .ops import Ops, Value


class NumpyOps(Ops):
    """Float64, every function as NumPy computes it."""

    def real(self, whole: Value) -> Value:
        return np.asarray(whole, np.float64)

    def whole(self, x: Value) -> Value:
        return np.asarray(x).astype(np.int64).astype(np.uint64)

    def where(self, condition: Value, yes: Value, no: Value) -> Value:
        return np.where(condition, yes, no)

    def unit(self, x: Value) -> Value:
        return np.nan_to_num(np.clip(x, 0.0, 1.0), nan=0.0)

    def abs(self, x: Value) -> Value:
        return np.abs(x)

    def floor(self, x: Value) -> Value:
        return np.floor(x)

    def round(self, x: Value) -> Value:
        return np.rint(x)

    def sqrt(self, x: Value) -> Value:
        return np.sqrt(x)

    def exp(self, x: Value) -> Value:
        return np.exp(x)

    def log(self, x: Value) -> Value:
        return np.log(x)

    def sin(self, x: Value) -> Value:
        return np.sin(x)

    def cos(self, x: Value) -> Value:
        return np.cos(x)

    def tanh(self, x: Value) -> Value:
        return np.tanh(x)

    def erf(self, x: Value) -> Value:
        return np.asarray(_erf(x), dtype=np.float64)

    def atan2(self, y: Value, x: Value) -> Value:
        return np.arctan2(y, x)

    def lookup(self, table: Value, t: Value) -> Value:
        return np.interp(t, np.linspace(0.0, 1.0, len(table)), table)


_erf = np.frompyfunc(math.erf, 1, 1)
