"""A mosaic shows every unit as it is, and one unit is a picture of its own."""

import json

import numpy as np
import pytest
from conftest import Run, pixels, small
from PIL import Image

import cppn
from cppn.develop import develop_network
from cppn.field.color import palette_table
from cppn.fit.targets import parse_target
from cppn.fit.training import untrained
from cppn.mosaic import Layout, mosaic, unit_recipe

BOARD = parse_target("checkerboard")


def by_hand(recipe: cppn.Recipe, side: int) -> list[np.ndarray]:
    """Every unit's values over [0, 1]², worked out with NumPy alone, for a network of row and column."""
    v, u = (np.mgrid[:side, :side] + 0.5) / side
    stages = [np.stack([v, u])]
    for layer in develop_network(recipe).layers:
        z = np.tensordot(layer.weight.astype(float), stages[-1], 1) + layer.bias[:, None, None]
        stages.append(np.tanh(z) if layer.activation.name == "tanh" else z)
    return stages


def test_boxes_show_the_units_over_pixel_centres_each_scaled_by_itself():
    recipe = untrained("tanh", 7, BOARD)
    picture = mosaic(recipe, cell=100)
    assert picture.shape == (512, 818, 3), "as large as the original's"
    jet = palette_table("jet")
    for row, units in enumerate(by_hand(recipe, 100)):
        for unit, values in enumerate(units):
            left, top = 2 + 102 * unit, 2 + 102 * row
            scaled = (values - values.min()) / (values.max() - values.min())
            expected = jet[np.rint(scaled * (len(jet) - 1)).astype(int)]
            assert np.abs(picture[top : top + 100, left : left + 100] / 255 - expected).max() < 0.02
    boxes = np.zeros(picture.shape[:2], bool)
    for row, count in enumerate((2, 8, 8, 8, 1)):
        for unit in range(count):
            boxes[2 + 102 * row : 102 + 102 * row, 2 + 102 * unit : 102 + 102 * unit] = True
    assert not picture[~boxes].any(), "gaps and the rest are black"


def test_large_boxes_drawn_by_an_engine_show_the_same():
    recipe = untrained("tanh", 7, BOARD, (3, 4))
    small_, large = (mosaic(recipe, cell=cell).astype(int) for cell in (100, 200))
    for row, count in enumerate((2, 3, 4, 1)):
        for unit in range(count):
            boxes = []
            for picture, cell in ((small_, 100), (large, 200)):
                left, top = Layout((2, 3, 4, 1), cell).corner(row, unit)
                boxes.append(picture[top : top + cell, left : left + cell])
            halved = boxes[1].reshape(100, 2, 100, 2, 3).mean((1, 3))
            assert np.percentile(np.abs(halved - boxes[0]), 95) < 6


@pytest.mark.parametrize("residual", [False, True])
def test_one_unit_is_a_picture_with_its_own_recipe(residual):
    recipe = small("tanh", hidden=(5, 5, 5), residual=residual, extent=2, mode="rgb", latent=2)
    from cppn.engines.reference import outputs

    side = 40
    j, i = np.mgrid[:side, :side]
    x, y = (4 * (i.ravel() + 0.5) / side - 2), (2 - 4 * (j.ravel() + 0.5) / side)
    stages = outputs(develop_network(recipe), x, y)
    for layer, unit in ((0, 1), (1, 4), (2, 0), (3, 2), (4, 1)):
        one = unit_recipe(recipe, layer, unit, "gray")
        low, high = one.color.levels
        expected = ((stages[layer][unit] - low) / (high - low)).clip(0, 1).reshape(side, side)
        drawn = cppn.render(one, (side, side), bits=32)[..., 0]
        np.testing.assert_allclose(drawn, expected, atol=0.004)
        assert 0 <= drawn.min() < 0.05
        assert 0.95 < drawn.max() <= 1


@pytest.mark.parametrize("where", [(9, 0), (0, 2), (1, 8), (-1, 0)])
def test_units_that_are_not_there(where):
    with pytest.raises(cppn.CppnError, match=r"unit: .* (are legal|it has units 0 to \d)"):
        unit_recipe(untrained("tanh", 1, BOARD), *where)


