"""A classifier: 784 → 512 → 256 → 256 → 128 → 10 units, an activation after each hidden layer, cross entropy.

Gradients are written down here rather than traced, with the kernels that training has, so that any activation of the
catalogue and any formula will do.
"""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..field.activations import Activation
from ..fit.kernels import kernel
from ..rng import Purpose, Stream

WIDTHS = (784, 512, 256, 256, 128, 10)
_TOGETHER = 2048  # images that are classified at a time


def scaled(images: NDArray[np.uint8] | Tensor) -> Tensor:
    """Images as the network takes them: (n, 784), from −1 for black to 1 for white."""
    return torch.as_tensor(images).reshape(len(images), -1).to(torch.float32).div_(127.5).sub_(1)


class Classifier:
    """A network with its memory for steps of `batch` images. Weights begin as `nn.Linear` has them, by a seed.

    `weights[i]` is (outputs, inputs), `weight_grads[i]` its gradient after `learn_from`; `sums[i]` and `values[i]`,
    both (batch, units), are what affine map i gave last and what the activation made of it.
    """

    def __init__(self, activation: Activation, batch: int, seed: int) -> None:
        self._kernel = kernel(activation)
        size = sum(below * above + above for below, above in pairwise(WIDTHS))
        self._flat, self._grad, self._pace = torch.empty(size), torch.zeros(size), torch.zeros(size)
        self.weights, self.biases = _views(self._flat)
        self.weight_grads, self._bias_grads = _views(self._grad)
        for i, (weight, bias) in enumerate(zip(self.weights, self.biases, strict=True)):
            bound = 1 / math.sqrt(WIDTHS[i])
            for part, purpose in ((weight, Purpose.WEIGHTS), (bias, Purpose.BIASES)):
                drawn = bound * (2 * Stream(seed, purpose, i).uniform(part.numel()) - 1)
                part.copy_(torch.from_numpy(drawn).view(part.shape))
        self.sums, self._sum_grads = ([torch.empty(batch, width) for width in WIDTHS[1:]] for _ in range(2))
        self.values, self._value_grads = ([torch.empty(batch, width) for width in WIDTHS[1:-1]] for _ in range(2))

    @torch.no_grad()
    def learn_from(self, inputs: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        """Compute the gradients of the mean cross entropy of (n ≤ batch, 784); returns it, and how many were right."""
        n, last = len(inputs), len(self.weights) - 1
        entering = [inputs]
        for i, weight in enumerate(self.weights):
            z = torch.addmm(self.biases[i], entering[-1], weight.t(), out=self.sums[i][:n])
            if i < last:
                self._kernel.forward(z, self.values[i][:n])
                entering.append(self.values[i][:n])
        likely = torch.log_softmax(z, 1)
        loss = torch.nn.functional.nll_loss(likely, labels)
        grad = torch.exp(likely, out=self._sum_grads[last][:n])
        grad[torch.arange(n), labels] -= 1
        grad.div_(n)
        for i in range(last, -1, -1):
            torch.mm(grad.t(), entering[i], out=self.weight_grads[i])
            torch.sum(grad, 0, out=self._bias_grads[i])
            if i:
                above = torch.mm(grad, self.weights[i], out=self._value_grads[i - 1][:n])
                below = self._sum_grads[i - 1][:n]
                self._kernel.backward(above, self.sums[i - 1][:n], entering[i], below)
                grad = below
        return loss, (likely.argmax(1) == labels).sum()

    @torch.no_grad()
    def step(self, lr: float, momentum: float) -> None:
        """Change the weights by the gradients that `learn_from` left, as torch's SGD does."""
        self._pace.mul_(momentum).add_(self._grad)
        self._flat.add_(self._pace, alpha=-lr)

    @torch.no_grad()
    def judge(self, images: Tensor, labels: Tensor) -> tuple[float, float]:
        """The mean cross entropy and the share, 0 to 1, of (n, 28, 28) grey levels that are classified rightly."""
        loss, right = 0.0, 0
        for start in range(0, len(images), _TOGETHER):
            part = slice(start, start + _TOGETHER)
            h = scaled(images[part])
            for i, (weight, bias) in enumerate(zip(self.weights, self.biases, strict=True)):
                z = torch.addmm(bias, h, weight.t())
                if i < len(self.weights) - 1:
                    h = torch.empty_like(z)
                    self._kernel.forward(z, h)
            loss += torch.nn.functional.cross_entropy(z, labels[part], reduction="sum").item()
            right += int((z.argmax(1) == labels[part]).sum())
        return loss / len(images), right / len(images)

    def maps(self) -> list[tuple[NDArray[np.float32], NDArray[np.float32]]]:
        """The weight and bias of each affine map, copies."""
        return [(w.numpy().copy(), b.numpy().copy()) for w, b in zip(self.weights, self.biases, strict=True)]

    def state(self) -> Tensor:
        """All weights and biases, a copy."""
        return self._flat.clone()

    def restore(self, state: Tensor) -> None:
        """Take back what `state` gave: of each map the weight, then the bias."""
        self._flat.copy_(state)


def _views(flat: Tensor) -> tuple[list[Tensor], list[Tensor]]:
    """The weights and biases of all maps in a vector."""
    weights, biases, at = [], [], 0
    for below, above in pairwise(WIDTHS):
        weights.append(flat[at : at + below * above].view(above, below))
        at += below * above
        biases.append(flat[at : at + above])
        at += above
    return weights, biases
