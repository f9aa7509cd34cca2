"""Deep networks: what the original says of them, and that what is shown is what was there."""

import json
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import torch
from conftest import pixels
from PIL import Image
from torch import nn

from cppn.cli import cli
from cppn.errors import CppnError
from cppn.network.develop import develop_network
from cppn.recipe import from_dict
from cppn.study.depth import capacity, flow, learning, stability, summary
from cppn.study.depth.chapter import by_init
from cppn.study.depth.experiment import INITS, Setting
from cppn.study.originals import DEPTH


@pytest.fixture(scope="module")
def deep() -> learning.Outcome:
    """The original's experiment, at its full size."""
    return learning.run(Setting())


def median(outcome: learning.Outcome, values: np.ndarray) -> dict[str, float]:
    return {act: float(np.median(values[outcome.setting.of(i)])) for i, act in enumerate(outcome.setting.acts)}


def test_ten_layers_learn_what_the_original_says(deep):
    final = median(deep, deep.final)
    assert final["linear"] == pytest.approx(0.213, abs=0.003)
    assert final["relu"] <= 0.009
    assert final["leakyrelu"] <= 0.009
    assert final["gelu"] <= 0.009
    assert final["sigmoid"] >= 0.07


def test_what_reaches_the_first_layer_is_nothing_through_sigmoids(deep):
    ratio = median(deep, deep.ratios())
    assert 1e7 < ratio["sigmoid"] < 1e9, "the original's 2.59e7"
    assert max(ratio["relu"], ratio["leakyrelu"], ratio["linear"]) < 1e3


def test_after_150_epochs_the_ratios_are_the_originals(deep):
    assert deep.epochs[deep.at] == 150
    ratio = median(deep, deep.ratios(deep.at))
    for act, wanted in (("relu", DEPTH["relu"]), ("leakyrelu", DEPTH["leakyrelu:slope=0.01"]), ("gelu", DEPTH["gelu"])):
        assert wanted.gradient_ratio / 4 < ratio[act] < 4 * wanted.gradient_ratio


def test_the_table_says_what_was_seen_beside_the_original(deep):
    table = summary.tables(deep)[0]
    rows = {row["activation"]: row for row in table.to_dict()}
    assert rows["sigmoid"]["original_ratio"] == 2.59e7
    assert rows["sigmoid"]["status"] == "vanishing, partly learned"
    assert rows["ReLU"]["status"] == "stable, learned"
    assert "hidden layer 10 to that of hidden layer 1" in table.note
    said = " ".join(summary.remarks(deep))
    assert "Through sigmoid the gradient of hidden layer 10" in said
    assert "Through ReLU" not in said
    bars = summary.tables(deep)[2].to_dict()
    assert all(len(row["bars"]) == 11 for row in bars)
    assert bars[1]["bars"][0] == "▁"
    assert bars[1]["bars"][-1] == "█"


@pytest.mark.parametrize(
    ("ratio", "error", "told"),
    [
        (999, 0.0199, "stable, learned"), (1001, 0.021, "vanishing, partly learned"), (1 / 1001, 0.6, "exploding, nothing learned"),
        (float("inf"), 0.3, "vanishing, partly learned"), (float("nan"), 0.3, "no gradient, partly learned"), (1, float("nan"), "no number"),
    ],
)  # fmt: skip
def test_the_status_follows_its_rule(deep, ratio, error, told):
    assert summary.status(ratio, error, deep) == told


def plain(network: object, act: nn.Module) -> nn.Sequential:
    """The same network as plain torch has it."""
    parts: list[nn.Module] = []
    for layer in network.stages:
        rows, columns = layer.weight.shape
        linear = nn.Linear(columns, rows)
        with torch.no_grad():
            linear.weight.copy_(torch.from_numpy(layer.weight))
            linear.bias.copy_(torch.from_numpy(layer.bias))
        parts += [linear, act]
    return nn.Sequential(*parts[:-1])


