"""Draw every preset into gallery/, small, and the sheets that the README shows."""

from pathlib import Path

import numpy as np
from PIL import Image
from tqdm import tqdm

import cppn

ROOT = Path(__file__).parent.parent
GALLERY = ROOT / "gallery"
SIDE = 384  # of a picture: a few of them side by side on a page
SHEET_SIDE, ACROSS, GAP = 200, 8, 4


def sheet(names: list[str], across: int = ACROSS) -> np.ndarray:
    """The pictures side by side, on white."""
    rows = -(-len(names) // across)
    step = SHEET_SIDE + GAP
    page = np.full((rows * step - GAP, across * step - GAP, 3), 255, np.uint8)
    for i, name in enumerate(names):
        top, left = step * (i // across), step * (i % across)
        with Image.open(GALLERY / f"{name}.png") as picture:
            small = picture.convert("RGB").resize((SHEET_SIDE, SHEET_SIDE), Image.Resampling.LANCZOS)
        page[top : top + SHEET_SIDE, left : left + SHEET_SIDE] = np.asarray(small)
    return page


def main() -> None:
    paths = []
    for name, recipe in tqdm(cppn.presets.items(), unit="picture"):
        path = GALLERY / f"{name}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        paths.append(cppn.save(recipe, path, size=(SIDE, SIDE), aa=3))
    for folder, across in (("readme", 5), ("art", ACROSS)):
        names = [name for name in cppn.presets if name.startswith(f"{folder}/")]
        paths.append(cppn.save(sheet(names, across), GALLERY / f"{folder}.jpg", quality=88))
    for path in paths:
        print(path.relative_to(ROOT))


if __name__ == "__main__":
    main()
