"""Palettes for invented pictures: ramps of colours from dark to light, shaded towards a tone and cut into bands."""

from __future__ import annotations

from typing import Literal

import numpy as np

from ..field.palettes import palette_table
from .sampler import Sampler

Tone = Literal["light", "dark"]

# each from its darkest to its lightest; the accent stands where it is wanted in between
RAMPS = {
    "ember": "#120608,#3d0c11,#8f1d14,#d9541e,#f6a04d,#ffe8c2",
    "glacier": "#06121f,#123456,#2f6690,#6fb1d0,#c3e2ec,#f7fbfc",
    "moss": "#0c1610,#1f3524,#47683a,#8c9b52,#cfc98a,#f4f0d9",
    "plum": "#150a1f,#3a1440,#76265e,#b5507a,#e39aa0,#fbe6dc",
    "harbour": "#081820,#0e3a4a,#1b6b77,#4fa39a,#f0b67f,#fdf3e1",
    "terracotta": "#23110d,#5b2a1e,#a0503a,#d08b63,#ecc8a0,#faf1e4",
    "orchid": "#160d2a,#3b1f5e,#7a3b93,#c36bb0,#efb0cd,#fdf0f4",
    "slate": "#0d1116,#27313b,#53606d,#8b98a3,#c4ccd2,#f6f7f8",
    "dusk": "#0a0c24,#2a1b4f,#6d2f6b,#c4556b,#f39a6b,#ffe6b8",
    "lagoon": "#03151c,#06404a,#0d7a7a,#3fb79f,#a9e0b8,#f5fbe9",
    "brass": "#14100a,#3b2e17,#74592a,#b18b46,#dcc389,#f7efd8",
    "berry": "#13060f,#47102f,#8f1d4a,#cf4a6b,#f09aa0,#fdeae2",
    "ink": "#070a14,#141f3f,#2f4478,#6c84ae,#b9c6d6,#f8f5ec",
    "spring": "#10241a,#22563a,#4d9a57,#a3cc6a,#ecdf8f,#fffbe6",
    "coral": "#0c1a26,#143a4e,#2a7182,#f28b6e,#ffc3a0,#fff3e8",
    "mauve": "#1a1420,#43354f,#7a6487,#b09ab2,#dccbd3,#f9f4f2",
    "tundra": "#0f1512,#2c3b35,#5b7268,#99aa94,#d3d3b4,#f6f3e3",
    "cobalt": "#040a1e,#0b1f5c,#1b4bb0,#4f8fe0,#a9d2f5,#f4faff",
    "saffron": "#1d0e07,#5a2109,#a8480c,#e2860f,#f9c846,#fff4cf",
    "jade": "#05140f,#0c3b2c,#17705a,#50a98a,#a8d8bd,#f1faf2",
    "rose": "#1c0d12,#542336,#9c4660,#d58392,#f2bfc0,#fdf1ee",
    "petrol": "#061013,#0f2f36,#205c63,#5c9692,#d4a373,#f6e7cf",
    "aurora": "#050814,#0a1f3a,#12525f,#1f9a78,#8fe6a5,#effbe0",
    "bauhaus": "#141414,#1f3f7a,#c9352b,#e8b21e,#8fb7b0,#f4eddc",
    "azulejo": "#081c44,#163e82,#3f7fbf,#cfe0ea,#e2b13c,#faf6ea",
    "fox": "#1b1410,#4a2c1a,#8e4a23,#d07a3a,#b9c2b0,#f5efe2",
    "peacock": "#04141a,#0a3d46,#0f7d6c,#7fb53f,#d9a441,#f7ecc8",
    "neon": "#06030f,#240a4a,#6a11a8,#e0218a,#ff8f3f,#fff27a",
    "lavender": "#151428,#37365f,#6a68a5,#a3a0d3,#d7d2ee,#faf8fe",
    "wheat": "#20180c,#57431f,#927240,#c6a769,#e8d6a8,#fbf5e4",
    "storm": "#0a0d10,#1f2a33,#3f5564,#71899a,#e3b23c,#f3eee0",
    "cherry": "#0e0709,#350b14,#7a1020,#c21f35,#f0707a,#fdf0ec",
}  # fmt: skip
_STOPS = 9


def shaded(name: str, tone: Tone | None, rng: Sampler) -> str:
    """A ramp's stops, most of them dark or light as the tone wants; backwards as often as not."""
    power = {
        "dark": rng.between(1.7, 2.6),
        "light": 1 / rng.between(1.9, 2.9),
        None: rng.factor(0.75, 1.4),
    }[tone]
    at = np.linspace(0, 1, _STOPS) ** power
    stops = _colours(RAMPS[name], at)
    return ",".join(stops if rng.chance(0.5) else stops[::-1])


def banded(name: str, tone: Tone | None, rng: Sampler, line: bool = False) -> str:
    """A ramp cut into flat bands, each perhaps ending in a dark line."""
    bands = rng.whole(5, 11)
    power = {"dark": 1.9, "light": 0.45, None: 1.0}[tone]
    order = np.linspace(0, 1, bands) ** power
    if rng.chance(0.5):  # neighbours far apart, as in a paper collage
        order = order[[(i * 3 + bands // 2) % bands if bands % 3 else (i * 2) % bands for i in range(bands)]]
    stops = []
    for colour, darker in zip(_colours(RAMPS[name], order), _colours(RAMPS[name], order * 0.35), strict=True):
        stops += [darker] * line + [colour] * (7 if line else 6)
    return ",".join(stops)


def _colours(ramp: str, at: np.ndarray[tuple[int], np.dtype[np.float64]]) -> list[str]:
    table = palette_table(ramp)
    found = table[(at.clip(0, 1) * (len(table) - 1)).round().astype(int)]
    return ["#{:02x}{:02x}{:02x}".format(*(255 * colour + 0.5).astype(int)) for colour in found]
