"""Formulas as mathematics: what is written is what is computed."""

import math
import re
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from matplotlib.mathtext import MathTextParser

from cppn.errors import CppnError
from cppn.field.activations import CATALOGUE, PARAMETERS, parse_activation
from cppn.field.formula import evaluate, parse
from cppn.field.numpy_ops import NumpyOps
from cppn.study.typeset import latex, mathml, mathtext, put

X = np.array([-2.6180339, -1.1415926, -0.5772156, 0.4142135, 1.7320508, 3.3166247])
CALLED = {
    "sin": np.sin, "cos": np.cos, "tan": np.tan, "arctan": np.arctan, "ln": np.log, "tanh": np.tanh, "sgn": np.sign,
    "round": np.rint, "erf": np.vectorize(math.erf, otypes=[float]), "min": np.minimum, "max": np.maximum,
    "mod": lambda a, b: a - b * np.floor(a / b), "atan2": np.arctan2, "σ": lambda x: 1 / (1 + np.exp(-x)),
}  # fmt: skip
COMPARED = {"<": np.less, "≤": np.less_equal, ">": np.greater, "≥": np.greater_equal}


class Reader:
    """Computes what MathML shows, as a person reads it: groups that are not drawn do not count."""

    def __init__(self, elements, values):
        self.tokens, self.values, self.at = [], values, 0
        for element in elements:
            self.tokens += flat(element)

    @property
    def next(self):
        return self.tokens[self.at].text if self.at < len(self.tokens) else None

    def take(self, *texts):
        found = self.tokens[self.at]
        assert not texts or found.text in texts, f"{found.text} instead of {texts}"
        self.at += 1
        return found

    def all(self):
        value = self.sum()
        assert self.at == len(self.tokens), "nothing is left over"
        return value

    def sum(self):
        if [token.text for token in self.tokens[self.at : self.at + 2]] == ["x", "←"]:
            return self.iterated()
        value = -self.product() if self.next == "−" and self.take() is not None else self.product()
        while self.next in ("+", "−"):
            value = value + self.product() if self.take().text == "+" else value - self.product()
        return value

    def product(self):
        value = self.factor()
        while self.next in ("·", "×", "\u2062"):
            sign = self.take().text
            number = self.tokens[self.at].tag in ("mn", "mfrac")
            assert not (number and sign == "\u2062"), "a number behind a factor is set off"
            value = value * self.factor()
        return value

    def factor(self):
        token = self.take()
        if token.tag == "mn":
            return float(token.text.replace("−", "-"))
        if token.tag == "mfrac":
            above, below = (Reader([part], self.values).all() for part in token)
            return np.divide(above, below)
        if token.tag == "msqrt":
            return np.sqrt(Reader(token, self.values).all())
        if token.tag == "msup":
            base, exponent = token
            exponent = Reader([exponent], self.values).all()
            if base.text == "e":
                return np.exp(exponent)
            shown = flat(base)
            assert len(shown) == 1 or (shown[0].text, shown[-1].text) in {("(", ")"), ("|", "|"), ("⌊", "⌋")}
            return np.power(np.asarray(Reader([base], self.values).all(), float), exponent)
        if token.tag == "mi" and self.next == "\u2061":
            self.take(), self.take("(")
            args = [self.sum()]
            while self.next == ",":
                self.take()
                args.append(self.sum())
            self.take(")")
            return CALLED[token.text](*args)
        if token.tag == "mi":
            return self.values[token.text]
        if token.text == "{":
            value = self.cases(self.take())
            assert self.next in (None, ")", ",", "|", "⌋"), "nothing but what closes follows cases"
            return value
        value = self.sum()
        self.take({"(": ")", "|": "|", "⌊": "⌋"}[token.text])
        return np.abs(value) if token.text == "|" else np.floor(value) if token.text == "⌊" else value

    def cases(self, table):
        *rows, (last, _) = [list(row) for row in table]
        value = Reader(last, self.values).all()
        for cell, condition in reversed(rows):
            given = Reader(condition, self.values)
            assert given.take().text.startswith("if")
            left, sign, right = given.sum(), given.take().text, given.all()
            value = np.where(COMPARED[sign](left, right), Reader(cell, self.values).all(), value)
        return value

    def iterated(self):
        self.take("x"), self.take("←")
        begin = self.at
        self.sum()
        body = self.tokens[begin : self.at]
        self.take(",")
        steps = int(self.sum())
        assert "from" in self.take().text
        x = self.sum()
        for _ in range(steps):
            x = Reader(body, {**self.values, "x": x}).all()
        return x


def flat(element):
    if element.tag == "mspace":
        return []
    return [token for part in element for token in flat(part)] if element.tag in ("mrow", "math", "mtd") else [element]


def read(node, values):
    with np.errstate(all="ignore"):
        return np.broadcast_to(
            Reader([ElementTree.fromstring(mathml(node))], {"π": math.pi, **values}).all(), X.shape
        ).astype(float)


def computed(node, x, parameters):
    with np.errstate(all="ignore"):
        return np.broadcast_to(evaluate(node, {**parameters, "x": x}, NumpyOps()), X.shape).astype(float)


