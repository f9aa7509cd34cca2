"""Draw docs/domain-warping.md's pictures: one fractal sum of waves, composed in three ways, each as a network.

The waves displace the plane by f(p) = E·sin(Ω·p + b), and their picture is g(p) = a·sin(Ω·p + b).
"""

import base64
import math
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import cppn
from cppn.network.develop import develop_network
from cppn.network.weights import write_weights
from cppn.recipe import Recipe, from_dict
from cppn.rng import Stream

DOCS = Path(__file__).parent.parent / "docs"
SEED = 7
OCTAVES, WAVES = 4, 3  # of each octave: random directions and phases; frequency doubles, amplitude halves
PUSH = 0.9  # how far the slowest waves displace the plane
SIDE = 320

Floats = NDArray[np.float64]


def waves() -> tuple[Floats, Floats, Floats, Floats]:
    """Ω (n, 2), b (n,), E (2, n) and a (n,)."""
    count = OCTAVES * WAVES
    towards, push, phase = 2 * math.pi * Stream(SEED, 0).uniform(3 * count).reshape(3, count)
    octave = 2.0 ** np.repeat(np.arange(OCTAVES), WAVES)
    omega = octave[:, None] * np.stack([np.cos(towards), np.sin(towards)], 1)
    return omega, phase, PUSH / octave * np.stack([np.cos(push), np.sin(push)]), 1 / octave


def network(steps: list[tuple[int, int]], *, residual: bool) -> Recipe:
    """A network whose units are x, y and slots of n waves: each step (i, j) sets, or adds to, slot j.

    With residual connections it adds sin(Ω·(p + E·slot i) + b), and p stays. Without them all else is forgotten: what is
    not written is sin 0. The last slot is shown.
    """
    omega, phase, push, amplitude = waves()
    count, slots = len(phase), 1 + max(max(step) for step in steps)
    width = 2 + slots * count
    point, slot = slice(0, 2), [slice(2 + i * count, 2 + (i + 1) * count) for i in range(slots)]
    maps = [(np.eye(width, 2), np.zeros(width))]
    for read, written in steps:
        weight, bias = np.zeros((width, width)), np.zeros(width)
        weight[slot[written], point] = omega
        weight[slot[written], slot[read]] = omega @ push
        bias[slot[written]] = phase
        maps.append((weight, bias))
    shown = np.zeros((1, width))
    shown[0, slot[-1]] = amplitude
    maps.append((shown, np.zeros(1)))
    data = {
        "network": {
            "hidden": [width] * (1 + len(steps)), "act": ["linear", *["sin"] * len(steps), "linear"],
            "residual": residual,
            "weights": [{"weight": weight.tolist(), "bias": bias.tolist()} for weight, bias in maps],
        },
        "color": {"mode": "palette", "palette": "#0b1021,#31456b,#a8533f,#e8a35c,#fbf3dd", "levels": [-2.6, 2.6]},
    }  # fmt: skip
    maps = develop_network(from_dict(data, where="")).maps
    data["network"]["weights"] = base64.b64encode(write_weights(maps)).decode()
    return from_dict(data, where="")


def layered(depth: int, *, residual: bool) -> Recipe:
    """g∘f∘…∘f or, with residual connections, g∘(I + f)∘…∘(I + f): every step writes where it reads, but the last."""
    return network([(0, 0)] * (depth - 1) + [(0, 1)], residual=residual)


def warped(depth: int) -> Recipe:
    """g(p + f(p + … f(p))): every step writes a slot of its own and reads the one before, the first one the last.

    That one is empty yet.
    """
    return network([((i - 1) % depth, i) for i in range(depth)], residual=True)


PICTURES = {
    "warping-plain": layered(1, residual=False),
    "warping-layers-2": layered(2, residual=False), "warping-layers-3": layered(3, residual=False),
    "warping-residual-2": layered(2, residual=True), "warping-residual-3": layered(3, residual=True),
    "warping-3": warped(3),
}  # fmt: skip


def main() -> None:
    for name, recipe in PICTURES.items():
        path = cppn.save(recipe, DOCS / f"{name}.webp", size=(SIDE, SIDE), aa=3, quality=85)
        print(path.relative_to(DOCS.parent), path.stat().st_size)


if __name__ == "__main__":
    main()
