"""The presets: complete, described, and of the kind they say."""

import tomllib
from pathlib import Path

import numpy as np
import pytest
from conftest import pixels
from PIL import Image

import cppn
from cppn.field.activations import parse_activation
from cppn.files.presets import folder
from cppn.fit.targets import parse_target
from cppn.mosaic import mosaic

ROOT = Path(__file__).parent.parent

README = [
    "x-coord", "relu", "logistic-1", "logistic-2", "cosine-1", "cosine-2", "cosine-rgb", "art-1", "art-2", "art-3",
    "default",
]  # fmt: skip


def test_all_of_logisticmapdnns_pictures_are_there():
    assert {name.rpartition("/")[2] for name in cppn.presets if name.startswith("readme/")} == set(README)


def test_the_first_command_of_the_readme_has_a_preset(run, tmp_path):
    first = (ROOT / "README.md").read_text().partition("## Draw")[2].partition("```sh\n")[2].splitlines()[0]
    recipe = cppn.load("readme/cosine-rgb")
    _, *words = first.split()
    run(*words, "--seed", str(recipe.seed), "--size", "60", "-o", "first.png")
    assert np.array_equal(pixels(tmp_path / "first.png"), cppn.render(recipe, (60, 60)))


def test_there_are_at_least_sixteen_art_presets():
    assert sum(name.startswith("art/") for name in cppn.presets) >= 16


@pytest.mark.parametrize("name", cppn.presets)
def test_every_preset_names_and_describes_itself(name):
    recipe = cppn.presets[name]
    assert recipe.name == name.rpartition("/")[2]
    assert 20 <= len(recipe.description) <= 160
    text = (folder() / f"{name}.toml").read_text()
    assert tomllib.loads(text)["name"] == recipe.name
    assert recipe == cppn.load(recipe.name)


