"""Measure galleries: pictures a minute, beside one `cppn render` after another and beside neuralart in a loop.

make bench-galleries
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from page import machine, write_part

COUNT, POOL, SIZE = 64, 256, "1920x1080"
ALONE = 12  # of them, one process each
THEIRS = 6  # neuralart's, in one process

PEAK = "import resource; print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1000)"


def gallery(folder: Path) -> tuple[float, float, int]:
    """Seconds of the whole command and of one that finds everything done, and the peak in megabytes."""
    args = ["gallery", "-n", str(COUNT), "--pool", str(POOL), "--size", SIZE, "--seed", "1", "-q", "-o", str(folder)]
    code = f"import sys; from cppn.cli import cli; cli.main(sys.argv[1:], standalone_mode=False); {PEAK}"
    seconds, peaks = [], []
    for _ in range(2):
        started = time.perf_counter()
        done = subprocess.run([sys.executable, "-c", code, *args], check=True, capture_output=True, text=True)
        seconds.append(time.perf_counter() - started)
        peaks.append(int(done.stdout))
    return seconds[0], seconds[1], peaks[0]


def looking(folder: Path) -> float:
    """Seconds of inventing and choosing alone."""
    args = [
        "gallery",
        "-n",
        str(COUNT),
        "--pool",
        str(POOL),
        "--size",
        SIZE,
        "--seed",
        "1",
        "-q",
        "--explain",
        "--json",
    ]
    started = time.perf_counter()
    subprocess.run([sys.executable, "-m", "cppn", *args, "-o", str(folder)], check=True, capture_output=True)
    return time.perf_counter() - started


def one_by_one(folder: Path) -> float:
    """Seconds a picture of `cppn render`, drawing the gallery's own files again."""
    files = sorted(folder.glob("*.png"))[:: COUNT // ALONE][:ALONE]
    started = time.perf_counter()
    for index, path in enumerate(files):
        out = folder.parent / f"{index}.png"
        subprocess.run([sys.executable, "-m", "cppn", "render", str(path), "-q", "-o", str(out)], check=True)
    return (time.perf_counter() - started) / len(files)


NEURALART = """
import sys, time
import neuralart
from PIL import Image
started = time.perf_counter()
for seed in range(int(sys.argv[2])):
    drawn = neuralart.render(seed=seed, xlim=(-1.78, 1.78), ylim=(-1, 1), xres=1920, yres=1080)
    Image.fromarray(drawn).save(f"{sys.argv[1]}/{seed}.png")
print(time.perf_counter() - started)
"""


def neuralart(folder: Path) -> float:
    """Seconds a picture of neuralart at the same size, in a loop in one process."""
    args = [sys.executable, "-c", NEURALART, str(folder), str(THEIRS)]
    done = subprocess.run(args, check=True, capture_output=True, text=True)
    return float(done.stdout) / THEIRS


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "g"
        chosen = looking(folder)
        whole, again, peak = gallery(folder)
        alone = one_by_one(folder)
        theirs = neuralart(Path(name))
    drawing = whole - chosen
    text = "\n".join([
        f"{machine()}. {COUNT} wallpapers of {SIZE.replace('x', '×')}, 2×2 samples a pixel, 17 styles, as PNG.", "",
        "| | seconds a picture | pictures a minute |", "|---|---|---|",
        f"| `cppn gallery`, {POOL} candidates looked at, page and thumbnails included | {whole / COUNT:.2f} | {60 * COUNT / whole:.0f} |",
        f"| its drawing and writing alone | {drawing / COUNT:.2f} | {60 * COUNT / drawing:.0f} |",
        f"| the same recipes, one `cppn render` after another ({ALONE} of them) | {alone:.2f} | {60 / alone:.0f} |",
        f"| `neuralart` in a loop, one sample a pixel ({THEIRS} pictures) | {theirs:.2f} | {60 / theirs:.0f} |", "",
        f"- Looking at the {POOL} candidates takes {chosen:.0f} s of the {whole:.0f} s. The peak is {peak} MB.",
        f"- Run again, finding everything done and checking it takes {again:.1f} s.",
        f"- Drawing is **{alone * COUNT / drawing:.1f}×** as fast as one command a picture, and **{theirs * COUNT / drawing:.1f}×** as"
        " fast as neuralart, with four times its samples.",
    ])  # fmt: skip
    write_part("galleries", text)
    print(text)
    print(json.dumps({"whole": whole, "looking": chosen}))


if __name__ == "__main__":
    main()
