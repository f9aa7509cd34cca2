"""Pictures that are exactly symmetric: a network is given, instead of x and y, functions of them that a group leaves.

`Symmetry.fold` gives three of them. X and Y are smooth, and invariant under the group and nothing more, so that what is
computed of them has its symmetries. S is for symmetry of two colours: a half of the group, H, leaves it, the others
turn its sign. Where the group has mirrors or glides, H is what keeps orientation; of turns by an even part of a circle
alone, those by twice that; of translations alone, every other one along x. Turns by an odd part alone have no half:
there S is 0.0.

Wallpaper groups: long waves of a lattice, averaged over the group (Farris, Creating Symmetry, 2015). Friezes: waves
along x, with even and odd functions of y. Rosettes: the plane folded like a fan, with a swirl where there is no mirror.

The plane is in units of the lattice: the translation along x is 1, of rectangles 0.8 by 1. Around a point, there is no
unit. X and Y of wallpapers have the mean 0 and the standard deviation of x and y in a square of side 1, each; those of
friezes are about as wide along x, and as steep along y; those of rosettes are about as steep as x and y.
"""

from __future__ import annotations

import math
import re
from typing import NamedTuple

import numpy as np

from ..errors import unknown
from .formula import evaluate, parse
from .numpy_ops import NumpyOps
from .ops import Ops, Value
from .wallpapers import CELLS, WIDTH, Pair, harmonics, wallpaper, wallpaper_slope

WALLPAPERS = {
    "p1": "translations alone",
    "p2": "half turns",
    "pm": "upright mirrors",
    "pg": "upright glides",
    "cm": "upright mirrors, and glides between them",
    "pmm": "mirrors of two directions, half turns where they cross",
    "pmg": "upright mirrors, and half turns between them",
    "pgg": "glides of two directions, and half turns between them",
    "cmm": "mirrors of two directions, half turns where they cross and between them",
    "p4": "quarter turns",
    "p4m": "quarter turns where mirrors cross",
    "p4g": "quarter turns between mirrors",
    "p3": "third turns",
    "p3m1": "third turns, all of them where mirrors cross",
    "p31m": "third turns where mirrors cross and between them",
    "p6": "sixth turns",
    "p6m": "sixth turns where mirrors cross",
}
FRIEZES = {
    "hop": "a frieze of translations alone (p1)",
    "step": "a frieze of glides, like footsteps (p11g)",
    "sidle": "a frieze of upright mirrors (p1m1)",
    "jump": "a frieze mirrored along its middle (p11m)",
    "spinhop": "a frieze of half turns (p2)",
    "spinsidle": "a frieze of upright mirrors, and half turns between them (p2mg)",
    "spinjump": "a frieze of upright mirrors, and mirrored along its middle (p2mm)",
}
NAMES = WALLPAPERS | FRIEZES
MOST_TURNS = 60
ROSETTES = {
    f"c2 to c{MOST_TURNS}": "so many turns around the origin",
    f"d1 to d{MOST_TURNS}": "the same and as many mirrors, one of them upright",
}
# not p2mm and p2mg, which are friezes too
ALIASES = {"p2gg": "pgg", "c2mm": "cmm", "p4mm": "p4m", "p4gm": "p4g", "p6mm": "p6m"}

_ROSETTE = re.compile(r"([cd])([1-9][0-9]?)")
_SLOPE = 2 * math.pi * WIDTH  # of one wave as wide as that, in root mean square


class Motion(NamedTuple):
    """A rigid motion of the plane: a matrix, by rows, and then a translation."""

    matrix: tuple[Pair, Pair]
    shift: Pair


