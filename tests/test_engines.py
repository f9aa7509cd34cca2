"""Engines agree with the oracle, and pictures do not depend on how they are drawn."""

import math

import halide as hl
import numpy as np
import pytest
from conftest import differences, small
from hypothesis import given, settings
from hypothesis import strategies as st

import cppn
from cppn.draw.drawing import draw
from cppn.engines import Quality, choose
from cppn.engines.halide.ops import HalideOps
from cppn.field.ops import PEAK

FAST = ("halide", "torch")
COLOURS = [
    {"mode": "gray"}, {"mode": "rgb"}, {"mode": "rgb", "invert": True}, {"mode": "hsv"}, {"mode": "oklch"},
    {"mode": "palette", "palette": "viridis"}, {"mode": "palette", "palette": "#101830,#e04030,#ffe080", "invert": True},
    {"mode": "rgb", "hue": 40, "invert": True}, {"mode": "hsv", "hue": -75}, {"mode": "oklch", "hue": 200}, {"mode": "palette", "palette": "magma", "hue": 90},
]  # fmt: skip
NETWORKS = [
    {"hidden": ()},
    {"hidden": (5,), "act": ("tanh", "sigmoid")},
    {"hidden": (3, 17, 6), "act": ("sin:freq=2", "tanh", "gelu", "cos:freq=2")},
    {"hidden": (8, 8, 8), "residual": True, "act": "sin"},
    {"inputs": ("x", "y", "r", "theta", "bias", "sin(3*x)", "abs(x)*y", "2*x - y + 1")},
    {"latent": 4, "inputs": ("r",)},
    {"latent": (0.5, -1.25), "init": "kaiming", "act": "relu"},
    {"hidden": (130,), "init": "xavier", "gain": 3.0},
    {"act": "1.5", "levels": (1, 2)},
]


def agree(recipe: cppn.Recipe, engine: str, size=(61, 37), **quality: object) -> None:
    oracle = cppn.render(recipe, size, engine="reference", **quality)
    drawn = cppn.render(recipe, size, engine=engine, **quality)
    assert oracle.dtype == drawn.dtype
    step = {8: 1, 16: 257, 32: 1 / 255}[quality.get("bits", 8)]
    assert differences(oracle, drawn, step) == 0


@pytest.mark.parametrize("engine", FAST)
@pytest.mark.parametrize("color", COLOURS)
def test_every_colour_mode_agrees_with_the_oracle(engine, color):
    agree(small(extent=1.5, **color), engine)


@pytest.mark.parametrize("engine", FAST)
@pytest.mark.parametrize("network", NETWORKS)
def test_every_kind_of_network_agrees_with_the_oracle(engine, network):
    agree(small(**{"mode": "rgb", "extent": 1.5, "levels": (-1, 1), **network}), engine)


@pytest.mark.parametrize("engine", FAST)
@pytest.mark.parametrize("bits", [8, 16, 32])
@pytest.mark.parametrize("aa", [1, 3])
def test_every_quality_agrees_with_the_oracle(engine, bits, aa):
    agree(small(mode="oklch", extent=1.5), engine, bits=bits, aa=aa)


@pytest.mark.parametrize("engine", FAST)
def test_dither_agrees_with_the_oracle_nearly_everywhere(engine):
    recipe = small(extent=1.5, mode="rgb")
    oracle = cppn.render(recipe, (61, 37), engine="reference", dither=True)
    assert differences(oracle, cppn.render(recipe, (61, 37), engine=engine, dither=True), 0) < 0.002


@pytest.mark.parametrize("engine", FAST)
@pytest.mark.parametrize("view", [{"rotate": 33, "center": (0.5, -2)}, {"zoom": 300, "extent": 2}, {"stretch": True}])
def test_every_view_agrees_with_the_oracle(engine, view):
    agree(small(mode="rgb", **view), engine)


