"""Fold before evaluating: whatever is affine goes into the neighbouring weights, worked out once in float64.

`0.5 + 0.5*cos(7.9*x)` leaves a bare `cos_squared(x)` to compute; the coordinates of a pixel, the view, constant
inputs and the range of the output vanish into the first and the last affine map. What engines compute at a pixel in
column i, row j, with u = i − (width − 1)/2 and v = j − (height − 1)/2, is then

    z₀ = weight @ (u, v, features(x, y)) + bias,   h₀ = core₀(z₀),   z₁ = weight @ h₀ + bias, …

and the picture's unit values are gain·h + offset, limited to [0, 1].
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..compose.composition import Source
from ..field.activations import Activation
from ..field.aggregations import SUM
from ..field.formula import Node, make, name, number
from ..field.ops import PEAK
from ..network.stages import Network, Slice
from ..recipe.view import Frame

Floats = NDArray[np.float64]

Terms = tuple[float, ...]
Links = tuple[tuple[int, ...], ...]

X = name("x")
PLANE = Frame(1, 1, 0.0, 0.0, 1.0, 0.0, 0.0, 1.0)  # on which u and v are the plane's own units
PIXEL = name("u"), name("v")  # how far a pixel is from the middle, in pixels
_PART = "_part"  # of a step, after the name of a number of steps


@dataclass(frozen=True)
class Folded:
    """A network on a Frame, as few operations as possible.

    `network`: its inputs are u, v and the `features`, trees in x and y that are not affine; its weights are of float64,
    and its activations are the cores, with the numbers that occur in them by name, in the order of their names.
    `gain`, `offset`: of each output.
    """

    network: Network
    gain: Floats
    offset: Floats

    @property
    def features(self) -> tuple[Node, ...]:
        """The inputs that are to be computed."""
        return self.network.inputs[len(PIXEL) :]


def fold(source: Source, frame: Frame, *, turns: bool, counts: bool = True) -> Folded:
    """Fold a network on a frame, between its levels.

    `turns`: let bare sines and cosines become `Ops.cos_squared`, which counts in turns. `counts`: write the steps of
    every `iterate` into the tree; otherwise they stay parameters, which may change while the cores stay the same.
    """
    network, (low, high) = source
    if np.ndim(low):  # gains that differ
        network = _by_units(network)
    plane = [_in_plane(tree) for tree in network.inputs]
    features = tuple(tree for tree, linear in zip(network.inputs, plane, strict=True) if linear is None)
    # their values are used as they are
    past = {source for stage in network.stages for source in stage.shortcuts}
    past |= {source for stage in network.stages for source in stage.sources if stage.aggregation != SUM}
    # of each source, the slices of units whose values are scale · core + shift
    after: list[list[_Scaled]] = [[]]
    stages, widths = [], network.widths
    for i, stage in enumerate(network.stages):
        weight, bias = stage.weight.astype(np.float64), stage.bias.astype(np.float64)
        columns, at, links = [], 0, stage.links
        for one in stage.sources:
            if links is not None and not one:
                links = _entering(links, plane, at, widths[0])
            block = weight[:, at : (at := at + widths[one])]
            block, bias = _scaled(block, bias, after[one]) if one else _entered(block, bias, network, plane, frame)
            columns.append(block)
        weight = columns[0] if len(columns) == 1 else np.concatenate(columns, axis=1)
        peel = not (stage.whole or stage.shortcuts or i + 1 in past)
        parts = [fold_activation(part.activation, peel=peel, turns=turns, counts=counts) for part in stage.slices]
        pairs = list(zip(parts, stage.slices, strict=True))
        before = [_Scaled(part.scale_in, part.shift_in, whole.units) for part, whole in pairs]
        scale, shift = _scales(before), _shifts(before)
        rows = scale if isinstance(scale, float) else scale[:, None]
        cores = tuple(Slice(_core(part, whole.activation), whole.units) for part, whole in pairs)
        stages.append(replace(stage, weight=weight * rows, bias=bias * scale + shift, slices=cores, links=links))
        after.append([_Scaled(part.scale_out, part.shift_out, whole.units) for part, whole in pairs])
    scale, shift = _scales(after[-1]), _shifts(after[-1])
    gain, offset = (np.broadcast_to(end / (high - low), widths[-1]) for end in (scale, shift - low))
    return Folded(Network((*PIXEL, *features), (), tuple(stages)), gain, offset)


def _by_units(network: Network) -> Network:
    """The network with a slice for each output."""
    last = network.stages[-1]
    slices = tuple(Slice(last.activation_of(unit), 1) for unit in range(last.units))
    return replace(network, stages=(*network.stages[:-1], replace(last, slices=slices)))


class _Scaled(NamedTuple):
    """Consecutive units whose values are scale · core + shift."""

    scale: float
    shift: float
    units: int


def _of_units(numbers: Sequence[float], parts: Sequence[_Scaled]) -> float | Floats:
    """A number of each part for all units, where there is one part, or for each."""
    return numbers[0] if len(parts) == 1 else np.repeat(np.array(numbers), [part.units for part in parts])


def _scales(parts: Sequence[_Scaled]) -> float | Floats:
    return _of_units([part.scale for part in parts], parts)


def _shifts(parts: Sequence[_Scaled]) -> float | Floats:
    return _of_units([part.shift for part in parts], parts)


def _scaled(block: Floats, bias: Floats, parts: Sequence[_Scaled]) -> tuple[Floats, Floats]:
    """The columns and the bias of a stage, for cores instead of values."""
    at = 0
    for part in parts:
        bias = bias + part.shift * block[:, at : (at := at + part.units)].sum(axis=1)
    return block * _scales(parts), bias


def _entered(
    block: Floats, bias: Floats, network: Network, plane: Sequence[Terms | None], frame: Frame
) -> tuple[Floats, Floats]:
    """The columns for u, v and the features, and the bias, of a stage's columns for the network's inputs."""
    slopes, columns = np.zeros((len(block), 2)), []
    for j, linear in enumerate(plane):
        column = block[:, j]
        if linear is None:
            columns.append(column)
        else:
            slopes += column[:, None] * linear[:2]
            bias = bias + column * linear[2]
    bias = bias + block[:, len(plane) :] @ np.array(network.latent, dtype=np.float64)
    bias = bias + slopes @ (frame.cx, frame.cy)
    pixel = slopes @ np.array([[frame.ux, frame.vx], [frame.uy, frame.vy]])
    return np.column_stack([pixel, *columns]), bias


def _entering(links: Links, plane: Sequence[Terms | None], at: int, width: int) -> Links:
    """Links as columns for u, v and the features are numbered; those for inputs and latents began with `at`."""
    features = [j for j, linear in enumerate(plane) if linear is None]
    more = len(PIXEL) + len(features) - width

    def of_unit(columns: tuple[int, ...]) -> Iterator[int]:
        inside = [k - at for k in columns if at <= k < at + len(plane)]
        yield from (k for k in columns if k < at)
        if any((linear := plane[j]) is not None and any(linear[:2]) for j in inside):
            yield from (at, at + 1)
        yield from (at + len(PIXEL) + i for i, j in enumerate(features) if j in inside)
        yield from (k + more for k in columns if k >= at + width)

    return tuple(tuple(of_unit(columns)) for columns in links)


def _core(folded: FoldedActivation, activation: Activation) -> Activation:
    """The core of an activation as one of its own."""
    known = {**activation.parameters, **_parts_of_steps(activation.parameters)} if folded.names else {}
    return Activation("", folded.core, {key: known[key] for key in folded.names}, None)


@lru_cache(maxsize=256)
def _in_plane(tree: Node) -> Terms | None:
    """The slopes along x and y, and the constant, of an input that is affine in them."""
    return _affine(tree, {"x": (1.0, 0.0, 0.0), "y": (0.0, 1.0, 0.0)})


@dataclass(frozen=True)
class FoldedActivation:
    """activation(x) = scale_out · core(scale_in · x + shift_in) + shift_out."""

    core: Node
    scale_in: float = 1.0
    shift_in: float = 0.0
    scale_out: float = 1.0
    shift_out: float = 0.0

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The parameters that the core takes, in order."""
        return tuple(sorted(self.core.names - {"x"}))


