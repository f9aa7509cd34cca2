"""Formulas are arithmetic, all of it, and nothing else."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import cppn
from cppn.field.activations import parse_activation, split_list
from cppn.field.formula import evaluate, parse
from cppn.field.numpy_ops import NumpyOps

X = frozenset("x")


def value(text: str, x: float | np.ndarray) -> float | np.ndarray:
    with np.errstate(all="ignore"):
        return evaluate(parse(text, X), {"x": x}, NumpyOps())


REFUSED = {
    "__import__('os')": "unknown function",
    "x.real": "not arithmetic",
    "().__class__": "not arithmetic",
    "open('f')": "unknown function",
    "eval(x)": "unknown function",
    "y + 1": "unknown name",
    "sni(x)": "did you mean 'sin'",
    "lambda: 1": "not arithmetic",
    "x if x else 1": "not arithmetic",
    "[x]": "not arithmetic",
    "'x'": "not arithmetic",
    "True": "not arithmetic",
    "1j*x": "not arithmetic",
    "x := 3": "cannot be read",
    "x and 1": "not arithmetic",
    "x @ x": "not arithmetic",
    "x // 2": "not arithmetic",
    "f'{x}'": "not arithmetic",
    "sin(*x)": "not arithmetic",
    "sin(a=x)": "not arithmetic",
    "x**1000": "exponent is too large",
    "9**9**9**9": "too large",
    "x**(8**8)": "exponent is too large",
    "1e999": "too large",
    "1/0": "not finite",
    "sqrt(-1)": "not finite",
    "x < 1": "comparison is not a number",
    "sin(x < 1)": "comparison is not a number",
    "where(x, 1, 2)": "needs a comparison",
    "sin(x, x)": "it takes 1",
    "sin(": "cannot be read",
    "": "cannot be read",
    "x;x": "cannot be read",
    "x\0": "cannot be read",
    "iterate(x*x, 1.5)": "whole number of steps",
    "iterate(x*x, 99)": "whole number of steps",
    "iterate(x*x, x)": "whole number of steps",
    "iterate(iterate(iterate(x+1, 60), 60), 60)": "too long to compute",
    "sin(" * 30 + "x" + ")" * 30: "nested too deeply",
    "-" * 60 + "x": "nested too deeply",
    "x+" * 100 + "x": "nested too deeply",
    "x" * 600: "at most 500",
    "(" * 240 + "x" + ")" * 240: "cannot be read",
}


@pytest.mark.parametrize("text", REFUSED)
def test_whatever_is_not_arithmetic_is_refused(text):
    with pytest.raises(cppn.CppnError, match=REFUSED[text]) as error:
        parse(text, X)
    assert "\n" not in str(error.value)
    assert len(str(error.value)) < 400


numbers = st.floats(-8, 8, allow_nan=False).map(lambda v: f"({v!r})")
leaves = st.one_of(st.just("x"), numbers, st.just("pi"))


def compound(parts):
    return st.one_of(
        st.tuples(parts, st.sampled_from(["+", "-", "*"]), parts).map(lambda t: f"({t[0]} {t[1]} {t[2]})"),
        st.tuples(st.sampled_from(["sin", "cos", "tanh", "abs", "floor", "exp"]), parts).map(
            lambda t: f"{t[0]}({t[1]})"
        ),
        st.tuples(st.sampled_from(["min", "max"]), parts, parts).map(lambda t: f"{t[0]}({t[1]}, {t[2]})"),
        st.tuples(parts, st.integers(0, 4)).map(lambda t: f"({t[0]})**{t[1]}"),
        parts.map(lambda t: f"-{t}"),
    )


@given(st.recursive(leaves, compound, max_leaves=8), st.floats(-3, 3))
def test_a_formula_means_what_it_means_in_python(text, x):
    names = {name: getattr(math, name) for name in ("sin", "cos", "tanh", "floor", "exp", "pi")}
    try:
        expected = eval(text, {"__builtins__": {}}, {**names, "abs": abs, "min": min, "max": max, "x": x})
    except OverflowError:
        return
    if not abs(expected) < 1e12:
        return
    try:
        got = value(text, x)
    except cppn.CppnError as error:
        assert "not finite" in str(error) or "too" in str(error)
        return
    assert math.isclose(float(got), expected, rel_tol=1e-9, abs_tol=1e-6)


@given(st.text(max_size=80))
def test_any_text_gives_a_tree_or_one_line(text):
    try:
        parse(text, X)
    except cppn.CppnError as error:
        assert len(str(error).splitlines()) == 1


def test_iterate_applies_its_body_again_and_again():
    x = np.linspace(0, 1, 11)
    expected = x
    for _ in range(3):
        expected = 3.7 * expected * (1 - expected)
    np.testing.assert_allclose(value("iterate(3.7*x*(1-x), 3)", x), expected)
    np.testing.assert_allclose(value("iterate(2*x, 3, x + 1)", x), 8 * (x + 1))


def test_every_function_agrees_with_its_textbook_meaning():
    x = np.array([-2.5, -1.0, -0.3, 0.2, 0.5, 1.7, 3.5])
    textbook = {
        "tan(x)": np.tan(x), "atan(x)": np.arctan(x), "atan2(x, 2)": np.arctan2(x, 2), "sign(x)": np.sign(x),
        "round(x)": np.rint(x), "mod(x, 2)": np.mod(x, 2), "sigmoid(x)": 1 / (1 + np.exp(-x)), "sqrt(x*x)": abs(x),
        "log(x*x)": np.log(x * x), "clamp(x, -1, 1)": x.clip(-1, 1), "where(x >= 0.5, 1, x)": np.where(x >= 0.5, 1, x),
        "abs(x)**2.5": abs(x) ** 2.5, "2**x": 2**x, "x**-2": x**-2.0, "erf(x)": [math.erf(v) for v in x], "x/3": x / 3,
    }  # fmt: skip
    for text, expected in textbook.items():
        np.testing.assert_allclose(np.asarray(value(text, x), float), expected, rtol=1e-12, err_msg=text)


@given(
    st.lists(
        st.sampled_from(
            ["tanh", "cos:freq=3", "cos:freq=2,iters=1,r=3.5", "max(x, 0)", "clamp(x, min(0, x), 1)", "sin(x)"]
        ),
        min_size=1,
        max_size=6,
    )
)
def test_a_list_of_activations_is_split_at_its_own_commas(texts):
    assert split_list(",".join(texts)) == texts


def test_a_formula_may_use_the_catalogues_parameters():
    activation = parse_activation("sin(freq*x)*exp(-x*x):freq=3")
    assert activation.parameters == {"freq": 3.0}
    assert parse_activation(str(activation)) == activation