@pytest.mark.parametrize("name", [name for name in cppn.presets if name.startswith("art/")])
def test_no_art_preset_is_flat_or_noise(name):
    drawn = cppn.render(cppn.presets[name], (240, 160), aa=2).astype(float)
    grey = drawn.mean(axis=2)
    assert grey.std() > 12, "it is flat"
    # a pixel resembles its neighbour: in noise they would differ by 1.1 standard deviations on average
    assert np.abs(np.diff(grey, axis=1)).mean() < 0.6 * grey.std(), "it is noise"
    values, counts = np.unique((drawn // 16).reshape(-1, drawn.shape[2]), axis=0, return_counts=True)
    assert counts.max() / counts.sum() < 0.7, "it is nearly of one colour"
    assert len(values) > 8


# measured on the original pictures at 512x512: mean, standard deviation, mean step to the right neighbour (of 255)
ORIGINALS = {
    "x-coord": (127.0, 73.9, 0.5),
    "relu": (6.6, 3.6, 0.05),
    "logistic-1": (109.9, 55.4, 10.9),
    "logistic-2": (127.5, 89.9, 19.5),
    "cosine-1": (89.1, 82.5, 15.2),
    "cosine-2": (141.1, 88.6, 17.9),
    "art-1": (132.9, 88.5, 32.9),
    "art-2": (90.1, 89.6, 1.7),
    "art-3": (127.4, 81.7, 17.8),
}


@pytest.mark.parametrize("name", ORIGINALS)
def test_a_readme_preset_has_its_originals_tone_contrast_and_grain(name):
    mean, contrast, step = ORIGINALS[name]
    drawn = cppn.render(cppn.load(f"readme/{name}"), (512, 512), dither=False).astype(float)  # the originals have none
    assert abs(drawn.mean() - mean) < 15
    assert abs(drawn.std() - contrast) < 15
    measured = np.abs(np.diff(drawn, axis=1)).mean()
    assert abs(np.log((measured + 0.05) / (step + 0.05))) < np.log(1.5)


# each art picture's squash, steps and R, and what the original's histogram tells of them: the largest value, and where
# the spike is that one more step leaves of it
ART = {
    "art-1": ("cos", 2, 3.97843, 253, 5),
    "art-2": ("clamp", 1, 3.97843, 253, None),
    "art-3": ("clamp", 2, 3.77843, 240, 50),
}


@pytest.mark.parametrize("name", ART)
def test_an_art_presets_histogram_ends_and_has_its_spike_where_its_originals_has(name):
    squash, steps, r, end, spike = ART[name]
    largest = r / 4  # of r·x·(1 − x), at x = 1/2
    step = r * largest * (1 - largest)
    # the original cut numbers off, where ours are rounded
    assert int(255 * largest) == end
    assert spike in (None, int(255 * step))
    recipe = cppn.load(f"readme/{name}")
    values = 255 * cppn.render(recipe, (512, 512), bits=32).astype(float)
    counts = np.bincount(np.floor(values).astype(int).ravel(), minlength=256)
    assert counts.nonzero()[0][-1] == end
    assert cppn.render(recipe, (512, 512)).max() == np.floor(255 * largest + 0.5)
    # a spike is far above what is just below it; without a second step there is none but that of clamped values, at 0
    jumps = counts[2:end] / counts[1 : end - 1]
    if spike is None:
        assert jumps.max() < 1.25
    else:
        assert jumps.argmax() + 2 == spike
        assert jumps.max() > 3
    (act,) = recipe.network.act
    activation = parse_activation(act)
    assert (activation.name, activation.parameters["iters"], activation.parameters["r"]) == (squash, steps, r)
    assert recipe.color.mode == "rgb"


@pytest.mark.parametrize("name", ["logistic-1", "logistic-2", "art-2", "art-3"])
def test_clamped_networks_stretch_radially(name):
    """Far from the middle, a clamped network is nearly the same along each ray: steps outwards are smaller."""
    drawn = cppn.render(cppn.load(f"readme/{name}"), (512, 512)).astype(float).mean(axis=2)
    j, i = np.mgrid[1:511, 1:511] - 255.5
    across, down = (drawn[1:-1, 2:] - drawn[1:-1, :-2]) / 2, (drawn[2:, 1:-1] - drawn[:-2, 1:-1]) / 2
    r = np.hypot(i, j)
    outer = r > 150
    along = np.abs(across * i / r + down * j / r)[outer].mean()
    around = np.abs(-across * j / r + down * i / r)[outer].mean()
    assert around > 1.5 * along


def test_the_x_coordinate_is_black_at_the_left_and_white_at_the_right():
    drawn = cppn.render(cppn.load("x-coord"), (512, 512))[:, :, 0]
    np.testing.assert_array_equal(
        drawn, np.broadcast_to(np.floor((np.arange(512) + 0.5) / 512 * 255 + 0.5), (512, 512))
    )


@pytest.mark.parametrize("name", [name for name in cppn.presets if name.startswith("checkerboard/")])
def test_the_checkerboard_presets_have_learnt_it(name):
    recipe = cppn.presets[name]
    loss = float(recipe.description.rpartition("loss ")[2].rstrip("."))
    drawn = cppn.render(recipe, (200, 200), bits=32)[..., 0]
    v, u = (np.mgrid[:200, :200] + 0.5) / 200
    board = (np.floor(4 * u) + np.floor(4 * v)) % 2 == 0
    # what is drawn is limited to [0, 1], and so can only be nearer than what was trained
    assert ((drawn - board) ** 2).mean() < loss + 0.01
    act = name.removeprefix("checkerboard/checkered-")
    with Image.open(ROOT / "gallery" / "mosaics" / f"{act}.gif") as film:
        assert film.n_frames == 21
    shown = mosaic(recipe, target=parse_target("checkerboard").values)
    assert np.array_equal(shown, pixels(ROOT / "gallery" / "mosaics" / f"{act}.png"))
