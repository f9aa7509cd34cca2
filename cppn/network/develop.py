"""From a Recipe to its Network and Field: weights drawn or read, colours looked up, everything in numbers."""

from __future__ import annotations

import base64
import binascii
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ..errors import CppnError
from ..field.activations import Activation
from ..field.color import ColorMap, takes_curve
from ..field.inputs import expand_inputs, parse_input
from ..field.mixes import activations_of, parse_mix
from ..field.warps import parse_warp
from ..recipe import ColorRecipe, FinishRecipe, LayerRecipe, MaskRecipe, NetworkRecipe, Recipe, SpaceRecipe
from ..recipe.view import View
from ..rng import Purpose, Stream
from .graph import graph_stages
from .stages import Network, Slice, Stage, Weights, chain, slices_of
from .weights import check_chain, read_weights

PLAIN, NOWHERE_ELSE = FinishRecipe(), SpaceRecipe()
PLAIN_NETWORK, PLAIN_COLOR = NetworkRecipe(), ColorRecipe()


@dataclass(frozen=True)
class Field:
    """A function from a point to a colour, and the view of it that the recipe shows."""

    network: Network
    color: ColorMap
    view: View
    finish: FinishRecipe = PLAIN
    space: SpaceRecipe = NOWHERE_ELSE
    others: tuple[Network, ...] = ()  # that warps take
    layers: tuple[Layer, ...] = ()

    @property
    def channels(self) -> int:
        """1 for grey pictures, 3 for colour."""
        return max(self.color.channels, *(layer.field.channels for layer in self.layers), 1)

    @property
    def views(self) -> Iterator[View]:
        """Its own, and those of its layers."""
        yield self.view
        for layer in self.layers:
            yield from layer.field.views

    def with_levels(self, levels: tuple[float, float]) -> Field:
        """The same between other levels."""
        return replace(self, color=replace(self.color, levels=levels))

    def with_ranges(self, ranges: tuple[tuple[float, float], ...]) -> Field:
        """The same with other levels of each output."""
        return replace(self, color=replace(self.color, ranges=ranges))

    def with_curve(self, curve: tuple[float, ...]) -> Field:
        """The same with another curve."""
        return replace(self, color=replace(self.color, curve=curve))


@dataclass(frozen=True)
class Layer:
    """A field that lies on another: what is told of it beside its own look, and its mask's network."""

    field: Field
    told: LayerRecipe
    mask: Network | None


def develop(recipe: Recipe) -> Field:
    """The Field of a recipe, ready for an engine.

    Errors: CppnError if given weights do not fit the recipe's inputs, activations or colour.
    """
    color = recipe.color
    network = develop_network(recipe)
    levels = color.levels or network.span or color.measured or (0.0, 1.0)
    mapped = ColorMap(
        color.mode, levels, color.palette, color.hue, color.invert, color.tone, color.flat, color.equal, color.curve,
        color.across, color.ranges if color.each else None,
    )  # fmt: skip
    warps = map(parse_warp, (*recipe.space.before, *recipe.space.warp))
    seeds = (int(dict(warp.parameters)["seed"]) for warp in warps if warp.is_other)
    others = tuple(develop_network(_of_seed(recipe, seed)) for seed in seeds)
    layers = tuple(_layer(layer, recipe.view) for layer in recipe.layers)
    return Field(network, mapped, recipe.view, recipe.finish, recipe.space, others, layers)


def of_layer(layer: LayerRecipe, view: View) -> Recipe:
    """A layer's picture as a recipe, in its own view or, if it has none, this one."""
    return Recipe().replace(
        seed=layer.seed, network=layer.network, color=layer.color, space=layer.space, finish=layer.finish,
        layers=layer.layers, view=layer.view or view,
    )  # fmt: skip


def of_mask(mask: MaskRecipe) -> Recipe:
    """A mask's network as a recipe."""
    return Recipe().replace(seed=mask.seed, network=mask.network)


