"""Measure films: drawing and encoding together, beside each alone, and beside the frame-by-frame way.

make bench-films
"""

from __future__ import annotations

import itertools
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

from page import machine, write_part

import cppn

SIZE = (1920, 1080)
ROUNDS = 3
# what moves, how many frames, into which kind of file, at which size
CASES = {
    "the cosine network of the first command, MP4": ("cosine", 40, ".mp4", SIZE),
    "`silk`, MP4": ("silk", 120, ".mp4", SIZE),
    "`zebra`, WebM": ("zebra", 90, ".webm", (1280, 720)),
    "`aurora`, GIF": ("aurora", 120, ".gif", (640, 360)),
    "`silk`, numbered PNG": ("silk", 60, ".png", SIZE),
}  # fmt: skip


def recipe_of(name: str) -> cppn.Recipe:
    return cppn.Recipe(seed=1, color=cppn.ColorRecipe(mode="rgb")) if name == "cosine" else cppn.load(name)


def film_job_of(name: str, frames: int, size: tuple[int, int]) -> Any:
    from cppn.motion.evaluator import Evaluator
    from cppn.motion.film import FilmJob
    from cppn.motion.timeline import from_dict

    line = {"recipe": recipe_of(name).to_dict(), "duration": frames / 30, "drift": {"amount": 0.1}}
    return FilmJob(Evaluator(from_dict(line, where="")), size, Fraction(30), frames)


