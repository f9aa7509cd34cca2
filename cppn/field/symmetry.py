"""Pictures that are exactly symmetric: instead of x and y, a network is given functions of them that a group leaves.

`Symmetry.fold` gives three. X and Y are what x and y become: smooth, and invariant under the group and nothing more, so
that whatever is computed of them has just its symmetries. S is for two-colour symmetry: half of the group, H, leaves it,
the other half turns its sign. H is what of the group keeps orientation, if it has mirrors or glides; else the turns by
twice its angle; of translations alone, every other one along x. Odd turns alone have no half: there S is 0.0.

Wallpaper groups: lattice waves, averaged over the group (Farris, Creating Symmetry, 2015, chapters 9 to 11). Friezes: the
same along x, with even and odd functions of y. Rosettes: the plane folded like a fan, around the origin.

Lattices have a side or diagonal of 1, where that of the picture is up to the caller, and X and Y are as steep as
`steepness` says, in root mean square: 2 where there is a lattice, since within half a cell, where they turn, they go as
far as x and y in a whole one (their standard deviation is from 0.2 to 0.33), and 1 around a point.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import NamedTuple

from ..errors import unknown
from .ops import Ops, Value

Pair = tuple[float, float]
Waves = Mapping[
    tuple[int, int], complex
]  # of each frequency (n, m) the factor c of e^(2πi(na + mb)), whose real part counts

NAMES = {
    "p1": "translations alone",
    "p2": "half turns",
    "pm": "parallel mirrors",
    "pg": "parallel glides",
    "cm": "parallel mirrors, and glides between them",
    "pmm": "mirrors of two directions, half turns where they cross",
    "pmg": "parallel mirrors, half turns between them",
    "pgg": "glides of two directions, half turns between them",
    "cmm": "mirrors of two directions, half turns where they cross and between them",
    "p4": "quarter turns",
    "p4m": "quarter turns where mirrors cross",
    "p4g": "quarter turns between mirrors",
    "p3": "third turns",
    "p3m1": "third turns, all of them where mirrors cross",
    "p31m": "third turns where mirrors cross and between them",
    "p6": "sixth turns",
    "p6m": "sixth turns where mirrors cross",
    "hop": "a frieze of translations alone (p1)",
    "step": "a frieze of glides, like footsteps (p11g)",
    "sidle": "a frieze of upright mirrors (p1m1)",
    "jump": "a frieze mirrored along its middle (p11m)",
    "spinhop": "a frieze of half turns (p2)",
    "spinsidle": "a frieze of upright mirrors, half turns between them (p2mg)",
    "spinjump": "a frieze of upright mirrors, and mirrored along its middle (p2mm)",
}
MOST_TURNS = 60
ROSETTES = {
    f"c2 to c{MOST_TURNS}": "turns around the origin, so many in a circle",
    f"d1 to d{MOST_TURNS}": "the same and as many mirrors, one of them upright",
}
ALIASES = {"p2gg": "pgg", "c2mm": "cmm", "p4mm": "p4m", "p4gm": "p4g", "p6mm": "p6m"}

_ROSETTE = re.compile(r"([cd])([1-9]\d?)")


class Motion(NamedTuple):
    """A rigid motion of the plane: a matrix, by rows, and then a translation."""

    matrix: tuple[Pair, Pair]
    shift: Pair


class Symmetry(NamedTuple):
    """A group of motions of the plane: a name out of NAMES, or `c` or `d` and the number of turns in a circle."""

    name: str

    @property
    def turns(self) -> int:
        """Of a rosette, its turns in a circle; else 0."""
        return int(self.name[1:]) if _ROSETTE.fullmatch(self.name) else 0

    @property
    def steepness(self) -> float:
        """The root mean square of the gradients of X and Y."""
        return 1.0 if self.turns else STEEPNESS

    @property
    def generators(self) -> list[Motion]:
        """Motions that generate the group: International Tables for Crystallography A and E."""
        if self.turns:
            return _rosette_generators(self.name[0] == "d", self.turns)
        return _generators(self.name)

    def fold(self, x: Value, y: Value, ops: Ops) -> tuple[Value, Value, Value]:
        """X and Y, which the group leaves, and S, whose sign half of it turns."""
        if self.turns:
            return _rosette(self.name[0] == "d", self.turns, x, y, ops)
        if self.name in _FRIEZES:
            return _frieze(self.name, x, y, ops)
        return _wallpaper(self.name, x, y, ops)


def parse_symmetry(text: str) -> Symmetry:
    """The symmetry of a name.

    Errors: CppnError for unknown names.
    """
    name = text.strip().lower()
    name = ALIASES.get(name, name)
    found = _ROSETTE.fullmatch(name)
    if name in NAMES or (found and (found[1] == "d" or found[2] != "1") and int(found[2]) <= MOST_TURNS):
        return Symmetry(name)
    raise unknown("symmetry", text.strip(), [*NAMES, *ROSETTES])


# wallpaper groups

STEEPNESS = 2.0

# the translations that generate each lattice, in the plane
_LATTICES: dict[str, tuple[Pair, Pair]] = {
    "oblique": ((1.0, 0.0), (-0.25, 0.75)),
    "rectangular": ((0.8, 0.0), (0.0, 1.0)),
    "rhombic": ((0.5, 0.7), (0.5, -0.7)),
    "square": ((1.0, 0.0), (0.0, 1.0)),
    "hexagonal": ((1.0, 0.0), (-0.5, math.sqrt(0.75))),
}


class _Rule(NamedTuple):
    """What a motion makes of a wave: another of frequency (pn + qm, rn + sm), turned by half where un + vm is odd."""

    matrix: tuple[int, int, int, int]
    half: tuple[int, int] = (0, 0)

    def apply(self, waves: Waves) -> Waves:
        p, q, r, s = self.matrix
        u, v = self.half
        return {(p * n + q * m, r * n + s * m): (-1) ** (u * n + v * m) * c for (n, m), c in waves.items()}


_HALF_TURN, _QUARTER_TURN = _Rule((-1, 0, 0, -1)), _Rule((0, 1, -1, 0))
_THIRD_TURN, _SIXTH_TURN = _Rule((0, 1, -1, -1)), _Rule((1, 1, -1, 0))
_UPRIGHT, _SWAP, _CROSS = (-1, 0, 0, 1), (0, 1, 1, 0), (0, -1, -1, 0)


class _Group(NamedTuple):
    """A wallpaper group: its lattice, its rules and how often each is applied to come back, and the waves of X, Y, S."""

    lattice: str
    rules: tuple[tuple[_Rule, int], ...]
    x: Waves
    y: Waves
    s: Waves


_A, _B = (1, 0), (0, 1)
_GROUPS: dict[str, _Group] = {
    "p1": _Group(
        "oblique", (),
        {(1, 0): -0.71j, (0, 1): -0.58j, (1, -1): -0.38j},
        {(1, 0): 0.65, (0, 1): 0.74, (2, -1): 0.16 - 0.08j},
        {(1, 0): 1.0, (1, 1): 0.3j},
    ),
    "p2": _Group(
        "oblique", ((_HALF_TURN, 2),),
        {(1, 0): -0.77, (0, 1): 0.64},
        {(1, -1): 0.79, (1, 1): -0.61, (2, 0): -0.08},
        {(1, 0): 1j, (0, 1): 0.4j},
    ),
    "pm": _Group(
        "rectangular", ((_Rule(_UPRIGHT), 2),),
        {(0, 1): 0.6j, (1, 0): -0.79, (1, -1): -0.13},
        {(0, 1): 0.62, (1, 0): -0.18, (1, -1): 0.53, (0, 2): 0.4j, (1, -2): 0.38j},
        {(1, 0): 1j, (1, 1): 0.4j},
    ),
    "pg": _Group(
        "rectangular", ((_Rule(_UPRIGHT, _B), 2),),
        {(1, 0): -0.53, (1, -1): 0.83j, (0, 2): 0.09j, (1, -2): -0.14},
        {(1, 0): 0.24, (1, -1): -0.84, (1, -2): -0.26 - 0.42j},
        {(0, 1): 1, (1, 0): -0.6j},
    ),
    "cm": _Group(
        "rhombic", ((_Rule(_CROSS), 2),),
        {(0, 1): -0.84 - 0.54j, (1, -1): 0.05},
        {(0, 1): -0.56 + 0.82j, (1, -1): 0.09j},
        {(0, 1): 1, (1, 1): 0.4j},
    ),
    "pmm": _Group(
        "rectangular", ((_HALF_TURN, 2), (_Rule(_UPRIGHT), 2)),
        {(0, 1): -0.82, (1, 0): 0.58},
        {(0, 1): -0.54, (1, 0): -0.84, (1, -2): 0.07},
        {(1, 1): 1},
    ),
    "pmg": _Group(
        "rectangular", ((_HALF_TURN, 2), (_Rule(_UPRIGHT, _A), 2)),
        {(0, 1): 0.7, (1, -1): 0.6, (2, -1): -0.39},
        {(0, 1): -0.43, (1, -1): 0.86, (2, -1): 0.27},
        {(1, 0): 1, (1, -1): 0.4},
    ),
    "pgg": _Group(
        "rectangular", ((_HALF_TURN, 2), (_Rule(_UPRIGHT, (1, 1)), 2)),
        {(1, -1): 0.69, (0, 2): 0.23, (1, -2): 0.65, (2, -1): -0.2},
        {(1, -1): 0.65, (0, 2): -0.24, (1, -2): -0.66, (2, -1): -0.29},
        {(0, 1): 1, (1, 0): 0.6},
    ),
    "cmm": _Group(
        "rhombic", ((_HALF_TURN, 2), (_Rule(_CROSS), 2)),
        {(0, 1): 0.76, (1, -1): 0.53, (1, 1): -0.38},
        {(0, 1): -0.67, (1, -1): 0.6, (1, 1): -0.43},
        {(0, 1): 1, (1, -2): 0.3},
    ),
    "p4": _Group(
        "square", ((_QUARTER_TURN, 4),),
        {(0, 1): 0.45, (1, -2): -0.57, (1, 2): 0.69},
        {(0, 1): -0.8, (1, -2): -0.38, (1, 2): 0.46},
        {(0, 1): 1, (1, -1): 0.5},
    ),
    "p4m": _Group(
        "square", ((_QUARTER_TURN, 4), (_Rule(_UPRIGHT), 2)),
        {(0, 1): -0.67, (1, -1): 0.49, (0, 2): -0.55},
        {(0, 1): 0.79, (1, -1): 0.41, (0, 2): -0.45},
        {(1, -2): 1},
    ),
    "p4g": _Group(
        "square", ((_QUARTER_TURN, 4), (_Rule(_UPRIGHT, (1, 1)), 2)),
        {(1, -1): 0.73, (0, 2): 0.15, (1, -2): 0.67},
        {(1, -1): 0.63, (0, 2): 0.11, (1, -2): -0.77},
        {(0, 1): 1, (1, -2): 0.4},
    ),
    "p3": _Group(
        "hexagonal", ((_THIRD_TURN, 3),),
        {(1, -1): -0.29, (2, -1): -0.92j, (2, -2): 0.26},
        {(1, -1): -1j},
        {},
    ),
    "p3m1": _Group(
        "hexagonal", ((_THIRD_TURN, 3), (_Rule(_CROSS), 2)),
        {(1, -1): -0.97, (1, -3): -0.24},
        {(1, -1): 0.91j, (2, -2): 0.32j, (1, -3): -0.26j},
        {(2, -1): 1j},
    ),
    "p31m": _Group(
        "hexagonal", ((_THIRD_TURN, 3), (_Rule(_SWAP), 2)),
        {(1, -1): -0.88, (2, -1): -0.26, (2, -2): 0.4},
        {(2, -1): 1j, (1, -3): -0.05j},
        {(1, -1): 1j, (2, -2): 0.3j},
    ),
    "p6": _Group(
        "hexagonal", ((_SIXTH_TURN, 6),),
        {(1, -1): 0.56, (2, -1): -0.77, (2, -2): -0.31},
        {(1, -3): -0.7, (1, 2): 0.71},
        {(1, -1): 1j, (2, -1): 0.5j},
    ),
    "p6m": _Group(
        "hexagonal", ((_SIXTH_TURN, 6), (_Rule(_SWAP), 2)),
        {(1, -1): -0.8, (2, -1): 0.47, (2, -2): -0.38},
        {(1, -1): -0.73, (2, -2): 0.58, (1, -3): -0.36},
        {(1, -3): 1},
    ),
}  # fmt: skip


class _Term(NamedTuple):
    """A factor times the cosine or sine (0 or 1) of na times that of mb."""

    factor: float
    n: int
    of_a: int
    m: int
    of_b: int


def _wallpaper(name: str, x: Value, y: Value, ops: Ops) -> tuple[Value, Value, Value]:
    gradients = _gradients(_LATTICES[_GROUPS[name].lattice])
    a, b = (_linear(one, x, y) for one in gradients)
    in_x, in_y, in_s = _terms(name)
    angles = _harmonics(a, ops), _harmonics(b, ops)
    to_s = (_harmonics(0.5 * a, ops), angles[1]) if name == "p1" else angles
    return _sum(in_x, *angles), _sum(in_y, *angles), _sum(in_s, *to_s)


def _linear(factors: Pair, x: Value, y: Value) -> Value:
    """px + qy, without what is 0."""
    parts = [one if factor == 1.0 else factor * one for factor, one in zip(factors, (x, y), strict=True) if factor]
    return parts[0] if len(parts) == 1 else parts[0] + parts[1]


def _gradients(lattice: tuple[Pair, Pair]) -> tuple[Pair, Pair]:
    """How the lattice's coordinates a and b change along x and y."""
    (p, q), (r, s) = lattice
    area = p * s - q * r
    return (s / area, -r / area), (-q / area, p / area)


