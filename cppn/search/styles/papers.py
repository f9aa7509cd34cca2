"""Flat colours: cut paper, maps, glass, marbling, agate, terrazzo, quilts, weaves."""

from __future__ import annotations

from ..sampler import Sampler
from .sketch import FLAT, Scheme, Sketch, paper, slanted


def cut_paper(rng: Sampler, scheme: Scheme) -> Sketch:
    """Sheets of paper, cut and laid on each other."""
    f = rng.factor(0.8, 1.3)
    return Sketch(
        (20, 16),
        ("sin", f"sin:freq={f:g}", "sin"),
        slanted(rng),
        rng.between(1.2, 1.6),
        rng.factor(1.4, 2.2),
        FLAT,
        {"warp": [f"self:amount={rng.between(0.2, 0.7):g}"]} if rng.chance(0.5) else {},
        {
            "shadow": rng.between(0.5, 0.75),
            "shadow_width": rng.between(1.8, 3.2),
            "rim": rng.between(0.15, 0.4),
            **paper(rng),
        },
    )


def map_(rng: Sampler, scheme: Scheme) -> Sketch:
    """Land and water with contour lines."""
    return Sketch(
        (16, 16),
        ("sin", "tanh", "sin"),
        slanted(rng),
        rng.between(1.0, 1.4),
        rng.factor(1.4, 2.4),
        FLAT,
        {"octaves": rng.choice((3, 4)), "persistence": rng.between(0.35, 0.5)},
        {
            "contours": rng.choice((18, 24, 32)),
            "contour_width": 0.14,
            "contour_color": scheme.dark,
            "line": 0.22,
            "line_color": scheme.dark,
            **paper(rng),
        },
    )


def glass(rng: Sampler, scheme: Scheme) -> Sketch:
    """Coloured glass in lead."""
    return Sketch(
        (9, 9),
        (f"triangle:freq={rng.factor(1, 1.6):g}", "abs", "triangle"),  # straight pieces, so that panes are polygons
        ("x", "y"),
        rng.between(1.0, 1.3),
        rng.factor(1.2, 1.9),
        FLAT,
        {},
        {
            "line": rng.between(0.6, 0.9), "line_color": "#14110f", "grain": 0.12, "fibre": rng.between(0.1, 0.3),
            "vignette": 0.25,
        },
    )  # fmt: skip


def marbling(rng: Sampler, scheme: Scheme) -> Sketch:
    """Colours drawn through each other."""
    warp = [f"self:amount={rng.between(0.7, 1.4):g}"]
    if rng.chance(0.6):
        warp.append(f"twist:amount={rng.between(1.5, 4) * rng.sign():g},radius={rng.between(0.8, 1.8):g}")
    return Sketch(
        (20, 16),
        ("sin", "sin", "sin"),
        slanted(rng),
        rng.between(1.0, 1.3),
        rng.factor(1.0, 1.9),
        FLAT,
        {"warp": warp},
        {**({"line": 0.16, "line_color": scheme.dark} if rng.chance(0.5) else {}), **paper(rng)},
    )


def agate(rng: Sampler, scheme: Scheme) -> Sketch:
    """Bands along contours."""
    rings = rng.between(2.2, 4.5)
    return Sketch(
        (16, 16),
        ("sin", "tanh", "sin"),
        slanted(rng),
        rng.between(1.0, 1.4),
        rng.factor(1.1, 2.0),
        {**FLAT, "tone": f"0.5 + 0.5*sin({rings:g}*pi*f)"},
        {"octaves": 2, "persistence": 0.25},
        {"line": 0.18, "line_color": scheme.dark, "rim": 0.3, "shadow": 0.25, "shadow_width": 1.2, **paper(rng)},
    )


