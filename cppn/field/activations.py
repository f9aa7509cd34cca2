"""The catalogue of activations, and the text that names one: `NAME`, `NAME:key=value,…` or a formula in x."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from ..errors import CppnError, shorten, unknown
from .formula import CONSTANTS, MOST_STEPS, Node, parse
from .parameters import Parameter

# every parameter that a catalogue entry or a user's formula may use
PARAMETERS = {
    "freq": Parameter("frequency: x is multiplied by it", 1.0, -1000.0, 1000.0),
    "r": Parameter("growth rate of the logistic map x ← r·x·(1 − x)", 3.82843, 0.0, 4.0),
    "iters": Parameter("how often the logistic map is applied; 2.5 is halfway from 2 to 3", 0, 0, MOST_STEPS),
    "slope": Parameter("slope below zero", 0.01, -10.0, 10.0),
    "alpha": Parameter("scale of the negative side", 1.0, 0.01, 100.0),
    "beta": Parameter("sharpness", 1.0, 0.01, 100.0),
}

_LOGISTIC = "iterate(r*x*(1-x), iters, {})"
_TURNS = "freq*x/(2*pi)"


@dataclass(frozen=True)
class Entry:
    """One activation of the catalogue.

    `span` is the range of its values where that is bounded: as the last activation, it maps this range to [0, 1].
    `defaults` are the parameters it takes, with defaults of its own. `title`: the name as people write it, if it is
    another one; a parameter in braces is always told.
    """

    formula: str
    about: str
    source: str
    span: tuple[float, float] | None = None
    defaults: Mapping[str, float] = field(default_factory=dict)
    title: str = ""


CATALOGUE: dict[str, Entry] = {
    "linear": Entry("x", "the identity", "elementary"),
    "clamp": Entry(
        _LOGISTIC.format("clamp(x, 0, 1)"), "limits x to [0, 1], then the logistic map iters times", "LogisticMapDNN",
        (0, 1), {"iters": 0, "r": 3.82843},
    ),
    "logistic": Entry(
        _LOGISTIC.format("clamp(x, 0, 1)"), "clamp with LogisticMapDNN's README setting", "LogisticMapDNN",
        (0, 1), {"iters": 2, "r": 3.75843},
    ),
    "cos": Entry(
        _LOGISTIC.format("0.5 + 0.5*cos(freq*x)"), "cosine squashed to [0, 1], then the logistic map iters times",
        "LogisticMapDNN", (0, 1), {"freq": 7.9, "iters": 0, "r": 3.82843},
        title="cosine",
    ),
    "sin": Entry("sin(freq*x)", "sine", "Sitzmann et al. 2020, SIREN", (-1, 1), {"freq": 1}, title="sine"),
    "sigmoid": Entry("sigmoid(x)", "1/(1 + e^-x)", "Verhulst 1838", (0, 1)),
    "tanh": Entry("tanh(x)", "hyperbolic tangent", "elementary", (-1, 1)),
    "relu": Entry("max(x, 0)", "rectifier: zero below zero", "Nair & Hinton 2010", title="ReLU"),
    "leakyrelu": Entry(
        "where(x > 0, x, slope*x)", "rectifier with a slope below zero", "Maas et al. 2013", None, {"slope": 0.01},
        title="leaky ReLU (slope {slope:g})",
    ),
    "relu6": Entry("clamp(x, 0, 6)", "rectifier that stops at 6", "Krizhevsky 2010", (0, 6), title="ReLU6"),
    "elu": Entry(
        "where(x > 0, x, alpha*(exp(min(x, 0)) - 1))", "exponential below zero", "Clevert et al. 2015",
        None, {"alpha": 1},
        title="ELU",
    ),
    "celu": Entry(
        "where(x > 0, x, alpha*(exp(min(x, 0)/alpha) - 1))", "elu with a continuous slope", "Barron 2017",
        None, {"alpha": 1},
        title="CELU",
    ),
    "selu": Entry(
        "1.0507009873554805*where(x > 0, x, 1.6732632423543772*(exp(min(x, 0)) - 1))",
        "elu that keeps mean and variance", "Klambauer et al. 2017",
        title="SELU",
    ),
    "gelu": Entry(
        "0.5*x*(1 + erf(x/sqrt(2)))", "x times the normal distribution", "Hendrycks & Gimpel 2016", title="GELU"
    ),
    "silu": Entry(
        "x*sigmoid(x)", "x times its sigmoid", "Elfwing et al. 2017", title="SiLU (swish)"
    ),
    "mish": Entry("x*tanh(max(x, 0) + log(1 + exp(-abs(x))))", "x times tanh of softplus", "Misra 2019", title="Mish"),
    "softplus": Entry(
        "max(x, 0) + log(1 + exp(-abs(beta*x)))/beta", "a smooth rectifier", "Dugas et al. 2000", None, {"beta": 1}
    ),
    "softsign": Entry("x/(1 + abs(x))", "a slow squash to (-1, 1)", "Bergstra et al. 2009", (-1, 1)),
    "hardtanh": Entry("clamp(x, -1, 1)", "limits x to [-1, 1]", "Collobert 2004", (-1, 1), title="hard tanh"),
    "hardsigmoid": Entry(
        "clamp(x/6 + 0.5, 0, 1)", "a sigmoid of three lines", "Courbariaux et al. 2015", (0, 1), title="hard sigmoid"
    ),
    "hardswish": Entry("x*clamp(x/6 + 0.5, 0, 1)", "x times its hardsigmoid", "Howard et al. 2019", title="hard swish"),
    "gauss": Entry("exp(-x*x)", "bell curve", "Stanley 2007", (0, 1), title="Gaussian"),
    "abs": Entry("abs(x)", "absolute value", "Stanley 2007"),
    "square": Entry("x*x", "the square", "elementary"),
    "cube": Entry("x*x*x", "the cube", "elementary"),
    "triangle": Entry(
        f"1 - 4*abs({_TURNS} - round({_TURNS}))", "triangle wave in phase with cosine", "elementary",
        (-1, 1), {"freq": 1},
    ),
    "sawtooth": Entry(
        f"2*({_TURNS} - floor({_TURNS} + 0.5))", "sawtooth wave with sine's period", "elementary", (-1, 1), {"freq": 1}
    ),
    "sinc": Entry(
        "where(abs(freq*x) < 0.0001, 1, sin(freq*x)/(freq*x))", "sin(x)/x", "elementary",
        (-0.2172336282, 1), {"freq": 1},
    ),
    "wavelet": Entry("cos(freq*x)*exp(-0.5*x*x)", "a cosine in a bell", "Gabor 1946", (-1, 1), {"freq": 5}),
    "snake": Entry("x + sin(freq*x)**2/freq", "the identity with ripples", "Ziyin et al. 2020", None, {"freq": 1}),
    "step": Entry("where(x > 0, 1, 0)", "0 or 1", "McCulloch & Pitts 1943", (0, 1)),
}  # fmt: skip

_GREEK = {"alpha": "α", "beta": "β"}

ALIASES = {"swish": "silu", "gaussian": "gauss", "identity": "linear", "sine": "sin", "cosine": "cos", "none": "linear"}


@dataclass(frozen=True)
class Activation:
    """An activation with its parameters: what a text like `cos:freq=7.9` means."""

    name: str  # of the catalogue, else the formula's own text
    tree: Node
    parameters: Mapping[str, float]
    span: tuple[float, float] | None

    def __str__(self) -> str:
        given = ",".join(
            f"{key}={int(value) if value.is_integer() else value}" for key, value in self.parameters.items()
        )
        return f"{self.name}:{given}" if given else self.name

    @property
    def title(self) -> str:
        """Its name as people write it, with the parameters that are not as usual: "leaky ReLU (slope 0.1)"."""
        entry = CATALOGUE.get(self.name)
        if entry is None:
            return str(self)
        told = (entry.title or self.name).format(**self.parameters)
        odd = [
            f"{_GREEK.get(key, key)} {value:g}"
            for key, value in self.parameters.items()
            if value != entry.defaults[key] and f"{{{key}" not in entry.title
        ]
        return told + f" ({', '.join(odd)})" * bool(odd)

    def with_parameters(self, **changes: float) -> Activation:
        """The same with some parameters changed; those it does not have are passed over."""
        kept = {key: _check(key, value, self.name) for key, value in changes.items() if key in self.parameters}
        return replace(self, parameters={**self.parameters, **kept})


def parse_activation(text: str) -> Activation:
    """What `NAME`, `NAME:key=value,…` or a formula in x (and in parameters) means.

    Errors: CppnError for unknown names and parameters, values out of range, and formulas that are not arithmetic.
    """
    body, _, tail = text.strip().partition(":")
    body = body.strip()
    key = body.lower()
    entry = CATALOGUE.get(ALIASES.get(key, key))
    if entry is not None:
        body, span, formula = ALIASES.get(key, key), entry.span, entry.formula
        defaults = {name: float(value) for name, value in entry.defaults.items()}
    elif re.fullmatch(r"[A-Za-z][\w-]*", body) and not {"x", *PARAMETERS, *CONSTANTS} & {*body.split("-")}:
        raise unknown("activation", body, [*CATALOGUE, *ALIASES])
    elif not body:
        raise CppnError("an activation is empty", legal='write a name ("tanh") or a formula ("sin(3*x)")')
    else:
        span, formula = None, body
    tree = parse(formula, frozenset(("x", *PARAMETERS)))
    if entry is None:
        defaults = {name: float(PARAMETERS[name].default) for name in sorted(tree.names - {"x"})}
    for item in filter(None, (piece.strip() for piece in tail.split(","))):
        name, _, value = (part.strip() for part in item.partition("="))
        where = f"activation {shorten(text)!r}"
        if name not in defaults:
            raise (
                unknown("parameter", name, defaults, where=where)
                if defaults
                else CppnError(f"{shorten(body)!r} takes no parameters", where=where)
            )
        try:
            defaults[name] = _check(name, float(value), body)
        except ValueError:
            raise CppnError(
                f"{name} is not a number: {shorten(value)!r}", where=where, legal=f"write {name}=2"
            ) from None
    return Activation(body, tree, defaults, span)


def split_list(text: str) -> list[str]:
    """The activations of a comma-separated list: `cos:freq=2,iters=1,tanh` is two."""
    pieces, start, depth = [], 0, 0
    for i, letter in enumerate(text):
        depth += (letter == "(") - (letter == ")")
        if letter == "," and depth <= 0:
            pieces.append(text[start:i])
            start = i + 1
    pieces.append(text[start:])  # with a bracket left open too: the parser of formulas will say so
    joined: list[str] = []
    for piece in pieces:
        if joined and "=" in piece and ":" not in piece:
            joined[-1] += "," + piece
        else:
            joined.append(piece)
    return [piece.strip() for piece in joined]


def _check(name: str, value: float, activation: str) -> float:
    where = f"{name} of {shorten(activation)}"
    if not math.isfinite(value):
        raise CppnError(f"{value} is not a finite number", where=where)
    return PARAMETERS[name].check(value, where)
