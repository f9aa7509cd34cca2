"""The things that are timed. Each runs in a process of its own, so that its peak memory is its own:

    python benchmarks/contenders.py NAME ROUNDS

prints {"seconds": [...], "peak_mb": ..., "mpixels": ...} as JSON, and more where there is more to tell.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

FULL_HD, FOUR_K = (1920, 1080), (3840, 2160)
SEED = 1


def cosine_recipe() -> Any:
    """The 2-64-64-64-3 cosine network of the README's first command."""
    import cppn

    return cppn.Recipe(seed=SEED, color=cppn.ColorRecipe(mode="rgb"))


def neuralart_recipe() -> Any:
    """neuralart's default network (x, y, radius → 8 layers of 16 tanh units → RGB by sigmoid), with its own weights.

    Another process draws the weights, so that this one's memory does not count torch.
    """
    import subprocess

    from cppn.recipe.model import from_json

    code = "import contenders; print(contenders.neuralart_json())"
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=Path(__file__).parent)
    return from_json(done.stdout, where="neuralart's weights")


def neuralart_json() -> str:
    """The recipe as JSON."""
    import torch

    import cppn

    torch.manual_seed(SEED)
    maps, width = [], 3
    for units, std in (*[(16, 1.0)] * 8, (3, 1.0)):
        drawn = torch.randn((1 + width, units)) * std  # the first row is the bias
        maps.append({"weight": drawn[1:].T.tolist(), "bias": drawn[0].tolist()})
        width = units
    # its first input is the row coordinate, growing downwards
    network = cppn.NetworkRecipe(
        hidden=(16,) * 8, act=("tanh",) * 8 + ("sigmoid",), inputs=("-y", "x", "r"), weights=maps
    )
    return cppn.Recipe(network=network, color=cppn.ColorRecipe(mode="rgb"), view=cppn.View(extent=1)).to_json()


def _repeat(rounds: int, once: Callable[[], Any]) -> list[float]:
    once()  # caches warm, memory mapped
    seconds = []
    for _ in range(rounds):
        started = time.perf_counter()
        once()
        seconds.append(time.perf_counter() - started)
    return seconds


def _draw(recipe: Any, size: tuple[int, int], rounds: int, engine: str) -> dict[str, Any]:
    import numpy as np

    from cppn.draw.drawing import draw
    from cppn.engines import choose

    os.environ["CPPN_CACHE"] = "off"  # compiling is measured too
    started = time.perf_counter()
    drawing = draw(recipe, size, engine=choose(engine))
    drawing.crop(0, 0, size[0], 1)
    prepared = time.perf_counter() - started
    out = np.empty((size[1], size[0], 3), np.uint8)
    return {"seconds": _repeat(rounds, lambda: drawing.plan.draw(out, 0)), "prepare": prepared}


def cosine_halide(rounds: int) -> dict[str, Any]:
    return _draw(cosine_recipe(), FULL_HD, rounds, "halide")


def cosine_torch(rounds: int) -> dict[str, Any]:
    return _draw(cosine_recipe(), FULL_HD, rounds, "torch")


