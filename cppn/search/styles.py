"""Styles: families of pictures, each a considered distribution over networks, inputs and views.

A style's numbers that are not weights come from small sets where they change what must be compiled (formulas, widths),
and from ranges where they do not (slants, frequencies, gains). What is drawn of each style belongs together: some
cannot do without bands of flat colour, others live from slow gradients.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from .sampler import Sampler

Surface = Literal["smooth", "banded", "lined"]


@dataclass(frozen=True)
class Sketch:
    """A network with a view, not yet coloured. `surfaces`: the kinds of palette that suit it."""

    hidden: tuple[int, ...]
    act: tuple[str, ...]
    inputs: tuple[str, ...] = ("x", "y")
    gain: float = 1.5
    extent: float = 2.0
    surfaces: tuple[Surface, ...] = ("smooth",)
    centred: bool = False  # the picture has a middle, and keeps it
    upright: bool = False  # it has an up and a down
    view: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Style:
    """A family of pictures: what it looks like, and how one of it is drawn."""

    about: str
    sketch: Callable[[Sampler], Sketch]


def _slanted(rng: Sampler) -> tuple[str, str]:
    """x and y, stretched and slanted: affine, so that nothing is compiled anew."""
    a, b = rng.factor(0.35, 1.1), rng.between(-0.6, 0.6)
    c, d = rng.between(-0.6, 0.6), rng.factor(0.7, 1.5)
    return f"{a:g}*x + {b:g}*y", f"{c:g}*x + {d:g}*y"


def _flow(rng: Sampler) -> Sketch:
    f = rng.factor(0.9, 1.7)
    last = rng.choice(("sin", "linear", "sin:freq=2"))
    return Sketch(
        (24, 24, 16), ("sin", f"sin:freq={f:g}", "sin", last), _slanted(rng), rng.between(1.15, 1.65),
        rng.factor(1.7, 3.6), ("smooth", "smooth", "lined"),
    )  # fmt: skip


def _curtain(rng: Sampler) -> Sketch:
    warp = rng.choice(("sin(1.5*y)", "sin(2.4*y)", "cos(1.1*y)"))
    return Sketch(
        (24, 24, 16), ("sin", "tanh", "sin", "sigmoid(2.5*x - 1)"),
        (f"2.2*x + 0.5*{warp}", f"{rng.between(0.25, 0.6):g}*y", f"{rng.between(0.2, 0.7):g}*x"),
        rng.between(1.4, 1.8), rng.factor(1.6, 3.0), upright=True,
    )  # fmt: skip


def _panes(rng: Sampler) -> Sketch:
    f = rng.factor(1, 2)
    return Sketch(
        (6, 9), (f"sin:freq={f:g}", "where(abs(x) < 0.07, 40, where(x > 0, 1, -1))", "sigmoid"), ("x", "y"),
        rng.between(1.3, 1.9), rng.factor(1.4, 2.6), ("banded", "smooth"),
    )  # fmt: skip


def _flower(rng: Sampler) -> Sketch:
    n = rng.choice((5, 6, 8, 12))
    fold = f"abs(mod(theta + pi/{n}, 2*pi/{n}) - pi/{n})"
    f = rng.factor(1.1, 1.9)
    return Sketch(
        (20, 20), (f"sin:freq={f:g}", f"sin:freq={f:g}", "linear"), (f"r*cos({fold})", f"r*sin({fold})"),
        rng.between(1.3, 1.9), rng.factor(1.4, 2.8), ("smooth", "smooth", "lined"), centred=True,
    )  # fmt: skip


def _strata(rng: Sampler) -> Sketch:
    f = rng.factor(0.9, 1.5)
    return Sketch(
        (20, 20, 12), ("sin", f"sin:freq={f:g}", "sin", "linear"), _slanted(rng), rng.between(0.9, 1.2),
        rng.factor(1.8, 3.4), ("lined", "banded"),
    )  # fmt: skip


def _veins(rng: Sampler) -> Sketch:
    last = rng.choice(("sqrt(abs(x))", "abs(x)", "exp(-abs(2*x))"))
    return Sketch(
        (32, 32, 24), (f"sin:freq={rng.factor(1, 1.5):g}", "tanh", "tanh", last), _slanted(rng),
        rng.between(1.9, 2.5), rng.factor(1.7, 3.2), ("smooth",),
    )  # fmt: skip


def _dunes(rng: Sampler) -> Sketch:
    return Sketch(
        (10, 10), ("x + 0.8*sin(1.5*x)", "x + 0.6*sin(1.3*x)", "mod(freq*x, 1):freq=" + f"{rng.factor(0.4, 0.9):g}"),
        (f"{rng.between(0.3, 0.6):g}*x", f"{rng.between(-0.4, 0.4):g}*x + {rng.between(0.9, 1.3):g}*y"),
        rng.between(0.8, 1.05), rng.factor(1.8, 3.4), ("smooth",), upright=True,
    )  # fmt: skip


def _spiral(rng: Sampler) -> Sketch:
    arms, wind = rng.choice(((2, 6), (3, 5), (5, 4), (1, 8)))
    angle = f"{arms}*theta + {wind}*log(r + 0.2)"
    return Sketch(
        (20, 16), ("tanh", "tanh", "linear"),
        (f"1.5*cos({angle})", f"1.5*sin({angle})", f"{rng.between(0.4, 1):g}*r", f"{rng.between(0.2, 0.7):g}*x"),
        rng.between(1.1, 1.6), rng.factor(1.0, 2.2), ("smooth", "smooth", "lined"), centred=True,
    )  # fmt: skip


def _rosette(rng: Sampler) -> Sketch:
    n, m = rng.choice(((12, 7), (8, 5), (18, 9), (6, 8)))
    return Sketch(
        (12, 12), ("tanh", "sin:freq=" + f"{rng.factor(1.1, 1.9):g}", "linear"),
        (f"2*cos({n}*theta)*min(1, 2*r)", f"2*cos({m}*log(r + 0.1))", f"2*cos({n}*theta)*cos({m}*log(r + 0.1))", "r"),
        rng.between(1.0, 1.4), rng.factor(1.2, 2.2), ("smooth", "lined"), centred=True,
    )  # fmt: skip


def _tiles(rng: Sampler) -> Sketch:
    fold = "max(abs(mod(x, 2) - 1), abs(mod(y, 2) - 1))", "min(abs(mod(x, 2) - 1), abs(mod(y, 2) - 1))"
    middle = rng.choice(("where(x > 0, 1, -1)", "sin:freq=2", "tanh"))
    return Sketch(
        (10, 8), (f"sin:freq={rng.factor(1.3, 2.6):g}", middle, "sigmoid"), fold, rng.between(1.6, 2.3),
        rng.factor(1.8, 3.6), ("smooth", "banded"),
    )  # fmt: skip


def _nebula(rng: Sampler) -> Sketch:
    last = rng.choice(("abs(x)**1.6", "gauss", "linear"))
    return Sketch(
        (32, 32, 24), ("sin", "tanh", "gauss", last), _slanted(rng), rng.between(1.6, 2.2), rng.factor(2.0, 4.0),
    )  # fmt: skip


def _shards(rng: Sampler) -> Sketch:
    jump = f"where(x > 0, 1, -1) + slope*x:slope={rng.choice((0, 0.2, 0.35, 0.5)):g}"
    first = rng.choice((f"triangle:freq={rng.factor(1, 2):g}", "linear"))
    return Sketch(
        (12, 12), (first, jump, rng.choice(("sin:freq=2", "linear"))), ("x", "y"), rng.between(1.1, 1.6),
        rng.factor(1.3, 2.5), ("smooth", "banded"),
    )  # fmt: skip


def _threads(rng: Sampler) -> Sketch:
    return Sketch(
        (10, 12), ("x + 0.8*sin(2*x)", "x + 0.8*sin(1.5*x)", f"(0.5 + 0.5*cos(freq*x))**4:freq={rng.factor(4, 11):g}"),
        (f"{rng.between(0.35, 0.7):g}*x", f"{rng.between(-0.3, 0.3):g}*x + y"), rng.between(0.75, 1.0),
        rng.factor(1.6, 3.0), ("smooth",),
    )  # fmt: skip


def _ripples(rng: Sampler) -> Sketch:
    def wave(k: int) -> str:
        a, b = rng.choice(((-1.2, 0.4), (1.1, -0.3), (0.2, 1.0), (-0.5, -0.9)))
        away = f"sqrt((x + {a:g})**2 + 2*(y + {b:g})**2 + 0.02)"
        return f"1.4*sin({k}*{away})*exp(-0.4*{away})"

    return Sketch(
        (8,), ("tanh", "linear"), (wave(7), wave(9), wave(11), f"{rng.between(-0.8, 0.8):g}*y"),
        rng.between(0.9, 1.4), rng.factor(1.1, 2.0), ("smooth", "smooth", "lined"),
    )  # fmt: skip


def _cosine(rng: Sampler) -> Sketch:
    f = rng.factor(2.2, 4.5)
    return Sketch(
        (32, 32, 32), (f"cos:freq={f:g}",), _slanted(rng), rng.between(1.2, 1.7), rng.factor(0.9, 2.0), ("smooth",),
    )  # fmt: skip


def _logistic(rng: Sampler) -> Sketch:
    r = rng.between(3.3, 3.9)
    return Sketch(
        (24, 24), (f"cos:freq={rng.factor(0.8, 1.5):g},iters=2,r={r:g}",), _slanted(rng), rng.between(0.8, 1.2),
        rng.factor(0.9, 2.2), ("smooth",),
    )  # fmt: skip


ACTIVATIONS = (
    "sin:freq={f}",
    "tanh",
    "gauss",
    "sin",
    "triangle:freq={f}",
    "abs",
    "softsign",
    "snake",
    "wavelet:freq=3",
)
_INPUTS = ("r", "sin(2*x)", "cos(2*y)", "abs(x)", "x*y", "sin(3*r)", "max(abs(x), abs(y))")


def _mixture(rng: Sampler) -> Sketch:
    hidden = rng.choice(((16, 16), (24, 16, 12), (12, 12, 12)))
    act = [rng.choice(ACTIVATIONS).format(f=f"{rng.factor(0.9, 2.2):g}") for _ in hidden]
    more = tuple(f"{rng.choice(_INPUTS)}" for _ in range(rng.whole(0, 2)))
    return Sketch(
        hidden, (*act, rng.choice(("linear", "sin", "sigmoid"))), (*_slanted(rng), *dict.fromkeys(more)),
        rng.between(1.2, 2.1), rng.factor(1.5, 3.2), ("smooth", "smooth", "lined", "banded"),
    )  # fmt: skip


STYLES = {
    "flow": Style("folded cloth and slow liquids", _flow),
    "curtain": Style("hanging light, as of an aurora", _curtain),
    "panes": Style("coloured glass in lead", _panes),
    "flower": Style("kaleidoscopes of 5 to 12 petals", _flower),
    "strata": Style("maps and cut agate: bands along contours", _strata),
    "veins": Style("marble and frost: bright lines in calm stone", _veins),
    "dunes": Style("ridges with a lit and a shaded side", _dunes),
    "spiral": Style("arms wound about a middle", _spiral),
    "rosette": Style("rings of eyes and petals", _rosette),
    "tiles": Style("patterns that repeat and mirror", _tiles),
    "nebula": Style("soft clouds", _nebula),
    "shards": Style("splinters along straight lines", _shards),
    "threads": Style("fine glowing lines", _threads),
    "ripples": Style("waves that meet", _ripples),
    "cosine": Style("LogisticMapDNN's cosine, from near by", _cosine),
    "logistic": Style("LogisticMapDNN's logistic map, from near by", _logistic),
    "mixture": Style("anything: activations and inputs at random", _mixture),
}
