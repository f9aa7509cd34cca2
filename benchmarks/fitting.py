"""Measure fitting: PSNR of several networks on one picture, over time.

make bench-fitting
"""

from __future__ import annotations

import sys
from pathlib import Path

from page import FITTING, machine, write_part

from cppn.fit.photo import Fit, photo_recipe, start

sys.path.insert(0, str(Path(__file__).parent.parent / "tools"))
from natural_picture import natural_picture

SECONDS = 120
MARKS = (15, 30, 60, 120)
# title, activation, hidden layers, Fourier frequencies
NETWORKS = [
    ("SIREN 256×3 (the default)", "sin:freq=30", (256, 256, 256), 0),
    ("SIREN 128×3", "sin:freq=30", (128, 128, 128), 0),
    ("Fourier 128, gelu 256×2", "gelu", (256, 256), 128),
    ("relu 256×3", "relu", (256, 256, 256), 0),
]


def main() -> None:
    pixels = natural_picture(256)
    lines = [
        f"{machine()}. The learning rate falls over the two minutes, so that earlier columns are lower than a shorter fit reaches.",
        "",
        f"| network | {' | '.join(f'{mark} s' for mark in MARKS)} | steps |",
        "|---|" + "---|" * (len(MARKS) + 1),
    ]
    for title, act, hidden, fourier in NETWORKS:
        recipe = photo_recipe(pixels.shape, act=act, hidden=hidden, fourier=fourier)
        fit = Fit(recipe, start(recipe, fourier), pixels, frozen=1 if fourier else 0)
        seen = [(progress.seconds, progress.best, progress.step) for progress in fit.run(None, SECONDS)]
        best = [max(b for s, b, _ in seen if s <= mark * 1.02 + 1) for mark in MARKS]
        lines.append(f"| {title} | {' | '.join(f'{b:.1f}' for b in best)} | {seen[-1][2]} |")
        print(lines[-1], file=sys.stderr)
    write_part("fitting", "\n".join(lines), FITTING)


if __name__ == "__main__":
    main()