@pytest.mark.parametrize("engine", ["reference", *FAST])
def test_undefined_values_are_black(engine):
    recipe = small(("tanh", "tanh", "log(x)"), extent=2, levels=(-1, 1))
    oracle = cppn.render(recipe, (40, 30), engine="reference")
    assert (oracle == 0).mean() > 0.2
    assert differences(oracle, cppn.render(recipe, (40, 30), engine=engine), 1) < 0.01


UNDEFINED = ["sqrt(9-x*x-y*y)", "log(x)", "exp(1e30*x*x)", "exp(2000000000+x)"]


@pytest.mark.parametrize("engine", FAST)
@pytest.mark.parametrize("act", ["tanh", "sigmoid", "atan(x)", "max(0,min(1,x))"])
@pytest.mark.parametrize("hidden", [(4,), (8, 8)])
def test_what_undefined_inputs_lead_to_agrees_with_the_oracle(engine, act, hidden):
    for text in UNDEFINED:
        recipe = small(act, mode="rgb", hidden=hidden, inputs=(text, "y"), extent=5, levels=(-1, 1), seed=1)
        oracle = cppn.render(recipe, (32, 20), engine="reference")
        assert differences(oracle, cppn.render(recipe, (32, 20), engine=engine), 1) < 0.01, text


def test_the_first_sentences_network_agrees_with_the_oracle():
    for mode in ("gray", "rgb"):
        recipe = cppn.Recipe(seed=11, color=cppn.ColorRecipe(mode=mode))
        oracle = cppn.render(recipe, (120, 90), engine="reference")
        for engine in FAST:
            assert differences(oracle, cppn.render(recipe, (120, 90), engine=engine), 1) < 0.002


def test_chaotic_fields_agree_in_most_of_their_pixels():
    """Each logistic step amplifies roundings up to r times: after eight, a few pixels in a hundred differ."""
    recipe = cppn.Recipe(seed=4, network=cppn.NetworkRecipe(hidden=(16, 16), act=("cos:freq=4,iters=4",)))
    oracle = cppn.render(recipe, (120, 90), engine="reference")
    for engine in FAST:
        assert differences(oracle, cppn.render(recipe, (120, 90), engine=engine), 2) < 0.05


EXACT = [
    (cppn.Recipe(seed=2, color=cppn.ColorRecipe(mode="rgb")), {}),
    (small("gelu", mode="oklch", inputs=("x", "y", "r", "theta"), rotate=20), {"aa": 2}),
    (small("cos:freq=3,iters=9", mode="palette", palette="magma"), {"dither": True}),
    (cppn.load("stained-glass"), {"aa": "auto", "dither": True}),
    (small("gelu", mode="gray", inputs=("x", "y", "sin(9*x*y)"), rotate=20), {"aa": "auto"}),
]


@pytest.mark.parametrize("engine", ["reference", *FAST])
@pytest.mark.parametrize("case", range(len(EXACT)))
def test_pictures_are_bit_identical_for_any_threads_bands_and_crops(engine, case):
    recipe, settings_ = EXACT[case]
    quality = Quality(settings_.get("aa", 1), 8, settings_.get("dither", False))
    width, height = 233, 71
    whole = cppn.render(recipe, (width, height), engine=engine, threads=1, **settings_)
    assert np.array_equal(whole, cppn.render(recipe, (width, height), engine=engine, threads=2, **settings_))
    drawing = draw(recipe, (width, height), quality, choose(engine, threads=2))
    for rows in (1, 7, 32, 50):
        bands = [drawing.crop(0, top, width, min(rows, height - top)) for top in range(0, height, rows)]
        assert np.array_equal(whole, np.concatenate(bands)), f"bands of {rows} rows"
    for left, top, w, h in ((0, 0, 1, 1), (100, 30, 5, 5), (17, 3, 101, 40), (132, 70, 101, 1)):
        assert np.array_equal(whole[top : top + h, left : left + w], drawing.crop(left, top, w, h))


