"""Measure the original's eleven films of mosaics: `cppn mosaic`, beside a loop as the original has it.

make bench-mosaics; `python benchmarks/mosaics.py loop FOLDER` is the loop alone.

The loop trains one `nn.Sequential` after another, colours every box by matplotlib and writes GIFs with Pillow. Both are
whole processes, so that peak memory is each one's own.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ACTS = ("sigmoid", "tanh", "relu", "leakyrelu", "elu", "cos(x)", "celu", "gelu", "mish", "selu", "silu")
STEPS, EVERY, CELL, GAP = 4001, 200, 100, 2


def loop(folder: Path) -> None:
    """All films, one after another."""
    import numpy as np
    import torch
    from matplotlib import colormaps
    from PIL import Image
    from torch import nn
    from training import activation

    jet, low, high = colormaps["jet"], 0.5 / CELL, 1 - 0.5 / CELL
    middle = (torch.arange(CELL) + 0.5) / CELL
    grid = torch.cartesian_prod(middle, middle)

    def frame(model: nn.Sequential) -> Image.Image:
        out = np.zeros((5 * (CELL + GAP) + GAP, 8 * (CELL + GAP) + GAP, 3), np.uint8)
        stages, h = [grid], grid
        with torch.no_grad():
            for k, layer in enumerate(model):
                h = layer(h)
                if k % 2 or k == len(model) - 1:
                    stages.append(h)
        for row, stage in enumerate(stages):
            for unit, values in enumerate(stage.T.reshape(-1, CELL, CELL).numpy()):
                top, left = GAP + row * (CELL + GAP), GAP + unit * (CELL + GAP)
                box = jet((values - low) / (high - low), bytes=True)[..., :3]
                out[top : top + CELL, left : left + CELL] = box
        return Image.fromarray(out)

    for name in ACTS:
        torch.manual_seed(42)
        layers: list[nn.Module] = []
        for a, b in ((2, 8), (8, 8), (8, 8)):
            layers += [nn.Linear(a, b), activation(name)]
        model = nn.Sequential(*layers, nn.Linear(8, 1))
        optimizer, criterion, frames = torch.optim.Adam(model.parameters(), lr=0.01), nn.MSELoss(), []
        for step in range(STEPS):
            points = torch.rand(1000, 2)
            wanted = (torch.floor(4 * points).sum(1, keepdim=True) % 2 == 0).float()
            loss = criterion(model(points), wanted)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            if step % EVERY == 0:
                frames.append(frame(model))
        stem = "".join(letter for letter in name if letter.isalpha())
        frames[0].save(folder / f"{stem}.gif", save_all=True, append_images=frames[1:], duration=200, loop=0)


def timed(command: list[str]) -> tuple[float, float]:
    """Seconds of a process, and its peak memory in MB."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, env={**os.environ, "OMP_WAIT_POLICY": "PASSIVE"})
    _, status, used = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{command} failed")
    peak: resource.struct_rusage = used
    return time.perf_counter() - start, peak.ru_maxrss / 1024


def main() -> None:
    if sys.argv[1:2] == ["loop"]:
        loop(Path(sys.argv[2]))
        return
    from page import machine, write_part

    with tempfile.TemporaryDirectory() as folder:
        flags = ["--act", ",".join(ACTS), "--animate", "-q", "-o", f"{folder}/"]
        ours = timed([sys.executable, "-m", "cppn", "mosaic", *flags])
        theirs = timed([sys.executable, __file__, "loop", folder])
    text = (
        f"{machine()}. Eleven films of 818 pixels across, 21 frames each, {STEPS} steps; whole processes, one run.\n\n"
        f"- A loop over `nn.Sequential`, matplotlib's colours, Pillow's GIFs: {theirs[0]:.0f} s, {theirs[1]:.0f} MB.\n"
        f"- `cppn mosaic --animate`: {ours[0]:.1f} s, {ours[1]:.0f} MB: **{theirs[0] / ours[0]:.1f}×** as fast."
    )
    write_part("mosaics", text)
    print(text)


if __name__ == "__main__":
    main()