def _harmonics(turns: Value, ops: Ops) -> list[tuple[Value, Value]]:
    """Cosines and sines of 0 to 3 times a number of turns, of which whole ones are left out first: exactly periodic."""
    angle = 2.0 * math.pi * (turns - ops.round(turns))
    c, s = ops.cos(angle), ops.sin(angle)
    twice = c * c - s * s, 2.0 * (c * s)
    return [(1.0, 0.0), (c, s), twice, (twice[0] * c - twice[1] * s, twice[1] * c + twice[0] * s)]


def _sum(terms: Iterable[_Term], of_a: list[tuple[Value, Value]], of_b: list[tuple[Value, Value]]) -> Value:
    total: Value = 0.0
    for term in terms:
        p, q = of_a[term.n][term.of_a], of_b[term.m][term.of_b]
        one = term.factor * (q if term.n == 0 else p if term.m == 0 else p * q)
        total = one if isinstance(total, float) else total + one
    return total


@lru_cache(maxsize=32)
def _terms(name: str) -> tuple[tuple[_Term, ...], ...]:
    """What X, Y and S of a wallpaper group are sums of."""
    group = _GROUPS[name]
    gradients = _gradients(_LATTICES[group.lattice])
    halved = ((gradients[0][0] / 2, gradients[0][1] / 2), gradients[1]) if name == "p1" else gradients
    sums = ((group.x, 1, gradients), (group.y, 1, gradients), (group.s, -1, halved))
    return tuple(tuple(_products(_scaled(_averaged(waves, group.rules, sign), at))) for waves, sign, at in sums)


