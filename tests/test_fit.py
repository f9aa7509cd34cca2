"""A network learns a picture, and is then a picture like any other."""

import importlib.util
import json
import signal
from pathlib import Path

import numpy as np
import pytest
from conftest import Run, pixels
from PIL import Image

import cppn
from cppn.files.pictures import read_picture
from cppn.fit.checkpoint import read_checkpoint, write_checkpoint
from cppn.fit.photo import Fit, photo_recipe, start

ROOT = Path(__file__).parent.parent
QUICK = ("--hidden", "32,32", "--steps", "60", "--batch", "500")


def natural(side: int) -> np.ndarray:
    spec = importlib.util.spec_from_file_location("natural_picture", ROOT / "tools" / "natural_picture.py")
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    return tool.natural_picture(side)


@pytest.fixture
def photo(tmp_path) -> Path:
    cppn.save((255 * natural(48) + 0.5).astype(np.uint8)[:40], tmp_path / "photo.png")
    return tmp_path / "photo.png"


def psnr(a: np.ndarray, b: np.ndarray) -> float:
    return float(-10 * np.log10(((a / 255.0 - b / 255.0) ** 2).mean()))


def test_the_network_draws_the_picture_at_any_size(photo, run: Run, tmp_path):
    told = json.loads(run("fit", "photo.png", *QUICK[:2], "--steps", "600", "-o", "a.png", "--json").stdout)
    assert told["files"] == ["a.png"]
    assert told["steps"] == 600
    drawn = pixels(tmp_path / "a.png")
    assert drawn.shape == (40, 48, 3)
    assert abs(psnr(drawn, pixels(photo)) - told["psnr"]) < 0.3
    assert told["psnr"] > 25
    run("render", "a.png", "--size", "96x80", "-o", "large.png")
    halved = pixels(tmp_path / "large.png").reshape(40, 2, 48, 2, 3).mean((1, 3))
    assert psnr(halved, pixels(photo)) > 20
    run("mosaic", "a.png", "--cell", "20", "-o", "mosaic.png")
    assert cppn.load(tmp_path / "a.png").network.hidden == (32, 32)


@pytest.mark.parametrize(
    "flags", [("--act", "relu", "--fourier", "24", "--scale", "4"), ("--act", "tanh"), ("--act", "sin(9*x)")]
)
def test_other_networks_learn_too(flags, photo, run: Run, tmp_path):
    short, long = (
        json.loads(run("fit", "photo.png", *QUICK[:2], "--steps", n, *flags, "-o", "a.png", "--json").stdout)["psnr"]
        for n in ("5", "300")
    )
    assert long > short + 3


def test_fourier_frequencies_stay_what_they_are():
    image = natural(16)
    recipe = photo_recipe(image.shape, act="relu", hidden=(8,), fourier=6)
    network = start(recipe, 6, 3.0)
    fit = Fit(recipe, network, image, batch=64)
    frozen = Fit(recipe, network, image, batch=64, frozen=1)
    for one in (fit, frozen):
        list(one.run(20))
    assert np.array_equal(frozen.network.stages[0].weight, network.stages[0].weight)
    assert not np.array_equal(fit.network.stages[0].weight, network.stages[0].weight)
    first = network.stages[0]
    np.testing.assert_allclose(first.weight[:6], first.weight[6:])
    np.testing.assert_allclose(first.bias, np.repeat([0, np.pi / 2], 6), atol=1e-6)


def test_a_fit_goes_on_from_its_checkpoint_as_if_nothing_had_been(tmp_path):
    image = natural(24)
    recipe = photo_recipe(image.shape, hidden=(12, 12))
    whole, first, second = (Fit(recipe, start(recipe), image, batch=100) for _ in range(3))
    list(whole.run(40))
    for progress in first.run(40):
        if progress.step == 20:
            write_checkpoint(tmp_path / "c", first, {"a": 1})
            break
    read_checkpoint(tmp_path / "c", second, {"a": 1})
    assert second.step == 20
    list(second.run(40))
    for a, b in zip(whole.network.stages, second.network.stages, strict=True):
        assert np.array_equal(a.weight, b.weight)