def timed(work: Callable[[], Any]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def ours(name: str, frames: int, ending: str, size: tuple[int, int]) -> dict[str, float]:
    """Seconds of drawing alone, of encoding alone, and of both."""
    from cppn.files.sinks.film_base import Film
    from cppn.files.sinks.films import open_film
    from cppn.motion.film import _convey, frame_paths, write_film_job, write_frames

    film_job = film_job_of(name, frames, size)
    film_job.drawing(0).whole()  # compiled
    numbered = ending == ".png"

    def draw() -> None:
        for index in range(frames):
            film_job.drawing(index).whole()

    found: dict[str, list[float]] = {"draw": [], "encode": [], "both": []}
    with tempfile.TemporaryDirectory() as folder:
        few = [film_job.drawing(index).whole() for index in range(0, frames, max(1, frames // 12))]

        def encode() -> None:
            if numbered:
                for path, frame in zip(frame_paths(Path(folder) / "%05d.png", frames), itertools.cycle(few)):
                    cppn.save(frame, path)
                return
            with open_film(
                Path(folder) / f"a{ending}", Film(*size, film_job.fps, frames, sample=film_job.sample)
            ) as sink:
                _convey(_Drawn(frames, few), sink, lambda frames: None)

        def both() -> None:
            if numbered:
                write_frames(film_job, Path(folder) / "%05d.png")
            else:
                write_film_job(film_job, Path(folder) / f"a{ending}")

        for _ in range(ROUNDS):
            for key, work in (("draw", draw), ("encode", encode), ("both", both)):
                found[key].append(timed(work))
    return {key: statistics.median(seconds) for key, seconds in found.items()}


class _Drawn:
    """A film whose frames are drawn already."""

    channels = 3

    def __init__(self, frames: int, few: list[Any]) -> None:
        self.frames, self._few = frames, few

    def drawing(self, index: int) -> Any:
        frame = self._few[index % len(self._few)]

        class Done:
            @staticmethod
            def whole() -> Any:
                return frame

        return Done


def frame_by_frame(frames: int, size: tuple[int, int]) -> float:
    """Seconds as it is done elsewhere: the whole grid through `nn.Sequential`, a PNG a frame, then the encoder."""
    import av
    import numpy as np
    import torch
    from PIL import Image
    from torch import nn

    class Cosine(nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return 0.5 + 0.5 * torch.cos(7.9 * x)

    torch.manual_seed(1)
    widths = [2, 64, 64, 64, 3]
    layers: list[nn.Module] = []
    for a, b in itertools.pairwise(widths):
        layers += [nn.Linear(a, b), Cosine()]
    model = nn.Sequential(*layers)
    start = [parameter.detach().clone() for parameter in model.parameters()]
    step = [0.01 * torch.randn_like(parameter) for parameter in start]
    x, y = torch.meshgrid(torch.linspace(-8.9, 8.9, size[0]), torch.linspace(5, -5, size[1]), indexing="xy")
    grid = torch.stack([x.ravel(), y.ravel()], 1)
    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder, torch.no_grad():
        for index in range(frames):
            for parameter, a, b in zip(model.parameters(), start, step, strict=True):
                parameter.copy_(a + index * b)
            drawn = (255 * model(grid)).byte().reshape(size[1], size[0], 3).numpy()
            Image.fromarray(drawn).save(f"{folder}/{index:04d}.png")
        with av.open(f"{folder}/a.mp4", "w") as container:
            stream = container.add_stream("libx264", rate=30)
            stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
            for index in range(frames):
                frame = av.VideoFrame.from_ndarray(np.asarray(Image.open(f"{folder}/{index:04d}.png")), format="rgb24")
                container.mux(stream.encode(frame))
            container.mux(stream.encode())
    return time.perf_counter() - started


def peak(frames: int) -> tuple[float, int]:
    """Seconds and peak megabytes of a whole `cppn animate` process."""
    code = (
        "import resource, sys; from cppn.cli import cli; cli.main(sys.argv[1:], standalone_mode=False);"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3)"
    )
    with tempfile.TemporaryDirectory() as folder:
        args = ["animate", "silk", "--size", "1920x1080", "--frames", str(frames), "-q", "-o", f"{folder}/a.mp4"]
        started = time.perf_counter()
        done = subprocess.run([sys.executable, "-c", code, *args], capture_output=True, text=True, check=True)
        return time.perf_counter() - started, round(float(done.stdout))


def in_process(work: str, *args: object) -> Any:
    """The result of one of the above in a process of its own."""
    done = subprocess.run(
        [sys.executable, __file__, work, json.dumps(args)],
        check=True,
        capture_output=True,
        text=True,
        cwd=Path(__file__).parent,
    )
    return json.loads(done.stdout.splitlines()[-1])


def main() -> None:
    if len(sys.argv) == 3:
        result = {"ours": ours, "frame_by_frame": frame_by_frame, "peak": peak}[sys.argv[1]](*json.loads(sys.argv[2]))
        print(json.dumps(result))
        return
    short, long = in_process("peak", 60), in_process("peak", 600)
    rows = []
    cosine = 0.0
    for label, case in CASES.items():
        found = in_process("ours", *case)
        _, frames, _, size = case
        if not rows:
            cosine = found["both"] / frames
        larger = max(found["draw"], found["encode"])
        rows.append(
            f"| {label}, {size[0]}×{size[1]} | {frames} | {found['draw']:.1f} | {found['encode']:.1f} |"
            f" {found['both']:.1f} | {found['both'] / larger:.2f} | {found['both'] / (found['draw'] + found['encode']):.2f} |"
        )
        print(rows[-1], file=sys.stderr)
    theirs = in_process("frame_by_frame", 10, SIZE) / 10
    text = "\n".join([
        f"{machine()}. Medians of {ROUNDS}; weights drift, no anti-aliasing.", "",
        "| film | frames | drawing alone, s | encoding alone, s | both, s | to the larger | to the sum |", "|---|---|---|---|---|---|---|",
        *rows, "",
        "- Drawing and encoding both use all cores, so where they are alike, both together cannot take less than their",
        "  sum of work; what overlaps is what leaves a core idle: reading ahead, the last rows of a frame, the disk.",
        f"- The cosine network frame by frame (`nn.Sequential` over the whole grid, a PNG a frame, then the encoder):"
        f" {theirs:.2f} s a frame; `cppn animate` {cosine:.2f} s: **{theirs / cosine:.0f}×** as fast.",
        f"- `silk` as a whole command: 60 frames {short[0]:.1f} s and {short[1]} MB at the peak, 600 frames {long[0]:.1f} s"
        f" and {long[1]} MB.",
    ])  # fmt: skip
    write_part("films", text)
    print(text)


if __name__ == "__main__":
    main()
