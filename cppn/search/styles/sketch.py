"""Sketch: what a style draws of a picture; Scheme: the colours it draws it with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ...field.numpy_ops import NumpyOps
from ...field.palettes import palette_stops
from ...field.spaces import decode, linear_to_oklab
from ..palettes import Tone
from ..sampler import Sampler

Told = dict[str, Any]  # a section of a recipe


@dataclass(frozen=True)
class Scheme:
    """The colours of a picture: a palette as text, and its colours from the darkest to the lightest, as text."""

    palette: str
    colors: tuple[str, ...]
    tone: Tone | None = None

    @classmethod
    def of(cls, palette: str, tone: Tone | None = None) -> Scheme:
        """Of a palette, for a picture of a tone."""
        colors = np.array([stop.color for stop in palette_stops(palette)])
        lightness = linear_to_oklab(np.asarray(decode(colors, NumpyOps())))[:, 0]
        ordered = colors[np.argsort(lightness)]
        return cls(
            palette, tuple("#{:02x}{:02x}{:02x}".format(*(255 * one + 0.5).astype(int)) for one in ordered), tone
        )

    @property
    def dark(self) -> str:
        """The darkest."""
        return self.colors[0]

    @property
    def light(self) -> str:
        """The lightest."""
        return self.colors[-1]

    @property
    def ground(self) -> str:
        """What a drawing stands on: light paper, unless the picture is to be dark."""
        return self.dark if self.tone == "dark" else self.light

    @property
    def ink(self) -> str:
        """What it is drawn with."""
        return self.light if self.tone == "dark" else self.dark

    @property
    def accent(self) -> str:
        """The most colourful."""
        lab = linear_to_oklab(
            np.asarray(decode(np.array([stop.color for stop in palette_stops(self.text)]), NumpyOps()))
        )
        return self.colors[int(np.hypot(lab[:, 1], lab[:, 2]).argmax())]

    @property
    def text(self) -> str:
        """The colours, from dark to light, as a palette."""
        return ",".join(self.colors)

    def plain(self, at: float) -> str:
        """One colour, from the darkest at 0 to the lightest at 1, as a palette."""
        color = self.colors[round(at * (len(self.colors) - 1))]
        return f"{color},{color}"


@dataclass(frozen=True)
class Sketch:
    """A network with a view, and what is made of it.

    `color`, `space`, `finish`, `layers`: as recipes have them; the palette is the scheme's unless `color` has one.
    """

    hidden: tuple[int, ...]
    act: tuple[str, ...]
    inputs: tuple[str, ...] = ("x", "y")
    gain: float = 1.5
    extent: float = 2.0
    color: Told = field(default_factory=dict)
    space: Told = field(default_factory=dict)
    finish: Told = field(default_factory=dict)
    layers: Sequence[Told] = ()
    centred: bool = False  # the picture has a middle, and keeps it
    upright: bool = False  # it has an up and a down


FLAT: Told = {"flat": True}


def slanted(rng: Sampler) -> tuple[str, str]:
    """x and y, stretched and slanted: affine, so that nothing is compiled anew."""
    a, b = rng.factor(0.5, 1.1), rng.between(-0.6, 0.6)
    c, d = rng.between(-0.6, 0.6), rng.factor(0.6, 1.2)
    return f"{a:g}*x + {b:g}*y", f"{c:g}*x + {d:g}*y"


def paper(rng: Sampler) -> Told:
    """A little of paper and grain."""
    return {"paper": rng.between(0.25, 0.6), "grain": rng.between(0.05, 0.16)}


def smooth(rng: Sampler, width: int = 14) -> Told:
    """A network of soft large shapes."""
    return {"hidden": [width, width], "act": ["sin", "tanh", "sin"], "init": "normal", "gain": rng.between(1.2, 1.7)}
