"""What a graphics card draws, beside torch on the same card: eager, compiled, and this program's own torch engine.

python benchmarks/gpu.py [DEVICE] [--size WxH]     DEVICE: gpu, cuda, opencl, …, as `cppn devices` lists them

Prints pixels a second, the multiply-adds a second that makes (two operations each), and how far the pictures are from
the oracle. torch needs CUDA or MPS; without, the card stands alone.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable

import numpy as np

import cppn
from cppn.draw.drawing import developed, job_of
from cppn.engines.devices import find
from cppn.recipe import from_dict

ROUNDS = 7
NETWORKS = {
    "2-64-64-64-3 cosine": {"network": {"hidden": [64, 64, 64], "act": "cos:freq=1"}, "color": {"mode": "rgb"}},
    "3-16×8-3 tanh": {
        "network": {"hidden": [16] * 8, "act": ["tanh"] * 8 + ["sigmoid"], "inputs": ["x", "y", "r"]},
        "color": {"mode": "rgb"},
    },
}  # fmt: skip


def repeat(draw: Callable[[], object]) -> float:
    """The median of some rounds, the first, which compiles, left out."""
    draw()
    found = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        draw()
        found.append(time.perf_counter() - begun)
    return statistics.median(found)


def torch_ways(recipe: cppn.Recipe, size: tuple[int, int]) -> dict[str, Callable[[], object]]:
    """torch on a card: the network as `nn.Sequential` would be written, in bands, eager and compiled."""
    try:
        import torch
    except ImportError:
        return {}
    device = "cuda" if torch.cuda.is_available() else "mps" if torch.backends.mps.is_available() else ""
    if not device:
        return {}
    _, field = developed(recipe)
    maps = [(torch.tensor(w, device=device), torch.tensor(b, device=device)) for w, b in field.network.maps]
    cosine = "cos" in recipe.network.act[0]
    radius = "r" in recipe.network.inputs
    width, height = size

    def network(points: torch.Tensor) -> torch.Tensor:
        for i, (w, b) in enumerate(maps):
            points = torch.nn.functional.linear(points, w, b)
            last = i == len(maps) - 1
            bent = torch.sigmoid if last else torch.tanh
            points = 0.5 + 0.5 * torch.cos(points) if cosine else bent(points)
        return (points * 255 + 0.5).to(torch.uint8)

    def drawn(function: Callable[[torch.Tensor], torch.Tensor]) -> Callable[[], object]:
        def draw() -> object:
            rows = max(1, (1 << 22) // width)
            x = torch.linspace(-5, 5, width, device=device)
            for top in range(0, height, rows):
                y = torch.linspace(5, -5, height, device=device)[top : top + rows]
                v, u = torch.meshgrid(y, x, indexing="ij")
                parts = [u, v, torch.sqrt(u * u + v * v)] if radius else [u, v]
                function(torch.stack(parts, -1).reshape(-1, len(parts))).cpu()
            return None

        return torch.no_grad()(draw)

    job = job_of(recipe, size, engine="torch", device=device).prepare()
    return {
        "torch, eager": drawn(network), "`torch.compile`": drawn(torch.compile(network)), "cppn, torch engine": job.whole
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("device", nargs="?", default="gpu")
    parser.add_argument("--size", default="7680x4320")
    given = parser.parse_args()
    width, height = map(int, given.size.split("x"))
    device = find(given.device)
    print(f"{device.name}: {device.about}; {width}x{height}, medians of {ROUNDS} rounds, copied back to the host")
    for name, told in NETWORKS.items():
        recipe = from_dict(told, where=name)
        _, field = developed(recipe)
        operations = 2 * sum(stage.weight.size for stage in field.network.stages)
        small = cppn.render(recipe, (160, 90), engine="reference").astype(int)
        off = np.abs(small - cppn.render(recipe, (160, 90), device=device.name))
        print(f"\n{name}: {100 * (off > 1).mean():.2f} % of the values more than 1 of 255 from the oracle")
        ways = {"cppn, gpu engine": job_of(recipe, (width, height), device=device.name).prepare().whole}
        ways |= torch_ways(recipe, (width, height))
        for way, draw in ways.items():
            seconds = repeat(draw)
            rate = width * height / seconds
            print(f"| {way} | {seconds:.4f} s | {rate / 1e6:.1f} Mpixel/s | {rate * operations / 1e12:.2f} TFLOP/s |")


if __name__ == "__main__":
    main()
