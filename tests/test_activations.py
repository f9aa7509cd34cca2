"""The catalogue: complete, documented, and computed alike by every engine."""

import numpy as np
import pytest
import torch
from conftest import small

import cppn
from cppn.draw.drawing import draw
from cppn.engines import KINDS, Quality, choose
from cppn.engines.devices import interface
from cppn.engines.fold import fold_activation
from cppn.field.activations import ALIASES, CATALOGUE, PARAMETERS, parse_activation
from cppn.field.formula import evaluate
from cppn.field.numpy_ops import NumpyOps

NAMED = [
    "linear",
    "clamp",
    "cos",
    "sin",
    "sigmoid",
    "tanh",
    "relu",
    "leakyrelu",
    "elu",
    "celu",
    "gelu",
    "mish",
    "selu",
    "silu",
    "softplus",
    "softsign",
    "gauss",
    "abs",
    "square",
    "triangle",
    "sawtooth",
    "sinc",
    "step",
    "hardtanh",
    "logistic",
]
X = np.linspace(-6, 6, 2001)


def curve(text: str, x: np.ndarray = X) -> np.ndarray:
    activation = parse_activation(text)
    with np.errstate(all="ignore"):
        return np.asarray(evaluate(activation.tree, {**activation.parameters, "x": x}, NumpyOps()), float)


def test_the_catalogue_holds_what_it_promises():
    assert set(NAMED) <= set(CATALOGUE)
    assert parse_activation("swish").tree == parse_activation("silu").tree


@pytest.mark.parametrize("name", CATALOGUE)
def test_every_entry_is_documented_and_keeps_to_its_span(name):
    entry = CATALOGUE[name]
    assert entry.formula
    assert entry.about
    assert entry.source
    for key, default in entry.defaults.items():
        assert PARAMETERS[key].low <= default <= PARAMETERS[key].high
        assert PARAMETERS[key].meaning
    assert parse_activation(name).tree.names <= {"x", *entry.defaults}
    values = curve(name)
    assert np.isfinite(values).all()
    if entry.span is not None:
        assert values.min() >= entry.span[0] - 1e-9
        assert values.max() <= entry.span[1] + 1e-9


F = torch.nn.functional
TWINS = {
    "relu": F.relu, "leakyrelu": F.leaky_relu, "elu": F.elu, "celu:alpha=2": lambda x: F.celu(x, 2.0), "selu": F.selu,
    "gelu": F.gelu, "silu": F.silu, "mish": F.mish, "softplus": F.softplus, "softsign": F.softsign, "relu6": F.relu6,
    "hardtanh": F.hardtanh, "hardsigmoid": F.hardsigmoid, "hardswish": F.hardswish, "tanh": torch.tanh,
    "sigmoid": torch.sigmoid, "cos:freq=3": lambda x: 0.5 + 0.5 * torch.cos(3 * x), "sin:freq=2": lambda x: torch.sin(2 * x),
    "gauss": lambda x: torch.exp(-x * x), "sinc:freq=3.141592653589793": torch.sinc, "step": lambda x: (x > 0).double(),
    "clamp": lambda x: x.clamp(0, 1), "abs": torch.abs, "square": torch.square,
}  # fmt: skip


@pytest.mark.parametrize("name", TWINS)
def test_an_activation_agrees_with_torchs_own(name):
    np.testing.assert_allclose(curve(name), TWINS[name](torch.from_numpy(X)).numpy(), rtol=1e-7, atol=1e-8)


def test_the_logistic_map_is_iterated_as_logisticmapdnn_does():
    for squashed, text in (
        (X.clip(0, 1), "clamp:iters=5,r=3.7"),
        (0.5 + 0.5 * np.cos(2 * X), "cos:freq=2,iters=5,r=3.7"),
    ):
        expected = squashed
        for _ in range(5):
            expected = 3.7 * expected * (1 - expected)
        np.testing.assert_allclose(curve(text), expected)
    np.testing.assert_array_equal(curve("logistic"), curve("clamp:iters=2,r=3.75843"))


def test_half_a_step_of_the_logistic_map_is_halfway_to_the_next():
    for base, text in ((X.clip(0, 1), "clamp"), (0.5 + 0.5 * np.cos(2 * X), "cos:freq=2")):
        two = base
        for _ in range(2):
            two = 3.7 * two * (1 - two)
        three = 3.7 * two * (1 - two)
        between = curve(f"{text}:iters=2.25,r=3.7".replace("cos:freq=2:", "cos:freq=2,"))
        np.testing.assert_allclose(between, 0.75 * two + 0.25 * three)


def test_waves_have_the_period_they_say():
    for name in ("sin", "triangle", "sawtooth", "cos"):
        x = np.linspace(-3, 3, 400) + 0.123
        np.testing.assert_allclose(curve(f"{name}:freq=3", x), curve(f"{name}:freq=3", x + 2 * np.pi / 3), atol=1e-9)
    np.testing.assert_allclose(curve("triangle", np.array([0, np.pi])), [1, -1])


@pytest.mark.parametrize(
    "text", [*CATALOGUE, *ALIASES, "cos:freq=3,iters=2", "3 - 2*tanh(2*x + 1)", "3", "sigmoid(2*x)"]
)
def test_folding_changes_nothing(text):
    activation = parse_activation(text)
    for peel in (False, True):
        for turns in (False, True):
            part = fold_activation(activation, peel=peel, turns=turns)
            with np.errstate(all="ignore"):
                inner = {**activation.parameters, "x": part.scale_in * X + part.shift_in}
                folded = part.scale_out * evaluate(part.core, inner, NumpyOps()) + part.shift_out
            np.testing.assert_allclose(
                np.broadcast_to(folded, X.shape), np.broadcast_to(curve(text), X.shape), atol=1e-10
            )


# activations with jumps: a rounding of float32 puts a few points on the other side
JUMPS = {"step", "sawtooth"}
FORMULAS = [
    "sin(3*x)*exp(-x*x)", "iterate(sin(2*x), 4)", "where(x > 0, atan2(x, 2), 0.5*x)", "tan(0.4*clamp(x, -2, 2))", "mod(x, 0.7)", "sqrt(abs(x))",
    "log(x*x + 0.1)", "abs(x)**1.5", "max(x, -x**3)", "round(4*x)/4 + sign(x)", "erf(2*x)", "2**(0.3*x)", "clamp(x, -0.5, 0.5)",
]  # fmt: skip
STEPPED = JUMPS | {"mod(x, 0.7)", "round(4*x)/4 + sign(x)"}


@pytest.mark.parametrize("engine", [name for name in KINDS if name != "reference"])
@pytest.mark.parametrize(
    "text", [*CATALOGUE, "cos:freq=3,iters=3,r=3.6", "cos:freq=3,iters=2.4,r=3.6", "clamp:iters=0.7,r=3.6", *FORMULAS]
)
def test_every_activation_in_every_engine_agrees_with_the_oracle(text, engine):
    recipe = small(text, mode="rgb", extent=2, inputs=("x", "y", "r"))
    size = (60, 40)
    oracle = cppn.render(recipe, size, bits=32, engine="reference")
    device = "opencl" if engine == "gpu" else None
    if device and not interface(device).devices:
        pytest.skip(f"no OpenCL here ({interface(device).missing}): `make devices` installs one")
    drawn = draw(recipe, size, Quality(bits=32), choose(engine, device)).crop(0, 0, *size)
    share = float((np.abs(oracle - drawn) > 1 / 255).mean())
    assert share <= (0.01 if text in STEPPED else 0), f"{share:.4f} of the values differ by more than 1/255"
    assert oracle.std() > 0.01, "the picture shows something"
