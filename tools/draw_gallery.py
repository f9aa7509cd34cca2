"""Draw every preset and every motion into gallery/, with a page of them all and the README's sheets and loops."""

from fractions import Fraction
from pathlib import Path

import numpy as np
from gallery_page import FILM, LEADS, SIDE, WIDE, page, wide
from PIL import Image
from tqdm import tqdm

import cppn
from cppn.draw.saving import write_picture, write_text
from cppn.engines import Quality
from cppn.files.presets import motions
from cppn.files.sinks import Encoding
from cppn.motion.evaluator import Evaluator
from cppn.motion.film import FilmJob, write_film_job
from cppn.motion.timeline import read_timeline

ROOT = Path(__file__).parent.parent
GALLERY = ROOT / "gallery"
SHEET_SIDE, ACROSS, GAP = 200, 8, 4
FILM_FPS, FILM_QUALITY = 24, 45
LOOP, LOOP_FPS = (240, 180), 15  # of the README's loops


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


def draw_motion(name: str, file: Path) -> list[Path]:
    """A motion as a film for the page, with its first frame, and as a loop that the README can show."""
    evaluator = Evaluator(read_timeline(file))

    def job(size: tuple[int, int], fps: int) -> FilmJob:
        return FilmJob(evaluator, size, Fraction(fps), round(fps * evaluator.timeline.duration), Quality(2))

    path = GALLERY / f"{name}.webm"
    path.parent.mkdir(parents=True, exist_ok=True)
    film = job(FILM, FILM_FPS)
    return [
        write_film_job(film, path, quality=FILM_QUALITY),
        write_picture(film.job(0), path.with_suffix(".jpg"), Encoding(quality=75)),
        write_film_job(job(LOOP, LOOP_FPS), path.with_suffix(".webp"), quality=60),
    ]


def main() -> None:
    paths = []
    for name, recipe in tqdm(cppn.presets.items(), unit="picture"):
        path = GALLERY / f"{name}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        paths.append(cppn.save(recipe, path, size=(SIDE, SIDE), aa=3))
    for folder, across in (("readme", 6), ("art", ACROSS)):
        names = [name for name in cppn.presets if name.startswith(f"{folder}/")]
        paths.append(cppn.save(sheet(names, across), GALLERY / f"{folder}.jpg", quality=88))
    for name in tqdm(LEADS, unit="wide picture"):
        path = GALLERY / wide(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        paths.append(cppn.save(cppn.presets[name], path, size=WIDE, aa=3))
    for name, file in tqdm(motions.items(), unit="film"):
        paths += draw_motion(name, file)
    write_text(GALLERY / "index.html", page())
    paths.append(GALLERY / "index.html")
    for path in paths:
        print(path.relative_to(ROOT))


if __name__ == "__main__":
    main()
