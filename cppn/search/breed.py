"""Breeding: from a recipe its relatives, near or far; from two, what lies between them.

Weights move by blending in those of other seeds, so that a child is a recipe of a few hundred bytes like any other.
"""

from __future__ import annotations

import math
from collections.abc import Container, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..draw.drawing import complete
from ..errors import CppnError
from ..field.activations import PARAMETERS, parse_activation
from ..field.color import MODES, PLAIN
from ..field.inputs import expand_inputs
from ..limits import LARGEST_SHARE
from ..network.develop import develop, develop_network
from ..network.graph import random_graph
from ..network.stages import Network
from ..recipe import NetworkRecipe, Recipe, from_dict
from ..rng import Purpose, Stream
from .palettes import RAMPS, banded, shaded
from .sampler import Sampler

LOCKS = ("weights", "colours", "activations")  # what a child may be told to have from its first parent
_TRIES = 4  # at a child that can be drawn
_FARTHEST = 1.45  # radians by which weights turn at strength 1; at a right angle nothing of them would be left
_TERMS = 32  # of a child: each is drawn whenever it is
_SMALLEST = 1e-3  # share that can be seen
ACTIVATIONS = (
    "sin:freq={f}", "tanh", "gauss", "sin", "triangle:freq={f}", "abs", "softsign", "snake", "wavelet:freq=3",
)  # fmt: skip
_NEWEST_SEED = 2**31 - 1
_LAST = ("linear", "sin", "sigmoid", "cos:freq=2", "triangle:freq=2", "gauss")
_MOST_STEPS = 4  # of the logistic map that chance goes to; beyond, everything is noise


def offspring(seed: int, count: int) -> list[int]:
    """The seeds of so many children of one seed."""
    return [int(number * 2**53) for number in Stream(seed, Purpose.LITTER).uniform(count)]


def mutate(recipe: Recipe, strength: float, locks: Container[str], seed: int) -> Recipe:
    """A relative of a recipe: with strength 0 itself, with little a near one, with 1 a stranger. The view stays.

    `locks`: of "weights", "colours" and "activations" those that stay too. The same seed makes the same child.
    Errors: CppnError if the recipe cannot be drawn.
    """
    if strength <= 0:
        return recipe
    for attempt in range(_TRIES):
        child = _drawable(_mutated(recipe, strength, locks, Sampler(seed, Purpose.MUTATE, attempt)))
        if child is not None:
            return child
    return complete(recipe)


def cross(a: Recipe, b: Recipe, strength: float, locks: Container[str], seed: int) -> Recipe:
    """A child of two recipes, in the view of the first: with strength 0 the first itself.

    Of networks of the same shape it has about half the weights of each, the more unevenly the greater the strength;
    else it has one parent's network with the other's activations and colours. It is mutated a little too. `locks`: what
    it has from the first parent alone.
    Errors: CppnError if the first recipe cannot be drawn.
    """
    if strength <= 0:
        return a
    for attempt in range(_TRIES):
        rng = Sampler(seed, Purpose.CROSS, attempt)
        mixed = _drawable(_mixed(a, b, strength, locks, rng))
        child = _drawable(_mutated(mixed, 0.4 * strength, locks, rng)) if mixed is not None else None
        if child is not None:
            return child
    return complete(a)


def _drawable(recipe: Recipe | None) -> Recipe | None:
    """The recipe with nothing left open; None if it cannot be drawn."""
    try:
        if recipe is not None:
            whole = complete(recipe)
            if whole is recipe:  # else it has been developed already
                develop(recipe)
            return whole
    except CppnError:
        pass
    return None


def _child(parent: Recipe, network: Mapping[str, Any], color: Mapping[str, Any], seed: int) -> Recipe | None:
    """A recipe in its parent's view; None if its parts do not go together. A child does not have its parent's name."""
    data = parent.to_dict() | {"name": "", "description": "", "seed": seed, "network": network, "color": color}
    try:
        return from_dict(data, where="")
    except CppnError:
        return None


def _plain(color: dict[str, Any]) -> dict[str, Any]:
    """Colours without what was measured of another network."""
    return {key: value for key, value in color.items() if key not in ("measured", "curve", "ranges")}


# mutation


def _mutated(recipe: Recipe, strength: float, locks: Container[str], rng: Sampler) -> Recipe | None:
    data = recipe.to_dict()
    network, color, seed = data["network"], _plain(data["color"]), recipe.seed
    if recipe.network.is_graph:  # nodes keep their activations
        network = network if "weights" in locks else _moved_links(recipe, strength, rng)
        if "colours" not in locks:
            _change_colours(color, recipe, strength, rng)
        return _child(recipe, network, color, seed)
    if "activations" not in locks:
        network["act"] = _new_activations(recipe.network, strength, rng)
        if network["act"][-1] != recipe.network.act[-1] and "colours" not in locks:
            color.pop("levels", None)  # they were chosen for another activation
    if "weights" not in locks:
        turn = min(_FARTHEST, strength * _FARTHEST * rng.between(0.7, 1.3))
        term = rng.whole(0, _NEWEST_SEED)
        if recipe.network.weights is None:
            shares = {key: share * math.cos(turn) for key, share in _shares(recipe).items()}
            shares[term] = shares.get(term, 0.0) + math.sin(turn)
            seed, network["blend"] = _told(shares, keep=term)
        else:
            network["blend"] = _added(recipe, term, math.tan(turn))
    if "colours" not in locks:
        _change_colours(color, recipe, strength, rng)
    return _child(recipe, network, color, seed)


