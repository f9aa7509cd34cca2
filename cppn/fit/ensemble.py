"""Networks of one shape that learn at the same time, as one batched computation.

Their weights are stacked: every affine map is one matrix product for all members, and the optimiser sees a single
vector. Gradients are written down here rather than traced, and all memory is taken once. No member sees another, so
each learns what it would learn alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

import numpy as np
import torch
from torch import Tensor

from ..errors import CppnError
from ..network import Layer, Network
from .kernels import kernel
from .optimizer import Learning, Optimizer


class Ensemble:
    """Members are networks of the same widths, inputs aside from activations and weights.

    Consecutive members with the same activations are computed together. `batch`: points of a step. `seed` draws the
    dropout. The first `frozen` layers do not learn.
    """

    def __init__(
        self, networks: Sequence[Network], batch: int, learning: Learning | None = None, *,
        device: str = "cpu", seed: int = 0, frozen: int = 0,
    ) -> None:  # fmt: skip
        self.networks, self.learning, self.batch = list(networks), learning or Learning(), batch
        self._frozen = frozen
        first, count = networks[0], len(networks)
        self._shapes = [layer.weight.shape for layer in first.layers]
        if any([layer.weight.shape for layer in one.layers] != self._shapes for one in networks):
            raise CppnError("members of an ensemble have the same widths", where="hidden")
        self._residual = [first.is_residual(i) for i in range(len(self._shapes))]
        self.device = torch.device(device)
        size = sum(rows * columns + rows for rows, columns in self._shapes)
        self._flat = torch.empty(count * size, device=self.device)
        grad = torch.zeros_like(self._flat)
        self._weights, self._biases = self._views(self._flat)
        self._weight_grads, self._bias_grads = self._views(grad)
        self.load(self.networks)
        self._optimizer = Optimizer(self._flat, grad, self.learning)
        self._generator = torch.Generator(self.device).manual_seed(seed % 2**63)
        self._prepare(count)

    def _views(self, flat: Tensor) -> tuple[list[Tensor], list[Tensor]]:
        """The stacked weights, (members, outputs, inputs), and biases, (members, outputs, 1), in a vector."""
        weights, biases, at, count = [], [], 0, len(self.networks)
        for rows, columns in self._shapes:
            weights.append(flat[at : at + count * rows * columns].view(count, rows, columns))
            at += count * rows * columns
            biases.append(flat[at : at + count * rows].view(count, rows, 1))
            at += count * rows
        return weights, biases

    def _prepare(self, count: int) -> None:
        """Take all the memory of a step, and cut it up once for all steps."""
        batch, device = self.batch, self.device
        self._values = [torch.empty(count, self._shapes[0][1], batch, device=device)]
        self._sums: list[Tensor] = []
        self._value_grads: list[Tensor] = []
        self._sum_grads: list[Tensor] = []
        for rows, _ in self._shapes:
            for store in (self._sums, self._values, self._value_grads, self._sum_grads):
                store.append(torch.empty(count, rows, batch, device=device))
        self._wanted = torch.empty_like(self._values[-1])
        self._losses = torch.empty(count, device=device)
        self._forward, self._backward = [], []
        for i in range(len(self._shapes)):
            forward, backward, start = [], [], 0
            for activation, members in groupby(one.layers[i].activation for one in self.networks):
                part = slice(start, start := start + len(list(members)))
                one = kernel(activation)
                forward.append((one.forward, self._sums[i][part], self._values[i + 1][part]))
                backward.append(
                    (
                        one.backward, self._value_grads[i][part], self._sums[i][part], self._values[i + 1][part],
                        self._sum_grads[i][part],
                    )
                )  # fmt: skip
            plain = all(one.layers[i].activation.name == "linear" for one in self.networks)
            if plain:  # nothing to compute: the values are the sums
                self._values[i + 1], self._sum_grads[i] = self._sums[i], self._value_grads[i]
            self._forward.append([] if plain else forward)
            self._backward.append([] if plain else backward)
        # a residual layer's own values stand apart from their sum with the layer before
        self._added = {
            i: torch.empty_like(self._values[i + 1]) for i, residual in enumerate(self._residual) if residual
        }
        self._mask = torch.empty_like(self._values[-2]) if self.learning.dropout else None
        self._turned_weights = [weight.transpose(1, 2) for weight in self._weights]

    @torch.no_grad()
    def step(self, inputs: Tensor, wanted: Tensor) -> Tensor:
        """One step on (sets, features, batch) and the values wanted there, (sets, outputs, batch).

        Member i takes set i modulo their number. Returns each member's loss before the step, valid until the next.
        """
        self._take(inputs)
        self._wanted.view(-1, *wanted.shape).copy_(wanted)
        entering = self._run()
        error = self._value_grads[-1]
        torch.sub(entering[-1], self._wanted, out=error)
        self._measure(error)
        last = len(self._shapes) - 1
        for i in range(last, self._frozen - 1, -1):
            for function, *parts in self._backward[i]:
                function(*parts)
            grad = self._sum_grads[i]
            torch.bmm(grad, entering[i].transpose(1, 2), out=self._weight_grads[i])
            torch.sum(grad, 2, keepdim=True, out=self._bias_grads[i])
            if i > self._frozen:
                below = self._value_grads[i - 1]
                torch.bmm(self._turned_weights[i], grad, out=below)
                if i == last and self._mask is not None:
                    below.mul_(self._mask)
                if self._residual[i]:
                    below.add_(self._value_grads[i])
        self._optimizer.step()
        return self._losses

    def _take(self, inputs: Tensor) -> None:
        self._values[0].view(-1, *inputs.shape).copy_(inputs)

    def _run(self) -> list[Tensor]:
        """Compute all layers; returns what enters each, and the outputs."""
        entering, last = [self._values[0]], len(self._shapes) - 1
        for i in range(last + 1):
            torch.baddbmm(self._biases[i], self._weights[i], entering[-1], out=self._sums[i])
            for function, *parts in self._forward[i]:
                function(*parts)
            value = self._values[i + 1]
            if self._residual[i]:
                value = torch.add(value, entering[-1], out=self._added[i])
            if i == last - 1 and self._mask is not None:
                keep = 1.0 - self.learning.dropout
                self._mask.bernoulli_(keep, generator=self._generator).div_(keep)
                value = value * self._mask
            entering.append(value)
        return entering

    def _measure(self, error: Tensor) -> None:
        """Each member's loss of the errors, which become the loss's gradient."""
        values = error.shape[1] * error.shape[2]
        match self.learning.loss:
            case "mse":
                torch.linalg.vector_norm(error, 2, (1, 2), out=self._losses)
                self._losses.square_().div_(values)
                error.mul_(2 / values)
            case "l1":
                torch.linalg.vector_norm(error, 1, (1, 2), out=self._losses)
                self._losses.div_(values)
                error.sign_().div_(values)
            case "smooth-l1":
                size = error.abs()
                torch.mean(torch.where(size < 1, 0.5 * size * size, size - 0.5), (1, 2), out=self._losses)
                error.clamp_(-1, 1).div_(values)

    def gradient_norms(self) -> Tensor:
        """The norm of each weight matrix's gradient at the last step, (layers, members), of float64.

        In float32, squares of gradients below 1e-22 would be nothing.
        """
        norm = torch.linalg.vector_norm
        return torch.stack([norm(grad, dim=(1, 2), dtype=torch.float64) for grad in self._weight_grads])

    @torch.no_grad()
    def stages(self, inputs: Tensor) -> list[Tensor]:
        """The values after each layer, (members, units, batch), at a step's inputs; valid until the next step."""
        self._take(inputs)
        return self._run()[1:]

    @torch.no_grad()
    def values(self, inputs: Tensor) -> Tensor:
        """All members' outputs, (members, outputs, points), at inputs of shape (1, features, points)."""
        h = inputs.expand(len(self.networks), -1, -1)
        for i, (weight, bias) in enumerate(zip(self._weights, self._biases, strict=True)):
            z = torch.baddbmm(bias, weight, h)
            a = torch.empty_like(z)
            start = 0
            for activation, members in groupby(one.layers[i].activation for one in self.networks):
                part = slice(start, start := start + len(list(members)))
                kernel(activation).forward(z[part], a[part])
            h = a + h if self._residual[i] else a
        return h

    def set_lr(self, lr: float) -> None:
        """Go on with another learning rate."""
        self._optimizer.lr = lr

    def load(self, networks: Sequence[Network]) -> None:
        """Take the weights of networks of the same shapes."""
        for i in range(len(self._shapes)):
            self._weights[i].copy_(torch.from_numpy(np.stack([one.layers[i].weight for one in networks])))
            self._biases[i].copy_(torch.from_numpy(np.stack([one.layers[i].bias for one in networks]))[..., None])

    def weights(self) -> Tensor:
        """All members' weights as one vector, a copy."""
        return self._flat.clone()

    def restore(self, weights: Tensor) -> None:
        """Take back what `weights` gave."""
        self._flat.copy_(weights)

    def trained(self, weights: Tensor | None = None) -> list[Network]:
        """The networks with their present weights, or with those that `weights` gave."""
        maps, biases = self._views(self._flat if weights is None else weights)
        maps, biases = [t.cpu().clone() for t in maps], [t.cpu().clone() for t in biases]
        return [
            Network(
                one.inputs, one.latent,
                tuple(
                    Layer(maps[i][k].numpy(), biases[i][k, :, 0].numpy(), layer.activation)
                    for i, layer in enumerate(one.layers)
                ),
                one.residual,
            )
            for k, one in enumerate(self.networks)
        ]  # fmt: skip

    def state(self) -> dict[str, Tensor]:
        """What a checkpoint needs besides the weights: the optimiser's own numbers, by name."""
        return self._optimizer.state()

    def load_state(self, state: dict[str, Tensor]) -> None:
        """Take back what `state` gave."""
        self._optimizer.load_state(state)
