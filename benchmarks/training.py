"""Measure training: twelve activations as an ensemble, beside one after another as plain torch does it.

make bench-training
"""

from __future__ import annotations

import statistics
import sys
import time

import torch
from page import machine, write_part
from torch import nn

from cppn.cli.mosaic import ALL
from cppn.fit.targets import parse_target
from cppn.fit.training import train, untrained

STEPS, ROUNDS = 4001, 3
MODULES = {
    "sigmoid": nn.Sigmoid, "tanh": nn.Tanh, "relu": nn.ReLU, "leakyrelu": nn.LeakyReLU, "elu": nn.ELU, "celu": nn.CELU,
    "gelu": nn.GELU, "mish": nn.Mish, "selu": nn.SELU, "silu": nn.SiLU,
}  # fmt: skip


class Wave(nn.Module):
    def __init__(self, function) -> None:
        super().__init__()
        self.function = function

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.function(x)


def activation(name: str) -> nn.Module:
    return Wave({"sin": torch.sin, "cos(x)": torch.cos}[name]) if name in ("sin", "cos(x)") else MODULES[name]()


def one_after_another(steps: int) -> float:
    """Seconds of all twelve, as the original trains each: a module, an optimiser, a loop."""
    start = time.perf_counter()
    for name in ALL:
        torch.manual_seed(42)
        layers: list[nn.Module] = []
        for a, b in ((2, 8), (8, 8), (8, 8)):
            layers += [nn.Linear(a, b), activation(name)]
        model = nn.Sequential(*layers, nn.Linear(8, 1))
        optimizer, criterion = torch.optim.Adam(model.parameters(), lr=0.01), nn.MSELoss()
        for _ in range(steps):
            points = torch.rand(1000, 2)
            wanted = (torch.floor(4 * points).sum(1, keepdim=True) % 2 == 0).float()
            optimizer.zero_grad()
            loss = criterion(model(points), wanted)
            loss.backward()
            optimizer.step()
            loss.item()
    return time.perf_counter() - start


def together(steps: int) -> float:
    """Seconds of all twelve as an ensemble."""
    target = parse_target("checkerboard")
    start = time.perf_counter()
    for _ in train([untrained(name, 42, target) for name in ALL], target, steps=steps):
        pass
    return time.perf_counter() - start


def main() -> None:
    one_after_another(50), together(50)  # what is made ready at first use
    apart, joined = [], []
    for _ in range(ROUNDS):
        joined.append(together(STEPS))
        apart.append(one_after_another(STEPS))
        print(f"together {joined[-1]:.1f} s, one after another {apart[-1]:.1f} s", file=sys.stderr)
    a, b = statistics.median(apart), statistics.median(joined)
    text = (
        f"{machine()}. Twelve activations, 2-8-8-8-1, batches of 1000, {STEPS} steps; medians of {ROUNDS}.\n\n"
        f"- One after another, `nn.Sequential` and `torch.optim.Adam`: {a:.1f} s, {1000 * a / 12 / STEPS:.2f} ms a step.\n"
        f"- As an ensemble, `cppn mosaic --act all`: {b:.1f} s, {1000 * b / STEPS:.2f} ms a step of all twelve:"
        f" **{a / b:.1f}×** as fast."
    )
    write_part("training", text)
    print(text)


if __name__ == "__main__":
    main()