def fold_activation(
    activation: Activation, *, peel: bool = True, turns: bool = True, counts: bool = True
) -> FoldedActivation:
    """Take an activation's affine parts off; those around it only with `peel`."""
    return _folded(activation.tree, tuple(activation.parameters.items()), peel, turns, counts)


@lru_cache(maxsize=256)  # the frames of a film differ in their weights
def _folded(
    tree: Node, values: tuple[tuple[str, float], ...], peel: bool, turns: bool, counts: bool
) -> FoldedActivation:
    parameters = dict(values)
    if counts:
        tree = _unroll_counts(tree, parameters)
    scale_out, shift_out = 1.0, 0.0
    if peel:
        tree, scale_out, shift_out = _peel(tree, parameters)
        if turns and tree.op in ("cos", "sin") and (linear := _in_x(tree.args[0], parameters)):
            # cos u = 2·cos²(π·t) − 1 at t = u/2π turns; sin is a quarter turn behind
            scale, shift = (value / (2 * math.pi) for value in linear)
            core = Node("cos_squared", (X,))
            shift -= 0.25 if tree.op == "sin" else 0.0
            return FoldedActivation(core, scale, shift, 2 * scale_out / PEAK, shift_out - scale_out)
    inner = {_in_x(part, parameters) for part in _affine_parts(tree, parameters)}
    if len(inner) == 1 and (linear := inner.pop()):
        core = _replace(tree, lambda node: X if _in_x(node, parameters) else None)
        return FoldedActivation(core, linear[0], linear[1], scale_out, shift_out)
    if tree.op == "number":  # a constant activation: nothing of x is left
        return FoldedActivation(X, 0.0, tree.value, scale_out, shift_out)
    return FoldedActivation(tree, 1.0, 0.0, scale_out, shift_out)


