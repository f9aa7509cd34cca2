"""The inputs of a network: what it is told about a point."""

from __future__ import annotations

from ..errors import CppnError
from .formula import Node, parse

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


def parse_input(text: str) -> Node:
    """The tree, in x and y, of a named input or of a formula in x, y, r and theta.

    Errors: CppnError for unknown names and for formulas that are not arithmetic.
    """
    text = text.strip()
    if not text:
        raise CppnError("an input is empty", legal=f"{', '.join(CATALOGUE)} or a formula like abs(x)")
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
