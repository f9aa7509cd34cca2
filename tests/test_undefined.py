"""What is not defined comes out the same in every engine: NaN, infinities, huge and tiny values."""

import warnings

import numpy as np
import pytest

import cppn
import cppn.recipe
from cppn.engines.parts import LARGEST, cut, size, total
from cppn.field.activations import CATALOGUE
from cppn.field.formula import evaluate, parse
from cppn.field.numpy_ops import NumpyOps

FUNCTIONS = (
    "atan(x)", "erf(x)", "max(0, x)", "min(x, 1)", "clamp(x, -1, 1)", "sign(x)", "where(x > 0, x, 1)", "mod(x, 2)", "x**3",
    "x**-1", "x**0.5", "floor(x)", "log(x)", "exp(x)", "sqrt(x)", "tan(x)", "sin(x)", "abs(x)", "1/x",
)  # fmt: skip
# of x on both sides of zero: undefined on one side, infinite on lines, tiny
INPUTS = (
    "x**0.5", "log(x)", "sqrt(x)/y", "1/floor(x)", "max(0, log(x))", "min(log(x), 1)", "clamp(log(x), 0, 1)",
    "sign(log(x))", "abs(log(x))", "atan2(log(x), y)", "mod(x, floor(y))", "where(log(x) > 0, 1, -1)", "1e-30*x", "1e30*x",
)  # fmt: skip


def apart(engine: str, network: dict, color: dict | None = None, **how: object) -> float:
    """The share of values where an engine and the oracle differ by more than two levels."""
    data = {"seed": 1, "network": network, "view": {"center": [0.05, 0.03], "extent": 2}}
    recipe = cppn.recipe.from_dict({**data, "color": color or {"levels": [-2, 2]}}, where="")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        ours, oracle = (cppn.render(recipe, (13, 9), engine=one, **how).astype(int) for one in (engine, "reference"))
    return float((np.abs(ours - oracle) > 2).mean())


@pytest.mark.parametrize("engine", ["halide", "torch"])
@pytest.mark.parametrize("act", [*CATALOGUE, *FUNCTIONS])
def test_activations_take_what_is_not_defined(act, engine):
    assert apart(engine, {"hidden": [3], "act": [act, "linear"], "inputs": ["log(x)", "y"]}) <= 0.02


@pytest.mark.parametrize("engine", ["halide", "torch"])
@pytest.mark.parametrize("text", INPUTS)
def test_inputs_give_what_is_not_defined(text, engine):
    assert apart(engine, {"hidden": [3], "act": ["tanh", "linear"], "inputs": [text, "y"]}) <= 0.02


@pytest.mark.parametrize("engine", ["halide", "torch"])
@pytest.mark.parametrize("mode", ["gray", "rgb", "hsv", "oklch", "palette"])
@pytest.mark.parametrize("how", [{}, {"aa": 2}, {"bits": 16}], ids=str)
def test_colours_of_what_is_not_defined(mode, how, engine):
    network = {"hidden": [3, 3], "act": ["softplus"], "inputs": ["x**0.5", "y"], "residual": True}
    color = {"mode": mode, "levels": [-2, 2]} | ({"palette": "viridis"} if mode == "palette" else {})
    assert apart(engine, network, color, **how) <= (0.02 if how != {"bits": 16} else 0.6)


DEEP = (
    "erf(sin(theta)+theta)", "where(x >= theta, x, -1.11)", "tanh(sin(atan2(y, x*theta)))",
    "max(min(theta, r), clamp(theta, r, x))", "iterate(sin(x) + cos(3*x)*y, 9)", "(theta/2 - min(theta, pi))**2",
)  # fmt: skip


@pytest.mark.parametrize("text", DEEP)
def test_no_part_of_a_formula_grows_beyond_what_compiles(text):
    tree = parse(text, frozenset(("x", "y", "r", "theta")))
    parts = cut(tree)
    assert all(size(part.tree, {}) <= 1.3 * LARGEST for part in parts)
    assert total([tree]) == sum(size(part.tree, {}) for part in parts)
    # worked out one after another, they are the formula
    names = dict(zip(("x", "y", "r", "theta"), np.random.default_rng(1).normal(size=(4, 50)), strict=True))
    known = dict(names)
    for part in parts:
        known[part.name] = evaluate(part.tree, known, NumpyOps())
    np.testing.assert_allclose(known[""], evaluate(tree, names, NumpyOps()), rtol=1e-12)


@pytest.mark.parametrize("text", DEEP)
def test_deep_formulas_are_compiled_and_drawn(text):
    assert apart("halide", {"hidden": [], "act": ["step"], "inputs": [text, "y"]}) <= 0.03


@pytest.mark.parametrize(
    ("act", "hidden"), [("iterate(iterate(sin(x)*cos(x) + x, 9), 30)", "3"), ("tanh", ",".join(["3"] * 62))],
    ids=["formulas", "layers"],
)  # fmt: skip
def test_what_is_long_to_compile_is_drawn_without(run, act, hidden):
    done = run(
        "render", "--act", act, "--hidden", hidden, "--levels=-1,1", "--seed", "1", "--size", "16x12", "-o", "a.png"
    )
    assert "long to compile" in done.stderr
    args = ("animate", "a.png", "--drift", "0.1", "--frames", "3", "--size", "16x12", "-q", "-o", "a.gif")
    assert run(*args).stderr.count("long to compile") == 1, "told once, not for each frame"
    assert apart("halide", {"hidden": [3], "act": [act]}) < 0.1


@pytest.mark.parametrize("act", ["1e30**2*x", "1e30*1e30*x", "tanh(1e30*1e30*x)"])
def test_constants_beyond_float32_are_infinite_without_a_word(run, act):
    done = run("render", "--act", act, "--hidden", "3", "--seed", "1", "--size", "8", "-q", "-o", "a.png")
    assert done.stderr == ""
