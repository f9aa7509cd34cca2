"""Formulas of tone: what a network's first value goes through before it becomes a colour."""

from __future__ import annotations

from .formula import Node
from .inputs import parse_point

OUTPUTS = ("f", "g", "h")  # the outputs between their levels
SLOPES = ("dx", "dy", "slope", "distance", "nx", "ny", "nz")  # what follows from how f changes
NAMES = frozenset((*OUTPUTS, *SLOPES))


def parse_tone(text: str) -> Node:
    """The tree, in `NAMES`, x and y, of a formula that may name r and theta too.

    Errors: CppnError for formulas that are not arithmetic.
    """
    return parse_point(text, NAMES)