def _moved_links(recipe: Recipe, strength: float, rng: Sampler) -> dict[str, Any]:
    """A graph, told in full, with its weights moved: with strength 1 by up to their own spread, with little by less."""
    spec, latents = recipe.network, len(develop_network(recipe).latent)
    names = [*expand_inputs(spec.inputs), *(f"z{i}" for i in range(latents))]
    graph = spec.graph or random_graph(recipe.seed, spec, names)
    wide = math.sqrt(sum(weight * weight for *_, weight in graph.links) / max(1, len(graph.links))) or 1.0
    links = [
        (source, target, float(f"{weight + strength**2 * wide * rng.between(-1, 1):.6g}"))
        for source, target, weight in graph.links
    ]
    told = {key: value for key, value in recipe.to_dict()["network"].items() if key not in ("random", "act", "gain")}
    return {**told, "graph": {**graph.to_dict(), "links": links}}


def _shares(recipe: Recipe) -> dict[int, float]:
    """What each seed has of a recipe's drawn weights; the squares sum to 1."""
    shares = {recipe.seed: 1.0}
    for seed, share in recipe.network.blend:
        shares[seed] = shares.get(seed, 0.0) + share
    size = math.sqrt(sum(share * share for share in shares.values())) or 1.0
    return {seed: share / size for seed, share in shares.items()}


def _told(shares: Mapping[int, float], keep: int | None = None) -> tuple[int, list[list[float]]]:
    """Shares as a seed and its blend: the greatest share is the seed's own, the smallest are left out.

    Signs stay: turned round, weights draw another picture. `keep`: a seed never left out.
    """
    base = max(shares, key=lambda seed: shares[seed])
    whole = shares[base]
    if whole <= 0:  # nothing but negative shares: none of them can be the seed's own
        base, whole = next(iter(shares)), _SMALLEST
    parts = {seed: share / whole for seed, share in shares.items() if seed != base}
    order = sorted(parts, key=lambda seed: (seed != keep, -abs(parts[seed])))[:_TERMS]
    limited = {seed: max(-LARGEST_SHARE, min(LARGEST_SHARE, float(f"{parts[seed]:.4g}"))) for seed in order}
    return base, [[seed, share] for seed, share in limited.items() if abs(share) >= _SMALLEST or seed == keep]


def _added(recipe: Recipe, term: int, ratio: float) -> list[list[float]]:
    """The blend of given weights with one seed's more, whose spread has this ratio to theirs."""
    given = _spread(develop_network(recipe))
    bare = recipe.change({"network": {"weights": None, "blend": None}, "": {"seed": term}})
    share = ratio * given / (_spread(develop_network(bare)) or 1.0)
    blend = {seed: old for seed, old in recipe.network.blend if seed != term}
    if len(blend) >= _TERMS:
        del blend[min(blend, key=lambda seed: abs(blend[seed]))]
    blend[term] = min(LARGEST_SHARE, float(f"{share:.4g}"))
    return [[seed, share] for seed, share in blend.items()]


def _spread(network: Network) -> float:
    numbers: NDArray[np.float64] = np.concatenate([stage.weight.ravel() for stage in network.stages]).astype(np.float64)
    return math.sqrt(float(numbers @ numbers) / max(1, numbers.size))


def _new_activations(network: NetworkRecipe, strength: float, rng: Sampler) -> list[str]:
    acts = list(network.act)
    for i, text in enumerate(acts):
        if "|" in text:
            continue
        activation = parse_activation(text)
        changes = {
            key: _moved(key, value, strength, rng)
            for key, value in activation.parameters.items()
            if key in ("freq", "r", "iters") and rng.chance(0.25 + 0.5 * strength)
        }
        if any(value != activation.parameters[key] for key, value in changes.items()):
            acts[i] = str(activation.with_parameters(**changes))
    if rng.chance(0.4 * strength**2):  # what is seen at once is for strangers
        if len(acts) == 1:
            acts *= len(network.hidden) + 1
        place = rng.whole(0, len(acts) - 1)
        pool = _LAST if place == len(acts) - 1 else ACTIVATIONS
        acts[place] = rng.choice(pool).format(f=f"{rng.factor(0.9, 2.2):g}")
    return acts[:1] if len(set(acts)) == 1 else acts


def _moved(key: str, value: float, strength: float, rng: Sampler) -> float:
    """A parameter of an activation moved, in its legal range."""
    if key == "iters":
        if rng.chance(0.3 * strength):
            value = min(max(value, _MOST_STEPS), max(0.0, value + rng.sign()))
    elif key == "r":
        value += 0.6 * strength * rng.between(-1, 1)
    else:
        value *= math.exp(0.7 * strength * rng.between(-1, 1))
    return min(PARAMETERS[key].high, max(PARAMETERS[key].low, float(f"{value:.4g}")))