def test_the_command_trains_and_tells(run: Run, tmp_path):
    args = (
        "--act",
        "tanh,cos(x)",
        "--seeds",
        "2",
        "--steps",
        "60",
        "--every",
        "20",
        "--animate",
        "--cell",
        "20",
        "--json",
    )
    told = json.loads(run("mosaic", *args, "-o", "out/" if (tmp_path / "out").mkdir() is None else "").stdout)
    assert [(one["activation"], one["seed"]) for one in told["runs"]] == [
        ("tanh", 42), ("tanh", 43), ("cos(x)", 42), ("cos(x)", 43)
    ]  # fmt: skip
    assert all(0 < one["loss"] < 2 for one in told["runs"])
    assert sorted(told["files"]) == sorted(str(path.relative_to(tmp_path)) for path in (tmp_path / "out").iterdir())
    for name in told["files"]:
        with Image.open(tmp_path / name) as image:
            assert image.size == (178, 112)
            if name.endswith(".gif"):
                assert image.n_frames == 4  # steps 0, 20, 40 and the last
                assert image.info["duration"] == 200
    trained = cppn.load(tmp_path / "out" / "mosaic-tanh-42.png")
    assert trained.network.weights is not None
    again = mosaic(trained, cell=20)
    assert np.array_equal(again, pixels(tmp_path / "out" / "mosaic-tanh-42.png"))


def test_the_command_shows_any_picture_and_its_units(run: Run, tmp_path):
    run("render", "silk", "--size", "40", "-o", "silk.png")
    run("mosaic", "silk.png", "--cell", "30", "--labels", "-o", "all.png")
    assert pixels(tmp_path / "all.png").shape[1] == 16 * 32 + 2
    assert run("mosaic", "silk", "--unit", "2/7", "--size", "60x40").stdout == "mosaic-silk-unit-2-7.png\n"
    unit = cppn.load(tmp_path / "mosaic-silk-unit-2-7.png")
    assert unit.network.hidden == (16, 16)
    assert np.array_equal(pixels(tmp_path / "mosaic-silk-unit-2-7.png"), cppn.render(unit, (60, 40)))
    run("mosaic", "--steps", "20", "--every", "20", "--cell", "8", "-o", "film.webp")
    with Image.open(tmp_path / "film.webp") as film:
        assert film.n_frames == 2


MISUSE = {
    "mosaic --steps 0": "steps: 0; 1 to",
    "mosaic --hidden 0,8": "greater than or equal to 1",
    "mosaic --act tahn": "did you mean 'tanh'",
    "mosaic --target nothing": "unknown target",
    "mosaic --seeds 0": "--seeds: 0 seeds",
    # so many steps take days: these are told before the first
    "mosaic --cell 0 --steps 100000000": "boxes of 0 pixels",
    "mosaic --colormap jett --steps 100000000": "unknown palette",
    "mosaic --unit 9/9 --steps 100000000": "there is no layer 9",
    "mosaic --optimizer lion": "unknown optimizer 'lion'",
    "mosaic --dropout 1": "dropout: 1;",
    "mosaic --lr 0": "lr: 0;",
    "mosaic silk --act tanh": "trained or drawn already",
    "mosaic silk --unit 9/9": "there is no layer 9",
    "mosaic silk --unit nine": "write LAYER/UNIT",
    "mosaic silk --cell 9000": "boxes of 9000 pixels",
    "mosaic -o missing/a.png": "the folder does not exist",
    "mosaic --residual --hidden 4,8": "residual connections",
    "mosaic nothing.png": "there is no such file",
}


@pytest.mark.parametrize("line", MISUSE)
def test_mistakes_are_one_clear_line(line, run: Run, tmp_path):
    done = run(*line.split(" "), fails=True)
    assert done.returncode in (1, 2)
    assert len(done.stderr.splitlines()) == 1, done.stderr
    assert MISUSE[line] in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_loss_that_is_no_number_is_said(run: Run, tmp_path):
    args = ("--act", "tanh,x*x*x*x", "--lr", "5", "--optimizer", "sgd", "--steps", "50", "--every", "5", "--cell", "9")
    done = run("mosaic", *args, "--json", "-o", f"{tmp_path}/", fails=True)
    assert done.returncode == 1
    told = json.loads(done.stdout)
    assert told["runs"][1]["loss"] is None
    for name in told["files"]:  # the last good weights are kept
        assert np.isfinite(cppn.render(cppn.load(name), (8, 8), bits=32)).all()
    (line,) = done.stderr.splitlines()
    assert "the loss is no number any more at step" in line
    assert "lower --lr" in line
