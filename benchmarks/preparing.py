"""How long a frame of a drift film takes to make ready, before its first pixel: all but the drawing.

python benchmarks/preparing.py [TREE]     beside it, the same of another checkout of the program, such as an older one
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parents[1]
TURNS, FRAMES = 5, 40
NAMES = ("art/silk", "art/zen", "readme/cosine-1", "readme/default")
CHILD = f"""
import json, time
from fractions import Fraction
import cppn
from cppn.motion.film import FilmJob
try:
    from cppn.motion.evaluator import Evaluator
except ModuleNotFoundError:  # an older tree
    from cppn.motion.score import Evaluator
from cppn.motion.timeline import Timeline
found = {{}}
for name in {NAMES!r}:
    line = Timeline(recipe=cppn.presets[name], drift={{"amount": 0.3, "seed": 1}})
    reel = FilmJob(Evaluator(line), (320, 180), Fraction(30), 600)
    reel.drawing(0)  # which compiles
    begun = time.perf_counter()
    for index in range({FRAMES}):
        reel.drawing(index + 1)
    found[name] = 1000 * (time.perf_counter() - begun) / {FRAMES}
print(json.dumps(found))
"""


def measured(tree: Path) -> dict[str, float]:
    """Milliseconds a frame, by preset."""
    env = {**os.environ, "PYTHONPATH": str(tree)}
    done = subprocess.run([sys.executable, "-c", CHILD], env=env, cwd="/", capture_output=True, text=True, check=True)
    return dict(json.loads(done.stdout))


def main() -> None:
    trees = [HERE, *map(Path, sys.argv[1:2])]
    turns = [[measured(tree.resolve()) for tree in trees] for _ in range(TURNS)]
    print("| preset | ms a frame |" + " the other's | times as fast |" * (len(trees) > 1))
    print("|---|---|" + "---|---|" * (len(trees) > 1))
    for name in NAMES:
        medians = [statistics.median(turn[k][name] for turn in turns) for k in range(len(trees))]
        more = f" {medians[1]:.2f} | {medians[1] / medians[0]:.1f} |" if len(trees) > 1 else ""
        print(f"| {name} | {medians[0]:.2f} |{more}")


if __name__ == "__main__":
    main()
