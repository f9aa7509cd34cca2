"""Studies: figures with true numbers beside them."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from conftest import pixels
from torch import nn

import cppn
from cppn.cli import cli
from cppn.errors import CppnError
from cppn.field.activations import CATALOGUE
from cppn.study import depth
from cppn.study.curves import PLAIN, WITH_SLOPES, curve, picture

TWINS = {
    "sigmoid": torch.sigmoid, "tanh": torch.tanh, "relu": torch.relu, "leakyrelu:slope=0.1": lambda x: torch.nn.functional.leaky_relu(x, 0.1),
    "elu": torch.nn.functional.elu, "silu": torch.nn.functional.silu, "gelu": torch.nn.functional.gelu, "mish": torch.nn.functional.mish,
}  # fmt: skip


def studied(folder: Path, *flags: str) -> list[str]:
    cli.main(["study", "curves", "-q", "-o", str(folder), *flags], standalone_mode=False)
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("text", TWINS)
def test_values_and_slopes_are_those_of_torchs_own(text):
    one = curve(text, -5, 5, 1000)
    x = torch.linspace(-5, 5, 1000, dtype=torch.float64, requires_grad=True)
    y = TWINS[text](x)
    y.sum().backward()
    np.testing.assert_allclose(one.x, x.detach().numpy(), atol=1e-12)
    np.testing.assert_allclose(one.y, y.detach().numpy(), rtol=1e-7, atol=1e-8)
    np.testing.assert_allclose(one.slope, x.grad.numpy(), rtol=1e-6, atol=1e-7)
    assert one.gaps == 0


@pytest.mark.parametrize("text", [n for n in CATALOGUE if n not in ("step", "sawtooth")])
def test_every_slope_of_the_catalogue_agrees_with_differences(text):
    one = curve(text, -2.03, 2, 4001)
    middle = (one.y[2:] - one.y[:-2]) / (one.x[2:] - one.x[:-2])
    wrong = np.abs(middle - one.slope[1:-1]) > 1e-3 * (1 + np.abs(middle))
    assert wrong.mean() < 0.02, "but for kinks"


def test_where_there_is_no_number_there_is_a_gap():
    one = curve("log(x)", -5, 5, 100)
    assert one.gaps == 50
    assert curve("3", -1, 1, 10).slope.tolist() == [0] * 10
    kink = curve("sqrt(abs(x))", -1, 1, 3)
    assert not np.isfinite(kink.slope[1]) or kink.slope[1] == 0


def test_the_original_figures_are_drawn_with_their_data(tmp_path):
    names = studied(tmp_path)
    assert {"curves.png", "curves.json", "strip.png", "strip.json", "curve-relu.png", "curve-relu.json"} <= set(names)
    told = json.loads((tmp_path / "curves.json").read_text())
    assert [one["activation"].partition(":")[0] for one in told["curves"]] == list(PLAIN)
    assert told["settings"] == {"": "curves", "x": "-5 to 5", "points": 100}
    tanh = told["curves"][1]
    np.testing.assert_allclose(tanh["y"], np.tanh(np.linspace(-5, 5, 100)), rtol=1e-8)
    assert tanh["formula"] == "tanh(x)"
    for name in names:
        if name.endswith(".png"):
            drawn = pixels(tmp_path / name)
            assert drawn.shape[1] > 700
            assert 0.5 < (drawn[..., :3].min(axis=2) > 250).mean() < 0.999 or name == "strip.png", "ink on white paper"
    recipe = json.loads((tmp_path / "strip.json").read_text())["pictures"][1]["recipe"]
    assert cppn.Recipe.model_validate(recipe) == picture("tanh", 1)


def test_slopes_come_in_a_grid_of_two_by_three(tmp_path):
    assert "gradients.png" in studied(tmp_path, "--gradients")
    told = json.loads((tmp_path / "gradients.json").read_text())
    assert len(told["curves"]) == len(WITH_SLOPES) == 6
    assert told["settings"]["points"] == 1000
    sigmoid = told["curves"][0]
    assert max(sigmoid["slope"]) == pytest.approx(0.25, abs=1e-4)
    drawn = pixels(tmp_path / "gradients.png")
    assert 1.4 < drawn.shape[1] / drawn.shape[0] < 2.2


def test_ones_own_formulas_are_studied_and_gaps_are_said(tmp_path):
    names = studied(
        tmp_path, "--act", "sin(3*x)*exp(-x*x),log(x)", "--range", "-2,2", "--points", "50", "--format", "svg"
    )
    assert "curves.svg" in names
    told = json.loads((tmp_path / "curves.json").read_text())["curves"]
    assert told[1]["not finite"] == 25
    assert told[1]["y"][0] is None
    text = (tmp_path / "curves.svg").read_text()
    assert "25 points are no numbers" in text
    assert "cppn study curves · x -2 to 2 · points 50" in text
    before = (tmp_path / "curves.svg").read_bytes()
    studied(tmp_path, "--act", "sin(3*x)*exp(-x*x),log(x)", "--range", "-2,2", "--points", "50", "--format", "svg")
    assert (tmp_path / "curves.svg").read_bytes() == before, "the same figure is the same file"


@pytest.mark.parametrize(
    ("flags", "told"),
    [
        (["--act", "tanhh"], "did you mean 'tanh'"),
        (["--act", "sin(", "-q"], "it cannot be read"),
        (["--range", "5,-5"], "the first is below the second"),
        (["--range", "5"], "is not a pair"),
        (["--points", "1"], "2 to 1000000 are legal"),
        (["-o", "no/no"], "the folder does not exist"),
    ],
)
def test_a_mistake_is_told_in_one_line(tmp_path, monkeypatch, flags, told):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(CppnError) as error:
        cli.main(["study", "curves", *flags], standalone_mode=False)
    assert told in str(error.value)
    assert "\n" not in str(error.value)
    assert not list(tmp_path.rglob("*.png"))


def test_it_prints_the_files(tmp_path, run):
    told = json.loads(run("study", "curves", "--act", "tanh", "--json").stdout)["files"]
    assert told[0] == "studies/curve-tanh.png"
    assert all((tmp_path / name).exists() for name in told)


# depth


@pytest.fixture(scope="module")
def deep() -> depth.Outcome:
    """The original's experiment, at its full size."""
    return depth.run(depth.Setting())