def cosine_sequential(rounds: int) -> dict[str, Any]:
    """The whole grid through nn.Sequential at once, as LogisticMapDNN does."""
    import torch
    from torch import nn

    class Cosine(nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return 0.5 + 0.5 * torch.cos(7.9 * x)

    widths = (2, 64, 64, 64, 3)
    layers: list[nn.Module] = []
    for a, b in pairwise(widths):
        layers += [nn.Linear(a, b), Cosine()]
    network = nn.Sequential(*layers)
    x, y = (torch.linspace(-5, 5, n) for n in FULL_HD)
    grid = torch.stack(torch.meshgrid(x, y, indexing="xy"), -1).reshape(-1, 2)

    def once() -> None:
        with torch.no_grad():
            (network(grid).clamp(0, 1) * 255).to(torch.uint8).numpy()

    return {"seconds": _repeat(rounds, once)}


def cosine_multiply_adds(rounds: int) -> dict[str, Any]:
    """The time of the network's multiply-adds alone, at the best rate of a float32 matrix product measured here."""
    import numpy as np
    import torch

    best = 0.0
    for n in (1024, 2048):
        a, b, c = (np.random.default_rng(i).random((n, n), np.float32) for i in range(3))
        ta, tb, tc = (torch.from_numpy(array) for array in (a, b, c))
        for once in (lambda a=a, b=b, c=c: np.matmul(a, b, out=c), lambda a=ta, b=tb, c=tc: torch.mm(a, b, out=c)):
            best = max(best, n**3 / min(_repeat(2 * rounds, once)))
    operations = FULL_HD[0] * FULL_HD[1] * (2 * 64 + 2 * 64 * 64 + 64 * 3)
    return {"seconds": [operations / best], "gmac_s": best / 1e9}


def tanh_halide(rounds: int) -> dict[str, Any]:
    return _draw(neuralart_recipe(), FOUR_K, rounds, "halide")


def tanh_neuralart(rounds: int) -> dict[str, Any]:
    import neuralart

    ratio = FOUR_K[0] / FOUR_K[1]
    limits = {"xlim": [-ratio, ratio], "ylim": [-1.0, 1.0], "xres": FOUR_K[0], "yres": FOUR_K[1]}
    return {"seconds": _repeat(rounds, lambda: neuralart.render(seed=SEED, **limits))}


def tanh_likeness(rounds: int) -> dict[str, Any]:
    """How far cppn's picture of neuralart's network is from neuralart's own, at a small size."""
    import neuralart
    import numpy as np

    import cppn

    ours = cppn.render(neuralart_recipe(), (640, 640)).astype(float)
    # its grid includes the end points: widen it by half a pixel so that pixels fall on the same points
    edge = 1 - 1 / 640
    limits = {"xlim": [-edge, edge], "ylim": [-edge, edge], "xres": 640, "yres": 640}
    theirs = neuralart.render(seed=SEED, **limits).astype(float)
    return {"seconds": [0.0], "share": float((np.abs(ours - theirs) > 1).mean())}


def _processes(rounds: int, *command: str) -> dict[str, Any]:
    import subprocess

    peaks = []

    def once() -> None:
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        # this child's own memory, not that of others before it
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise subprocess.CalledProcessError(process.returncode, command)
        peaks.append(usage.ru_maxrss / 1024)

    return {"seconds": _repeat(rounds, once), "peak_mb": max(peaks)}


def process_cppn(rounds: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        recipe = Path(folder, "a.json")
        recipe.write_text(neuralart_recipe().to_json())
        program = str(Path(sys.executable).with_name("cppn"))
        return _processes(rounds, program, "render", str(recipe), "--size", "4k", "-o", f"{folder}/a.png")


def process_neuralart(rounds: int) -> dict[str, Any]:
    width, height = FOUR_K
    ratio = str(width / height)
    with tempfile.TemporaryDirectory() as folder:
        program = str(Path(sys.executable).with_name("neuralart"))
        limits = ["--xlim", f"-{ratio}", ratio, "--ylim", "-1", "1", "--xres", str(width)]
        return _processes(rounds, program, "--seed", str(SEED), *limits, "--yres", str(height), f"{folder}/a.png")


def help_cppn(rounds: int) -> dict[str, Any]:
    return _processes(4 * rounds, str(Path(sys.executable).with_name("cppn")), "--help")


CONTENDERS = {
    f.__name__: f
    for f in (
        cosine_halide, cosine_torch, cosine_sequential, cosine_multiply_adds, tanh_halide, tanh_neuralart, tanh_likeness,
        process_cppn, process_neuralart, help_cppn,
    )
}  # fmt: skip

if __name__ == "__main__":
    told = CONTENDERS[sys.argv[1]](int(sys.argv[2]))
    print(json.dumps({"peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, **told}))
