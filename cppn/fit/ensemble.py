"""Networks of one shape that learn at the same time, as one batched computation.

Their weights are stacked: every affine map is one matrix product for all members, and the optimiser sees a single
vector. Gradients are written down here rather than traced, and all memory is taken once. No member sees another, so
each learns what it would learn alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ..errors import CppnError
from ..network.stages import Network
from .kernels import Kernel, kernel
from .optimizer import Learning, Optimizer


class Ensemble:
    """Members are networks of the same stages, activations and weights aside.

    Consecutive members with the same activations are computed together. `batch`: points of a step. `seed` draws the
    dropout, of what enters the last stage. The first `frozen` stages do not learn.
    Errors: CppnError if their stages differ.
    """

    def __init__(
        self, networks: Sequence[Network], batch: int, learning: Learning | None = None, *,
        device: str = "cpu", seed: int = 0, frozen: int = 0,
    ) -> None:  # fmt: skip
        self.networks, self.learning, self.batch = list(networks), learning or Learning(), batch
        self._frozen = frozen
        first, count = networks[0], len(networks)
        if any(_shapes(one) != _shapes(first) for one in networks):
            raise CppnError("members of an ensemble have the same widths", where="hidden")
        self._stages, self._widths = first.stages, first.widths
        self.device = torch.device(device)
        size = sum(stage.weight.size + stage.units for stage in self._stages)
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
        for rows, columns in (stage.weight.shape for stage in self._stages):
            weights.append(flat[at : at + count * rows * columns].view(count, rows, columns))
            at += count * rows * columns
            biases.append(flat[at : at + count * rows].view(count, rows, 1))
            at += count * rows
        return weights, biases

    def _prepare(self, count: int) -> None:
        """Take all the memory of a step, and cut it up once for all steps."""

        def room(units: int) -> Tensor:
            return torch.empty(count, units, self.batch, device=self.device)

        stages, last = self._stages, len(self._stages) - 1
        self._values = [room(width) for width in self._widths]  # as sources are numbered
        self._value_grads = [room(width) for width in self._widths]
        self._sums, self._sum_grads = ([room(stage.units) for stage in stages] for _ in range(2))
        self._wanted = torch.empty_like(self._values[-1])
        self._losses = torch.empty(count, device=self.device)
        self._forward: list[list[Any]] = []  # of each stage, functions with the tensors that they take
        self._backward: list[list[Any]] = []
        for i in range(len(stages)):
            if all(one.activation.name == "linear" for network in self.networks for one in network.stages[i].slices):
                self._forward.append([])  # nothing to compute: the values are the sums
                self._backward.append([])
                self._values[i + 1], self._sum_grads[i] = self._sums[i], self._value_grads[i + 1]
                continue
            blocks = list(self._blocks(i))
            sums, values, value_grads, sum_grads = (
                self._sums[i], self._values[i + 1], self._value_grads[i + 1], self._sum_grads[i]
            )  # fmt: skip
            self._forward.append([(one.forward, sums[at], values[at]) for one, at in blocks])
            self._backward.append(
                [(one.backward, value_grads[at], sums[at], values[at], sum_grads[at]) for one, at in blocks]
            )
        # the values of a stage with shortcuts stand apart from their sum with what comes past it
        self._added = {i: room(stage.units) for i, stage in enumerate(stages) if stage.shortcuts}
        self._joined = {i: room(stage.weight.shape[1]) for i, stage in enumerate(stages) if len(stage.sources) > 1}
        # the gradient of a value is written by the last stage that uses it, the first on the way back; others add to it
        self._first = {source: i for i, stage in enumerate(stages) for source in (*stage.shortcuts, *stage.sources)}
        for source in set(range(len(stages) + 1)) - {last + 1, *self._first}:
            self._value_grads[source].zero_()  # of a value that nothing uses
        self._alone = [len(one.sources) == 1 and self._first[one.sources[0]] == i for i, one in enumerate(stages)]
        self._scratch = room(0 if all(self._alone) else max(stage.weight.shape[1] for stage in stages))
        self._mask = room(stages[last].weight.shape[1]) if self.learning.dropout else None
        self._turned_weights = [weight.transpose(1, 2) for weight in self._weights]

    def _blocks(self, stage: int) -> Iterator[tuple[Kernel, tuple[slice, slice]]]:
        """The kernels of a stage, and the members and units that each computes."""
        start = 0
        for slices, members in groupby(one.stages[stage].slices for one in self.networks):
            part = slice(start, start := start + len(list(members)))
            first = 0
            for one in slices:
                yield kernel(one.activation), (part, slice(first, first := first + one.units))

    @torch.no_grad()
    def step(self, inputs: Tensor, wanted: Tensor) -> Tensor:
        """One step on (sets, features, batch) and the values wanted there, (sets, outputs, batch).

        Member i takes set i modulo their number. Returns each member's loss before the step, valid until the next.
        """
        self._take(inputs)
        self._wanted.view(-1, *wanted.shape).copy_(wanted)
        entering, values = self._run()
        error = self._value_grads[-1]
        torch.sub(values[-1], self._wanted, out=error)
        self._measure(error)
        for i in range(len(self._stages) - 1, self._frozen - 1, -1):
            for function, *parts in self._backward[i]:
                function(*parts)
            grad = self._sum_grads[i]
            torch.bmm(grad, entering[i].transpose(1, 2), out=self._weight_grads[i])
            torch.sum(grad, 2, keepdim=True, out=self._bias_grads[i])
            self._pass_back(i, grad)
        self._optimizer.step()
        return self._losses

    def _pass_back(self, i: int, grad: Tensor) -> None:
        """Give the gradient of a stage's sums to the values that enter it, and that of its values to its shortcuts."""
        stage, masked = self._stages[i], self._mask if i == len(self._stages) - 1 else None
        written = set[int]()
        if any(source > self._frozen for source in stage.sources):
            only = stage.sources[0] if self._alone[i] else None
            below = self._scratch[:, : stage.weight.shape[1]] if only is None else self._value_grads[only]
            torch.bmm(self._turned_weights[i], grad, out=below)
            if masked is not None:
                below.mul_(masked)
            if only is not None:
                written.add(only)
            else:
                at = 0
                for source in stage.sources:
                    part = below[:, at : (at := at + self._widths[source])]
                    if source > self._frozen:
                        self._give(source, i, part, written)
        for source in stage.shortcuts:
            if source > self._frozen:
                self._give(source, i, self._value_grads[i + 1], written)

    def _give(self, source: int, stage: int, grad: Tensor, written: set[int]) -> None:
        """Add what a stage gives to a value's gradient, which holds nothing before the first that gives."""
        if self._first[source] == stage and source not in written:
            self._value_grads[source].copy_(grad)
        else:
            self._value_grads[source].add_(grad)
        written.add(source)

    def _take(self, inputs: Tensor) -> None:
        self._values[0].view(-1, *inputs.shape).copy_(inputs)

    def _run(self) -> tuple[list[Tensor], list[Tensor]]:
        """Compute all stages; returns what enters each, and the values as sources are numbered."""
        entering: list[Tensor] = []
        values, last = [self._values[0]], len(self._stages) - 1
        for i, stage in enumerate(self._stages):
            h = values[stage.sources[0]]
            if i in self._joined:
                h = torch.cat([values[source] for source in stage.sources], 1, out=self._joined[i])
            if i == last and self._mask is not None:
                keep = 1.0 - self.learning.dropout
                self._mask.bernoulli_(keep, generator=self._generator).div_(keep)
                h = h * self._mask
            entering.append(h)
            torch.baddbmm(self._biases[i], self._weights[i], h, out=self._sums[i])
            for function, *parts in self._forward[i]:
                function(*parts)
            value = self._values[i + 1]
            for source in stage.shortcuts:
                value = torch.add(value, values[source], out=self._added[i])
            values.append(value)
        return entering, values

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
        """The values of each stage, (members, units, batch), at a step's inputs; valid until the next step."""
        self._take(inputs)
        return self._run()[1][1:]

    @torch.no_grad()
    def values(self, inputs: Tensor) -> Tensor:
        """All members' outputs, (members, outputs, points), at inputs of shape (1, features, points)."""
        values = [inputs.expand(len(self.networks), -1, -1)]
        for i, stage in enumerate(self._stages):
            sources = [values[source] for source in stage.sources]
            h = sources[0] if len(sources) == 1 else torch.cat(sources, 1)
            z = torch.baddbmm(self._biases[i], self._weights[i], h)
            value = torch.empty_like(z)
            for one, at in self._blocks(i):
                one.forward(z[at], value[at])
            for source in stage.shortcuts:
                value += values[source]
            values.append(value)
        return values[-1]

    def set_lr(self, lr: float) -> None:
        """Go on with another learning rate."""
        self._optimizer.lr = lr

    def load(self, networks: Sequence[Network]) -> None:
        """Take the weights of networks of the same shapes."""
        for i in range(len(self._stages)):
            self._weights[i].copy_(torch.from_numpy(np.stack([one.stages[i].weight for one in networks])))
            self._biases[i].copy_(torch.from_numpy(np.stack([one.stages[i].bias for one in networks]))[..., None])

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
            replace(
                one,
                stages=tuple(
                    replace(stage, weight=maps[i][k].numpy(), bias=biases[i][k, :, 0].numpy())
                    for i, stage in enumerate(one.stages)
                ),
            )
            for k, one in enumerate(self.networks)
        ]

    def state(self) -> dict[str, Tensor]:
        """What a checkpoint needs besides the weights: the optimiser's own numbers, by name."""
        return self._optimizer.state()

    def load_state(self, state: dict[str, Tensor]) -> None:
        """Take back what `state` gave."""
        self._optimizer.load_state(state)


def _shapes(network: Network) -> list[tuple[object, ...]]:
    """What members of an ensemble have in common."""
    return [(stage.sources, stage.shortcuts, stage.weight.shape) for stage in network.stages]
