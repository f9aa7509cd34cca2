"""Draw docs/composing-distances.jpg: a wall of marble seen from afar, from near and from a hand away, without and with
octaves."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import cppn
from cppn.draw.drawing import job_of
from cppn.engines import Quality
from cppn.recipe import Recipe

DOCS = Path(__file__).parent.parent / "docs"
WALL = 30_000, 20_000  # pixels
SIDE, GAP = 256, 8
NEARER = 64, 8, 1  # of the wall's pixels to one that is seen
OCTAVES = {"space": {"octaves": 8, "lacunarity": 3, "persistence": 0.45}}
STONE = cppn.load("marble").change({"finish": {"relief": 1, "gloss": 0.3}})


def seen(recipe: Recipe, times: int) -> NDArray[np.uint8]:
    """What is seen of the same place of the wall, when so many of its pixels are one."""
    width, height = (side // times for side in WALL)
    whole = job_of(recipe, (width, height), Quality(4)).prepare()
    return whole.crop(width * 9 // 16 - SIDE // 2, (height - SIDE) // 2, SIDE, SIDE)


def main() -> None:
    """Draw and write it."""
    sheet = np.full((2 * SIDE + GAP, len(NEARER) * (SIDE + GAP) - GAP, 3), 255, np.uint8)
    for row, recipe in enumerate((STONE, STONE.change(OCTAVES))):
        for column, times in enumerate(NEARER):
            top, left = row * (SIDE + GAP), column * (SIDE + GAP)
            sheet[top : top + SIDE, left : left + SIDE] = seen(recipe, times)
    cppn.save_array(sheet, DOCS / "composing-distances.jpg")


if __name__ == "__main__":
    main()