@pytest.mark.parametrize("samples", [1, 2, "auto"])
def test_the_last_pixels_of_a_terapixel_are_drawn_right(samples):
    """Their numbers times three times the width take more than 32 bits."""
    recipe, side = small("tanh", mode="rgb", extent=2), 4_000_000
    crops = [
        draw(recipe, (side, side), Quality(samples), choose(engine)).crop(side - 120, side - 3, 120, 3)
        for engine in ("halide", "torch")
    ]
    assert np.abs(crops[0].astype(int) - crops[1]).max() <= 1


CROPPED = [small("tanh", mode="rgb", extent=2), small(("sin", "sin", "step"), extent=1)]


@given(st.data())
@settings(max_examples=40)
def test_any_crop_equals_the_same_pixels_of_the_whole(data):
    width, height = data.draw(st.integers(1, 300)), data.draw(st.integers(1, 60))
    left, top = data.draw(st.integers(0, width - 1)), data.draw(st.integers(0, height - 1))
    w, h = data.draw(st.integers(1, width - left)), data.draw(st.integers(1, height - top))
    recipe, quality = data.draw(st.sampled_from(CROPPED)), Quality(data.draw(st.sampled_from([1, "auto"])))
    drawing = draw(recipe, (width, height), quality, choose("halide", threads=2))
    whole = drawing.crop(0, 0, width, height)
    assert np.array_equal(whole[top : top + h, left : left + w], drawing.crop(left, top, w, h))


def test_compiled_pipelines_serve_other_numbers_without_mixing_them_up():
    recipes = [small("cos:freq=2", seed=seed, mode="rgb") for seed in range(4)]
    drawings = [draw(recipe, (97, 40)) for recipe in recipes]
    once = [drawing.crop(0, 0, 97, 40) for drawing in drawings]
    again = [drawing.crop(0, 0, 97, 40) for drawing in reversed(drawings)][::-1]
    for i, recipe in enumerate(recipes):
        assert np.array_equal(once[i], again[i])
        assert np.array_equal(once[i], cppn.render(recipe, (97, 40)))
    assert not np.array_equal(once[0], once[1])


def test_anti_aliasing_averages_linear_light():
    recipe = cppn.Recipe(
        network=cppn.NetworkRecipe(hidden=(), act=("step",), weights=[{"weight": [[1, 0]], "bias": [0]}])
    )
    drawn = cppn.render(recipe, (3, 3), aa=2, bits=32)
    # half of the middle column's samples are white: the mean of linear light 0 and 1 is 0.5, which sRGB writes as 0.735
    np.testing.assert_allclose(drawn[1, :, 0], [0, 1.055 * 0.5 ** (1 / 2.4) - 0.055, 1], atol=1e-6)


@pytest.mark.parametrize("name", [name for name in cppn.presets if name.startswith("art/")])
def test_adaptive_drawings_look_like_64_samples_a_pixel(name):
    parts = []
    for samples in ("auto", 8):
        drawing = draw(cppn.load(name), (1024, 1024), Quality(samples))
        parts.append(np.concatenate([drawing.crop(0, top, 1024, 32).astype(int) for top in range(100, 1024, 200)]))
    assert np.percentile(np.abs(parts[0] - parts[1]), 99) <= 2


@pytest.mark.parametrize("engine", FAST)
@pytest.mark.parametrize("bits", [8, 16, 32])
def test_adaptive_drawings_agree_with_the_oracle(engine, bits):
    """Where rounding decides whether a pixel is sampled, the two ways differ a little."""
    recipe = small(("sin:freq=3", "sin:freq=2", "where(x > 0, 1, x)"), mode="rgb", extent=2, levels=(-1, 1))
    oracle, drawn = (cppn.render(recipe, (61, 37), engine=e, bits=bits, aa="auto") for e in ("reference", engine))
    assert differences(oracle, drawn, {8: 1, 16: 257, 32: 1 / 255}[bits]) < 0.01
    sharp = cppn.render(recipe, (61, 37), engine="reference", bits=bits)
    assert differences(oracle, sharp, {8: 4, 16: 1028, 32: 4 / 255}[bits]) > 0.05, "edges are smoothed"