def terrazzo(rng: Sampler, scheme: Scheme) -> Sketch:
    """Chips of stone in a ground."""
    size = rng.between(3.2, 5.0)
    ground = scheme.ground if scheme.tone or rng.chance(0.7) else scheme.dark
    chips = [color for color in scheme.colors if color != ground]
    jump = "where(x > 0, 1, -1) + slope*x:slope=0.15"
    layers = [
        {
            "seed": rng.whole(0, 10**6),
            "color": {"mode": "palette", "palette": f"{chip},{chip}"},
            "network": {"hidden": [4], "act": ["tanh"]},
            "mask": {
                "shape": "level",
                "share": rng.between(0.07, 0.2),
                "scale": size * rng.between(0.7, 1.5),
                "seed": rng.whole(0, 10**6),
                "network": {
                    "hidden": [14, 9],
                    "act": ["triangle:freq=1.3", jump, "sin"],
                    "init": "normal",
                    "gain": 1.3,
                },
            },
            "shadow": 0.18,
            "shadow_width": 0.5,
            "rim": 0.15,
        }
        for chip in chips[:5]
    ]
    return Sketch(
        (8,),
        ("sin", "sin"),
        ("x", "y"),
        1.0,
        rng.between(0.9, 1.3),
        {"palette": f"{ground},{ground}"},
        {},
        paper(rng),
        layers,
    )


def quilt(rng: Sampler, scheme: Scheme) -> Sketch:
    """Square patches, each of one colour, as the network says in its middle."""
    n = rng.between(1.6, 3.2)
    x, y = f"(floor({n:g}*x) + 0.5)/{n:g}", f"(floor({n:g}*y) + 0.5)/{n:g}"
    cut = rng.choice(
        (
            f"where(mod({n:g}*x, 1) > mod({n:g}*y, 1), 0.6, -0.6)",
            f"where(mod({n:g}*x, 1) + mod({n:g}*y, 1) > 1, 0.6, -0.6)",
            f"where((mod({n:g}*x, 1) - 0.5)**2 + (mod({n:g}*y, 1) - 0.5)**2 < 0.12, 0.7, -0.5)",
        )
    )
    return Sketch(
        (14, 14),
        ("sin", "sin:freq=1.4", "sin"),
        (x, y, cut),
        rng.between(1.0, 1.4),
        rng.factor(1.6, 2.6),
        {**FLAT},
        {},
        paper(rng),
    )


def woven(rng: Sampler, scheme: Scheme) -> Sketch:
    """Warp and weft, each with stripes of its own, over and under."""
    n = rng.choice((9, 12, 16))
    over = f"where(sin({n}*pi*x)*sin({n}*pi*y) > 0, 1, 0)"
    thread = f"abs(sin({n}*pi*x))*{over} + abs(sin({n}*pi*y))*(1 - {over})"
    stripes = f"where(sin({n}*pi*x)*sin({n}*pi*y) > 0, floor({n}*x)/{n}, 3.7 + floor({n}*y)/{n})"
    return Sketch(
        (12, 12),
        ("sin:freq=2", "sin:freq=1.5", "sin"),
        (stripes,),
        rng.between(1.4, 2.0),
        rng.between(0.9, 1.4),
        {**FLAT, "mode": "palette"},
        {"before": [f"wave:amount={rng.between(0.02, 0.12):g},freq=2"]} if rng.chance(0.5) else {},
        {"grain": 0.12},
        [
            {
                "network": {
                    "hidden": [],
                    "act": ["linear"],
                    "inputs": [thread],
                    "weights": [{"weight": [[1.0]], "bias": [0.0]}],
                },
                "color": {"mode": "gray", "levels": [-0.6, 1.0]},
                "blend": "multiply",
                "opacity": 0.75,
            }
        ],
    )


def stones(rng: Sampler, scheme: Scheme) -> Sketch:
    """Pebbles: rounded cells of two waves, shaded."""
    k = rng.between(4, 7)
    return Sketch(
        (18, 14),
        ("sin", "sin:freq=1.5", "sin"),
        slanted(rng),
        rng.between(1.5, 2.1),
        rng.factor(1.3, 2.2),
        {**FLAT, "tone": f"f + 0.12*sin({k:g}*x)*sin({k:g}*y)"},
        {"warp": ["self:amount=0.35"]},
        {"shadow": 0.5, "shadow_width": 1.4, "rim": 0.35, "line": 0.0, **paper(rng)},
    )
