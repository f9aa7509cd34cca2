"""Torch tensors as a kind of value."""

from __future__ import annotations

import torch
from torch import Tensor

from ..field.ops import Ops, Value


class TorchOps(Ops):
    """Tensors of float32."""

    def real(self, whole: Value) -> Value:
        return whole.float()

    def whole(self, x: Value) -> Value:
        return torch.as_tensor(x).long()

    def where(self, condition: Value, yes: Value, no: Value) -> Value:
        return torch.where(condition, yes, no)

    def unit(self, x: Value) -> Value:
        return torch.nan_to_num(x, 0.0).clamp_(0.0, 1.0)

    def abs(self, x: Value) -> Value:
        return torch.abs(x)

    def floor(self, x: Value) -> Value:
        return torch.floor(x)

    def round(self, x: Value) -> Value:
        return torch.round(x)

    def sqrt(self, x: Value) -> Value:
        return torch.sqrt(x)

    def exp(self, x: Value) -> Value:
        return torch.exp(x)

    def log(self, x: Value) -> Value:
        return torch.log(x)

    def sin(self, x: Value) -> Value:
        return torch.sin(x)

    def cos(self, x: Value) -> Value:
        return torch.cos(x)

    def tanh(self, x: Value) -> Value:
        return torch.tanh(x)

    def sigmoid(self, x: Value) -> Value:
        return torch.sigmoid(x)

    def erf(self, x: Value) -> Value:
        return torch.erf(x)

    def atan2(self, y: Value, x: Value) -> Value:
        like = y if isinstance(y, Tensor) else x
        return torch.atan2(*(v if isinstance(v, Tensor) else torch.full_like(like, v) for v in (y, x)))

    def lookup(self, table: Value, t: Value) -> Value:
        at = t * (len(table) - 1)
        low = at.long().clamp(0, len(table) - 2)
        return torch.lerp(table[low], table[low + 1], at - low)