def median(outcome: depth.Outcome, values: np.ndarray) -> dict[str, float]:
    return {act: float(np.median(values[outcome.of(i)])) for i, act in enumerate(outcome.setting.acts)}


def test_ten_layers_learn_what_the_original_says(deep):
    final = median(deep, deep.final)
    assert final["linear"] == pytest.approx(0.213, abs=0.003)
    assert final["relu"] <= 0.009
    assert final["leakyrelu"] <= 0.009
    assert final["gelu"] <= 0.009
    assert final["sigmoid"] >= 0.07


def test_what_reaches_the_first_layer_is_nothing_through_sigmoids(deep):
    ratio = median(deep, deep.ratios)
    assert ratio["sigmoid"] > 1e6
    assert max(ratio["relu"], ratio["leakyrelu"], ratio["linear"]) < 1e3


def plain(network: object, act: nn.Module) -> nn.Sequential:
    """The same network as plain torch has it."""
    parts: list[nn.Module] = []
    for layer in network.layers:
        rows, columns = layer.weight.shape
        linear = nn.Linear(columns, rows)
        with torch.no_grad():
            linear.weight.copy_(torch.from_numpy(layer.weight))
            linear.bias.copy_(torch.from_numpy(layer.bias))
        parts += [linear, act]
    return nn.Sequential(*parts[:-1])


def test_losses_and_gradients_are_those_of_plain_torch():
    from cppn.develop import develop_network
    from cppn.recipe import from_dict

    setting = depth.Setting(("tanh", "relu"), (7,), layers=3, width=16, epochs=40)
    outcome = depth.run(setting)
    for member, act in ((0, nn.Tanh()), (1, nn.ReLU())):
        start = {"hidden": [16] * 3, "act": [*[setting.acts[member]] * 3, "linear"], "inputs": ["x"]}
        model = plain(develop_network(from_dict({"seed": 7, "network": start}, where="")), act)
        optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
        x, y = (torch.from_numpy(values.astype(np.float32))[:, None] for values in (outcome.x, outcome.y))
        for epoch in range(40):
            optimizer.zero_grad()
            loss = nn.functional.mse_loss(model(x), y)
            loss.backward()
            if epoch == 0:
                norms = [p.grad.norm().item() for p in model.parameters() if p.ndim == 2]
                np.testing.assert_allclose(outcome.gradients[0, :, member], norms, rtol=1e-3)
            optimizer.step()
            assert outcome.losses[epoch, member] == pytest.approx(loss.item(), rel=2e-3)


def test_the_figures_of_depth_are_drawn_with_their_numbers(tmp_path):
    flags = ["--layers", "3", "--width", "8", "--epochs", "30", "--seeds", "2", "--act", "relu,sin(2*x)"]
    cli.main(["study", "depth", *flags, "-q", "-o", str(tmp_path)], standalone_mode=False)
    names = {path.stem for path in tmp_path.glob("*.png")}
    assert names == {
        f"depth-{n}" for n in ("functions", "losses", "gradients-start", "gradients-training", "hidden", "summary")
    }
    told = json.loads((tmp_path / "depth-summary.json").read_text())
    assert told["settings"]["network"] == "1-8×3-1"
    first = told["activations"][0]
    assert first["activation"] == "relu"
    assert [one["seed"] for one in first["seeds"]] == [42, 43]
    assert len(first["seeds"][0]["gradient norms at the start"]) == 4
    errors = [one["final mse"] for one in first["seeds"]]
    assert first["median final mse"] == pytest.approx(np.median(errors))
    for path in tmp_path.glob("*.png"):
        assert pixels(path).shape[1] > 800


@pytest.mark.parametrize(
    ("flags", "told"),
    [
        (["--layers", "0"], "--layers: 0; 1 to 60 are legal"),
        (["--width", "9999"], "--width: 9999; 1 to 1024 are legal"),
        (["--epochs", "0"], "--epochs: 0; 1 to 1000000 are legal"),
        (["--lr", "0"], "--lr: 0; it is above 0"),
        (["--seeds", "0"], "--seeds: 0 seeds"),
        (["--act", "rely"], "did you mean 'relu'"),
        (["--act", "exp(x*x)", "--epochs", "3", "--layers", "4"], "its loss is no number any more at epoch 0"),
    ],
)
def test_a_mistake_in_depth_is_told_in_one_line(tmp_path, flags, told):
    with pytest.raises(CppnError) as error:
        cli.main(["study", "depth", *flags, "-o", str(tmp_path / "s")], standalone_mode=False)
    assert told in str(error.value)
    assert "\n" not in str(error.value)
    assert not list(tmp_path.rglob("*.png"))
