"""What whole commands take from the shell to the finished file: with kernels kept, and compiled anew each time.

python benchmarks/starting.py [TREE]     beside it, the same of another checkout of the program, such as an older one
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from page import machine, write_part

HERE = Path(__file__).parents[1]
ROUNDS = 7
LOAD = "import cppn; cppn.load('silk')"
COMMANDS = {
    "`cppn render silk --size 1920x1080`": ["-m", "cppn", "render", "silk", "--size", "1920x1080", "-q", "-o", "a.png"],
    "`cppn animate silk`, 60 frames of 1920×1080, MP4": ["-m", "cppn", "animate", "silk", "--frames", "60", "--size", "1920x1080", "-q", "-o", "a.mp4"],
    "`cppn gallery --explain`, 256 candidates": ["-m", "cppn", "gallery", "-n", "64", "--pool", "256", "--size", "1920x1080", "--seed", "1", "-q", "--explain", "-o", "g"],
    "`import cppn; cppn.load('silk')`": ["-c", LOAD],
}  # fmt: skip
SLOW = "gallery"  # measured twice only


def seconds(args: list[str], folder: Path, cache: str, tree: Path) -> float:
    """Of a whole process."""
    env = {**os.environ, "CPPN_CACHE": cache, "PYTHONPATH": str(tree)}
    begun = time.perf_counter()
    subprocess.run([sys.executable, *args], cwd=folder, env=env, check=True, capture_output=True)
    return time.perf_counter() - begun


def main() -> None:
    other = Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else None
    lines = ["| | kept | compiled anew | times as fast |" + (" the other's | times as fast |" if other else "")]
    lines.append("|---|---|---|---|" + "---|---|" * bool(other))
    with tempfile.TemporaryDirectory() as place:
        folder, cache = Path(place), f"{place}/cache"
        for name, args in COMMANDS.items():
            ways: list[Callable[[], float]] = [
                lambda args=args: seconds(args, folder, cache, HERE),
                lambda args=args: seconds(args, folder, "off", HERE),
            ]
            if other:
                ways.append(lambda args=args: seconds(args, folder, "off", other))
            ways[0]()  # what is kept afterwards
            rounds = [[way() for way in ways] for _ in range(2 if SLOW in name else ROUNDS)]
            kept, *rest = (statistics.median(found) for found in zip(*rounds, strict=True))
            cells = [f"{kept:.2f} s", *(text for one in rest for text in (f"{one:.2f} s", f"{one / kept:.1f}"))]
            lines.append(f"| {name} | {' | '.join(cells)} |")
            print(lines[-1], flush=True)
    head = f"{machine()}. Medians of {ROUNDS} rounds of whole processes, the gallery's of 2."
    text = f"{head}\n\n" + "\n".join(lines)
    if not other:
        write_part("starting", text)
    print(text)


if __name__ == "__main__":
    main()
