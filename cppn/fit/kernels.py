"""Activations for training: a value and its gradient, written into memory that is there already.

A step of small networks is over in a millisecond, most of which goes into calling functions. Those that torch knows
are therefore called by their own names, forward and backward; every other formula is differentiated by torch itself.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor

from ..engines.torch_ops import TorchOps
from ..field.activations import Activation
from ..field.formula import evaluate, parse

_OPS = TorchOps()
_aten = torch.ops.aten
_SELU = (1.6732632423543772, 1.0507009873554805, 1.0)  # α, the scale of all, that of the input below zero


class Kernel(NamedTuple):
    """`forward(z, out)` writes a = activation(z); `backward(grad, z, a, out)` writes grad · activation′(z)."""

    forward: Callable[[Tensor, Tensor], object]
    backward: Callable[[Tensor, Tensor, Tensor, Tensor], object]


def kernel(activation: Activation) -> Kernel:
    """The kernel of an activation of the catalogue or of any formula."""
    if activation.tree == _COSINE:
        return _wave("cos", 1.0)
    if activation.name not in _KNOWN:
        return _formula(activation)
    return _KNOWN[activation.name](**activation.parameters)


def _sigmoid() -> Kernel:
    return Kernel(
        lambda z, out: torch.sigmoid(z, out=out),
        lambda grad, z, a, out: _aten.sigmoid_backward.grad_input(grad, a, grad_input=out),
    )


def _tanh() -> Kernel:
    return Kernel(
        lambda z, out: torch.tanh(z, out=out),
        lambda grad, z, a, out: _aten.tanh_backward.grad_input(grad, a, grad_input=out),
    )


def _relu() -> Kernel:
    return Kernel(
        lambda z, out: torch.clamp_min(z, 0.0, out=out),
        lambda grad, z, a, out: _aten.threshold_backward.grad_input(grad, a, 0.0, grad_input=out),
    )


def _leakyrelu(slope: float) -> Kernel:
    return Kernel(
        lambda z, out: _aten.leaky_relu.out(z, slope, out=out),
        lambda grad, z, a, out: _aten.leaky_relu_backward.grad_input(grad, z, slope, False, grad_input=out),
    )


def _elu(*scales: float) -> Kernel:
    # from its value, without a second exponential: 13 µs instead of 31 for 8000 numbers; torch forbids it below zero
    known = scales[0] >= 0
    return Kernel(
        lambda z, out: _aten.elu.out(z, *scales, out=out),
        lambda grad, z, a, out: _aten.elu_backward.grad_input(grad, *scales, known, a if known else z, grad_input=out),
    )


def _gelu() -> Kernel:
    return Kernel(
        lambda z, out: _aten.gelu.out(z, out=out),
        lambda grad, z, a, out: _aten.gelu_backward.grad_input(grad, z, grad_input=out),
    )


def _silu() -> Kernel:
    return Kernel(
        lambda z, out: _aten.silu.out(z, out=out),
        lambda grad, z, a, out: _aten.silu_backward.grad_input(grad, z, grad_input=out),
    )


def _mish() -> Kernel:
    # tanh(log(1 + e)) of e = exp(x) is n / (n + 2) with n = e (e + 2): half of the time of torch's own
    def powers(z: Tensor) -> tuple[Tensor, Tensor]:
        e = torch.clamp_max(z, 20.0).exp_()  # beyond, n / (n + 2) is 1
        return e, (e + 2.0).mul_(e)

    def forward(z: Tensor, out: Tensor) -> None:
        _, n = powers(z)
        torch.mul(z, n, out=out).div_(n.add_(2.0))

    def backward(grad: Tensor, z: Tensor, a: Tensor, out: Tensor) -> None:
        e, n = powers(z)
        below = n + 2.0
        e.addcmul_(e, e).mul_(z).div_(below)
        torch.add(n, e, alpha=4.0, out=out).div_(below).mul_(grad)

    return Kernel(forward, backward)


def _linear() -> Kernel:
    return Kernel(lambda z, out: out.copy_(z), lambda grad, z, a, out: out.copy_(grad))


def _wave(name: str, freq: float) -> Kernel:
    """sin(freq·x) or cos(freq·x)."""
    value, slope, factor = (torch.sin, torch.cos, freq) if name == "sin" else (torch.cos, torch.sin, -freq)

    def forward(z: Tensor, out: Tensor) -> None:
        value(z if freq == 1.0 else torch.mul(z, freq, out=out), out=out)

    def backward(grad: Tensor, z: Tensor, a: Tensor, out: Tensor) -> None:
        slope(z if freq == 1.0 else torch.mul(z, freq, out=out), out=out)
        out.mul_(grad).mul_(factor)

    return Kernel(forward, backward)


_COSINE = parse("cos(x)", frozenset("x"))
_KNOWN: dict[str, Callable[..., Kernel]] = {
    "sigmoid": _sigmoid, "tanh": _tanh, "relu": _relu, "leakyrelu": _leakyrelu, "gelu": _gelu, "silu": _silu,
    "mish": _mish, "linear": _linear,
    "elu": lambda alpha: _elu(alpha, 1.0, 1.0),
    "celu": lambda alpha: _elu(alpha, 1.0, 1.0 / alpha),
    "selu": lambda: _elu(*_SELU),
    "sin": lambda freq: _wave("sin", freq),
}  # fmt: skip


def _formula(activation: Activation) -> Kernel:
    tree, parameters = activation.tree, dict(activation.parameters)

    def value(z: Tensor) -> Tensor:
        return torch.as_tensor(evaluate(tree, {**parameters, "x": z}, _OPS))

    def backward(grad: Tensor, z: Tensor, a: Tensor, out: Tensor) -> None:
        with torch.enable_grad():
            x = z.detach().requires_grad_()
            y = value(x)
        if y.requires_grad:
            out.copy_(torch.autograd.grad(y, x, grad.expand_as(y))[0])
        else:  # a constant, or a step
            out.zero_()

    return Kernel(lambda z, out: out.copy_(value(z)), backward)