APPROXIMATED = [
    ("cos_squared", lambda x: PEAK * np.cos(np.pi * x) ** 2, 40, PEAK * 5e-7),
    ("sin", np.sin, math.pi, 6e-7),
    ("cos", np.cos, math.pi, 6e-7),
    ("tanh", np.tanh, 20, 5e-7),
    ("erf", np.vectorize(math.erf), 10, 7e-7),
    ("exp", np.exp, 1, 5e-7),
    ("atan", np.arctan, 50, 5e-7),
    ("srgb_curve", lambda x: x**2.4, (0.0905, 1), 8e-7),
]


@pytest.mark.parametrize(("name", "function", "limit", "error"), APPROXIMATED)
def test_fast_functions_keep_to_their_stated_errors(name, function, limit, error):
    count = 100_000
    low, high = limit if isinstance(limit, tuple) else (-limit, limit)
    x = np.linspace(low, high, count, dtype=np.float32)
    i = hl.Var("i")
    argument, result = hl.ImageParam(hl.Float(32), 1), hl.Func("result")
    result[i] = getattr(HalideOps(), name)(argument[i])
    result.vectorize(i, 8)
    argument.set(hl.Buffer(x))
    got = np.empty(count, np.float32)
    result.realize(hl.Buffer(got))
    assert np.abs(got - function(x.astype(np.float64))).max() <= error


def test_angles_of_all_quadrants_are_right():
    ring = cppn.Recipe(
        network=cppn.NetworkRecipe(
            hidden=(), act=("linear",), inputs=("theta",), weights=[{"weight": [[1]], "bias": [0]}]
        ),
        color=cppn.ColorRecipe(levels=(-math.pi, math.pi)),
    )
    for engine in ("reference", *FAST):
        drawn = cppn.render(ring, (50, 50), bits=32, engine=engine)
        y, x = -(np.mgrid[:50, :50][0] - 24.5), np.mgrid[:50, :50][1] - 24.5
        np.testing.assert_allclose(drawn[:, :, 0], (np.arctan2(y, x) + math.pi) / (2 * math.pi), atol=1e-6)


def test_torch_goes_on_with_smaller_tiles_when_memory_runs_out(monkeypatch):
    import torch

    from cppn.engines.torch_engine import TorchPlan

    recipe = small(mode="rgb")
    expected = cppn.render(recipe, (300, 90), engine="torch")
    tile = TorchPlan._tile

    def scarce(self, out, top, left, size, corner):
        if size.rows * size.columns > 700:
            raise torch.OutOfMemoryError("CUDA out of memory")
        tile(self, out, top, left, size, corner)

    monkeypatch.setattr(TorchPlan, "_tile", scarce)
    engine = choose("torch", "cpu", 7)
    assert differences(expected, draw(recipe, (300, 90), engine=engine).crop(0, 0, 300, 90), 1) == 0
    assert engine.tile.rows * engine.tile.columns <= 700
    monkeypatch.setattr("cppn.engines.torch_engine._SMALLEST_TILE", 1 << 20)
    with pytest.raises(cppn.CppnError, match="memory does not hold") as error:
        engine.shrink()
    assert error.value.exit_code == 1


def test_choose_takes_the_fastest_that_is_here():
    assert choose().name == "halide"
    assert choose(device="cpu").name == "halide"
    assert choose("torch").name == "torch"
    with pytest.raises(cppn.CppnError, match="did you mean 'halide'"):
        choose("halid")
    with pytest.raises(cppn.CppnError, match="the halide engine draws on cpu only; use --engine gpu or torch"):
        choose("halide", "cuda")
    with pytest.raises(cppn.CppnError, match="there is no device 'cuda:77'"):
        choose("torch", "cuda:77")


def test_choose_does_without_what_is_not_installed(monkeypatch):
    import importlib.util

    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name in ("halide", "torch") else find(name))
    choose.cache_clear()
    assert choose().name == "reference"
    with pytest.raises(cppn.CppnError, match=r"halide engine is not installed.*reference") as error:
        choose("halide")
    assert error.value.exit_code == 1
    choose.cache_clear()
