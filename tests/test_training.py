"""Training does what torch's own parts do, and members of an ensemble learn what they would learn alone."""

import numpy as np
import pytest
import torch
from torch import nn

import cppn
from cppn.field.activations import CATALOGUE, parse_activation
from cppn.fit.ensemble import Ensemble
from cppn.fit.kernels import kernel
from cppn.fit.optimizer import Learning
from cppn.fit.targets import PATTERNS, Target, of_recipe, parse_target
from cppn.fit.training import Diverged, last_loss, train, untrained
from cppn.network.develop import develop_network
from cppn.network.transcribe import with_weights

ALL = ("sigmoid", "tanh", "cos(x)", "sin", "relu", "leakyrelu", "elu", "celu", "gelu", "mish", "selu", "silu")
BOARD = parse_target("checkerboard")


@pytest.mark.parametrize(
    "text", [*CATALOGUE, "cos(x)", "x*sin(3*x)", "leakyrelu:slope=0.2", "elu:alpha=2", "sin:freq=30", "1.5"]
)
def test_kernels_agree_with_torchs_own_differentiation(text):
    activation = parse_activation(text)
    z = torch.linspace(-3.03, 2.97, 901, dtype=torch.float64)
    from cppn.engines.torch_ops import TorchOps
    from cppn.field.formula import evaluate

    x = z.clone().requires_grad_()
    exact = torch.as_tensor(evaluate(activation.tree, {**activation.parameters, "x": x}, TorchOps())).expand_as(z)
    slope = torch.autograd.grad(exact.sum(), x)[0] if exact.requires_grad else torch.zeros_like(z)
    one, value, grad = kernel(activation), torch.empty_like(z), torch.empty_like(z)
    one.forward(z, value)
    torch.testing.assert_close(value, exact.detach().to(z.dtype), atol=1e-9, rtol=1e-9)
    one.backward(torch.full_like(z, 2.0), z, value, grad)
    torch.testing.assert_close(grad, 2 * slope, atol=1e-8, rtol=1e-8)


MODULES = {"tanh": nn.Tanh, "gelu": nn.GELU, "selu": nn.SELU}


class Plain(nn.Module):
    """The same network, as one would write it in torch."""

    def __init__(self, network, residual: bool, act: str) -> None:
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(*reversed(layer.weight.shape)) for layer in network.stages)
        for ours, theirs in zip(network.stages, self.layers, strict=True):
            theirs.weight.data, theirs.bias.data = torch.tensor(ours.weight), torch.tensor(ours.bias)
        self.residual, self.act = residual, MODULES[act]()

    def forward(self, h: torch.Tensor) -> torch.Tensor:
        for i, layer in enumerate(self.layers[:-1]):
            a = self.act(layer(h))
            h = h + a if self.residual and i else a
        return self.layers[-1](h)


CASES = [
    ("tanh", False, Learning()),
    ("gelu", True, Learning("adamw", 0.003, weight_decay=0.1)),
    ("selu", True, Learning("sgd", 0.02, momentum=0.8, loss="smooth-l1", weight_decay=0.01)),
    ("tanh", False, Learning("sgd", 0.1, momentum=0.0, loss="l1")),
]


@pytest.mark.parametrize(("act", "residual", "learning"), CASES)
def test_an_ensemble_learns_as_torchs_modules_do(act, residual, learning):
    networks = [develop_network(untrained(act, seed, BOARD, (6, 6, 6), residual=residual)) for seed in (1, 2)]
    ensemble = Ensemble(networks, 50, learning)
    kinds = {"adam": torch.optim.Adam, "adamw": torch.optim.AdamW, "sgd": torch.optim.SGD}
    losses = {"mse": nn.MSELoss(), "l1": nn.L1Loss(), "smooth-l1": nn.SmoothL1Loss()}
    more = {"momentum": learning.momentum} if learning.optimizer == "sgd" else {}
    plain = [Plain(network, residual, act) for network in networks]
    optimizers = [
        kinds[learning.optimizer](one.parameters(), lr=learning.lr, weight_decay=learning.weight_decay, **more)
        for one in plain
    ]
    generator = torch.Generator().manual_seed(1)
    for _ in range(30):
        inputs, wanted = (torch.rand(2, n, 50, generator=generator) for n in (2, 1))
        ours = ensemble.step(inputs, wanted).clone()
        for k, (one, optimizer) in enumerate(zip(plain, optimizers, strict=True)):
            optimizer.zero_grad()
            loss = losses[learning.loss](one(inputs[k].T), wanted[k].T)
            loss.backward()
            optimizer.step()
            torch.testing.assert_close(ours[k], loss.detach(), atol=1e-5, rtol=1e-4)
    for network, one in zip(ensemble.trained(), plain, strict=True):
        for layer, theirs in zip(network.stages, one.layers, strict=True):
            np.testing.assert_allclose(layer.weight, theirs.weight.detach(), atol=2e-4)


@pytest.mark.parametrize("cores", [1, 3])
def test_members_learn_what_they_would_learn_alone(monkeypatch, cores):
    monkeypatch.setattr("cppn.fit.team.cores", lambda: cores)
    acts, seeds = ("tanh", "cos(x)", "x*sigmoid(x)", "gelu"), (3, 4)
    recipes = [untrained(act, seed, BOARD) for act in acts for seed in seeds]
    *_, together = train(recipes, BOARD, steps=200, every=100)
    assert [layer.slices[0].activation.name for layer in together.networks[5].stages[:2]] == ["x*sigmoid(x)"] * 2
    for i in (0, 3, 6):
        *_, alone = train([recipes[i]], BOARD, steps=200, every=100)
        # sums of another order may round otherwise; over 200 steps that grows to this
        np.testing.assert_allclose(together.losses[:, i], alone.losses[:, 0], rtol=0.01)
        for a, b in zip(together.networks[i].stages, alone.networks[0].stages, strict=True):
            np.testing.assert_allclose(a.weight, b.weight, atol=0.02)


