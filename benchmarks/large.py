"""Measure large pictures: a gigapixel PNG, drawing and writing at once, adaptive anti-aliasing.

    make bench-large        (takes ten minutes and 5 GB in the current folder's `bench-large/`, removed afterwards)

Writes its part of docs/performance.md.
"""

from __future__ import annotations

import json
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from page import machine, write_part

import cppn
from cppn.draw.drawing import draw
from cppn.engines import Quality

FOLDER = Path("bench-large")
GIGAPIXEL, PRESET = 32768, "marble"
LARGE = 16384
ROUNDS = 3
FOUR_K, SQUARE = (3840, 2160), (1024, 1024)


def process(*args: str) -> tuple[float, float]:
    """Seconds and peak MB of `cppn render`, started by a small process: a child's peak begins with its parent's."""
    code = (
        "import resource, subprocess, sys, time\n"
        "start = time.perf_counter()\n"
        "subprocess.run([sys.executable, '-m', 'cppn', 'render', '--quiet', *sys.argv[1:]], check=True)\n"
        "print(time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1000)"
    )
    done = subprocess.run([sys.executable, "-c", code, *args], check=True, stdout=subprocess.PIPE, text=True)
    seconds, peak = map(float, done.stdout.split())
    return seconds, peak


def gigapixel() -> dict[str, Any]:
    """A gigapixel PNG: drawn, checked by libpng's own tool and by libvips, a tile compared with the same crop."""
    import pyvips

    path = FOLDER / "gigapixel.png"
    seconds, peak = process(PRESET, "--size", str(GIGAPIXEL), "-o", str(path))
    checker = shutil.which("pngfix")
    if checker is None:
        raise SystemExit("pngfix is missing: install libpng's tools (Debian: libpng-tools)")
    checked = subprocess.run([checker, str(path)], stdout=subprocess.PIPE, text=True, check=False)
    assert checked.returncode == 0, checked.stdout
    left, top, side = 20_000, 30_000, 512
    image = pyvips.Image.new_from_file(str(path), access="sequential")
    tile = image.crop(left, top, side, side).numpy()
    alone = draw(cppn.load(PRESET), (GIGAPIXEL, GIGAPIXEL)).crop(left, top, side, side)
    assert np.array_equal(tile, alone)
    assert cppn.load(path) == draw(cppn.load(PRESET), (8, 8)).recipe
    size = path.stat().st_size
    path.unlink()
    return {"seconds": seconds, "peak": peak, "bytes": size, "checked": checked.stdout.strip()}


def overlap() -> dict[str, float]:
    """Drawing into a PNG, beside drawing alone and writing alone, in turns."""
    recipe, told = cppn.load(PRESET), {"both": [], "drawing": [], "writing": []}
    array = FOLDER / "pixels.npy"
    cppn.save(recipe, array, size=(LARGE, LARGE))
    pixels = np.load(array, mmap_mode="r")

    def measure(what: str, work: Callable[[], object]) -> None:
        start = time.perf_counter()
        work()
        told[what].append(time.perf_counter() - start)
        print(f"{what}: {told[what][-1]:.1f} s", file=sys.stderr)

    def only_draw() -> None:
        for _ in draw(recipe, (LARGE, LARGE)).bands():
            pass

    for _ in range(ROUNDS):
        measure("drawing", only_draw)
        measure("writing", lambda: cppn.save(pixels, FOLDER / "a.png"))
        measure("both", lambda: cppn.save(recipe, FOLDER / "a.png", size=(LARGE, LARGE)))
    return {what: statistics.median(seconds) for what, seconds in told.items()}


def adaptive(size: tuple[int, int]) -> list[dict[str, Any]]:
    """Of each art preset: the times of `--aa auto` and `--aa 8`, as multiples of none, and how far they differ."""
    rows = []
    for name in (name for name in cppn.presets if name.startswith("art/")):
        times: dict[Any, float] = {}
        pictures: dict[Any, np.ndarray] = {}
        for samples in (1, "auto", 8):
            drawing = draw(cppn.load(name), size, Quality(samples))
            rounds = []
            for _ in range(1 if samples == 8 else 5):  # the first of several compiles too
                start = time.perf_counter()
                bands = list(drawing.bands())
                rounds.append(time.perf_counter() - start)
            times[samples], pictures[samples] = min(rounds), np.concatenate(bands)
        apart = np.abs(pictures["auto"].astype(np.int16) - pictures[8])
        rows.append(
            {
                "name": name,
                "auto": times["auto"] / times[1],
                "eight": times[8] / times[1],
                "p99": np.percentile(apart, 99),
            }
        )
        print(json.dumps({**rows[-1], "p99": float(rows[-1]["p99"])}), file=sys.stderr)
    return rows


def table() -> str:
    FOLDER.mkdir(exist_ok=True)
    try:
        giga, large = gigapixel(), overlap()
    finally:
        shutil.rmtree(FOLDER)
    smooth = {size: adaptive(size) for size in (SQUARE, FOUR_K)}
    ratio = large["both"] / max(large["drawing"], large["writing"])
    lines = [
        f"{machine()}. `{PRESET}`, 2-32-32-24-3.",
        "",
        f"- **{GIGAPIXEL}×{GIGAPIXEL} RGB PNG**, a process of its own: {giga['seconds']:.0f} s,"
        f" {GIGAPIXEL**2 / giga['seconds'] / 1e6:.1f} Mpixel/s, peak memory {giga['peak']:.0f} MB, file"
        f" {giga['bytes'] / 1e6:.0f} MB. libpng's `pngfix` finds it sound; a tile that libvips cuts out of it equals the"
        " same crop drawn alone.",
        f"- **{LARGE}×{LARGE} PNG**, medians of {ROUNDS}: drawing alone {large['drawing']:.1f} s, writing alone"
        f" {large['writing']:.1f} s, both at once {large['both']:.1f} s: {ratio:.2f} times the larger.",
        "",
        "| `--aa auto`, 32 art presets | cost, mean | cost, largest | presets above 3 | cost of `--aa 8` | 99th percentile"
        " of the difference to `--aa 8` |",
        "|---|---|---|---|---|---|",
    ]
    for size, rows in smooth.items():
        costs = [row["auto"] for row in rows]
        worst = max(rows, key=lambda row: row["auto"])["name"].removeprefix("art/")
        lines.append(
            f"| {size[0]}×{size[1]} | {statistics.mean(costs):.1f}× | {max(costs):.1f}× (`{worst}`)"
            f" | {sum(cost > 3 for cost in costs)} | {statistics.mean(row['eight'] for row in rows):.0f}×"
            f" | at most {max(row['p99'] for row in rows):.0f}/255 |"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    told = table()
    write_part("large", told)
    print(told)
