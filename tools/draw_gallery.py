"""Draw every preset into gallery/, small, with a page and the README's sheets, and every motion as a loop."""

from fractions import Fraction
from pathlib import Path

import numpy as np
from PIL import Image
from tqdm import tqdm

import cppn
from cppn.draw.drawing import complete
from cppn.draw.saving import write_text
from cppn.engines import Quality
from cppn.files.presets import motions
from cppn.gallery.folder import Copy, Entry, Manifest
from cppn.gallery.page import page
from cppn.motion.evaluator import Evaluator
from cppn.motion.film import FilmJob, write_film_job
from cppn.motion.timeline import read_timeline

ROOT = Path(__file__).parent.parent
GALLERY = ROOT / "gallery"
SIDE = 384  # of a picture: a few of them side by side on a page
SHEET_SIDE, ACROSS, GAP = 200, 8, 4
LOOP, FPS = (240, 180), Fraction(15)  # of a motion's loop


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


def write_page() -> Path:
    """gallery/index.html: all presets, those after LogisticMapDNN first."""
    entries = []
    for name, recipe in sorted(cppn.presets.items(), key=lambda item: not item[0].startswith("readme/")):
        path = f"{name}.png"
        copy = Copy(path, SIDE, SIDE, complete(recipe))
        entries.append(
            Entry(recipe.name, name.partition("/")[0], recipe.description, copy.recipe, (SIDE, SIDE), (copy,), path)
        )
    plan = Manifest({"presets": "all"}, tuple(entries))
    write_text(GALLERY / "index.html", page(plan, entries, 3))
    return GALLERY / "index.html"


def main() -> None:
    paths = []
    for name, recipe in tqdm(cppn.presets.items(), unit="picture"):
        path = GALLERY / f"{name}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        paths.append(cppn.save(recipe, path, size=(SIDE, SIDE), aa=3))
    for folder, across in (("readme", 6), ("art", ACROSS)):
        names = [name for name in cppn.presets if name.startswith(f"{folder}/")]
        paths.append(cppn.save(sheet(names, across), GALLERY / f"{folder}.jpg", quality=88))
    paths.append(write_page())
    for name, file in tqdm(motions.items(), unit="loop"):
        path = GALLERY / f"{name}.webp"
        path.parent.mkdir(parents=True, exist_ok=True)
        evaluator = Evaluator(read_timeline(file))
        frames = round(FPS * evaluator.timeline.duration)
        paths.append(write_film_job(FilmJob(evaluator, LOOP, FPS, frames, Quality(2)), path, quality=60))
    for path in paths:
        print(path.relative_to(ROOT))


if __name__ == "__main__":
    main()
