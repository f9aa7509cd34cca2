"""What composing costs: swatches with lines and shadow against the bare network; layers against their parts.

    python benchmarks/compose.py [--size 3840x2160]

Each picture is drawn by turns with what it is compared with; medians of five.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Mapping

import cppn
from cppn.draw.drawing import Drawing, job_of
from cppn.recipe import from_dict
from cppn.recipe.view import parse_size

TURNS = 5
PAPER = {"color": {"palette": "harbour-dawn", "flat": True}, "finish": {"line": 0.2, "shadow": 0.5}}
NETWORKS = {
    "silk": cppn.load("silk"),
    **{
        f"64-64-64 {act}": from_dict({"network": {"act": act}, "color": {"mode": "palette", "palette": "magma"}}, where="")
        for act in ("tanh", "cos:freq=7.9")
    },
}  # fmt: skip


def medians(drawings: Mapping[str, Drawing]) -> dict[str, float]:
    """Seconds of each, drawn by turns."""
    for drawing in drawings.values():
        drawing.crop(0, 0, 64, 8)  # compiled
    found: dict[str, list[float]] = {name: [] for name in drawings}
    for _ in range(TURNS):
        for name, drawing in drawings.items():
            start = time.perf_counter()
            drawing.whole()
            found[name].append(time.perf_counter() - start)
    return {name: statistics.median(seconds) for name, seconds in found.items()}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--size", default="3840x2160")
    size = parse_size(parser.parse_args().size)[:2]
    for name, recipe in NETWORKS.items():
        took = medians({"bare": job_of(recipe, size).prepare(), "paper": job_of(recipe.change(PAPER), size).prepare()})
        ratio = took["paper"] / took["bare"]
        print(
            f"{name}: bare {took['bare']:.3f} s, swatches with line and shadow {took['paper']:.3f} s, {ratio:.2f} times"
        )
    parts = [
        {
            "seed": seed, "network": {"hidden": [24, 24], "act": ["sin", "tanh", "sin"]}, "view": {"extent": 2},
            "color": {"mode": "palette", "palette": "harbour-dawn", "flat": True}, "finish": {"shadow": 0.5},
        }
        for seed in range(5)
    ]  # fmt: skip
    masks = [{"shape": "disc", "at": [12 * k - 30, 0], "size": 20} for k in range(1, 5)]
    layers = [{**part, "mask": mask, "shadow": 0.5} for part, mask in zip(parts[1:], masks, strict=True)]
    five = {**parts[0], "layers": layers}
    drawn = {str(k): from_dict(part, where="") for k, part in enumerate(parts)} | {"all": from_dict(five, where="")}
    took = medians({name: job_of(one, size).prepare() for name, one in drawn.items()})
    whole, alone = took.pop("all"), sum(took.values())
    print(f"five layers: {whole:.3f} s, their parts {alone:.3f} s, {whole / alone:.2f} times")


if __name__ == "__main__":
    main()