def _layer(layer: LayerRecipe, view: View) -> Layer:
    mask = develop_network(of_mask(layer.mask)) if layer.mask.takes_network else None
    told = layer.replace(
        network=PLAIN_NETWORK, color=PLAIN_COLOR, layers=(), mask=layer.mask.replace(network=PLAIN_NETWORK)
    )
    return Layer(develop(of_layer(layer, view)), told, mask)


def _of_seed(recipe: Recipe, seed: int) -> Recipe:
    """The recipe with the weights of another seed."""
    network = recipe.network.replace(weights=None, blend=())
    return recipe.replace(seed=seed, network=network)


def needs_curve(recipe: Recipe) -> bool:
    """Must it be measured how much of the area lies below which value?"""
    color = recipe.color
    return takes_curve(color.mode, color.flat, color.equal) and color.curve is None


def needs_ranges(recipe: Recipe) -> bool:
    """Must the range of each output be measured?"""
    return recipe.color.each and recipe.color.ranges is None


def needs_levels(recipe: Recipe, network: Network) -> bool:
    """Must the range of the outputs be measured before the picture can be drawn?"""
    color = recipe.color
    return not color.each and color.levels is None and network.span is None and color.measured is None


def develop_network(recipe: Recipe) -> Network:
    """The Network of a recipe."""
    spec = recipe.network
    texts = expand_inputs(spec.inputs)
    inputs = tuple(map(parse_input, texts))
    latent = _latent(recipe.seed, spec)
    if spec.is_graph:
        stages = graph_stages(recipe.seed, spec, texts, len(latent), recipe.color.outputs)
        return Network(inputs, latent, tuple(_with_weights(stages, spec)))
    given = _given_weights(spec) if spec.weights is not None else None
    if given is not None:
        _check_given(given, spec, len(inputs) + len(latent), recipe.color.outputs)
        weight, bias = given[-1]
        given[-1] = weight[: recipe.color.outputs], bias[: recipe.color.outputs]
    activations = [parse_mix(text)[0].activation for text in spec.acts]
    widths = (len(inputs) + len(latent), *spec.hidden, recipe.color.outputs)
    maps = list(enumerate(activations))
    drawn = given or [_draw(recipe.seed, i, widths[i], widths[i + 1], act, spec) for i, act in maps]
    if spec.blend:
        others = (
            (share, [_draw(s, i, widths[i], widths[i + 1], act, spec) for i, act in maps]) for s, share in spec.blend
        )
        drawn = _blended(drawn, others, 1.0 if given else _spread(spec))
    slices = (_slices(recipe.seed, i, text, widths) for i, text in enumerate(spec.acts))
    return Network(inputs, latent, tuple(chain(drawn, slices, spec.residual)))


def _slices(seed: int, layer: int, text: str, widths: Sequence[int]) -> tuple[Slice, ...]:
    """The units of a layer, of hidden ones in the order of their activations.

    Outputs stay in their order: the grey picture of a seed is the red channel of its colour picture.
    """
    found = activations_of(text, widths[layer + 1], Stream(seed, Purpose.MIX, layer))
    if "|" in text and layer + 2 < len(widths):
        order = list(dict.fromkeys(map(str, found)))
        found.sort(key=lambda one: order.index(str(one)))
    return slices_of(found)


def _with_weights(stages: list[Stage], spec: NetworkRecipe) -> list[Stage]:
    """Stages of a graph with the weights that are given, if there are some."""
    if spec.weights is None:
        return stages
    given, shapes = _given_weights(spec), [stage.weight.shape for stage in stages]
    if [weight.shape for weight, _ in given] != shapes:
        raise CppnError(
            "they are of other shapes than the graph's stages", where="network.weights",
            legal=", ".join(f"{a}×{b}" for a, b in shapes[:9]),
        )  # fmt: skip
    return [replace(stage, weight=weight, bias=bias) for stage, (weight, bias) in zip(stages, given, strict=True)]


def _latent(seed: int, spec: NetworkRecipe) -> tuple[float, ...]:
    if isinstance(spec.latent, int):
        numbers = Stream(seed, Purpose.LATENTS).normal(spec.latent)
        if spec.blend:
            for other, share in spec.blend:
                numbers = numbers + share * Stream(other, Purpose.LATENTS).normal(spec.latent)
            numbers = numbers / _spread(spec)
        return tuple(numbers.tolist())
    return spec.latent


