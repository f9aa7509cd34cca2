"""Networks of any shape: stages that take several others, shortcuts past them, and units that differ in activation.

Each engine, the exports and the training are compared with units worked out one at a time.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import onnx
import pytest
import torch
from conftest import differences, small
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx.reference import ReferenceEvaluator
from playwright.sync_api import Page
from test_shader import card_pixels, page  # noqa: F401  a fixture

import cppn
from cppn.compose.composition import Source
from cppn.draw.drawing import RenderJob, developed
from cppn.engines.fold import fold
from cppn.engines.oracle import outputs
from cppn.export.onnx_file import field_bytes
from cppn.field.activations import parse_activation
from cppn.field.color import ColorMap
from cppn.field.inputs import parse_input
from cppn.fit.ensemble import Ensemble
from cppn.fit.optimizer import Learning
from cppn.network.develop import Field
from cppn.network.stages import Network, Slice, Stage
from cppn.recipe.view import Frame, View

PLAIN = {
    "tanh": math.tanh, "sin": math.sin, "gauss": lambda x: math.exp(-x * x), "sigmoid": lambda x: 1 / (1 + math.exp(-x)),
    "relu": lambda x: max(x, 0.0),
}  # fmt: skip
TENSORS = {
    "tanh": torch.tanh, "sin": torch.sin, "gauss": lambda z: torch.exp(-z * z), "sigmoid": torch.sigmoid,
    "relu": torch.relu,
}  # fmt: skip
INPUTS = (lambda x, y: x, lambda x, y: y, lambda x, y: abs(x * y), math.hypot)
TEXTS = ("x", "y", "abs(x*y)", "r")
SIZE = (40, 30)
FRAME = Frame(40, 30, 0.0, 0.0, 0.1, 0.0, 0.0, -0.1)


def network(seed: int, inputs: int, stages: list[tuple[tuple[int, ...], str, tuple[int, ...]]]) -> Network:
    """Of stages told as (sources, "act*units act*units", shortcuts), with weights that are drawn."""
    rng, made = np.random.default_rng(seed), []
    widths = [inputs + 1]
    for sources, text, shortcuts in stages:
        pairs = [piece.split("*") for piece in text.split()]
        slices = tuple(Slice(parse_activation(act), int(units)) for act, units in pairs)
        units, entering = sum(one.units for one in slices), sum(widths[source] for source in sources)
        weight = rng.normal(0, 1.5 / math.sqrt(entering), (units, entering)).astype(np.float32)
        made.append(Stage(sources, weight, rng.normal(0, 0.5, units).astype(np.float32), slices, shortcuts))
        widths.append(units)
    return Network(tuple(map(parse_input, TEXTS[:inputs])), (0.25,), tuple(made))


NETWORKS = {
    "units of three kinds": network(1, 2, [((0,), "tanh*3 sin*5 gauss*2", ()), ((1,), "sigmoid*3", ())]),
    "every stage sees all before": network(
        2, 3,
        [((0,), "sin*6", ()), ((0, 1), "tanh*5", ()), ((0, 1, 2), "gauss*4", ()), ((3, 2, 1, 0), "sin*3", ())],
    ),
    "inputs between stages": network(3, 3, [((0,), "tanh*7", ()), ((1, 0), "sin*4 tanh*2", ()), ((2, 0, 1), "sigmoid*3", ())]),
    "shortcuts past kinds": network(
        4, 2,
        [((0,), "tanh*4 sin*4", ()), ((1,), "sin*3 gauss*5", (1,)), ((2,), "relu*8", (1, 2)), ((3,), "tanh*3", ())],
    ),
    "outputs of two kinds": network(5, 4, [((0,), "tanh*9", ()), ((1,), "sigmoid*1 gauss*2", ())]),
    "outputs with a shortcut": network(6, 2, [((0,), "sin*3", ()), ((1, 0), "tanh*3", (1,))]),
    "a stage that nobody takes": network(7, 2, [((0,), "sin*5", ()), ((0,), "tanh*5", ()), ((1,), "sigmoid*3", ())]),
    "one stage": network(8, 2, [((0,), "sin*2 sigmoid*1", ())]),
}  # fmt: skip


def by_hand(network: Network, x: float, y: float) -> list[list[float]]:
    """Every unit's value, one after another."""
    values = [[value(x, y) for value in INPUTS[: len(network.inputs)]] + list(network.latent)]
    for stage in network.stages:
        entering = [value for source in stage.sources for value in values[source]]
        acts = [one.activation.name for one in stage.slices for _ in range(one.units)]
        row = []
        for unit, (weights, bias) in enumerate(zip(stage.weight.tolist(), stage.bias.tolist(), strict=True)):
            total = sum(w * h for w, h in zip(weights, entering, strict=True)) + bias
            row.append(PLAIN[acts[unit]](total) + sum(values[shortcut][unit] for shortcut in stage.shortcuts))
        values.append(row)
    return values


def field(network: Network) -> Field:
    return Field(network, ColorMap("rgb", (-1.5, 1.5)), View(extent=1.2))


@pytest.mark.parametrize("name", NETWORKS)
def test_the_oracle_walks_as_one_does_by_hand(name):
    rng = np.random.default_rng(0)
    x, y = rng.uniform(-1, 1, (2, 9))
    found = outputs(NETWORKS[name], x, y)
    for k in range(9):
        for ours, theirs in zip(found, by_hand(NETWORKS[name], x[k], y[k]), strict=True):
            assert ours[:, k] == pytest.approx(theirs, abs=1e-12)


