"""From one picture to another, through their weights and numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ..field.activations import Activation
from ..field.mixes import parse_mix
from ..field.numpy_ops import NumpyOps
from ..field.palettes import palette_stops, palette_table
from ..field.spaces import decode, encode, linear_to_oklab, oklab_to_linear
from ..network.develop import Field
from ..network.stages import Slice, Stage
from ..recipe import NetworkRecipe, Recipe

_STOPS = 128  # of a palette between two palettes
Floats = NDArray[np.float64]


def difference(a: Recipe, b: Recipe) -> str:
    """In what two recipes differ that cannot be gone through step by step; empty if there is a way."""
    one, two = a.network, b.network
    if one.hidden != two.hidden or one.inputs != two.inputs or one.latent_length != two.latent_length:
        return "their networks have different shapes"
    if one.graph is not None or two.graph is not None or one.random != two.random:
        return _graphs(one, two)
    if _names(one.acts) != _names(two.acts) or (_are_drawn(one) and a.seed != b.seed):
        return "their activations differ"
    if one.residual != two.residual:
        return "one is residual"
    if a.color.mode != b.color.mode or a.color.invert != b.color.invert:
        return "their colour modes differ"
    if _arranged(a) != _arranged(b):
        return "their colours are arranged differently"
    return "one is stretched" if a.view.stretch != b.view.stretch else ""


def between(a: Field, b: Field, share: float) -> Field:
    """The field at a share, 0 to 1, of the way from one to another of its kind; at the ends, these themselves.

    Weights turn from one direction to the other and keep their size, as a straight way would not: halfway between two
    random networks it is 0.7 of theirs, and the picture dull.
    """
    if share in (0, 1):
        return b if share else a
    stages = tuple(_stage(p, q, share) for p, q in zip(a.network.stages, b.network.stages, strict=True))
    latent = _even(a.network.latent, b.network.latent, share)
    view = {
        "center": _even(a.view.center, b.view.center, share), "extent": _log(a.view.extent, b.view.extent, share),
        "zoom": _log(a.view.zoom, b.view.zoom, share), "rotate": _turn(a.view.rotate, b.view.rotate, share),
    }  # fmt: skip
    low, high = _even(a.color.levels, b.color.levels, share)
    curves = a.color.curve, b.color.curve
    ranges = zip(a.color.ranges or (), b.color.ranges or (), strict=True)
    mixed = _palette if not (a.color.flat or a.color.mode == "duotone") else _swatches
    color = replace(
        a.color, levels=(low, high), palette=mixed(a.color.palette, b.color.palette, share),
        hue=_turn(a.color.hue, b.color.hue, share),
        ranges=tuple((_even(p, q, share)[0], _even(p, q, share)[1]) for p, q in ranges) or None,
        curve=_even(curves[0], curves[1], share) if curves[0] and curves[1] else None,
    )  # fmt: skip
    return replace(
        a, network=replace(a.network, latent=latent, stages=stages), color=color, view=a.view.replace(**view)
    )


def _arranged(recipe: Recipe) -> tuple[object, ...]:
    """What of colours and finish cannot be gone through step by step."""
    color = recipe.color
    swatches = palette_stops(color.palette) if color.palette and (color.flat or color.mode == "duotone") else ()
    return (
        color.tone,
        color.flat,
        color.equal,
        color.across,
        color.each,
        len(swatches),
        recipe.space,
        recipe.finish,
        recipe.layers,
    )


def _names(acts: Sequence[str]) -> list[list[tuple[str, int | None]]]:
    return [[(one.activation.name, one.units) for one in parse_mix(text)] for text in acts]


def _are_drawn(network: NetworkRecipe) -> bool:
    """Does the seed draw which unit has which activation, or what is linked?"""
    mixes = [parse_mix(text) for text in network.acts]
    return network.random is not None or any(sum(one.units is None for one in mix) > 1 for mix in mixes)


def _graphs(a: NetworkRecipe, b: NetworkRecipe) -> str:
    """In what two graphs differ."""
    one, two = a.graph, b.graph
    if one is None or two is None or one.steps != two.steps or one.outputs != two.outputs:
        return "their networks have different shapes"
    nodes = [[(node.name, node.act, node.aggregation) for node in graph.nodes] for graph in (one, two)]
    links = [{link[:2] for link in graph.links} for graph in (one, two)]
    return "" if nodes[0] == nodes[1] and links[0] == links[1] else "their networks have different shapes"


def _stage(a: Stage, b: Stage, share: float) -> Stage:
    pairs = zip(a.slices, b.slices, strict=True)
    slices = tuple(Slice(_activation(p.activation, q.activation, share), p.units) for p, q in pairs)
    return replace(a.with_numbers(_spherical(a.numbers, b.numbers, share)), slices=slices)


def _activation(a: Activation, b: Activation, share: float) -> Activation:
    values = {key: (1 - share) * value + share * b.parameters[key] for key, value in a.parameters.items()}
    return a.with_parameters(**values)


def _spherical(a: Floats, b: Floats, share: float) -> Floats:
    """Between two vectors, by turning; straight where they point the same or the opposite way."""
    long, wide = math.sqrt(a @ a), math.sqrt(b @ b)
    cosine = float(a @ b) / (long * wide) if long and wide else 1.0
    if abs(cosine) > 0.9995:
        return (1 - share) * a + share * b
    angle = math.acos(cosine)
    sine = math.sin(angle)
    way = math.sin((1 - share) * angle) / sine * a / long + math.sin(share * angle) / sine * b / wide
    return ((1 - share) * long + share * wide) * way


def _even(a: tuple[float, ...], b: tuple[float, ...], share: float) -> tuple[float, ...]:
    return tuple((1 - share) * x + share * y for x, y in zip(a, b, strict=True))


def _log(a: float, b: float, share: float) -> float:
    return math.exp((1 - share) * math.log(a) + share * math.log(b))


def _turn(a: float, b: float, share: float) -> float:
    """The shorter way round."""
    return (a + share * ((b - a + 180) % 360 - 180)) % 360


def _palette(a: str | None, b: str | None, share: float) -> str | None:
    """The palette whose every colour is between the two, in OKLab, written out."""
    if a == b or a is None or b is None:
        return a
    labs = _lab(palette_table(a)), _lab(palette_table(b))
    mixed = (1 - share) * labs[0] + share * labs[1]
    at = np.linspace(0, len(mixed) - 1, _STOPS).round().astype(int)
    return ",".join(_hex(mixed[at]))


def _swatches(a: str | None, b: str | None, share: float) -> str | None:
    """The swatches between those of two palettes of as many, each in its place."""
    if a == b or a is None or b is None:
        return a
    pairs = palette_stops(a), palette_stops(b)
    labs = [_lab(np.array([stop.color for stop in stops])) for stops in pairs]
    shares = [np.array([stop.share for stop in stops]) for stops in pairs]
    parts = [one / one.sum() for one in shares]
    both = 1000 * ((1 - share) * parts[0] + share * parts[1])
    colors = _hex((1 - share) * labs[0] + share * labs[1])
    return ",".join(f"{color}*{max(part, 1e-4):.4f}" for color, part in zip(colors, both, strict=True))


def _lab(rgb: Floats) -> Floats:
    return linear_to_oklab(np.asarray(decode(rgb, NumpyOps())))


def _hex(lab: Floats) -> list[str]:
    rgb = np.stack([encode(np.clip(c, 0, 1), NumpyOps()) for c in oklab_to_linear(*lab.T)], axis=1)
    return ["#{:02x}{:02x}{:02x}".format(*(255 * stop + 0.5).astype(int)) for stop in rgb.clip(0, 1)]
