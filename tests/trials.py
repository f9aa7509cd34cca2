"""Misfortunes: every command stopped at any moment, and on a disk that fills up.

python tests/trials.py stops --each 20          prints what came of it, and everything that is wrong
python tests/trials.py disks --each 20          needs the right to mount a small file system (root)
"""

from __future__ import annotations

import argparse
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from PIL import Image

LONG = "theta,erf(sin(theta)+theta),atan2(erf(x),sin(y)),erf(erf(x*y))"
COMMANDS = {
    "render": "render silk --size 2400x1800 -q -o a.png",
    "compile": f"render --inputs {LONG} --act gelu --hidden 8,8 --seed 1 --size 64 -q -o a.png",
    "adaptive": "render art/zen --size 1200x900 --aa auto -q -o a.tif",
    "count": "render --count 6 --act cos --size 1000x700 -q -o a.webp",
    "tiles": "render silk --size 3000x2000 -q -o a.dzi",
    "film": "animate silk --frames 60 --size 640x360 -q -o a.mp4",
    "gif": "animate silk --frames 20 --size 200x120 -q -o a.gif",
    "frames": "animate silk --frames 20 --size 400x300 -q -o f-%04d.png",
    "gallery": "gallery --count 3 --size 800x500 -q -o g",
    "mosaic": "mosaic silk -q -o a.png",
    "training": "mosaic --target PHOTO --act tanh --hidden 8,8 --steps 401 --every 20 --cell 20 -q -o a.mp4",
    "fit": "fit PHOTO --steps 40 --hidden 32,32 -q -o a.png",
    "curves": "study curves -q -o s",
    "gradients": "study gradients -q -o s",
    "depth": "study depth --layers 4 --epochs 20 --depths 5 --seeds 1 --fresh -q -o s",
    "report": "study report --quick --act relu --fresh -q -o r.html",
    "page": "export silk -o a.html",
    "onnx": "export silk -o a.onnx",
    "info": "info silk",
    "presets": "presets",
    "activations": "activations",
    "completion": "completion bash",
    "wallpaper": "wallpaper PHOTO --dry-run --desktop gnome",
    "explore": "explore --no-open --port 0",
}
STOPS = {signal.SIGINT: 130, signal.SIGTERM: 143}
_HIDDEN = re.compile(r"\.part\b")
_FOR_EVER = 3.0  # seconds that a command is watched which does not end by itself


class Outcome(NamedTuple):
    """How a command ended; seconds from the signal on; what lies there; what it said; what is wrong with that."""

    code: int
    seconds: float
    left: list[str]
    said: str
    wrong: str


def run(name: str, photo: Path, folder: Path, at: float | None = None, stop: int = signal.SIGINT) -> Outcome:
    """Run a command in the folder; send it a signal `at` seconds after its start."""
    words = [str(photo) if word == "PHOTO" else word for word in COMMANDS[name].split()]
    process = subprocess.Popen(
        [Path(sys.executable).with_name("cppn"), *words], cwd=folder, text=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    if at is not None:
        try:
            process.wait(at)
        except subprocess.TimeoutExpired:
            process.send_signal(stop)
    begun = time.monotonic()
    try:
        _, said = process.communicate(timeout=300 if at is None else 20)
    except subprocess.TimeoutExpired:
        process.kill()
        _, said = process.communicate()
    seconds = time.monotonic() - begun
    left = sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())
    return Outcome(process.returncode, seconds, left, said, _wrong(process.returncode, left, said, at, stop))


def _wrong(code: int, left: list[str], said: str, at: float | None, stop: int) -> str:
    if "Traceback" in said:
        return "a traceback"
    if any(_HIDDEN.search(name) for name in left):
        return "a file in the making"
    # before the program has begun and after it has ended, a signal ends the process as it ends any other
    legal = {0, 1} if at is None else {0, STOPS[signal.Signals(stop)], -stop}
    return "" if code in legal else f"status {code}"


def stops(name: str, each: int, photo: Path, rng: random.Random) -> Iterator[Outcome]:
    """Stop a command at moments spread over its run, by turns with Ctrl-C and SIGTERM."""
    begun = time.monotonic()
    if name != "explore":
        with tempfile.TemporaryDirectory() as folder:
            run(name, photo, Path(folder))
    whole = _FOR_EVER if name == "explore" else time.monotonic() - begun
    for index in range(each):
        with tempfile.TemporaryDirectory() as folder:
            # the first 0.1 s belong to Python alone
            at = rng.uniform(min(0.1, whole / 2), whole)
            yield run(name, photo, Path(folder), at, list(STOPS)[index % 2])


def disks(name: str, each: int, photo: Path, rng: random.Random) -> Iterator[Outcome]:
    """Run a command on disks from empty to nearly large enough."""
    with tempfile.TemporaryDirectory() as folder:
        run(name, photo, Path(folder))
        room = sum(path.stat().st_size for path in Path(folder).rglob("*") if path.is_file())
    for _ in range(each):
        with small_disk(int(room * rng.uniform(0, 1.1))) as folder:
            yield run(name, photo, folder)


@contextmanager
def small_disk(size: int) -> Iterator[Path]:
    """A file system of `size` bytes in memory, rounded up to a page."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={max(4096, size)}", "tmpfs", folder], check=True)
        try:
            yield Path(folder)
        finally:
            subprocess.run(["umount", folder], check=True)


def a_photo(folder: Path) -> Path:
    """A small picture to learn, without a recipe."""
    photo = folder / "photo.png"
    Image.linear_gradient("L").resize((48, 32)).save(photo)
    return photo


def python(code: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a program in the folder."""
    return subprocess.run([sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, timeout=30)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kind", choices=("stops", "disks"))
    parser.add_argument("--each", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("names", nargs="*", metavar="COMMAND", help=", ".join(COMMANDS))
    asked = parser.parse_intermixed_args()
    for home in ("CONFIG", "DATA", "CACHE"):
        os.environ[f"XDG_{home}_HOME"] = tempfile.mkdtemp()
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        photo = a_photo(Path(folder))
        # the live page writes what it is asked for, and ends when it is told
        for name in asked.names or [name for name in COMMANDS if (asked.kind, name) != ("disks", "explore")]:
            rng = random.Random(f"{asked.seed} {name}")
            outcomes = list({"stops": stops, "disks": disks}[asked.kind](name, asked.each, photo, rng))
            codes = {
                code: [one.code for one in outcomes].count(code) for code in sorted({one.code for one in outcomes})
            }
            print(f"{name}: statuses {codes}, slowest {max(one.seconds for one in outcomes):.2f} s", flush=True)
            for one in outcomes:
                if one.wrong:
                    failed += 1
                    print(f"  {one.wrong}: {one.left[:5]} {one.said[-300:]!r}", flush=True)
                elif one.code == 1 and len(one.said.strip().splitlines()) != 1:
                    print(f"  said: {one.said!r}")
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