def test_losses_and_gradients_are_those_of_plain_torch():
    setting = Setting(("tanh", "relu"), (7,), layers=3, width=16, epochs=40, at=25)
    outcome = learning.run(setting)
    for member, act in ((0, nn.Tanh()), (1, nn.ReLU())):
        start = {"hidden": [16] * 3, "act": [*[setting.acts[member]] * 3, "linear"], "inputs": ["x"]}
        model = plain(develop_network(from_dict({"seed": 7, "network": start}, where="")), act)
        optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
        x = setting.x
        x, y = (torch.from_numpy(values.astype(np.float32))[:, None] for values in (x, setting.noisy(np.sin(x))))
        for epoch in range(40):
            optimizer.zero_grad()
            loss = nn.functional.mse_loss(model(x), y)
            loss.backward()
            if epoch == 0:
                norms = [p.grad.norm().item() for p in model.parameters() if p.ndim == 2]
                np.testing.assert_allclose(outcome.gradients[0, :, member], norms, rtol=1e-3)
                assert outcome.ratios()[member] == pytest.approx(norms[2] / norms[0], rel=1e-3)
                values = [x]
                for part in model:
                    values.append(part(values[-1]))
                for layer, value in enumerate(values[2:-1:2]):
                    reach = outcome.reach[0, member]
                    counts, _ = np.histogram(value.detach().numpy(), np.linspace(-reach, reach, learning.BINS + 1))
                    assert np.abs(outcome.counts[0, layer, member] - counts).sum() < 20, (
                        "but for roundings at the edges"
                    )
            if epoch == 25:
                norms = [p.grad.norm().item() for p in model.parameters() if p.ndim == 2]
                assert outcome.epochs[outcome.at] == 25
                assert outcome.ratios(outcome.at)[member] == pytest.approx(norms[2] / norms[0], rel=0.02)
            optimizer.step()
            assert outcome.losses[epoch, member] == pytest.approx(loss.item(), rel=2e-3)
        values = [x]
        for part in model:
            values.append(part(values[-1]))
        hidden = [value.detach().T for value in values[2:-1:2]]
        np.testing.assert_allclose(outcome.functions[-1, member], values[-1][:, 0].detach(), atol=2e-3)
        np.testing.assert_allclose(outcome.hidden[1, :, member], hidden, atol=5e-3)
        spread = [value.std(1, correction=0).mean() for value in hidden]
        np.testing.assert_allclose(outcome.spread[-1, :, member], spread, rtol=0.02)
        small = [(value.abs() < 0.01).float().mean() for value in hidden]
        np.testing.assert_allclose(outcome.small[-1, :, member], small, atol=0.02)
        dead = [(value.amax(1) - value.amin(1) == 0).float().mean() for value in hidden]
        np.testing.assert_allclose(outcome.dead[-1, :, member], dead, atol=1e-6)


def test_units_die_of_sigmoids_and_of_relus_as_they_begin(deep):
    dead = {act: deep.dead[0, -1, deep.setting.of(i)].mean() for i, act in enumerate(deep.setting.acts)}
    assert dead["sigmoid"] == 1
    assert 0.2 < dead["relu"] < 0.8
    assert dead["linear"] == 0
    assert deep.small[-1, :, deep.setting.of(2)].mean() > 0.3, "ReLU's values are sparse"


def test_gradients_fade_with_depth_and_fastest_through_sigmoids(deep):
    found = flow.run(deep.setting, [5, 10, 20])
    np.testing.assert_allclose(found[10], deep.gradients[0], rtol=1e-4)
    rows = flow.ratios(deep.setting, found)
    assert [row["layers"] for row in rows] == [5, 10, 20]
    for act in ("sigmoid", "relu", "gelu"):
        ratios = [row["median gradient ratio"][act] for row in rows]
        assert all(later is None or later > 10 * now for now, later in pairwise(ratios)), act


def test_each_rate_and_depth_is_as_if_trained_alone():
    setting = Setting(("relu", "tanh"), (5, 6), layers=2, width=8, epochs=30)
    ends = stability.run(setting, (2, 4), (1e-3, 1e-2))
    for d, layers in enumerate((2, 4)):
        for r, rate in enumerate((1e-3, 1e-2)):
            alone = learning.run(Setting(("relu", "tanh"), (5,), layers=layers, width=8, epochs=30, lr=rate))
            np.testing.assert_allclose(ends[:, d, r], alone.final, rtol=1e-4)
    wild = stability.run(Setting(("exp(x)",), (1,), layers=6, width=32, epochs=20), (6,), (10.0,))
    assert not np.isfinite(wild).any() or wild.max() > 2, "what diverges is told as it is"


def test_each_target_is_learned_as_if_alone():
    setting = Setting(("tanh", "relu"), (3, 4), layers=2, width=8, epochs=30, noise=0.0)
    learned = capacity.run(setting)
    ends = learned.ends
    assert ends.shape == (2, len(capacity.TARGETS))
    alone = learning.run(setting)  # its target is sin x
    medians = [np.median(alone.final[setting.of(i)]) for i in range(2)]
    sine = list(capacity.TARGETS).index("sin x")
    np.testing.assert_allclose(ends[:, sine], medians, rtol=1e-4)
    for i in range(2):
        np.testing.assert_allclose(learned.functions[i, sine], alone.functions[-1, setting.of(i).start], atol=1e-3)