def test_checkpoints_of_other_fits_and_damaged_ones_are_refused(tmp_path):
    image = natural(24)
    recipe = photo_recipe(image.shape, hidden=(12, 12))
    fit, wider = Fit(recipe, start(recipe), image), photo_recipe(image.shape, hidden=(14, 12))
    path = tmp_path / "c"
    write_checkpoint(path, fit, {"a": 1, "b": [1, 2]})
    with pytest.raises(cppn.CppnError, match="of another fit: b is not the same"):
        read_checkpoint(path, fit, {"a": 1, "b": [1, 3]})
    with pytest.raises(cppn.CppnError, match="no checkpoint of this network"):
        read_checkpoint(path, Fit(wider, start(wider), image), {"a": 1, "b": [1, 2]})
    data = path.read_bytes()
    for junk in (b"", data[:100], data[: len(data) // 2], b"\0" * 1000, b"\xff" * 5000):
        path.write_bytes(junk)
        with pytest.raises(cppn.CppnError, match="no checkpoint, or damaged"):
            read_checkpoint(path, fit, {"a": 1, "b": [1, 2]})


def test_a_kill_is_resumed_and_ctrl_c_keeps_the_best(photo, run: Run, start, tmp_path):
    command = ["fit", "photo.png", "--hidden", "32,32", "--steps", "20000", "-o", "a.png"]
    checkpoint = tmp_path / "a.png.cppn-fit"
    for stop in (signal.SIGKILL, signal.SIGINT):
        resume = ["--resume"] if checkpoint.exists() else []
        before = checkpoint.stat().st_mtime_ns if resume else 0
        process = start(*command, *resume)
        while not checkpoint.exists() or checkpoint.stat().st_mtime_ns == before:
            assert process.poll() is None, process.communicate()
        process.send_signal(stop)
        out, errors = process.communicate(timeout=60)
        assert "Traceback" not in errors
    assert process.returncode == 0, errors
    assert out == "a.png\n"
    assert "the best so far is kept" in errors
    assert psnr(pixels(tmp_path / "a.png"), pixels(photo)) > 15
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.png", "photo.png"]
    assert run("fit", "photo.png", *QUICK, "--resume", "-q", "-o", "b.png").stdout == "", (
        "none to go on from: it starts"
    )


def test_large_weights_stand_beside_the_picture(photo, monkeypatch):
    from cppn.cli import cli

    monkeypatch.chdir(photo.parent)
    monkeypatch.setattr("cppn.cli.fit._EMBEDDED", 100)
    cli.main(["fit", "photo.png", *QUICK, "-q", "-o", "a.png"], standalone_mode=False)
    assert sorted(path.name for path in photo.parent.iterdir()) == ["a.png", "a.safetensors", "a.toml", "photo.png"]
    assert np.array_equal(cppn.render(cppn.load("a.toml"), (48, 40)), pixels(photo.parent / "a.png"))


def test_time_is_kept(photo, run: Run):
    told = json.loads(run("fit", "photo.png", "--hidden", "16", "--time", "1s", "-o", "a.png", "--json").stdout)
    assert 1 <= told["seconds"] < 10


def test_pictures_are_read_as_they_are(tmp_path):
    rng = np.random.default_rng(2)
    deep = rng.integers(0, 65536, (6, 5, 3), np.uint16)
    cppn.save(deep, tmp_path / "deep.png")
    read = read_picture(tmp_path / "deep.png")
    assert np.array_equal(np.rint(65535 * read.pixels), deep)
    assert read.notes == ("its 16 bits are kept",)
    gray = rng.integers(0, 256, (6, 5), np.uint8)
    Image.fromarray(gray).save(tmp_path / "gray.png")
    assert np.array_equal(np.rint(255 * read_picture(tmp_path / "gray.png").pixels[..., 0]), gray)
    clear = np.zeros((6, 5, 4), np.uint8)
    clear[:3, :, 3] = 255
    Image.fromarray(clear).save(tmp_path / "clear.png")
    read = read_picture(tmp_path / "clear.png")
    assert (read.pixels[:3] == 0).all()
    assert (read.pixels[3:] == 1).all()
    assert read.notes == ("its transparency is laid over white",)
    Image.fromarray(gray).convert("P").save(tmp_path / "palette.gif")
    assert np.array_equal(np.rint(255 * read_picture(tmp_path / "palette.gif").pixels[..., 0]), gray)


def test_mistakes_are_one_clear_line(photo, run: Run, tmp_path):
    (tmp_path / "text.png").write_text("hello")
    Image.new("RGB", (1, 1)).save(tmp_path / "one.png")
    (tmp_path / "cut.png").write_bytes(photo.read_bytes()[:700])
    cases = {
        "fit text.png": "cannot be read as a picture",
        "fit cut.png": "cannot be read as a picture",
        "fit one.png": "a picture of 1x1 pixels",
        "fit none.png": "there is no such file",
        "fit photo.png --steps 0": "--steps: 0 steps",
        "fit photo.png --time soon": 'write "60s", "5m" or "1h"',
        "fit photo.png --hidden 0,4": "0 is out of range; 1 to 4096 are legal",
        "fit photo.png --hidden none": "needs hidden layers",
        "fit photo.png --act nosuch": "unknown activation",
        "fit photo.png --batch 0": "batch",
        "fit photo.png --lr -1": "lr: -1",
        "fit photo.png -o a.jpg": "ends in .png, .tif or .webp",
        "fit photo.png -o no/a.png": "the folder does not exist",
        "fit photo.png --fourier -3": "--fourier: -3",
        "fit photo.png --device cuda:9": "device",
    }
    before = sorted(tmp_path.iterdir())
    for line, expected in cases.items():
        done = run(*line.split(" "), fails=True)
        assert done.returncode in (1, 2), line
        assert len(done.stderr.splitlines()) == 1, (line, done.stderr)
        assert expected in done.stderr, (line, done.stderr)
        assert sorted(tmp_path.iterdir()) == before


def test_a_loss_that_is_no_number_keeps_the_best(photo, run: Run, tmp_path):
    done = run("fit", "photo.png", *QUICK, "--act", "x*x*x", "--lr", "900", "-o", "a.png", fails=True)
    assert done.returncode == 1
    assert "the loss is no number any more at step" in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr
