"""Compositions of layers: ridges under a sun, a city at night, a focal object, collages."""

from __future__ import annotations

from ..sampler import Sampler
from .sketch import FLAT, Scheme, Sketch, Told, paper, slanted, smooth


def _mixed(a: str, b: str, share: float) -> str:
    pairs = ((int(a[i : i + 2], 16), int(b[i : i + 2], 16)) for i in (1, 3, 5))
    return "#" + "".join(f"{round(p + (q - p) * share):02x}" for p, q in pairs)


def _plain(color: str, rng: Sampler) -> Told:
    """A layer of one colour."""
    return {
        "seed": rng.whole(0, 10**6),
        "network": {"hidden": [4], "act": ["tanh"]},
        "color": {"mode": "palette", "palette": f"{color},{color}"},
    }


def _sun(rng: Sampler, color: str, high: float) -> Told:
    return {
        **_plain(color, rng),
        "mask": {"shape": "disc", "at": [rng.between(-38, 38), high], "size": rng.between(10, 21)},
    }


def _scene(sky: str, tone: str, finish: Told, layers: list[Told], extent: float) -> Sketch:
    """Layers before a sky, whose colours follow a tone."""
    color = {"palette": sky, "tone": tone}
    return Sketch(
        (8,), ("sin", "sin"), ("x", "y"), 0.4, extent, color, {}, finish, layers, centred=True, upright=True
    )  # fmt: skip


