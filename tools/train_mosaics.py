"""Train the checkerboard networks: presets, mosaics, films and the table in docs/mosaics.md.

    python tools/train_mosaics.py

Seed 42 of every activation becomes a preset; the table has the medians of eight seeds.
"""

import os
import time
from pathlib import Path

import numpy as np

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # before torch is loaded, as the program does

import cppn
from cppn.cli.mosaic import ALL, slug
from cppn.field.activations import parse_activation
from cppn.fit.mosaic_film import write_mosaic_film
from cppn.fit.targets import parse_target
from cppn.fit.training import last_loss, train, untrained
from cppn.mosaic import mosaic
from cppn.network.transcribe import with_weights

ROOT = Path(__file__).parent.parent
SEEDS = range(42, 50)
# means of the last 200 steps of the original, seed 42
ORIGINAL = {
    "sigmoid": 0.227, "tanh": 0.064, "cos(x)": 0.031, "sin": 0.072, "relu": 0.105, "leakyrelu": 0.119, "elu": 0.078,
    "celu": 0.078, "gelu": 0.069, "mish": 0.069, "selu": 0.134, "silu": 0.101,
}  # fmt: skip
START, END = "<!-- trained: losses -->", "<!-- end: losses -->"


def main() -> None:
    target = parse_target("checkerboard")
    recipes = [untrained(act, seed, target) for act in ALL for seed in SEEDS]
    started = time.perf_counter()
    moments = list(train(recipes, target))
    seconds = time.perf_counter() - started
    losses = last_loss(moments[-1].losses).reshape(len(ALL), len(SEEDS))

    presets, gallery = ROOT / "presets" / "checkerboard", ROOT / "gallery" / "mosaics"
    for folder in (presets, gallery):
        folder.mkdir(parents=True, exist_ok=True)
    for i, act in enumerate(ALL):
        name, member = slug(act), i * len(SEEDS)
        recipe = with_weights(recipes[member], moments[-1].networks[member])
        told = f"A 4×4 checkerboard, learnt by 8-8-8 units of {act} in 4001 steps; loss {losses[i, 0]:.3f}."
        recipe = recipe.change({"": {"name": f"checkered-{name}", "description": told}})
        cppn.save(recipe, presets / f"checkered-{name}.toml")
        cppn.save(mosaic(recipe, target=target.values), gallery / f"{name}.png", recipe=recipe)
        networks = [moment.networks[member] for moment in moments]
        write_mosaic_film(gallery / f"{name}.gif", recipe, networks, cell=40, target=target.values)

    rows = [
        f"| {parse_activation(act).title} | {ORIGINAL[act]:.3f} | {losses[i, 0]:.3f} | {np.median(losses[i]):.3f} |"
        f" {losses[i].min():.3f} to {losses[i].max():.3f} |"
        for i, act in enumerate(ALL)
    ]
    table = "\n".join(
        [
            "| activation | the original, seed 42 | cppn, seed 42 | cppn, median of 8 seeds | least to largest |",
            "|---|---|---|---|---|", *rows, "",
            f"Twelve activations × eight seeds × 4001 steps, trained together in {seconds:.0f} s.",
        ]
    )  # fmt: skip
    page = ROOT / "docs" / "mosaics.md"
    head, _, rest = page.read_text(encoding="utf-8").partition(START)
    page.write_text(f"{head}{START}\n{table}\n{END}{rest.partition(END)[2]}", encoding="utf-8")
    print(table)


if __name__ == "__main__":
    main()