def test_training_is_the_same_every_time():
    runs = [list(train([untrained("mish", 5, BOARD)], BOARD, steps=60, every=20))[-1] for _ in range(2)]
    assert np.array_equal(runs[0].losses, runs[1].losses)


def test_dropout_leaves_out_values_only_while_learning():
    recipe = untrained("tanh", 1, BOARD, (64, 64))
    *_, wet = train([recipe], BOARD, steps=50, every=50, learning=Learning(dropout=0.5))
    *_, dry = train([recipe], BOARD, steps=50, every=50)
    assert wet.losses[0, 0] > 1.01 * dry.losses[0, 0]
    assert np.isfinite(wet.losses).all()


# means of the last 200 steps of the original at seed 42
ORIGINAL = {
    "sigmoid": 0.227, "tanh": 0.064, "cos(x)": 0.031, "sin": 0.072, "relu": 0.105, "leakyrelu": 0.119, "elu": 0.078,
    "celu": 0.078, "gelu": 0.069, "mish": 0.069, "selu": 0.134, "silu": 0.101,
}  # fmt: skip
# a unit at its kink is sent elsewhere by the last bit of a sum, which another processor rounds otherwise:
# over 4000 steps that moves these by up to 0.026, the smooth ones by less than 0.001
KINKED = {"relu": 0.06, "leakyrelu": 0.06, "selu": 0.06}


def test_losses_lie_where_the_originals_lay():
    """From the weights and points that torch draws from the original's seed."""
    recipes = [untrained(act, 42, BOARD) for act in ALL]
    *_, last = train(recipes, BOARD, steps=4001, every=1000, like_torch=True)
    for act, loss in zip(ALL, last_loss(last.losses), strict=True):
        assert abs(loss - ORIGINAL[act]) < KINKED.get(act, 0.01), (act, loss)


def test_a_trained_recipe_draws_what_was_learnt():
    recipe = untrained("sin", 1, parse_target("disc"))
    *_, last = train([recipe], parse_target("disc"), steps=1500, every=500)
    drawn = cppn.render(with_weights(recipe, last.networks[0]), (64, 64))[..., 0] / 255
    v, u = (np.mgrid[:64, :64] + 0.5) / 64
    assert np.abs(drawn - (np.hypot(u - 0.5, v - 0.5) < 1 / 3)).mean() < 0.08


def test_a_loss_that_is_no_number_stops_with_the_last_good_weights():
    recipe = untrained("x*x*x", 1, BOARD)
    with pytest.raises(Diverged) as caught:
        list(train([recipe], BOARD, steps=400, every=5, learning=Learning("sgd", 5.0)))
    failed = caught.value
    assert not np.isfinite(failed.losses[failed.step]).all()
    assert np.isfinite(failed.losses[: failed.step]).all()
    assert all(np.isfinite(layer.weight).all() for layer in failed.networks[0].stages)
    assert f"step {failed.step}; lower --lr" in str(failed.error("x"))


@pytest.mark.parametrize(
    ("settings", "where"),
    [({"steps": 0}, "steps"), ({"batch": 0}, "batch"), ({"every": 0}, "every")],
)
def test_numbers_out_of_range_are_said(settings, where):
    with pytest.raises(cppn.CppnError, match=f"^{where}: .* are legal"):
        next(train([untrained("tanh", 1, BOARD)], BOARD, **settings))


def test_learning_checks_its_numbers():
    for wrong in ({"lr": 0}, {"lr": -1}, {"dropout": 1.0}, {"momentum": 2}, {"optimizer": "lion"}, {"loss": "mae"}):
        with pytest.raises(cppn.CppnError, match="legal"):
            Learning(**wrong)


def test_patterns_are_what_their_names_say():
    v, u = (np.mgrid[:80, :80] + 0.5) / 80
    for name in PATTERNS:
        values = parse_target(name).values(u, v)
        assert values.shape == (1, 80, 80)
        assert 0.2 < values.mean() < 0.8
    board = parse_target("checkerboard:8").values(u, v)[0]
    assert np.array_equal(board, np.kron(np.indices((8, 8)).sum(0) % 2 == 0, np.ones((10, 10))))
    assert np.array_equal(parse_target("stripes:2").values(u, v)[0], u < 0.5)
    rings = parse_target("rings").values(u, v)[0]
    assert np.array_equal(rings, rings[::-1, ::-1])


def test_a_picture_and_a_recipe_are_targets_too(tmp_path):
    pixels = np.random.default_rng(1).integers(0, 256, (10, 20, 3), np.uint8)
    cppn.save(pixels, tmp_path / "a.png")
    target = parse_target(str(tmp_path / "a.png"))
    assert target.channels == 3
    v, u = (np.mgrid[:10, :20] + 0.5) / [[[10]], [[20]]]
    assert np.array_equal(np.rint(255 * np.moveaxis(target.values(u, v), 0, -1)), pixels)
    assert isinstance(parse_target("cosine-1"), Target)
    assert of_recipe(cppn.load("silk"), "silk").channels == 3


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("chequerboard", "did you mean 'checkerboard'"), ("rings:0", "1 to 1000"), ("rings:x", "1 to 1000"),
        ("no.png", "there is no such file"), ("pyproject.txt", "no such file"),
    ],
)  # fmt: skip
def test_targets_that_are_none(text, expected):
    with pytest.raises(cppn.CppnError, match=expected):
        parse_target(text)
