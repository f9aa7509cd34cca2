"""Draw the sheets of docs/curation.md: the candidates of a seed, those chosen, and the sets of eight seeds."""

from pathlib import Path

import numpy as np
from PIL import Image
from tqdm import tqdm

import cppn
from cppn.search.invent import invent
from cppn.search.measures import distance, vector
from cppn.search.pool import Candidate, choose_set, consider, measured

DOCS = Path(__file__).parent.parent / "docs"
SIZE = (1920, 1080)
SMALL, GAP = (96, 54), 2
POOL, CHOSEN, SEEDS = 256, 64, range(1, 9)


def candidates(seed: int, count: int) -> list[Candidate]:
    def invention(index: int) -> tuple[cppn.Recipe, str]:
        recipe = invent(seed, index)
        return recipe, recipe.name.rpartition("-")[0]

    with tqdm(total=count, desc=f"seed {seed}", unit="candidate") as bar:
        return consider(invention, count, [SIZE], progress=bar.update)


def sheet(recipes: list[cppn.Recipe], across: int) -> np.ndarray:
    cells = []
    for recipe in recipes:
        drawn = cppn.render(recipe, SMALL, aa=2, engine="reference")
        cells.append(np.broadcast_to(drawn, (*drawn.shape[:2], 3)))
    cells += [np.full_like(cells[0], 255)] * (-len(cells) % across)
    padded = [np.pad(cell, ((0, GAP), (0, GAP), (0, 0)), constant_values=255) for cell in cells]
    return np.concatenate([np.concatenate(padded[i : i + across], 1) for i in range(0, len(padded), across)])


def told_of_distances(found: list[Candidate]) -> None:
    """How far apart two candidates are, and each from itself enlarged by 6 %."""
    points = np.stack([vector(one.measures) for one in found if one.measures is not None])
    apart = np.sqrt(((points[:, None] - points[None]) ** 2).sum(-1))[np.triu_indices(len(points), 1)]
    near = []
    for one in found[:40]:
        enlarged = one.recipe.change({"view": {"zoom": 1.06 * one.recipe.view.zoom}})
        near.append(distance(one.measures, measured(enlarged, SIZE)))
    print(
        {
            "pairs, 5 and 50 %": np.percentile(apart, (5, 50)).round(3),
            "enlarged, 50 and 100 %": np.percentile(near, (50, 100)).round(3),
        }
    )


def write(name: str, pixels: np.ndarray) -> None:
    Image.fromarray(pixels).save(DOCS / name, quality=85)
    print(DOCS / name)


def main() -> None:
    rows = []
    for seed in SEEDS:
        found = candidates(seed, POOL if seed == 1 else 80)
        if seed == 1:
            write("curation-candidates.jpg", sheet([one.recipe for one in found], 16))
            chosen = choose_set(found, CHOSEN)
            write("curation-chosen.jpg", sheet([one.recipe for one, _ in chosen], 8))
            points = [one.measures for one, _ in chosen]
            nearest = min(distance(a, b) for i, a in enumerate(points) for b in points[:i])
            reasons: dict[str, int] = {}
            for one in found:
                reason = one.rejection.partition(" (")[0].partition(":")[0]
                reasons[reason] = reasons.get(reason, 0) + 1
            told_of_distances(found)
            print({"chosen": len(chosen), "nearest pair": round(nearest, 3), "faults": reasons})
        rows.append(sheet([one.recipe for one, _ in choose_set(found, 16)], 16))
    write("curation-seeds.jpg", np.concatenate(rows))


if __name__ == "__main__":
    main()
