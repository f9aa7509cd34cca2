"""Symmetric pictures: wallpapers, rosettes, friezes, tunnels, two-coloured patterns."""

from __future__ import annotations

from ..sampler import Sampler
from .sketch import FLAT, Scheme, Sketch, paper

_GROUPS = ("p6m", "p4m", "p31m", "p3m1", "p4g", "p6", "p4", "p3", "cmm", "pmm", "pgg", "pmg")


def _network(rng: Sampler) -> tuple[tuple[int, ...], tuple[str, ...], float]:
    f = rng.factor(1.0, 1.7)
    return (16, 16), ("sin", f"sin:freq={f:g}", "sin"), rng.between(1.3, 1.8)


def wallpaper(rng: Sampler, scheme: Scheme) -> Sketch:
    """A pattern of a wallpaper group."""
    hidden, act, gain = _network(rng)
    line = {"line": rng.between(0.18, 0.35), "line_color": scheme.dark if rng.chance(0.7) else scheme.light}
    return Sketch(
        hidden,
        act,
        ("x", "y"),
        gain,
        rng.between(2.2, 3.4),
        FLAT,
        {"symmetry": rng.choice(_GROUPS), "cell": rng.between(2.4, 3.4)},
        {**line, **paper(rng)},
    )


def two_tone(rng: Sampler, scheme: Scheme) -> Sketch:
    """A pattern whose halves have swapped colours."""
    hidden, act, gain = _network(rng)
    return Sketch(
        hidden,
        act,
        ("x", "y"),
        gain,
        rng.between(2.2, 3.2),
        FLAT,
        {
            "symmetry": rng.choice(("p4m", "p6m", "p4g", "cmm", "pmm", "p4")),
            "cell": rng.between(2.4, 3.4),
            "swap": True,
        },
        paper(rng),
    )


def mandala(rng: Sampler, scheme: Scheme) -> Sketch:
    """A rosette."""
    hidden, act, gain = _network(rng)
    n = rng.choice((5, 6, 7, 8, 9, 12))
    return Sketch(
        hidden,
        act,
        ("x", "y", "r"),
        gain,
        rng.between(1.5, 2.6),
        FLAT,
        {"symmetry": f"d{n}" if rng.chance(0.7) else f"c{n}"},
        {"line": rng.between(0.16, 0.3), "line_color": scheme.dark, **paper(rng)},
        centred=True,
    )


def tunnel(rng: Sampler, scheme: Scheme) -> Sketch:
    """A pattern that shrinks towards the middle for ever."""
    hidden, act, gain = _network(rng)
    n = rng.choice((1, 2, 3))
    # whole cells fit around: a half turn of n cells
    return Sketch(
        hidden,
        act,
        ("x", "y"),
        gain,
        rng.between(1.2, 2.2),
        FLAT,
        {
            "before": [f"logpolar:turns={n / 3.14159265:.6g},rings={n / 3.14159265 * rng.between(0.8, 1.2):.4g}"],
            "symmetry": rng.choice(("p4m", "pmm", "cmm")),
            "cell": 1.0 if n > 1 else 0.5,
        },
        {**({"line": 0.18, "line_color": scheme.dark} if rng.chance(0.5) else {}), **paper(rng)},
        centred=True,
    )


def kaleidoscope(rng: Sampler, scheme: Scheme) -> Sketch:
    """Paper seen between mirrors."""
    hidden, act, gain = _network(rng)
    n = rng.choice((4, 5, 6, 8, 10))
    return Sketch(
        hidden,
        act,
        ("x", "y"),
        gain,
        rng.between(1.6, 2.6),
        FLAT,
        {
            "warp": [
                f"mirror:n={n}",
                f"move:x={rng.between(0.2, 2):g},y={rng.between(-1, 1):g}",
                f"self:amount={rng.between(0.3, 0.9):g}",
            ]
        },
        {"shadow": rng.between(0.3, 0.6), "shadow_width": 1.6, "rim": 0.25, **paper(rng)},
        centred=True,
    )