@pytest.mark.parametrize("init", INITS)
def test_each_initialisation_is_the_recipes(init):
    setting = Setting(("tanh",), (5,), layers=2, width=8, epochs=2, init=init)
    recipe = {
        "seed": 5,
        "network": {"hidden": [8, 8], "act": ["tanh", "tanh", "linear"], "inputs": ["x"], "init": init},
    }
    model = plain(develop_network(from_dict(recipe, where="")), nn.Tanh())
    x, y = (torch.from_numpy(v.astype(np.float32))[:, None] for v in (setting.x, setting.noisy(np.sin(setting.x))))
    nn.functional.mse_loss(model(x), y).backward()
    norms = [p.grad.norm().item() for p in model.parameters() if p.ndim == 2]
    found = by_init(setting)[init][:, 0]
    np.testing.assert_allclose(found, norms, rtol=1e-3)


NAMES = (
    "functions", "losses", "gradients-start", "gradients-training", "hidden", "sparsity", "evolution", "summary", "flow",
    "stability", "capacity", "predictions", "distributions",
)  # fmt: skip
SMALL = ["--layers", "3", "--width", "8", "--epochs", "30", "--seeds", "2", "--depths", "2,4"]


def test_the_figures_of_depth_are_drawn_with_their_numbers(tmp_path):
    film = tmp_path / "learning.gif"
    flags = [*SMALL, "--act", "relu,sin(2*x)", "--all", "--film", str(film)]
    cli.main(["study", "depth", *flags, "-q", "-o", str(tmp_path)], standalone_mode=False)
    assert {path.stem for path in tmp_path.glob("*.png")} == {f"depth-{name}" for name in NAMES}
    told = {name: json.loads((tmp_path / f"depth-{name}.json").read_text()) for name in NAMES}
    assert told["summary"]["settings"]["network"] == "1-8×3-1"
    first = told["summary"]["activations"][0]
    assert first["activation"] == "relu"
    assert [one["seed"] for one in first["seeds"]] == [42, 43]
    assert len(first["seeds"][0]["gradient norms at the start"]) == 4
    errors = [one["final mse"] for one in first["seeds"]]
    assert first["median final mse"] == pytest.approx(np.median(errors))
    norms = [one["gradient norms at the start"] for one in first["seeds"]]
    assert first["median gradient ratio"] == pytest.approx(np.median([one[2] / one[0] for one in norms]), rel=1e-6)
    losses = told["losses"]["data"]["relu"]
    assert [len(one) for one in losses] == [31, 31]
    assert losses[0][-1] == pytest.approx(errors[0], rel=1e-5)
    functions = told["functions"]["data"]
    x, points, learned = functions["x"], functions["points"], functions["learned"]["sin(2*x)"][1]
    assert len(x) == len(points) == len(learned) == 200
    second = told["summary"]["activations"][1]["seeds"][1]["final mse"]
    assert np.mean(np.subtract(points, learned) ** 2) == pytest.approx(second, rel=1e-3)
    assert np.shape(told["stability"]["final mse, depths by rates"]["relu"]) == (2, 4)
    assert np.shape(told["capacity"]["final mse, activations by targets"]) == (2, 7)
    for path in tmp_path.glob("*.png"):
        assert pixels(path).shape[1] > 800
    with Image.open(film) as frames:
        assert frames.n_frames > 20
        frames.seek(0)
        before = np.asarray(frames.convert("RGB"), int)
        frames.seek(frames.n_frames - 1)
        assert np.abs(np.asarray(frames.convert("RGB"), int) - before).max() > 100


def test_what_is_no_number_is_a_gap_and_said(tmp_path, run):
    done = run("study", "depth", *SMALL, "--act", "relu,exp(x*x)", "--json")
    told = json.loads(done.stdout)["activations"]
    assert told[0]["median final mse"] < 1
    assert told[1]["median final mse"] is None
    assert told[1]["no number from epoch"] == [0, 0]
    assert told[1]["dead units at the end"] is None
    dead = json.loads((tmp_path / "studies" / "depth-sparsity.json").read_text())["data"]["dead units"]
    assert dead["end"]["exp(x*x)"][0][-1] is None
    assert dead["end"]["relu"][0][-1] is not None
    done = run("study", "depth", *SMALL, "--act", "relu,exp(x*x)", "--format", "svg")
    assert "With exp(x*x) the loss is no number." in done.stderr
    assert "no number from the start" in (tmp_path / "studies" / "depth-functions.svg").read_text()


