"""A mosaic shows every unit as it is, and one unit is a picture of its own."""

import json

import numpy as np
import pytest
import torch
from conftest import Run, pixels, small
from matplotlib import colormaps
from matplotlib.colors import Normalize
from PIL import Image
from torch import nn

import cppn
from cppn.fit.targets import parse_target
from cppn.fit.training import untrained
from cppn.mosaic import Layout, mosaic, unit_recipe
from cppn.network.develop import develop_network

BOARD = parse_target("checkerboard")


def by_hand(recipe: cppn.Recipe, side: int) -> list[np.ndarray]:
    """Every unit's values over [0, 1]², worked out with NumPy alone, for a network of row and column."""
    v, u = (np.mgrid[:side, :side] + 0.5) / side
    stages = [np.stack([v, u])]
    for layer in develop_network(recipe).stages:
        z = np.tensordot(layer.weight.astype(float), stages[-1], 1) + layer.bias[:, None, None]
        stages.append(np.tanh(z) if layer.slices[0].activation.name == "tanh" else z)
    return stages


@pytest.mark.parametrize("scale", ["absolute", "common", "unit", (-0.5, 0.25)])
def test_boxes_show_the_units_over_pixel_centres_on_the_scale_that_is_asked_for(scale):
    recipe = untrained("tanh", 7, BOARD)
    picture = mosaic(recipe, cell=100, scale=scale, bar=False)
    assert picture.shape == (512, 818, 3), "as large as the original's"
    stages = by_hand(recipe, 100)
    inner = np.concatenate([units.ravel() for units in stages[1:]])
    shared = {"absolute": (0.005, 0.995), "common": (inner.min(), inner.max())}
    for row, units in enumerate(stages):
        for unit, values in enumerate(units):
            left, top = 2 + 102 * unit, 2 + 102 * row
            own = (values.min(), values.max())
            low, high = scale if isinstance(scale, tuple) else own if scale == "unit" else shared[scale]
            expected = colormaps["jet"]((values - low) / (high - low))[..., :3]
            assert np.abs(picture[top : top + 100, left : left + 100] / 255 - expected).max() < 0.02
    boxes = np.zeros(picture.shape[:2], bool)
    for row, count in enumerate((2, 8, 8, 8, 1)):
        for unit in range(count):
            boxes[2 + 102 * row : 102 + 102 * row, 2 + 102 * unit : 102 + 102 * unit] = True
    assert not picture[~boxes].any(), "gaps and the rest are black"


def test_the_bar_says_the_scale_and_the_target_has_a_box_of_its_own():
    recipe = untrained("tanh", 7, BOARD)
    plain, whole = mosaic(recipe, bar=False), mosaic(recipe, target=BOARD.values)
    assert np.array_equal(whole[:409], plain[:409])
    v, u = np.mgrid[:100, :100] // 25
    board = colormaps["jet"](np.where(u % 2 == v % 2, 1.0, 0.0))[..., :3]
    np.testing.assert_allclose(whole[410:510, 104:204] / 255, board, atol=1 / 255)
    assert not plain[410:510, 104:204].any()
    bar = whole[512:]
    (line,) = np.unique([row for row in bar[:, 130:690] if len(np.unique(row, axis=0)) > 200], axis=0)
    jet = colormaps["jet"](np.linspace(0, 1, 256))[:, :3]
    at = [int(np.abs(jet - colour / 255).sum(1).argmin()) for colour in line]
    assert at == sorted(at), "from the colour of the least to that of the largest"
    assert at[-1] - at[0] > 200
    assert bar[:, :100].max() > 200, "the ends are written beside it"
    assert bar[:, 720:].max() > 200
    assert mosaic(recipe, scale="unit").shape == plain.shape, "boxes of their own scales share no bar"