def _spread(spec: NetworkRecipe) -> float:
    """How much wider a blend is spread than what one seed draws."""
    return math.sqrt(1.0 + sum(share * share for _, share in spec.blend))


def _blended(
    maps: list[tuple[Weights, Weights]], others: Iterable[tuple[float, list[tuple[Weights, Weights]]]], spread: float
) -> list[tuple[Weights, Weights]]:
    """The maps with a share of others added to each, divided by the spread."""
    sums = [(weight.astype(np.float64), bias.astype(np.float64)) for weight, bias in maps]
    for share, other in others:
        for (weight, bias), (more_weight, more_bias) in zip(sums, other, strict=True):
            weight += share * more_weight
            bias += share * more_bias
    return [((weight / spread).astype(np.float32), (bias / spread).astype(np.float32)) for weight, bias in sums]


def _draw(
    seed: int, index: int, inputs: int, outputs: int, activation: Activation, spec: NetworkRecipe
) -> tuple[Weights, Weights]:
    """Weight and bias of affine map `index`.

    Rows are drawn one after another, so a network with more outputs begins with the one with fewer: the grey picture
    of a seed is the red channel of its colour picture.
    """
    bound = 1 / math.sqrt(inputs)
    stream = Stream(seed, Purpose.WEIGHTS, index)
    count = inputs * outputs
    uniform = 2.0 * stream.uniform(count) - 1.0 if spec.init not in ("normal", "kaiming") else np.empty(0)
    match spec.init:
        case "torch":  # nn.Linear's default
            weight = bound * uniform
        case "normal":
            weight = bound * stream.normal(count)
        case "xavier":  # Glorot & Bengio 2010
            weight = math.sqrt(6 / (inputs + outputs)) * uniform
        case "kaiming":  # He et al. 2015, fan in, for rectifiers
            weight = math.sqrt(2) * bound * stream.normal(count)
        case "siren":  # Sitzmann et al. 2020, section 3.2; ω₀ is the activation's own frequency
            omega = abs(activation.parameters.get("freq", 1.0)) or 1.0
            weight = (1 / inputs if index == 0 else math.sqrt(6 / inputs) / omega) * uniform
    biases = Stream(seed, Purpose.BIASES, index)
    bias = biases.normal(outputs) if spec.init == "normal" else 2.0 * biases.uniform(outputs) - 1.0
    return (spec.gain * weight).astype(np.float32).reshape(outputs, inputs), (bound * bias).astype(np.float32)


def _given_weights(spec: NetworkRecipe) -> list[tuple[Weights, Weights]]:
    where = "network.weights"
    if not isinstance(spec.weights, str):
        maps = []
        for i, layer in enumerate(spec.weights or ()):
            if len({len(row) for row in layer.weight}) != 1:
                raise CppnError(f"the rows of layer {i} differ in length", where=where)
            maps.append((np.array(layer.weight), np.array(layer.bias)))
        return check_chain(maps, where=where, chained=not spec.is_graph)
    try:
        data = base64.b64decode(spec.weights, validate=True)
    except (binascii.Error, ValueError):
        raise CppnError(
            "not base64", where=where, legal="name a .safetensors file, or give its bytes in base64"
        ) from None
    return read_weights(data, where=where, chained=not spec.is_graph)


def _check_given(given: list[tuple[Weights, Weights]], spec: NetworkRecipe, inputs: int, outputs: int) -> None:
    where = "network.weights"
    widths = tuple(len(bias) for _, bias in given)
    if widths[:-1] != spec.hidden:
        raise CppnError(
            f"they have hidden layers of {list(widths[:-1])} units",
            where=where,
            legal=f"hidden says {list(spec.hidden)}",
        )
    if given[0][0].shape[1] != inputs:
        raise CppnError(f"they take {given[0][0].shape[1]} inputs", where=where, legal=f"the recipe has {inputs}")
    if widths[-1] < outputs:
        raise CppnError(f"they give {widths[-1]} outputs", where=where, legal=f"this colour mode takes {outputs}")