def _affine(node: Node, terms: Mapping[str, Terms]) -> Terms | None:
    """The coefficients, the constant last, of a tree that is affine in the named variables; else None."""
    size = len(next(iter(terms.values())))
    if node.op == "number":
        return (*(0.0,) * (size - 1), node.value)
    if node.op == "name":
        return terms[node.name]
    if node.op not in ("+", "-", "*", "/"):
        return None
    a, b = (_affine(arg, terms) for arg in node.args)
    if a is None or b is None:
        return None
    match node.op:
        case "+":
            return tuple(p + q for p, q in zip(a, b, strict=True))
        case "-":
            return tuple(p - q for p, q in zip(a, b, strict=True))
        case "*" if not any(a[:-1]):
            return tuple(a[-1] * q for q in b)
        case "*" if not any(b[:-1]):
            return tuple(p * b[-1] for p in a)
        case "/" if not any(b[:-1]) and b[-1]:
            return tuple(p / b[-1] for p in a)
    return None


def _terms(parameters: Mapping[str, float]) -> dict[str, Terms]:
    return {"x": (1.0, 0.0), **{key: (0.0, value) for key, value in parameters.items()}}


def _in_x(node: Node, parameters: Mapping[str, float]) -> Terms | None:
    """(scale, shift) of a tree that is affine in x and not constant."""
    if node.op == "number":
        return None
    linear = _affine(node, _terms(parameters))
    return linear if linear is not None and linear[0] != 0 else None


def _peel(node: Node, parameters: Mapping[str, float]) -> tuple[Node, float, float]:
    """(core, scale, shift) with node = scale · core + shift."""
    if node.op == "sigmoid":
        return Node("tanh", (make("*", (number(0.5), node.args[0])),)), 0.5, 0.5
    if node.op in ("+", "-", "*", "/"):
        a, b = node.args
        linear_a, linear_b = (_affine(arg, _terms(parameters)) for arg in (a, b))
        if linear_b is not None and linear_b[0] == 0:
            core, scale, shift = _peel(a, parameters)
            value = linear_b[1]
            match node.op:
                case "+":
                    return core, scale, shift + value
                case "-":
                    return core, scale, shift - value
                case "*":
                    return core, scale * value, shift * value
                case "/" if value:
                    return core, scale / value, shift / value
        elif linear_a is not None and linear_a[0] == 0 and node.op != "/":
            core, scale, shift = _peel(b, parameters)
            value = linear_a[1]
            match node.op:
                case "+":
                    return core, scale, shift + value
                case "-":
                    return core, -scale, value - shift
                case "*":
                    return core, scale * value, shift * value
    return node, 1.0, 0.0


def _affine_parts(node: Node, parameters: Mapping[str, float]) -> Iterator[Node]:
    """The largest parts that are affine in x and not constant, the bodies of `iterate` left out."""
    if _in_x(node, parameters):
        yield node
    else:
        for arg in node.args[2:] if node.op == "iterate" else node.args:
            yield from _affine_parts(arg, parameters)


def _replace(node: Node, change: Callable[[Node], Node | None]) -> Node:
    """The tree with parts exchanged, the bodies of `iterate` left alone."""
    if (changed := change(node)) is not None:
        return changed
    if node.op == "iterate":
        return Node("iterate", (*node.args[:2], _replace(node.args[2], change)))
    return Node(node.op, tuple(_replace(arg, change) for arg in node.args), node.value, node.name)


def _unroll_counts(node: Node, parameters: Mapping[str, float]) -> Node:
    """The tree with the whole steps of every `iterate` written in, and those of none removed.

    What is left of a step is a step of its own towards the next value, by a share that is known by name: pictures that
    differ in it alone have the same shape.
    """
    args = tuple(_unroll_counts(arg, parameters) for arg in node.args)
    if node.op != "iterate":
        return make(node.op, args) if args else node
    body, steps, start = args
    count, part = divmod(steps.value if steps.op == "number" else parameters[steps.name], 1)
    tree = Node("iterate", (body, number(count), start)) if count else start
    if not part:
        return tree
    towards = Node("+", (X, Node("*", (name(steps.name + _PART), Node("-", (body, X))))))
    return Node("iterate", (towards, number(1), tree))


def _parts_of_steps(parameters: Mapping[str, float]) -> dict[str, float]:
    return {key + _PART: value % 1 for key, value in parameters.items()}