def test_an_activation_alone_that_gives_no_number_is_drawn_and_said(tmp_path, run):
    done = run("study", "depth", *SMALL, "--act", "exp(x*x)", "--format", "svg")
    assert "With exp(x*x) the loss is no number." in done.stderr
    assert (tmp_path / "studies" / "depth-losses.svg").exists()
    assert (tmp_path / "studies" / "depth-summary.svg").exists()


def test_an_activation_without_a_gradient_is_drawn_without_warnings(tmp_path, run):
    done = run("study", "depth", *SMALL, "--act", "0*x", "--format", "svg", "-q")
    assert done.stderr == ""
    assert (tmp_path / "studies" / "depth-summary.svg").exists()


def test_gradients_too_small_for_squares_of_float32_are_there():
    setting = Setting(("sigmoid",), (1,), width=8, points=20)
    norms = flow.run(setting, [28])[28][:, 0]
    assert (norms > 0).all()
    assert norms[0] < 1e-23
    steps = norms[:20] / norms[1:21]
    assert steps.max() < 1, "it fades from layer to layer"


def test_the_seeds_are_named_and_one_seed_has_no_range(tmp_path):
    assert Setting().told.to_dict()["seeds"] == [42, 43, 44]
    assert "seeds 42 to 44" in Setting().told.words
    flags = ["--act", "relu", "--layers", "2", "--width", "4", "--epochs", "3", "--seeds", "1", "--seed", "7"]
    flags += ["--depths", "2", "--capacity", "--format", "svg", "-q", "-o", str(tmp_path)]
    cli.main(["study", "depth", *flags], standalone_mode=False)
    for path in tmp_path.glob("*.svg"):
        text = path.read_text()
        assert "seed 7" in text, path.name
        assert "of the seeds" not in text
        assert "edians" not in text


def kept(cache: Path, study: str) -> set[Path]:
    return set((cache / "studies").glob(f"{study}-*.kept"))


def test_results_are_kept_by_their_settings_and_used_again(cache, tmp_path):
    setting = Setting(("softplus",), (1,), layers=2, width=4, epochs=5)
    before = kept(cache, "depth")
    first = learning.run(setting)
    (path,) = kept(cache, "depth") - before
    steps: list[int] = []
    again = learning.run(setting, steps.append)
    assert not steps, "nothing is trained"
    np.testing.assert_array_equal(first.losses, again.losses)
    learning.run(setting, steps.append, fresh=True)
    assert len(steps) == 6
    path.write_bytes(path.read_bytes()[:100])
    np.testing.assert_array_equal(learning.run(setting).losses, first.losses, "a damaged one is made anew")
    other = learning.run(Setting(("softplus",), (1,), layers=2, width=4, epochs=5, lr=0.01))
    assert (other.losses[-1] != first.losses[-1]).all()


def test_a_study_needs_no_place_to_keep_its_results(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert learning.run(Setting(("relu",), (1,), layers=1, width=2, epochs=2)).losses.shape == (3, 1)


@pytest.mark.parametrize(
    ("flags", "told"),
    [
        (["--layers", "0"], "--layers: 0; 1 to 60 are legal"),
        (["--width", "9999"], "--width: 9999; 1 to 1024 are legal"),
        (["--epochs", "0"], "--epochs: 0; 1 to 1000000 are legal"),
        (["--lr", "0"], "--lr: 0; it is above 0"),
        (["--seeds", "0"], "--seeds: 0 seeds"),
        (["--act", "rely"], "did you mean 'relu'"),
        (["--depths", "0"], "--depths: 0; 1 to 60 are legal"),
        (["--depths", "none"], "--depths: 'none' is no list of whole numbers; 1 to 60 are legal"),
        (["--depths", "3,x"], "--depths: '3,x' is no list of whole numbers"),
        (["--seed", "-1"], "--seed: -1; 0 to"),
        (["--depths", "5,61"], "--depths: 61; 1 to 60 are legal"),
        (["--film", "a.txt"], "unknown film format '.txt'"),
        (["--film", "%d.gif"], "a film of training is one file"),
        (["--film", "no/a.gif"], "the folder does not exist"),
        (["--width", "1024", "--layers", "60", "--seeds", "50"], "take too much memory at once"),
    ],
)
def test_a_mistake_in_depth_is_told_in_one_line(tmp_path, flags, told):
    with pytest.raises(CppnError) as error:
        cli.main(["study", "depth", *flags, "-o", str(tmp_path / "s")], standalone_mode=False)
    assert told in str(error.value)
    assert "\n" not in str(error.value)
    assert not list(tmp_path.rglob("*.png"))