def like_a_script(steps: int) -> tuple[nn.Sequential, list[float]]:
    """Trained as a plain script does it."""
    torch.manual_seed(42)
    layers = [nn.Linear(2, 8), nn.Tanh(), nn.Linear(8, 8), nn.Tanh(), nn.Linear(8, 8), nn.Tanh(), nn.Linear(8, 1)]
    model, losses = nn.Sequential(*layers), []
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    for _ in range(steps):
        points = torch.rand(1000, 2)
        tiles = torch.floor(4 * points).long() % 2
        loss = nn.functional.mse_loss(model(points), (tiles[:, :1] == tiles[:, 1:]).float())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return model, losses


def test_a_mosaic_like_the_originals_is_that_of_plain_torch_and_matplotlib(run: Run, tmp_path):
    model, losses = like_a_script(60)
    told = json.loads(run("mosaic", "--like-original", "--steps", "60", "--cell", "20", "--json").stdout)
    assert told["runs"][0]["loss"] == pytest.approx(np.mean(losses), rel=1e-5)
    drawn = pixels(tmp_path / "mosaic-tanh.png")
    assert drawn.shape == (112, 178, 3), "neither target nor bar"
    middle = (torch.arange(20) + 0.5) / 20
    h = torch.cartesian_prod(middle, middle)
    stages = [h]
    with torch.no_grad():
        for layer in model:
            h = layer(h)
            stages += [h] * (not isinstance(layer, nn.Linear))
    expected = np.zeros_like(drawn)
    scale = Normalize(0.005, 0.995)
    for row, stage in enumerate([*stages, h]):
        for unit, values in enumerate(stage.T.reshape(-1, 20, 20).numpy()):
            left, top = 2 + 22 * unit, 2 + 22 * row
            expected[top : top + 20, left : left + 20] = colormaps["jet"](scale(values), bytes=True)[..., :3]
    apart = np.abs(drawn.astype(int) - expected)
    assert apart.max() <= 5, "a colour of matplotlib's map is 4 from the next"
    assert (apart > 2).mean() < 0.01


def test_large_boxes_drawn_by_an_engine_show_the_same():
    recipe = untrained("tanh", 7, BOARD, (3, 4))
    small_, large = (mosaic(recipe, cell=cell, scale="unit").astype(int) for cell in (100, 200))
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
    from cppn.engines.oracle import outputs

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
    settings = told["settings"]
    assert (settings["scale"], settings["target"], settings["lr"]) == ("absolute", "checkerboard:4", 0.01)
    assert settings["versions"]["torch"] == torch.__version__
    assert sorted(told["files"]) == sorted(str(path.relative_to(tmp_path)) for path in (tmp_path / "out").iterdir())
    for name in told["files"]:
        with Image.open(tmp_path / name) as image:
            assert image.size == (178, 126), "112 and a bar"
            if name.endswith(".gif"):
                assert image.n_frames == 4  # steps 0, 20, 40 and the last
                assert image.info["duration"] == 200
    trained = cppn.load(tmp_path / "out" / "mosaic-tanh-42.png")
    assert trained.network.weights is not None
    again = mosaic(trained, cell=20, target=BOARD.values)
    assert np.array_equal(again, pixels(tmp_path / "out" / "mosaic-tanh-42.png"))


def test_the_command_shows_any_picture_and_its_units(run: Run, tmp_path):
    run("render", "silk", "--size", "40", "-o", "silk.png")
    run("mosaic", "silk.png", "--cell", "30", "--labels", "-o", "all.png")
    drawn = pixels(tmp_path / "all.png")
    assert drawn.shape == (4 * (32 + 10) + 2 + 14, 16 * 32 + 2, 3)
    assert all(drawn[2 + row * 42 : 11 + row * 42].max() > 120 for row in range(4)), "a line above each row"
    assert np.array_equal(drawn[54:84, 2:32], mosaic(cppn.load("silk"), cell=30, scale="common")[34:64, 2:32])
    assert run("mosaic", "silk", "--unit", "2/7", "--size", "60x40").stdout == "mosaic-silk-unit-2-7.png\n"
    unit = cppn.load(tmp_path / "mosaic-silk-unit-2-7.png")
    assert unit.network.hidden == (16, 16)
    assert np.array_equal(pixels(tmp_path / "mosaic-silk-unit-2-7.png"), cppn.render(unit, (60, 40)))
    run("mosaic", "--steps", "20", "--every", "20", "--cell", "8", "-o", "film.webp")
    with Image.open(tmp_path / "film.webp") as film:
        assert film.n_frames == 2


