"""Measure cppn beside its alternatives in one run, and write docs/performance.md's table and plot.

    make bench        (which installs neuralart beside cppn first)

Contenders take turns, each in a process of its own, several rounds; the median of all rounds counts, so that a slow
minute of the machine strikes all alike.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
from pathlib import Path
from typing import Any

from contenders import CONTENDERS, FOUR_K, FULL_HD
from page import PAGE, machine, write_part

TURNS, ROUNDS = 3, 3


def measure() -> dict[str, dict[str, Any]]:
    """Every contender's median seconds, peak memory and whatever else it tells."""
    told: dict[str, list[dict[str, Any]]] = {name: [] for name in CONTENDERS}
    for turn in range(TURNS):
        for name in CONTENDERS:
            print(f"turn {turn + 1} of {TURNS}: {name}", file=sys.stderr)
            command = [sys.executable, str(Path(__file__).with_name("contenders.py")), name, str(ROUNDS)]
            done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
            told[name].append(json.loads(done.stdout))
    results = {}
    for name, turns in told.items():
        seconds = [s for turn in turns for s in turn["seconds"]]
        results[name] = {
            **turns[0], "seconds": statistics.median(seconds), "best": min(seconds),
            "peak_mb": max(turn["peak_mb"] for turn in turns),
        }  # fmt: skip
    return results


def table(results: dict[str, dict[str, Any]]) -> str:
    """The figures in Markdown."""

    def seconds(name: str) -> float:
        return float(results[name]["seconds"])

    def rate(name: str, size: tuple[int, int]) -> str:
        return f"{size[0] * size[1] / seconds(name) / 1e6:.2f}"

    def row(title: str, name: str, size: tuple[int, int], base: str) -> str:
        r = results[name]
        ratio = f"{seconds(base) / seconds(name):.1f}×"
        return f"| {title} | {seconds(name):.3f} | {rate(name, size)} | {r['peak_mb']:.0f} | {ratio} |"

    grid, command = "cosine_sequential", "process_neuralart"
    memory = results["tanh_neuralart"]["peak_mb"] / results["tanh_halide"]["peak_mb"]
    bound = seconds("cosine_multiply_adds") / seconds("cosine_halide")
    gmacs = results["cosine_multiply_adds"]["gmac_s"]
    compiling = [results[name]["prepare"] for name in ("cosine_halide", "tanh_halide")]
    lines = [
        f"{machine()}. Medians of {TURNS * ROUNDS} rounds.",
        "",
        "| drawing | seconds | Mpixel/s | peak MB | speed |",
        "|---|---|---|---|---|",
        row("**2-64-64-64-3 cosine, 1920×1080**: whole grid through `nn.Sequential`", grid, FULL_HD, grid),
        row("cppn, torch engine on the CPU", "cosine_torch", FULL_HD, grid),
        row("cppn, Halide engine", "cosine_halide", FULL_HD, grid),
        row("**3-16×8-3 tanh, 3840×2160**: neuralart 1.1.1", "tanh_neuralart", FOUR_K, "tanh_neuralart"),
        row("cppn, Halide engine, the same weights", "tanh_halide", FOUR_K, "tanh_neuralart"),
        row("**the same, whole process, PNG included**: `neuralart`", command, FOUR_K, command),
        row("`cppn render`", "process_cppn", FOUR_K, command),
        "",
        f"- The cosine network's multiply-adds alone would take {seconds('cosine_multiply_adds'):.3f} s at the best float32",
        f"  matrix product measured in the same run ({gmacs:.0f} GMAC/s): drawing reaches {bound:.2f} of that bound, its 195",
        "  cosines a pixel included.",
        f"- neuralart takes {memory:.1f} times the peak memory of cppn for the same picture.",
        f"- Of the two pictures of the same weights, {results['tanh_likeness']['share']:.2%} of the values differ by more",
        "  than 1 of 255.",
        f"- Compiling a shape, once a process: {compiling[0]:.2f} s and {compiling[1]:.2f} s, the engine's start included.",
        "  The rows of drawing do not count it; the whole process does.",
        f"- `cppn --help` takes {results['help_cppn']['seconds']:.3f} s.",
    ]
    return "\n".join(lines)


def plot(results: dict[str, dict[str, Any]], path: Path) -> None:
    """Bars of Mpixel/s and of peak memory."""
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt

    bars = [
        ("nn.Sequential, whole grid", "cosine_sequential", FULL_HD), ("cppn torch", "cosine_torch", FULL_HD),
        ("cppn halide", "cosine_halide", FULL_HD), ("neuralart", "tanh_neuralart", FOUR_K),
        ("cppn halide", "tanh_halide", FOUR_K),
    ]  # fmt: skip
    colors = ["#9aa5b1", "#4c78a8", "#e4572e", "#9aa5b1", "#e4572e"]
    places = [0, 1, 2, 4, 5]
    headings = {-0.8: "2-64-64-64-3 cosine, 1920×1080", 3.2: "3-16×8-3 tanh, 3840×2160"}
    figure, axes = plt.subplots(1, 2, figsize=(10, 3.8), layout="constrained")
    rates = [size[0] * size[1] / results[name]["seconds"] / 1e6 for _, name, size in bars]
    peaks = [results[name]["peak_mb"] for _, name, _ in bars]
    panels = ((rates, "Mpixel/s: more is better", "{:.1f}"), (peaks, "peak memory, MB: less is better", "{:.0f}"))
    for axis, (values, title, form) in zip(axes, panels, strict=True):
        drawn = axis.barh(places, values, color=colors)
        axis.bar_label(drawn, [form.format(value) for value in values], padding=3)
        axis.set_yticks(places, [title for title, _, _ in bars])
        axis.set_ylim(5.6, -1.2)
        axis.set_title(title, fontsize=10)
        axis.spines[["top", "right"]].set_visible(False)
        axis.margins(x=0.14)
        for height, heading in headings.items():
            axis.text(0, height, " " + heading, fontsize=8, va="center")
    figure.savefig(path, dpi=110)


def main() -> None:
    results = measure()
    write_part("speed", table(results))
    plot(results, PAGE.with_suffix(".png"))
    print(table(results))


if __name__ == "__main__":
    main()