def _change_colours(color: dict[str, Any], recipe: Recipe, strength: float, rng: Sampler) -> None:
    mode = recipe.color.mode
    if mode != "gray" and rng.chance(0.3 + 0.4 * strength):
        color["hue"] = float(f"{(recipe.color.hue + 180 * strength * rng.between(-1, 1)) % 360:.4g}")
    if rng.chance(0.15 * strength**2):
        # outputs that given weights do not have cannot be shown
        fitting = [name for name in PLAIN if recipe.network.weights is None or MODES[name] <= MODES[mode]]
        color["mode"] = rng.choice(fitting)
        color.pop("palette", None)
    if color["mode"] == "palette" and ("palette" not in color or rng.chance(0.6 * strength**2)):
        ramp, surface = rng.choice(list(RAMPS)), rng.choice(("smooth", "smooth", "banded", "lined"))
        color["palette"] = (
            shaded(ramp, None, rng) if surface == "smooth" else banded(ramp, None, rng, line=surface == "lined")
        )
        color["hue"] = 0.0
    if rng.chance(0.06 * strength**2):
        color["invert"] = not recipe.color.invert


# crossing


def _mixed(a: Recipe, b: Recipe, strength: float, locks: Container[str], rng: Sampler) -> Recipe | None:
    if not _same_shape(a.network, b.network):
        return _grafted(a, b, locks, rng)
    network, seed = a.to_dict()["network"], a.seed
    if "weights" not in locks:
        turn = math.pi / 4 + 0.6 * strength * rng.between(-1, 1)
        if a.network.weights is None:
            shares = {key: math.cos(turn) * share for key, share in _shares(a).items()}
            for key, share in _shares(b).items():
                shares[key] = shares.get(key, 0.0) + math.sin(turn) * share
            seed, network["blend"] = _told(shares)
        else:
            one, two = dict(a.network.blend), dict(b.network.blend)
            shares = {key: (one.get(key, 0.0) + two.get(key, 0.0)) / 2 for key in (one | two)}
            order = sorted(shares, key=lambda key: -abs(shares[key]))[:_TERMS]
            network["blend"] = [[key, float(f"{shares[key]:.4g}")] for key in order]
        other = rng.choice((a, b)).to_dict()["network"]
        network |= {key: other[key] for key in ("init", "gain")}
    last = a
    if "activations" not in locks:
        pairs = list(zip(a.network.acts, b.network.acts, strict=True))
        if len(a.network.act) == len(b.network.act) == 1:
            pairs = pairs[:1]
        picked = [rng.whole(0, 1) for _ in pairs]
        acts = [pair[which] for pair, which in zip(pairs, picked, strict=True)]
        network["act"], last = acts[:1] if len(set(acts)) == 1 else acts, (a, b)[picked[-1]]
    return _coloured(a, b, network, seed, last, locks, rng)


def _same_shape(a: NetworkRecipe, b: NetworkRecipe) -> bool:
    keys = ("hidden", "inputs", "latent", "residual", "weights")
    return not (a.is_graph or b.is_graph) and all(getattr(a, key) == getattr(b, key) for key in keys)


def _grafted(a: Recipe, b: Recipe, locks: Container[str], rng: Sampler) -> Recipe | None:
    """The network of one parent with activations, perhaps, and colours of the other."""
    if a.network.is_graph or b.network.is_graph:  # nodes keep their activations
        shape, other = (a, b) if "weights" in locks or rng.chance(0.5) else (b, a)
        return _coloured(a, other, shape.to_dict()["network"], shape.seed, shape, locks, rng)
    fits = "activations" not in locks or len(a.network.act) in (1, len(b.network.hidden) + 1)
    shape, other = (a, b) if "weights" in locks or not fits or rng.chance(0.5) else (b, a)
    network = shape.to_dict()["network"]
    last = shape
    if "activations" in locks:
        network["act"], last = list(a.network.act), a
    elif rng.chance(0.6):
        acts, maps = other.network.acts, len(shape.network.hidden) + 1
        fitted = [acts[min(i, max(0, len(acts) - 2))] for i in range(maps - 1)] + [acts[-1]]
        network["act"], last = fitted[:1] if len(set(fitted)) == 1 else fitted, other
    return _coloured(a, other, network, shape.seed, last, locks, rng)


def _coloured(
    a: Recipe, b: Recipe, network: Mapping[str, Any], seed: int, last: Recipe, locks: Container[str], rng: Sampler
) -> Recipe | None:
    """A child with the colours of one parent; `last` is the one whose last activation it has."""
    source = a if "colours" in locks or rng.chance(0.5) else b
    color = _plain(source.to_dict()["color"])
    if "colours" not in locks and source.network.act[-1] != last.network.act[-1]:
        color.pop("levels", None)
    return _child(a, network, color, seed)
