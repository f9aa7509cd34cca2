"""Two hundred random recipes stay what they were: their numbers exactly, their pictures as every processor rounds them.

`pytest tests/test_golden_random.py --store-golden` writes them anew.
"""

import hashlib
import json
import random
from pathlib import Path

import numpy as np
import pytest
from conftest import differences, pixels

import cppn
from cppn.field.activations import CATALOGUE
from cppn.network.develop import develop
from cppn.network.stages import Network
from cppn.recipe import from_dict

HERE = Path(__file__).parent
NUMBERS, SHEET = HERE / "golden-random.json", HERE / "golden-random.png"
COUNT, ACROSS, SIZE = 200, 20, (16, 12)
FORMULAS = ("sin(freq*x)*exp(-x*x)", "where(x > 0, x, 0.1*x)", "atan2(x, 1 + x*x)", "0.5 + 0.5*cos(3*x)")
INPUTS = ("x", "y", "r", "theta", "bias", "sin(2*x)", "x*y", "abs(x) - y")


def recipe(index: int) -> cppn.Recipe:
    """The recipe of a number: every kind of network, colour and view, all of them legal."""
    rng = random.Random(f"golden {index}")
    hidden = [rng.randint(1, 12)] * rng.randint(0, 4)
    names = [*CATALOGUE, *FORMULAS]
    mode = rng.choice(("gray", "rgb", "hsv", "oklch", "palette"))
    network = {
        "hidden": hidden,
        "act": [rng.choice(names) for _ in range(rng.choice((1, len(hidden) + 1)))],
        "inputs": rng.sample(INPUTS, rng.randint(1, 4)),
        "latent": rng.choice((0, 0, 3)),
        "init": rng.choice(("torch", "normal", "xavier", "kaiming", "siren")),
        "gain": round(rng.uniform(0.2, 6), 2),
        "residual": len(hidden) > 1 and rng.random() < 0.3,
    }
    if rng.random() < 0.2:
        network["blend"] = [[rng.randrange(2**40), round(rng.uniform(-1, 1), 2)] for _ in range(rng.randint(1, 3))]
    color = {"mode": mode, "invert": rng.random() < 0.2}
    if mode == "palette":
        color["palette"] = rng.choice(("magma", "#000,#fff", "#101830,#e04030,#ffe080"))
    if mode != "gray" and rng.random() < 0.3:
        color["hue"] = rng.randint(1, 359)
    if rng.random() < 0.2:
        color["levels"] = sorted((round(rng.uniform(-2, 0), 2), round(rng.uniform(0.5, 3), 2)))
    view = {
        "center": [round(rng.uniform(-2, 2), 2), round(rng.uniform(-2, 2), 2)], "zoom": round(rng.uniform(0.3, 4), 2),
        "rotate": rng.randint(-180, 180), "stretch": rng.random() < 0.2,
    }  # fmt: skip
    return from_dict(
        {"seed": rng.randrange(2**63), "network": network, "color": color, "view": view}, where=f"recipe {index}"
    )


def digest(network: Network) -> str:
    """Of all weights and latents, which are the same on every machine."""
    found = hashlib.sha256(np.array(network.latent, np.float64).tobytes())
    for stage in network.stages:
        for array in (stage.weight, stage.bias):
            found.update(np.ascontiguousarray(array, np.float32).tobytes())
    return found.hexdigest()[:16]


@pytest.fixture(scope="module")
def recipes() -> list[cppn.Recipe]:
    return [recipe(index) for index in range(COUNT)]


def test_recipes_and_their_weights_are_what_they_were(recipes, request):
    found = [[hashlib.sha256(r.to_json().encode()).hexdigest()[:16], digest(develop(r).network)] for r in recipes]
    if request.config.getoption("--store-golden"):
        NUMBERS.write_text(json.dumps(found, indent=0) + "\n")
    assert found == json.loads(NUMBERS.read_text())


def test_pictures_are_what_they_were(recipes, request):
    width, height = SIZE
    sheet = np.zeros((height * (COUNT // ACROSS), width * ACROSS, 3), np.uint8)
    for index, one in enumerate(recipes):
        top, left = height * (index // ACROSS), width * (index % ACROSS)
        sheet[top : top + height, left : left + width] = cppn.render(one, SIZE, engine="reference")
    if request.config.getoption("--store-golden"):
        cppn.save(sheet, SHEET)
    # discontinuities, and fields that amplify roundings
    assert differences(sheet, pixels(SHEET), 1) < 0.01