def test_residual_layers_are_computed_as_they_are_written():
    plain, residual, longer = (
        [
            one.activation.tree.op
            for stage in fold(
                Source(developed(small("cos:freq=2", hidden=hidden, residual=on))[1].network, (0.0, 1.0)),
                FRAME,
                turns=True,
            ).network.stages
            for one in stage.slices
        ]
        for hidden, on in (((8,), False), ((8,), True), ((8, 8), True))
    )
    assert plain == ["cos_squared", "cos_squared"]
    assert residual == ["+", "cos_squared"], "roundings stay what they were"
    assert longer == ["+", "+", "cos_squared"]


@pytest.mark.parametrize("engine", ["halide", "torch"])
@pytest.mark.parametrize("name", NETWORKS)
def test_engines_draw_what_the_oracle_draws(name, engine):
    one = field(NETWORKS[name])
    wanted = RenderJob(one, SIZE, engine="reference").prepare().whole()
    drawing = RenderJob(one, SIZE, engine=engine).prepare()
    assert wanted.std() > 10, "there is something to see"
    assert np.abs(drawing.whole().astype(int) - wanted).max() <= 1
    assert np.array_equal(drawing.crop(7, 5, 20, 9), drawing.whole()[5:14, 7:27])
    finer = RenderJob(one, SIZE, cppn.engines.Quality("auto"), engine=engine).prepare().whole()
    assert np.abs(finer.astype(int) - wanted).mean() < 4


@pytest.mark.parametrize("name", NETWORKS)
def test_a_graphics_card_draws_what_the_oracle_draws(page: Page, name):  # noqa: F811
    one = field(NETWORKS[name])
    wanted = RenderJob(one, SIZE, engine="reference").prepare().whole()
    assert differences(card_pixels(page, one, SIZE)[0], wanted, 2) == 0


@pytest.mark.parametrize("name", NETWORKS)
def test_an_exported_network_gives_what_the_oracle_gives(name):
    one = field(NETWORKS[name])
    points = np.random.default_rng(1).uniform(-1, 1, (50, 2)).astype(np.float32)
    model = onnx.load_from_string(field_bytes(one, cppn.Recipe()))
    colours, raw = ReferenceEvaluator(model).run(None, {"points": points})
    wanted = outputs(one.network, *points.T.astype(float))[-1].T
    assert raw == pytest.approx(wanted, abs=2e-5)
    assert colours == pytest.approx(((wanted + 1.5) / 3).clip(0, 1), abs=1e-5)


def by_torch(network: Network, maps: list[list[torch.Tensor]], inputs: torch.Tensor) -> torch.Tensor:
    """The outputs, of shape (3, points), as one writes them down in torch."""
    values = [inputs]
    for stage, (weight, bias) in zip(network.stages, maps, strict=True):
        z = weight @ torch.cat([values[source] for source in stage.sources]) + bias[:, None]
        parts = zip(stage.slices, torch.split(z, [one.units for one in stage.slices]), strict=True)
        value = torch.cat([TENSORS[one.activation.name](part) for one, part in parts])
        values.append(value + sum(values[shortcut] for shortcut in stage.shortcuts))
    return values[-1]


@pytest.mark.parametrize("name", NETWORKS)
def test_ensembles_learn_as_torch_differentiates(name):
    one = NETWORKS[name]
    other = replace(one, stages=tuple(replace(stage, weight=stage.weight[:, ::-1].copy()) for stage in one.stages))
    inputs, wanted = torch.randn(one.widths[0], 11), torch.randn(3, 11)
    for networks in ([one], [one, other]):
        ensemble = Ensemble(networks, 11, Learning(optimizer="sgd", lr=0.1))
        given = ensemble.values(inputs[None])
        ensemble.step(inputs[None], wanted[None])
        for network, learnt, value in zip(networks, ensemble.trained(), given, strict=True):
            maps = [[torch.tensor(array, requires_grad=True) for array in pair] for pair in network.maps]
            outputs = by_torch(network, maps, inputs)
            ((outputs - wanted) ** 2).mean().backward()
            assert value.numpy() == pytest.approx(outputs.detach().numpy(), abs=1e-5)
            for ours, theirs in zip(learnt.maps, maps, strict=True):
                for a, b in zip(ours, theirs, strict=True):
                    moved = b.detach() if b.grad is None else b.detach() - 0.1 * b.grad
                    assert a == pytest.approx(moved.numpy(), abs=2e-6)


@st.composite
def graphs(draw: st.DrawFn) -> Network:
    """Any network of up to five stages; shortcuts come from stages of as many units."""
    stages: list[tuple[tuple[int, ...], str, tuple[int, ...]]] = []
    widths = [3]
    for last in (*[False] * draw(st.integers(0, 4)), True):
        sources = tuple(draw(st.lists(st.integers(0, len(stages)), min_size=1, max_size=3, unique=True)))
        kinds = draw(st.lists(st.sampled_from(["tanh", "sin", "gauss"]), min_size=1, max_size=3))
        counts = [1] * len(kinds) if last else [draw(st.integers(1, 5)) for _ in kinds]
        counts[-1] += 3 - sum(counts) if last else 0
        shortcuts = [k for k, width in enumerate(widths) if k and width == sum(counts)]
        chosen = draw(st.lists(st.sampled_from(shortcuts), max_size=2, unique=True)) if shortcuts else []
        stages.append(
            (sources, " ".join(f"{kind}*{count}" for kind, count in zip(kinds, counts, strict=True)), tuple(chosen))
        )
        widths.append(sum(counts))
    return network(draw(st.integers(0, 1000)), 2, stages)


@settings(max_examples=12)
@given(graphs())
def test_any_graph_is_drawn_as_the_oracle_draws_it(one):
    found, wanted = (RenderJob(field(one), SIZE, engine=engine).prepare().whole() for engine in ("halide", "reference"))
    assert np.abs(found.astype(int) - wanted).max() <= 1