class Symmetry(NamedTuple):
    """A group of motions of the plane: a name out of NAMES, or `c` or `d` and the number of turns."""

    name: str

    @property
    def turns(self) -> int:
        """Of a rosette, its turns in a circle; else 0."""
        return int(self.name[1:]) if _ROSETTE.fullmatch(self.name) else 0

    @property
    def is_mirrored(self) -> bool:
        """Has it mirrors or glides?"""
        return any(a * d < b * c for ((a, b), (c, d)), _ in self.generators)

    @property
    def steepness(self) -> float:
        """The gradients of X and Y in root mean square, those of friezes and rosettes roughly: x and y have 1."""
        return 1.0 if self.turns else _SLOPE if self.name in FRIEZES else wallpaper_slope(self.name)

    @property
    def generators(self) -> list[Motion]:
        """Motions that generate the group, translations first (International Tables for Crystallography A and E)."""
        if not self.turns:
            return [*_translations(self.name), *_listed(self.name)]
        angle = 2 * math.pi / self.turns
        c, s = math.cos(angle), math.sin(angle)
        turn = Motion(((c, -s), (s, c)), (0.0, 0.0))
        return [turn, Motion(((-1.0, 0.0), (0.0, 1.0)), (0.0, 0.0))] if self.name[0] == "d" else [turn]

    def fold(self, x: Value, y: Value, ops: Ops) -> tuple[Value, Value, Value]:
        """X and Y, which the group leaves, and S, whose sign all but a half of it turns; 0.0 where there is no half."""
        if self.turns:
            return _rosette(self.name[0] == "d", self.turns, x, y, ops)
        return (_frieze if self.name in FRIEZES else wallpaper)(self.name, x, y, ops)


def parse_symmetry(text: str) -> Symmetry:
    """The symmetry of a name.

    Errors: CppnError for unknown names.
    """
    name = text.strip().lower()
    name = ALIASES.get(name, name)
    found = _ROSETTE.fullmatch(name)
    if name in NAMES or (found and name != "c1" and int(found[2]) <= MOST_TURNS):
        return Symmetry(name)
    raise unknown("symmetry", text.strip(), [*NAMES, *ROSETTES])


# what motions besides the translations by its sides make of a point (x, y) of the cell, as it is tabulated
_TABLES: dict[str, tuple[str, tuple[str, ...]]] = {
    "p1": ("oblique", ()),
    "p2": ("oblique", ("-x, -y",)),
    "pm": ("rectangular", ("-x, y",)),
    "pg": ("rectangular", ("-x, y+1/2",)),
    "cm": ("centred", ("x+1/2, y+1/2", "-x, y")),
    "pmm": ("rectangular", ("-x, -y", "-x, y")),
    "pmg": ("rectangular", ("-x, -y", "-x+1/2, y")),
    "pgg": ("rectangular", ("-x, -y", "-x+1/2, y+1/2")),
    "cmm": ("centred", ("x+1/2, y+1/2", "-x, -y", "-x, y")),
    "p4": ("square", ("-x, -y", "-y, x")),
    "p4m": ("square", ("-x, -y", "-y, x", "-x, y")),
    "p4g": ("square", ("-x, -y", "-y, x", "-x+1/2, y+1/2")),
    "p3": ("hexagonal", ("-y, x-y",)),
    "p3m1": ("hexagonal", ("-y, x-y", "-y, -x")),
    "p31m": ("hexagonal", ("-y, x-y", "y, x")),
    "p6": ("hexagonal", ("-y, x-y", "-x, -y")),
    "p6m": ("hexagonal", ("-y, x-y", "-x, -y", "-y, -x")),
    "hop": ("square", ()),
    "step": ("square", ("x+1/2, -y",)),
    "sidle": ("square", ("-x, y",)),
    "jump": ("square", ("x, -y",)),
    "spinhop": ("square", ("-x, -y",)),
    "spinsidle": ("square", ("-x, -y", "-x+1/2, y")),
    "spinjump": ("square", ("-x, -y", "-x, y")),
}


def _translations(name: str) -> list[Motion]:
    cell, _ = _TABLES[name]
    return [Motion(((1.0, 0.0), (0.0, 1.0)), side) for side in CELLS[cell][: 1 if name in FRIEZES else 2]]


