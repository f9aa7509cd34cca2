"""Painting: strokes that a network's field steers."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from functools import cached_property

from ..network.develop import Field, Layer
from ..recipe import StrokesRecipe
from .coloring import swatches

CHANNELS = "rgba"  # of what it is at a pixel: light times coverage, and coverage


@dataclass(frozen=True, eq=False)
class Painting:
    """Strokes of a field, whose tone is their angle and whose palette's swatches are their colours.

    Equal are those that look alike.
    """

    field: Field
    told: StrokesRecipe
    seed: int

    @classmethod
    def of(cls, layer: Layer) -> Painting:
        """That of a layer of strokes."""
        return cls(replace(layer.field, layers=()), layer.told.strokes, layer.told.seed)

    @property
    def colours(self) -> list[tuple[float, ...]]:
        """Of its strokes, by number: sRGB in [0, 1]."""
        return swatches(self.field.color)

    @cached_property
    def _key(self) -> tuple[object, ...]:
        numbers = hashlib.sha256()
        for network in (self.field.network, *self.field.others):
            numbers.update(repr((network.inputs, network.latent, network.activations)).encode())
            for weight, bias in network.maps:
                numbers.update(weight.tobytes() + bias.tobytes())
        return self.told, self.seed, self.field.color, self.field.space, self.field.view, numbers.digest()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Painting) and self._key == other._key

    def __hash__(self) -> int:
        return hash(self._key)
