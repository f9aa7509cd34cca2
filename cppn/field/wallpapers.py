"""The waves of the 17 wallpaper groups: sums of long waves of a lattice, averaged over the group.

After Farris, Creating Symmetry (2015): a group is a lattice and what its motions make of one wave of that. Of the
motions themselves, as `symmetry.py` lists them, nothing is used here.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from functools import lru_cache, reduce
from operator import add
from typing import NamedTuple

from .ops import Ops, Value

Pair = tuple[float, float]
Waves = Mapping[tuple[int, int], complex]  # the real part of the sum of their factors times e^(2πi(na + mb))
Harmonics = list[tuple[Value, Value]]

WIDTH = math.sqrt(1 / 12)  # the standard deviation of x in a square of side 1, and of X, Y and S

# the sides of the cells, in the plane
CELLS: dict[str, tuple[Pair, Pair]] = {
    "oblique": ((1.0, 0.0), (-0.25, 0.75)),
    "rectangular": ((0.8, 0.0), (0.0, 1.0)),
    "centred": ((1.0, 0.0), (0.0, 1.3)),
    "square": ((1.0, 0.0), (0.0, 1.0)),
    "hexagonal": ((1.0, 0.0), (-0.5, math.sqrt(0.75))),
}


class _Rule(NamedTuple):
    """What a motion makes of the wave of frequency (n, m): that of (pn + qm, rn + sm), negative if un + vm is odd."""

    matrix: tuple[int, int, int, int]
    odd: tuple[int, int] = (0, 0)

    def apply(self, waves: Waves) -> Waves:
        """What it makes of waves."""
        p, q, r, s = self.matrix
        u, v = self.odd
        return {(p * n + q * m, r * n + s * m): (-1) ** (u * n + v * m) * c for (n, m), c in waves.items()}


# (a, b) to (−a, −b), (−b, a), (−b, a − b), (a − b, a), (−a, b), (b, a), (−b, −a)
_HALF_TURN, _QUARTER_TURN = _Rule((-1, 0, 0, -1)), _Rule((0, 1, -1, 0))
_THIRD_TURN, _SIXTH_TURN = _Rule((0, 1, -1, -1)), _Rule((1, 1, -1, 0))
_UPRIGHT, _SWAP, _CROSS = (-1, 0, 0, 1), (0, 1, 1, 0), (0, -1, -1, 0)


class _Group(NamedTuple):
    """A group: its cell, its rules, with how many times each is applied until nothing has changed, and some waves.

    Their averages are X, Y and S; of that of S, what the last rule makes is subtracted. p1 has none: its S has the cell
    twice as wide.
    """

    cell: str
    rules: tuple[tuple[_Rule, int], ...]
    x: Waves
    y: Waves
    s: Waves


_OF_A, _OF_B, _OF_BOTH = (1, 0), (0, 1), (1, 1)
# of few long waves, sums that stretch the cell little and evenly, and are far from having more symmetry
_GROUPS: dict[str, _Group] = {
    "p1": _Group(
        "oblique", (),
        {(0, 1): -0.74, (1, 1): 0.08j, (1, -1): 1j, (2, -1): -0.27},
        {(1, 0): -0.13 + 1j, (0, 1): -0.66j, (1, 1): 0.52, (2, 0): 0.62},
        {(1, 0): 1.0, (1, 1): 0.3j},
    ),
    "p2": _Group(
        "oblique", ((_HALF_TURN, 2),),
        {(1, 0): 0.12, (0, 1): 0.64, (1, 1): 0.24, (1, -1): -1.0},
        {(1, 0): 1.0, (1, -1): 0.09, (0, 2): -0.14, (1, -2): -0.13},
        {(1, 0): 1j, (0, 1): 0.4j},
    ),
    "pm": _Group(
        "rectangular", ((_Rule(_UPRIGHT), 2),),
        {(1, 0): -1.0, (0, 1): -0.87, (1, -1): -0.1},
        {(0, 1): 1j, (1, -1): -0.1, (2, -1): 0.23j, (1, -2): -0.39j},
        {(1, 0): 1j, (1, 1): 0.4j},
    ),
    "pg": _Group(
        "rectangular", ((_Rule(_UPRIGHT, _OF_B), 2),),
        {(1, -1): -1.0, (1, -2): -0.47 - 0.3j},
        {(1, 0): -0.22, (1, -1): -1j, (1, -2): -0.31 + 0.44j},
        {(0, 1): 1.0, (1, 0): -0.6j},
    ),
    "cm": _Group(
        "centred", ((_Rule(_CROSS), 2),),
        {(0, 1): 0.26 + 1j, (0, 2): -0.15j},
        {(0, 1): 1.0 - 0.24j, (1, -1): -0.18},
        {(0, 1): 1.0, (1, 1): 0.4j},
    ),
    "pmm": _Group(
        "rectangular", ((_HALF_TURN, 2), (_Rule(_UPRIGHT), 2)),
        {(1, 0): -0.59, (0, 1): 1.0},
        {(1, 0): -0.98, (0, 1): -1.0},
        {(1, 1): 1.0},
    ),
    "pmg": _Group(
        "rectangular", ((_HALF_TURN, 2), (_Rule(_UPRIGHT, _OF_A), 2)),
        {(0, 1): 0.16, (1, -1): -1.0},
        {(0, 1): 1.0, (1, -1): 0.14, (2, -1): -0.37},
        {(1, 0): 1.0, (1, -1): 0.4},
    ),
    "pgg": _Group(
        "rectangular", ((_HALF_TURN, 2), (_Rule(_UPRIGHT, _OF_BOTH), 2)),
        {(1, -1): 1.0, (2, 0): -0.13, (0, 2): 0.76, (2, -1): -0.69, (1, -2): -0.13},
        {(1, -1): 1.0, (2, 0): 0.27, (0, 2): -0.1, (2, -1): 0.1, (1, -2): 0.87},
        {(0, 1): 1.0, (1, 0): 0.6},
    ),
    "cmm": _Group(
        "centred", ((_HALF_TURN, 2), (_Rule(_CROSS), 2)),
        {(0, 1): -1.0, (1, 1): -0.29, (1, -1): 0.47},
        {(0, 1): 1.0, (1, 1): -0.25, (1, -1): 0.39},
        {(0, 1): 1.0, (1, -2): 0.3},
    ),
    "p4": _Group(
        "square", ((_QUARTER_TURN, 4),),
        {(1, 0): 1.0, (1, 1): 0.43, (2, 0): -0.34, (2, 1): -0.46, (1, 2): 0.71},
        {(1, 0): -1.0, (1, 1): -0.41, (2, 0): 0.35, (2, 1): -0.51, (1, 2): 0.28},
        {(1, 0): 1.0, (1, 1): 0.5},
    ),
    "p4m": _Group(
        "square", ((_QUARTER_TURN, 4), (_Rule(_UPRIGHT), 2)),
        {(1, 0): -1.0, (1, 1): 0.41, (2, 0): -0.37},
        {(1, 0): 1.0, (1, 1): 0.39, (2, 0): -0.37},
        {(2, 1): 1.0},
    ),
    "p4g": _Group(
        "square", ((_QUARTER_TURN, 4), (_Rule(_UPRIGHT, _OF_BOTH), 2)),
        {(1, 1): 1.0, (2, 0): 0.13, (2, 1): -0.88},
        {(1, 1): 1.0, (2, 0): 0.13, (2, 1): 0.85},
        {(1, 0): 1.0, (2, 1): -0.3},
    ),
    "p3": _Group(
        "hexagonal", ((_THIRD_TURN, 3),),
        {(1, 0): 1.0 + 0.77j, (1, 1): -0.22j},
        {(1, 0): 1.0 - 0.27j, (1, 1): 0.9j, (2, 0): -0.18j},
        {},
    ),
    "p3m1": _Group(
        "hexagonal", ((_THIRD_TURN, 3), (_Rule(_CROSS), 2)),
        {(1, 0): -1.0 + 0.65j, (2, 0): 0.14 + 0.15j, (2, 1): -0.21},
        {(1, 0): 0.74 + 1j, (2, 0): -0.13 + 0.19j, (2, 1): 0.26j},
        {(1, 1): 1j},
    ),
    "p31m": _Group(
        "hexagonal", ((_THIRD_TURN, 3), (_Rule(_SWAP), 2)),
        {(1, 0): 1.0, (1, 1): 0.15 + 0.84j, (2, 0): -0.28},
        {(1, 0): -1.0, (1, 1): -0.2 + 0.53j, (2, 0): 0.29},
        {(1, 0): 1j, (2, 0): 0.3j},
    ),
    "p6": _Group(
        "hexagonal", ((_SIXTH_TURN, 6),),
        {(1, 0): -1.0, (1, 1): 0.23, (2, 1): 0.26, (1, 2): -0.37},
        {(1, 0): -1.0, (1, 1): 0.23, (2, 0): -0.18, (2, 1): -0.29, (1, 2): 0.37},
        {(1, 0): 1j, (1, 1): 0.5j},
    ),
    "p6m": _Group(
        "hexagonal", ((_SIXTH_TURN, 6), (_Rule(_SWAP), 2)),
        {(1, 0): 1.0, (1, 1): -0.45, (2, 0): 0.39, (2, 1): -0.25},
        {(1, 0): -1.0, (2, 0): 0.37, (2, 1): -0.42},
        {(2, 1): 1.0},
    ),
}  # fmt: skip


class _Term(NamedTuple):
    """A factor times the cosine or sine (0 or 1) of na times that of mb."""

    factor: float
    n: int
    of_a: int
    m: int
    of_b: int


def wallpaper(name: str, x: Value, y: Value, ops: Ops) -> tuple[Value, Value, Value]:
    """X, Y and S of a group, as `Symmetry.fold` gives them; p3 has no S but 0.0."""
    a, b = (_linear(one, x, y) for one in _gradients(name))
    angles = harmonics(a, ops), harmonics(b, ops)
    wide = (harmonics(0.5 * a, ops), angles[1]) if name == "p1" else angles
    of_x, of_y, of_s = _terms(name)
    return _sum(of_x, *angles), _sum(of_y, *angles), _sum(of_s, *wide)


def _linear(factors: Pair, x: Value, y: Value) -> Value:
    """px + qy, without what is 0."""
    parts = [one if factor == 1.0 else factor * one for factor, one in zip(factors, (x, y), strict=True) if factor]
    return parts[0] if len(parts) == 1 else parts[0] + parts[1]


def _gradients(name: str) -> tuple[Pair, Pair]:
    """How a and b, of which a step of 1 is a translation, change along x and y."""
    cell = _GROUPS[name].cell
    (p, q), (r, s) = CELLS[cell]
    if cell == "centred":  # its translations are half diagonals
        (p, q), (r, s) = ((p + r) / 2, (q + s) / 2), ((p - r) / 2, (q - s) / 2)
    area = p * s - q * r
    return (s / area, -r / area), (-q / area, p / area)


def harmonics(turns: Value, ops: Ops) -> Harmonics:
    """Cosine and sine of 0 to 3 times an angle, whole turns left out first: in float32, each cell is the same."""
    angle = 2.0 * math.pi * (turns - ops.floor(turns + 0.5))
    c, s = ops.cos(angle), ops.sin(angle)
    c2, s2 = c * c - s * s, 2.0 * (c * s)
    return [(1.0, 0.0), (c, s), (c2, s2), (c2 * c - s2 * s, s2 * c + c2 * s)]


def _sum(terms: Iterable[_Term], of_a: Harmonics, of_b: Harmonics) -> Value:
    found = []
    for term in terms:
        p, q = of_a[term.n][term.of_a], of_b[term.m][term.of_b]
        found.append(term.factor * (q if term.n == 0 else p if term.m == 0 else p * q))
    return reduce(add, found) if found else 0.0


@lru_cache(maxsize=32)
def _terms(name: str) -> tuple[tuple[_Term, ...], ...]:
    """What X, Y and S are sums of."""
    _, rules, of_x, of_y, of_s = _GROUPS[name]
    return tuple(_products(_averaged(waves, rules, sign)) for waves, sign in ((of_x, 1), (of_y, 1), (of_s, -1)))


def _averaged(waves: Waves, rules: tuple[tuple[_Rule, int], ...], sign: int) -> Waves:
    """Waves with what the rules make of them, the last one times the sign; none with its opposite; scaled to WIDTH."""
    for i, (rule, order) in enumerate(rules, 1):
        total = dict(waves)
        for step in range(1, order):
            waves = rule.apply(waves)
            for key, c in waves.items():
                total[key] = total.get(key, 0.0) + c * (sign**step if i == len(rules) else 1)
        waves = total
    found: dict[tuple[int, int], complex] = {}
    for key, c in waves.items():
        (n, m), c = (key, c) if key > (0, 0) else ((-key[0], -key[1]), c.conjugate())
        found[n, m] = found.get((n, m), 0.0) + c
    power = sum(abs(c) ** 2 / 2 for c in found.values())
    return {key: c * WIDTH / math.sqrt(power) for key, c in found.items()}


def _products(waves: Waves) -> tuple[_Term, ...]:
    """Waves as products of those of a and of b alone, of which mirrors leave few."""
    factors: dict[tuple[int, int, int, int], float] = {}
    for (n, m), c in waves.items():
        side = 1.0 if m > 0 else -1.0
        for of_a, of_b, factor in ((0, 0, c.real), (1, 1, -side * c.real), (1, 0, -c.imag), (0, 1, -side * c.imag)):
            if (n or not of_a) and (m or not of_b):  # else the sine of 0
                key = (n, of_a, abs(m), of_b)
                factors[key] = factors.get(key, 0.0) + factor
    return tuple(_Term(factor, *key) for key, factor in sorted(factors.items()) if abs(factor) > 1e-9)


@lru_cache(maxsize=32)
def wallpaper_slope(name: str) -> float:
    """The gradients of X and Y in root mean square."""
    _, rules, *waves, _ = _GROUPS[name]
    (p, q), (r, s) = _gradients(name)
    sums = [_averaged(one, rules, 1) for one in waves]
    squares = [abs(c * complex(n * p + m * r, n * q + m * s)) ** 2 / 2 for one in sums for (n, m), c in one.items()]
    return 2 * math.pi * math.sqrt(sum(squares) / len(sums))