def _listed(name: str) -> list[Motion]:
    cell, motions = _TABLES[name]
    sides = np.array(CELLS[cell]).T
    found = []
    for text in motions:
        trees = [parse(part, frozenset("xy")) for part in text.split(",")]
        points = [{"x": x, "y": y} for x, y in ((0.0, 0.0), (1.0, 0.0), (0.0, 1.0))]
        origin, *ends = (np.array([float(evaluate(tree, one, NumpyOps())) for tree in trees]) for one in points)
        (a, b), (c, d) = (sides @ np.stack([end - origin for end in ends], 1) @ np.linalg.inv(sides)).tolist()
        p, q = (sides @ origin).tolist()
        found.append(Motion(((a, b), (c, d)), (p, q)))
    return found


# friezes

_SPAN = math.sqrt(2.0) * WIDTH  # of a wave
_WAIST = 0.2  # so near the middle, what is even in y is round


def _frieze(name: str, x: Value, y: Value, ops: Ops) -> tuple[Value, Value, Value]:
    """Of waves along x, of `far`, almost |y|, and of `side`, almost the sign of y.

    A cosine across, and up it a sine: a pipe seen from beside and somewhat from above, so that its back is not the
    mirror image of its front.
    """
    _, (c, s), (c2, s2), _ = harmonics(x, ops)
    far = ops.sqrt(y * y + _WAIST * _WAIST)
    side = y / far
    up = far
    match name:
        case "hop":
            _, (wide, _), _, (_, wide3) = harmonics(0.5 * x, ops)
            up, across, along, turned = y, c + 0.2 * s2, 0.6 * s + 0.1 * c2, wide + 0.3 * wide3
        case "sidle":
            up, across, along, turned = y, c - 0.15 * c2, 0.3 * c2, s + 0.3 * s2
        case "step":
            across, along, turned = side * c + 0.3 * s2, 0.6 * (side * s) + 0.1 * c2, c + 0.3 * (side * s2)
        case "jump":
            across, along, turned = c + 0.2 * s2, 0.6 * s + 0.1 * c2, side * (1.0 + 0.5 * c)
        case "spinhop":
            across, along, turned = c + 0.2 * (side * s2), 0.6 * (side * s) + 0.1 * c2, s + 0.5 * (side * c)
        case "spinsidle":
            across, along, turned = side * s + 0.2 * c2, 0.4 * c2, c + 0.5 * (side * s2)
        case _:
            across, along, turned = c - 0.15 * c2, 0.3 * c2, side * (s + 0.3 * s2)
    return _SPAN * across, _SLOPE * up + _SPAN * along, _SPAN * turned


# rosettes

_HUB = 0.1  # of what is smooth at the origin, for one turn
_SWIRL = 0.5  # the tangent of the angle between the swirl's arms and rays


def _rosette(mirrored: bool, turns: int, x: Value, y: Value, ops: Ops) -> tuple[Value, Value, Value]:
    """A fan, opened to a wedge that stands on the origin and is as wide as one of its folds.

    Powers of x + iy over the radius rather than angles: no angle jumps, and at the origin all is smooth.
    """
    hub = _HUB / turns**0.25
    radius = ops.sqrt(x * x + y * y + hub * hub)
    p, q = y / radius, x / radius  # from the upright axis on
    if not mirrored:
        angle = _SWIRL * ops.log(radius)
        c, s = ops.cos(angle), ops.sin(angle)
        p, q = p * c - q * s, q * c + p * s
    width = math.sqrt(2.0) / turns  # as steep across as along, in root mean square
    c, s = _power(p, q, turns)
    lean = width * c
    if mirrored:
        return radius * ops.sin(lean), radius * ops.cos(lean), width * (radius * s)
    turned = 2.0 * width * (radius * _power(p, q, turns // 2)[0]) if turns % 2 == 0 else 0.0
    reach = radius * (1.0 + 1.0 / turns * s)  # longer on one side of a fold than on the other: no mirror
    return reach * ops.sin(lean), reach * ops.cos(lean), turned


def _power(p: Value, q: Value, exponent: int) -> tuple[Value, Value]:
    """The parts of (p + iq)^exponent."""
    if exponent == 1:
        return p, q
    c, s = _power(p, q, exponent // 2)
    c, s = c * c - s * s, 2.0 * (c * s)
    return (c * p - s * q, c * q + s * p) if exponent % 2 else (c, s)
