"""Draw the sheets of docs/curation.md, the sets of three seeds, and count what their pictures are like."""

from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
from PIL import Image

import cppn
from cppn.gallery.request import GalleryRequest
from cppn.search.measures import CRISP, fineness, hue_spread, oklab

DOCS = Path(__file__).parent.parent / "docs"
SEEDS, CHOSEN, POOL = (0, 1, 2), 64, 192
SIZE, SMALL, GAP, ACROSS = (640, 360), (160, 90), 2, 8


def drawn(recipe: cppn.Recipe) -> np.ndarray:
    """Its pixels, by the oracle: each picture would be a kernel of its own."""
    pixels = cppn.render(recipe, SIZE, engine="reference")
    return np.broadcast_to(pixels, (*pixels.shape[:2], 3))


def sheet(pictures: list[np.ndarray]) -> np.ndarray:
    cells = [np.asarray(Image.fromarray(one).resize(SMALL, Image.Resampling.LANCZOS)) for one in pictures]
    padded = [np.pad(cell, ((0, GAP), (0, GAP), (0, 0)), constant_values=255) for cell in cells]
    return np.concatenate([np.concatenate(padded[i : i + ACROSS], 1) for i in range(0, len(padded), ACROSS)])


def figures(pixels: np.ndarray) -> tuple[bool, bool, bool]:
    """Has it no crisp edge, hardly anything finer than 16 pixels, and one hue?"""
    lab = oklab(pixels)
    light = lab[..., 0]
    steepest = max(np.abs(np.diff(light, axis=axis)).max() for axis in (0, 1))
    return steepest <= CRISP, fineness(light, 16) < 0.002, hue_spread(lab[..., 1], lab[..., 2]) < 25


def main() -> None:
    found = []
    with ProcessPoolExecutor() as pool:
        for seed in SEEDS:
            entries = GalleryRequest(seed=seed, count=CHOSEN, pool=POOL, sizes=((1920, 1080, None),)).manifest().entries
            pictures = list(pool.map(drawn, [one.recipe for one in entries]))
            found += list(map(figures, pictures))
            Image.fromarray(sheet(pictures)).save(DOCS / f"curation-{seed}.jpg", quality=85)
    told = ("no crisp edge", "under 0.2 % in detail finer than 16 pixels", "hues spread under 25 degrees")
    for name, share in zip(told, np.mean(found, axis=0), strict=True):
        print(f"{name}: {100 * share:.1f} % of {len(found)}")


if __name__ == "__main__":
    main()