def agree(node, values, parameters=None):
    """What is written gives what is computed, where that is a number and does not jump."""
    expected, beside = (computed(node, x, parameters or {}) for x in (X, X * (1 + 1e-11)))
    with np.errstate(all="ignore"):
        sound = np.isfinite(expected) & (np.abs(expected) < 1e8) & np.isclose(expected, beside, 1e-6, 1e-7)
    np.testing.assert_allclose(read(node, values)[sound], expected[sound], rtol=1e-5, atol=1e-5)
    return sound


def well_formed(text):
    assert text.count("{") == text.count("}")
    assert len(re.findall(r"\\left\b", text)) == len(re.findall(r"\\right\b", text))
    assert text.count(r"\begin{cases}") == text.count(r"\end{cases}")
    depth = 0
    for sign in re.findall(r"[{}]", text):
        depth += 1 if sign == "{" else -1
        assert depth >= 0
    commands = set(re.findall(r"\\[A-Za-z]+", text))
    assert commands <= {
        f"\\{name}" for name in [
            "begin", "end", "frac", "sqrt", "text", "cdot", "times", "left", "right", "lfloor", "rfloor", "leftarrow", "leq",
            "geq", "operatorname", "sin", "cos", "tan", "arctan", "ln", "tanh", "min", "max", "pi", "omega", "alpha",
            "beta", "sigma", "mathrm",
        ]
    }, "commands of LaTeX and amsmath"  # fmt: skip


LEAVES = st.sampled_from(["x", "x", "x", "0.5", "2", "3", "1", "7.25", "pi", "0.00002", "0"])


def larger(inner):
    binary = st.tuples(inner, st.sampled_from("+-*/"), inner).map(lambda t: f"({t[0]}){t[1]}({t[2]})")
    power = st.tuples(inner, st.sampled_from(["2", "3", "-1", "0.5", "x"])).map(lambda t: f"({t[0]})**({t[1]})")
    minus = inner.map(lambda t: f"-({t})")
    one = st.tuples(
        st.sampled_from(
            ["sin", "atan", "exp", "log", "sqrt", "abs", "sign", "floor", "round", "tanh", "sigmoid", "erf"]
        ),
        inner,
    ).map(lambda t: f"{t[0]}({t[1]})")
    two = st.tuples(st.sampled_from(["min", "max", "mod", "atan2"]), inner, inner).map(
        lambda t: f"{t[0]}({t[1]},{t[2]})"
    )
    three = st.tuples(inner, st.sampled_from(["<", "<=", ">", ">="]), inner, inner, inner).map(
        lambda t: f"where({t[0]}{t[1]}{t[2]},{t[3]},{t[4]})"
    )
    steps = st.tuples(inner, st.integers(0, 3), inner).map(lambda t: f"iterate({t[0]},{t[1]},{t[2]})")
    return st.one_of(binary, binary, binary, power, minus, one, two, three, steps)


@given(st.recursive(LEAVES, larger, max_leaves=8))
def test_what_is_written_is_what_is_computed(text):
    try:
        node = parse(text, frozenset("x"))
    except CppnError:
        assume(False)
    # a constant is written with six digits
    assume(all(n.op != "number" or n.value == float(f"{n.value:.6g}") or n.value == math.pi for n in node.walk()))
    agree(node, {"x": X})
    well_formed(latex(node))
    MathTextParser("path").parse(mathtext(node))


@pytest.mark.parametrize("text", [*CATALOGUE, "leakyrelu:slope=-0.3", "cos:freq=2,iters=3", "snake:freq=-2"])
def test_the_catalogue_is_typeset_with_letters_and_with_numbers(text):
    one = parse_activation(text)
    tree = put(one.tree, one.parameters)
    assert tree.names <= {"x"}
    agree(tree, {"x": X})
    shown = dict(zip(("ω", "r", "n", "a", "α", "β"), (one.parameters.get(key, 0) for key in PARAMETERS), strict=True))
    sound = agree(one.tree, {"x": X, **shown}, one.parameters)
    assert sound.all()
    for node in (tree, one.tree):
        well_formed(latex(node))
        MathTextParser("path").parse(mathtext(node))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x - (x - 1)", "x - (x - 1)"), ("x + (x - 1)", "x + x - 1"), ("-(x+1)*2", r"-2 \, (x + 1)"),
        ("(-x)**2", "(-x)^{2}"), ("-x**2", "-x^{2}"), ("x*x*x", "x^{3}"), ("x*2", "2x"), ("2*2**x", r"2 \cdot 2^{x}"),
        ("x*(x/2)", r"x \cdot \frac{x}{2}"), ("x + -2*x", "x - 2x"), ("exp(-x*x)", "e^{-x^{2}}"),
        ("1.0507009873554805*x", "1.0507x"), ("sin(2*pi*x)", r"\sin(2\pi x)"), ("x/sqrt(2)", r"\frac{x}{\sqrt{2}}"),
        ("sigmoid(x)", r"\frac{1}{1 + e^{-x}}"), ("x*sigmoid(x)", r"x \, \sigma(x)"), ("x*0.00002", r"2 \times 10^{-5}x"),
        ("where(x > 0, x, 0)", r"\begin{cases} x & \text{if } x > 0 \\ 0 & \text{else} \end{cases}"),
        ("iterate(r*x*(1-x), 3)", r"x \leftarrow r \, x \, (1 - x),\; 3\;\text{times from}\; x"),
    ],
)  # fmt: skip
def test_formulas_are_written_as_people_do(text, expected):
    assert latex(parse(text, frozenset(("x", "r")))) == expected
