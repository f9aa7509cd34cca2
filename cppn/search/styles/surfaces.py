"""Pictures that live from light and tone: relief, satin, neon, prints by screens and inks."""

from __future__ import annotations

from ..sampler import Sampler
from .sketch import Scheme, Sketch, paper, slanted


def relief(rng: Sampler, scheme: Scheme) -> Sketch:
    """Layered rock, each layer with an edge, lit from one side."""
    return Sketch(
        (16, 16), ("sin", "tanh", "sin"), slanted(rng), rng.between(1.1, 1.5), rng.factor(1.4, 2.4),
        {"flat": True}, {"octaves": 4, "persistence": rng.between(0.35, 0.45)},
        {
            "relief": rng.between(0.6, 1.0), "gloss": 0.05, "light": float(rng.whole(100, 170)),
            "shadow": 0.45, "shadow_width": 1.4, "rim": 0.2, **paper(rng),
        },
    )  # fmt: skip


def neon(rng: Sampler, scheme: Scheme) -> Sketch:
    """Glowing lines in the dark."""
    n = rng.choice((4, 5, 7))
    return Sketch(
        (18, 14),
        ("sin", "sin:freq=1.4", "sin"),
        slanted(rng),
        rng.between(1.2, 1.6),
        rng.factor(1.1, 2.0),
        {
            "mode": "palette+hue",
            "palette": f"{_darkened(scheme.dark)}@0,{scheme.accent}@0.55,{scheme.light}@1",
            "tone": f"0.04 + 0.96/(1 + (30*abs(mod({n}*f, 1) - 0.5)/({n}*slope*10 + 0.02))**1.4)",
        },
        {"warp": [f"self:amount={rng.between(0.3, 0.8):g}"]},
        {"grain": 0.15, "vignette": 0.35},
    )


def _darkened(color: str) -> str:
    return "#" + "".join(f"{int(int(color[i : i + 2], 16) * 0.35):02x}" for i in (1, 3, 5))


def halftone(rng: Sampler, scheme: Scheme) -> Sketch:
    """A print in dots, lines or crosses."""
    return Sketch(
        (18, 14),
        ("sin", "tanh", "sin"),
        slanted(rng),
        rng.between(1.2, 1.6),
        rng.factor(1.0, 1.8),
        {"equal": True, "palette": f"{scheme.dark},{scheme.accent},{scheme.light}"},
        {},
        {
            "halftone": rng.choice(("dots", "dots", "lines", "crosses")),
            "screen": rng.between(1.4, 2.4),
            "screen_angle": float(rng.choice((15, 30, 45, 75))),
            "paper_color": scheme.ground,
            "ink": scheme.ink if rng.chance(0.4) else None,
            "paper": 0.4,
        },
    )


def engraving(rng: Sampler, scheme: Scheme) -> Sketch:
    """Hatched in one ink."""
    return Sketch(
        (16, 16),
        ("sin", "tanh", "sin"),
        slanted(rng),
        rng.between(1.2, 1.6),
        rng.factor(1.1, 1.9),
        {"flat": True, "palette": "#f6f6f6*3,#8a8a8a*2,#c4c4c4*2,#4a4a4a*2,#d8d8d8*1.5,#6a6a6a*1"},
        {},
        {
            "relief": rng.between(0.8, 1.6),
            "line": 0.25,
            "line_color": "#000000",
            "halftone": "hatching",
            "screen": rng.between(1.0, 1.5),
            "screen_angle": rng.between(0, 90),
            "ink": scheme.ink,
            "paper_color": scheme.ground,
            "paper": 0.5,
            "margin": rng.choice((0, 5)),
        },
    )


def ink_line(rng: Sampler, scheme: Scheme) -> Sketch:
    """Contours in ink, a colour under them."""
    return Sketch(
        (18, 14),
        ("sin", "sin:freq=1.3", "sin"),
        slanted(rng),
        rng.between(1.1, 1.5),
        rng.factor(1.0, 1.8),
        {"flat": True, "palette": f"{scheme.ground}*5,{scheme.accent}*1,{scheme.ground}*2"},
        {"warp": [f"self:amount={rng.between(0.3, 0.9):g}"]},
        {
            "contours": rng.choice((14, 20, 28)),
            "contour_width": rng.between(0.2, 0.42),
            "contour_color": scheme.ink,
            **paper(rng),
        },
    )


def riso(rng: Sampler, scheme: Scheme) -> Sketch:
    """Two inks, each with edges of its own, and a third colour where both lie."""
    warm, cool = rng.choice(
        (
            ("#ff5a4e", "#1f6fc4"),
            ("#ff7fae", "#00857a"),
            ("#ffb000", "#3a4fb0"),
            ("#f2545b", "#2a9d8f"),
            ("#ff8a3c", "#5b4bb8"),
            ("#e84a7f", "#1c8fc9"),
            ("#f6c445", "#d1495b"),
            ("#7bc950", "#e0457b"),
        )
    )
    return Sketch(
        (16, 14), ("sin", f"sin:freq={rng.factor(1.4, 2.2):g}", "sin"), slanted(rng), rng.between(1.2, 1.6),
        rng.factor(1.3, 2.2), {"mode": "duotone", "flat": True, "palette": f"#f6efe0,{warm},{cool}"},
        {"warp": [f"self:amount={rng.between(0.05, 0.4):g}"]},
        {
            "grain": rng.between(0.2, 0.35), "grain_size": 0.22, "paper": 0.4, "margin": rng.choice((0, 0, 5)),
            "paper_color": "#f6efe0",
        },
    )  # fmt: skip


def cloth(rng: Sampler, scheme: Scheme) -> Sketch:
    """Broad folds, striped."""
    k = rng.between(8, 16)
    return Sketch(
        (18, 14),
        ("sin", "tanh", "sin"),
        slanted(rng),
        rng.between(1.1, 1.4),
        rng.factor(1.0, 1.7),
        {"flat": True, "tone": f"0.5 + 0.5*sin({k:g}*f + {rng.between(1, 3):g}*x)"},
        {"warp": [f"self:amount={rng.between(0.3, 0.8):g}"]},
        {"shadow": 0.3, "shadow_width": 0.8, "rim": 0.15, **paper(rng)},
    )
