"""The inputs of a network: what it is told about a point."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..errors import CppnError
from ..rng import Purpose, Stream
from .formula import Node, parse
from .parameters import Parameter, parse_named

# what each named input is, in the plane's coordinates
CATALOGUE = {
    "x": "x",
    "y": "y",
    "r": "sqrt(x*x + y*y)",
    "theta": "atan2(y, x)",
    "bias": "1",
}
ABOUT = {
    "x": "the horizontal coordinate, growing to the right",
    "y": "the vertical coordinate, growing upwards",
    "r": "the distance from the origin",
    "theta": "the angle in radians, from −π to π, counterclockwise from the x axis",
    "bias": "1 everywhere",
}

_NAMES = frozenset("xy")
# families of waves that become several inputs
FAMILIES = {
    "fourier": {
        "features": Parameter("waves in random directions, a sine and a cosine of each", 8, 1, 128),
        "scale": Parameter("how many of them, in the middle, lie in a length of 1", 1, 1e-3, 1e3),
        "seed": Parameter("draws the directions", 0, 0, 2**31 - 1),
    },
    "positional": {
        "octaves": Parameter("waves along each axis, each half as long as the one before", 4, 1, 16),
    },
}


def expand_inputs(texts: Iterable[str]) -> tuple[str, ...]:
    """The inputs with each family written out as the formulas of its members.

    `fourier:features=8,scale=1,seed=0` are random Fourier features (Tancik et al. 2020), `positional:octaves=4` is
    the encoding of Mildenhall et al. (2020). Errors: CppnError for unknown parameters, and values out of range.
    """
    return tuple(member for text in texts for member in _members(text.strip()))


def _members(text: str) -> Iterator[str]:
    name = text.partition(":")[0].strip().lower()
    if name not in FAMILIES:
        yield text
        return
    _, values = parse_named("input", text, FAMILIES)
    if name == "positional":
        waves = [f"{2**k}*pi*{axis}" for k in range(int(values["octaves"])) for axis in "xy"]
    else:
        count = int(values["features"])
        drawn = Stream(int(values["seed"]), Purpose.WAVES).normal(2 * count).reshape(count, 2)
        waves = [f"2*pi*({a:.6g}*x + {b:.6g}*y)" for a, b in values["scale"] * drawn]
    for wave in waves:
        yield f"sin({wave})"
        yield f"cos({wave})"


def parse_input(text: str) -> Node:
    """The tree, in x and y, of a named input or of a formula in x, y, r and theta.

    Errors: CppnError for unknown names and for formulas that are not arithmetic.
    """
    text = text.strip()
    if not text:
        legal = f"{', '.join((*CATALOGUE, *FAMILIES))} or a formula like abs(x)"
        raise CppnError("an input is empty", legal=legal)
    if text in CATALOGUE:
        return parse(CATALOGUE[text], _NAMES)
    return parse_point(text)


def parse_point(text: str, more: frozenset[str] = frozenset()) -> Node:
    """The tree, in x, y and `more` names, of a formula that may name r and theta too.

    Errors: CppnError for formulas that are not arithmetic.
    """
    return _expand(parse(text, _NAMES | {"r", "theta"} | more))


def _expand(node: Node) -> Node:
    if node.op == "name" and node.name in CATALOGUE:
        return parse(CATALOGUE[node.name], _NAMES)
    return Node(node.op, tuple(_expand(arg) for arg in node.args), node.value, node.name)