def _averaged(waves: Waves, rules: tuple[tuple[_Rule, int], ...], sign: int) -> Waves:
    """The sum over a group, whose last rule turns the sign if it is −1; of waves and their mirror images one."""
    for i, (rule, order) in enumerate(rules):
        total = dict(waves)
        for step in range(1, order):
            waves = rule.apply(waves)
            for key, c in waves.items():
                total[key] = total.get(key, 0.0) + c * (sign**step if i == len(rules) - 1 else 1)
        waves = total
    found: dict[tuple[int, int], complex] = {}
    for (n, m), c in waves.items():
        key, c = ((n, m), c) if (n, m) > (0, 0) else ((-n, -m), c.conjugate())
        found[key] = found.get(key, 0.0) + c
    return found


def _scaled(waves: Waves, gradients: tuple[Pair, Pair]) -> Waves:
    """The same as steep as STEEPNESS."""
    (p, q), (r, s) = gradients
    square = sum(abs(c) ** 2 / 2 * math.hypot(n * p + m * r, n * q + m * s) ** 2 for (n, m), c in waves.items())
    return {key: c * STEEPNESS / (2 * math.pi * math.sqrt(square)) for key, c in waves.items()}


def _products(waves: Waves) -> Iterable[_Term]:
    """Waves as products of those of a and of b alone, of which mirrors leave few."""
    factors: dict[tuple[int, int, int, int], float] = {}
    for (n, m), c in waves.items():
        side = 1.0 if m > 0 else -1.0
        for of_a, of_b, factor in (0, 0, c.real), (1, 1, -side * c.real), (1, 0, -c.imag), (0, 1, -side * c.imag):
            if (n or not of_a) and (m or not of_b):
                key = (n, of_a, abs(m), of_b)
                factors[key] = factors.get(key, 0.0) + factor
    return (_Term(factor, *key) for key, factor in sorted(factors.items()) if abs(factor) > 1e-9)


