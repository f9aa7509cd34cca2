"""A graph of 80 nodes and 260 links at 1920×1080: drawn, beside a vectorised NumPy evaluator and torch.

    python benchmarks/graphs.py

The NumPy evaluator goes from node to node over whole arrays of float32, as one would write it; each contender draws by
turns, medians of five, NumPy once.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

import numpy as np

from cppn.draw.drawing import job_of
from cppn.field.activations import parse_activation
from cppn.field.formula import evaluate
from cppn.field.numpy_ops import NumpyOps
from cppn.network.graph import random_graph
from cppn.recipe import from_dict

SIZE = (1920, 1080)
RECIPE = from_dict(
    {
        "seed": 3, "color": {"mode": "rgb", "levels": [-1, 1]}, "view": {"extent": 2},
        "network": {"act": ["sin|tanh|gauss|abs|sigmoid", "tanh"], "inputs": ["x", "y", "r"], "gain": 1.5,
                    "random": {"nodes": 80, "links": 260}},
    },
    where="",
)  # fmt: skip


def by_numpy() -> np.ndarray:
    spec = RECIPE.network
    graph = random_graph(RECIPE.seed, spec, spec.inputs)
    v, u = np.mgrid[: SIZE[1], : SIZE[0]].astype(np.float32)
    step = np.float32(4 / SIZE[1])
    x, y = (u - (SIZE[0] - 1) / 2) * step, ((SIZE[1] - 1) / 2 - v) * step
    values = {"x": x, "y": y, "r": np.hypot(x, y)}
    for node in graph.nodes:
        z = np.full_like(x, node.bias)
        for source, target, weight in graph.links:
            if target == node.name:
                z += np.float32(weight) * values[source]
        act = parse_activation(node.act)
        values[node.name] = np.asarray(evaluate(act.tree, {**act.parameters, "x": z}, NumpyOps()), np.float32)
    outputs = np.stack([values[name] for name in graph.outputs], axis=-1)
    return ((outputs + 1) / 2 * 255 + 0.5).clip(0, 255).astype(np.uint8)


def seconds(draw: Callable[[], object], turns: int = 5) -> float:
    found = []
    for _ in range(turns):
        start = time.perf_counter()
        draw()
        found.append(time.perf_counter() - start)
    return statistics.median(found)


def main() -> None:
    ours, torch = (job_of(RECIPE, SIZE, engine=engine).prepare() for engine in ("halide", "torch"))
    start = time.perf_counter()
    ours.crop(0, 0, 64, 8)
    compiling = time.perf_counter() - start
    start = time.perf_counter()
    wanted = by_numpy()
    numpy = time.perf_counter() - start
    off = np.abs(ours.whole().astype(int) - wanted)
    took = {"halide": seconds(ours.whole), "torch": seconds(torch.whole, 3)}
    print(
        f"compiled or linked in {compiling:.2f} s; of the values, {(off > 1).mean():.3%} differ by more than 1 of 255"
    )
    print(f"numpy {numpy:.2f} s; torch {took['torch']:.2f} s, {numpy / took['torch']:.1f} times as fast")
    print(f"halide {took['halide']:.3f} s, {numpy / took['halide']:.0f} times as fast")


if __name__ == "__main__":
    main()