@pytest.mark.parametrize("ending", [".mp4", ".webm", ".gif", ".webp", ".png"])
def test_films_of_every_format_show_the_mosaics(ending, run: Run, tmp_path):
    film = f"film{ending}"
    told = run("mosaic", "--steps", "40", "--every", "20", "--cell", "21", "--film", film, "-o", "still.png").stdout
    assert told.split() == ["still.png", film]
    last = pixels(tmp_path / "still.png").astype(int)
    if ending in (".mp4", ".webm"):
        import av

        with av.open(str(tmp_path / film)) as container:
            frames = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
    else:
        with Image.open(tmp_path / film) as image:
            frames = [np.asarray((image.seek(k), image.convert("RGB"))[1]) for k in range(image.n_frames)]
    assert len(frames) == 3
    shown = frames[-1][: last.shape[0], : last.shape[1]].astype(int)
    assert np.abs(shown - last).mean() < (6 if ending in (".mp4", ".webm") else 1.5)
    assert np.abs(frames[0][:, :186].astype(int) - frames[-1][:, :186]).max() > 50, "it learns"
    assert cppn.load(tmp_path / film).network.weights is not None


@pytest.mark.parametrize("flags", [["-o", "photo.gif"], ["--animate"], ["--act", "tanh,relu", "-o", "photo.png"]])
def test_no_file_is_lost_beside_a_mosaic(flags, run: Run, tmp_path):
    names = ["photo.png", "mosaic-tanh.png", "mosaic-tanh.gif", "photo-tanh.png", "photo-relu.png"]
    mine = [name for name in names if name not in flags or (name == "photo.png" and "--act" in flags)]
    for name in mine:
        (tmp_path / name).write_text("mine")
    told = run("mosaic", "--steps", "2", "--every", "2", "--cell", "4", *flags).stdout.split()
    assert len(told) == 2
    assert all((tmp_path / name).read_text() == "mine" for name in mine)
    with Image.open(tmp_path / told[0]) as image:
        assert image.size[0] == 8 * 6 + 2


MISUSE = {
    "mosaic --steps 0": "steps: 0; 1 to",
    "mosaic --hidden 0,8": "0 is out of range; 1 to 4096 are legal",
    "mosaic --act tahn": "did you mean 'tanh'",
    "mosaic --target nothing": "unknown target",
    "mosaic --seeds 0": "--seeds: 0 seeds",
    # so many steps take days: these are told before the first
    "mosaic --cell 0 --steps 100000000": "boxes of 0 pixels",
    "mosaic --colormap jett --steps 100000000": "unknown palette",
    "mosaic --unit 9/9 --steps 100000000": "there is no layer 9",
    "mosaic --scale 1:0 --steps 100000000": "'1:0' is no scale; absolute, common, unit or LO:HI, as in 0:1, are legal",
    "mosaic --scale nan:1": "is no scale",
    "mosaic --film a.xyz --steps 100000000": "unknown film format '.xyz'",
    "mosaic --film a.png -o a.png --steps 100000000": "film and mosaic are one file",
    "mosaic --animate --unit 1/1 --steps 100000000": "a film shows all units",
    "mosaic silk --film a.gif": "trained or drawn already",
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


def test_a_units_levels_are_its_own_even_where_they_are_those_of_the_picture():
    recipe = small("cos")  # whose range is 0 to 1
    for levels in ((0.0, 1.0), (-1.0, 2.0)):
        one = unit_recipe(recipe, 1, 0, "gray", levels)
        assert one.color.levels == levels