# friezes

_SPAN = 0.45  # of X, so that it is as steep as wallpapers are
_WAIST = 0.2  # within this of the middle, what is even in y is round


def _frieze(name: str, x: Value, y: Value, ops: Ops) -> tuple[Value, Value, Value]:
    return _FRIEZES[name](*_harmonics(x, ops)[1], y, ops)


def _even(y: Value, ops: Ops) -> tuple[Value, Value]:
    """|y| and the sign of y, both smooth."""
    away = ops.sqrt(y * y + _WAIST * _WAIST)
    return away, y / away


def _hop(c: Value, s: Value, y: Value, ops: Ops) -> tuple[Value, Value]:
    return _SPAN * c, STEEPNESS * y + _SPAN * s


_FRIEZES: dict[str, Callable[[Value, Value, Value, Ops], tuple[Value, Value]]] = {"hop": _hop}

# rosettes

_HUB = 0.1


def _rosette(mirrored: bool, turns: int, x: Value, y: Value, ops: Ops) -> tuple[Value, Value, Value]:
    away = ops.sqrt(x * x + y * y + _HUB * _HUB)
    p, q = y / away, x / away
    c, s = _power(p, q, turns)
    lean = math.sqrt(2.0) / turns * c
    if mirrored:
        return away * ops.sin(lean), away * ops.cos(lean), math.sqrt(2.0) / turns * away * s
    reach = away * (1.0 + 1.0 / turns * s)
    half = math.sqrt(2.0) * 2 / turns * away * _power(p, q, turns // 2)[0] if turns % 2 == 0 else 0.0
    return reach * ops.sin(lean), reach * ops.cos(lean), half


def _power(p: Value, q: Value, exponent: int) -> tuple[Value, Value]:
    """(p + iq) to a power."""
    if exponent == 1:
        return p, q
    c, s = _power(p, q, exponent // 2)
    c, s = c * c - s * s, 2.0 * (c * s)
    return (c * p - s * q, c * q + s * p) if exponent % 2 else (c, s)


def _rosette_generators(mirrored, turns):
    return []


def _generators(name):
    return []