def ridges(rng: Sampler, scheme: Scheme) -> Sketch:
    """Hills behind hills under a sun."""
    count = rng.choice((5, 6, 7))
    near, far = scheme.dark, _mixed(scheme.ground, scheme.colors[len(scheme.colors) // 2], 0.45)
    high, low = rng.between(2, 14), rng.between(-44, -36)
    rough = rng.between(10, 18)
    layers = [_sun(rng, scheme.accent, high + rng.between(4, 16))]
    for k in range(count):
        part = k / (count - 1)
        color = _mixed(far, near, part**0.8)
        layers.append(
            {
                "seed": rng.whole(0, 10**6),
                "network": smooth(rng, 8),
                "color": {
                    "mode": "palette",
                    "palette": f"{color},{_mixed(color, scheme.light, 0.16)}",
                    "tone": f"0.12*(y - {0.02 * (high + (low - high) * part):g}) + 0.5 + 0.2*(f - 0.5)",
                    "levels": [-1, 1],
                },
                "mask": {
                    "shape": "horizon",
                    "at": [0, high + (low - high) * part],
                    "rough": rough * (0.7 + 0.5 * part),
                    "scale": rng.between(0.7, 1.3) * (0.8 + 0.5 * part),
                    "octaves": 4,
                    "seed": rng.whole(0, 10**6),
                },
                "rim": 0.12,
                "shadow": 0.12,
                "shadow_width": 2.5,
            }
        )
    middle = scheme.colors[len(scheme.colors) // 2]
    sky = f"{_mixed(scheme.ground, middle, 0.25)},{scheme.ground},{_mixed(scheme.ground, scheme.accent, 0.3)}"
    return _scene(sky, "0.5 - 0.25*y + 0.05*(f - 0.5)", {"grain": rng.between(0.15, 0.3), "paper": 0.4}, layers, 1.6)


def city(rng: Sampler, scheme: Scheme) -> Sketch:
    """Blocks of houses behind each other, with lit windows, under a moon."""
    layers = [_sun(rng, scheme.light, rng.between(18, 32))]
    count = 4
    night, glow = _mixed(scheme.dark, "#05060c", 0.35), scheme.colors[len(scheme.colors) // 2]
    for k in range(count):
        part = k / (count - 1)
        color = _mixed(_mixed(night, glow, 0.42), night, part)
        blocks = rng.between(3.5, 6) * (1.3 - 0.5 * part)
        mask = {
            "shape": "horizon",
            "at": [0, 6 - 34 * part],
            "rough": 17 - 4 * part,
            "seed": rng.whole(0, 10**6),
            "network": {
                "hidden": [10],
                "act": ["sin:freq=3", "sin:freq=2"],
                "inputs": [f"floor({blocks:g}*x)"],
                "init": "normal",
                "gain": 2.0,
            },
        }
        layers.append({**_plain(color, rng), "mask": mask, "rim": 0.0})
        n = 22 + 10 * part
        column, storey = f"{n:g}*x", f"{n:g}*y/1.4"
        is_window = f"where(mod({column}, 1) < 0.55, where(mod({storey}, 1) < 0.55, 1, 0), 0)"
        # which are lit looks random: products of sines, many times round
        lot = f"mod(40*sin(1.7*floor({column}) + {k})*sin(2.3*floor({storey}) + 1), 1)"
        lit = f"2*{lot}*{is_window} - 1"
        layers[-1]["layers"] = [
            {
                **_plain(scheme.accent if k % 2 else scheme.light, rng),
                "opacity": 0.85,
                "mask": {
                    "shape": "level",
                    "level": rng.between(0.6, 0.8),
                    "seed": 1,
                    "network": {
                        "hidden": [],
                        "act": ["clamp"],
                        "inputs": [lit],
                        "weights": [{"weight": [[0.5]], "bias": [0.5]}],
                    },
                },
            }
        ]
    sky = f"{_mixed(night, glow, 0.55)},{_mixed(night, glow, 0.25)},{night}"
    return _scene(sky, "0.45 + 0.28*y + 0.08*(f - 0.5)", {"grain": 0.18, "paper": 0.25}, layers, 1.5)


def eclipse(rng: Sampler, scheme: Scheme) -> Sketch:
    """A disc or ring with one field inside, another outside."""
    inner: Told = {
        "seed": rng.whole(0, 10**6),
        "network": {**smooth(rng), "act": ["sin", "sin:freq=1.6", "sin"]},
        "color": {"mode": "palette", "palette": scheme.palette, "flat": True, "invert": True},
        "space": {"warp": [f"zoom:by={rng.between(0.5, 0.9):g}"]},
        "finish": {"shadow": 0.5, "rim": 0.2},
        "mask": {
            "shape": rng.choice(("disc", "disc", "polygon", "box")),
            "size": rng.between(22, 32),
            "at": [rng.between(-18, 18), rng.between(-7, 7)],
            "sides": rng.choice((5, 6, 8)),
            "turn": float(rng.whole(0, 45)),
        },
        "shadow": rng.between(0.5, 0.75),
        "shadow_width": rng.between(3, 5),
        "rim": 0.35,
    }
    return Sketch(
        (16, 14),
        ("sin", "sin", "sin"),
        slanted(rng),
        rng.between(1.0, 1.3),
        rng.factor(1.2, 2.0),
        FLAT,
        {},
        {"shadow": 0.35, "shadow_width": 1.5, "rim": 0.15, **paper(rng)},
        [inner],
    )


# where a collage's pieces may lie, in thirds of the picture, and how large the first, second, … is
_PLACES = ((-30, 12), (28, -14), (26, 20), (-24, -22), (2, 2), (50, 4), (-54, -4))
_SIZES = (31, 20, 15, 9, 6.5, 4.5)


def collage(rng: Sampler, scheme: Scheme) -> Sketch:
    """Plain and striped shapes over each other, one large, few of middle size, some small."""
    start, step = rng.whole(0, len(_PLACES) - 1), rng.choice((2, 3, 4))
    colors = [color for color in (scheme.accent, *scheme.colors[::-1]) if color != scheme.ground]
    layers: list[Told] = []
    for k, size in enumerate(_SIZES):
        color = colors[k % len(colors)]
        layer = _plain(color, rng)
        if k in (1, 2) and rng.chance(0.7):
            layer |= {
                "network": smooth(rng),
                "color": {
                    "mode": "palette", "flat": True, "palette": f"{color},{colors[(k + 2) % len(colors)]}",
                    "tone": f"0.5 + 0.5*sin({rng.between(9, 16):g}*(x + 0.25*f))",
                },
            }  # fmt: skip
        x, y = _PLACES[(start + k * step) % len(_PLACES)]
        layer |= {
            "mask": {
                "shape": rng.choice(("disc", "disc", "ring", "box", "polygon")),
                "at": [x + rng.between(-6, 6), y + rng.between(-5, 5)], "size": size * rng.between(0.85, 1.15),
                "aspect": rng.choice((0.3, 1, 1.8, 3)), "width": size * 0.35, "sides": rng.choice((3, 4, 6)),
                "turn": float(rng.choice((0, 0, 45, 15, -20))),
            },
            "shadow": 0.45, "shadow_width": 1.6,
        }  # fmt: skip
        layers.append(layer)
    return Sketch(
        (10,), ("sin", "sin"), slanted(rng), 0.8, 1.5,
        {"palette": f"{scheme.ground}*5,{_mixed(scheme.ground, scheme.colors[-2], 0.4)}*2", "flat": True}, {},
        {"paper": 0.6, "grain": 0.12}, layers, centred=True, upright=True,
    )  # fmt: skip


def dunes(rng: Sampler, scheme: Scheme) -> Sketch:
    """Sand or water in waves under a low sun."""
    count = 4
    layers = [_sun(rng, scheme.accent, rng.between(14, 26))]
    for k in range(count):
        part = k / (count - 1)
        color = _mixed(scheme.colors[-2], scheme.dark, 0.15 + 0.55 * part)
        stripes = rng.between(5, 9) * (1.6 - part)
        layers.append(
            {
                "seed": rng.whole(0, 10**6),
                "network": {**smooth(rng, 10), "inputs": ["0.6*x", "1.2*y"]},
                "color": {
                    "mode": "palette",
                    "flat": True,
                    "palette": f"{_mixed(color, scheme.dark, 0.3)}*2,{color}*3,{_mixed(color, scheme.light, 0.4)}*1.5",
                    "tone": f"0.5 + 0.5*sin({stripes:g}*(f + 1.4*y))",
                },
                "finish": {"shadow": 0.25, "shadow_width": 0.8},
                "mask": {
                    "shape": "horizon",
                    "at": [0, 10 - 40 * part],
                    "rough": 16,
                    "scale": rng.between(0.6, 1.0),
                    "octaves": 2,
                    "seed": rng.whole(0, 10**6),
                },
                "shadow": 0.4,
                "shadow_width": 4,
                "rim": 0.25,
            }
        )
    sky = f"{scheme.ground},{_mixed(scheme.ground, scheme.colors[-2], 0.6)}"
    return _scene(sky, "0.3 + 0.3*y + 0.05*(f - 0.5)", {"grain": 0.18, "paper": 0.4}, layers, 1.6)


def strokes(rng: Sampler, scheme: Scheme) -> Sketch:
    """Strokes that follow a field and never touch, on paper or in the night."""
    ground = scheme.ground if scheme.tone or rng.chance(0.65) else scheme.dark
    colors = [color for color in scheme.colors if color != ground]
    shares = ",".join(f"{color}*{rng.between(0.7, 2.4):g}" for color in colors)
    quiet = _mixed(ground, scheme.colors[len(scheme.colors) // 2], 0.12)
    layer = {
        "kind": "strokes",
        "seed": rng.whole(0, 10**6),
        "network": {"hidden": [12, 12], "act": ["sin", "tanh", "sin"], "init": "normal", "gain": rng.between(0.9, 1.3)},
        "color": {"mode": "palette", "palette": f"{shares},{quiet}*1.6"},
        "strokes": {
            "turns": rng.between(0.4, 1.1),
            "gap": rng.between(0.5, 0.8),
            "caps": "round" if rng.chance(0.25) else "butt",
            "pieces": rng.between(0.03, 0.12),
        },
    }
    return Sketch(
        (4,), ("tanh", "sin"), ("x", "y"), 0.2, rng.factor(0.9, 1.8), {"palette": f"{ground},{ground}"}, {},
        {"paper": 0.45, "grain": 0.12}, [layer],
    )  # fmt: skip
