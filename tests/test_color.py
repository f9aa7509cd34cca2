"""Colours agree with what the standards and other libraries say."""

import colorsys

import cmap
import numpy as np
import pytest
from conftest import small
from PIL import Image

import cppn
from cppn.draw.drawing import job_of
from cppn.field.color import MODES, hue_turn, quantise, to_srgb, turn_palette
from cppn.field.numpy_ops import NumpyOps
from cppn.field.palettes import palette_names, palette_table
from cppn.field.spaces import decode, encode, linear_to_oklab, oklab_to_linear

OPS = NumpyOps()
GRID = np.stack(np.meshgrid(*[np.linspace(0, 1, 9)] * 3), -1).reshape(-1, 3)


def test_hsv_agrees_with_colorsys():
    ours = np.stack(to_srgb("hsv", list(GRID.T), (), False, OPS), -1)
    np.testing.assert_allclose(ours, [colorsys.hsv_to_rgb(*hsv) for hsv in GRID], atol=1e-12)


def test_oklab_goes_there_and_back_and_knows_red():
    np.testing.assert_allclose(np.stack(oklab_to_linear(*linear_to_oklab(GRID).T), -1), GRID, atol=1e-6)
    np.testing.assert_allclose(linear_to_oklab(np.array([1.0, 0, 0])), [0.6280, 0.2249, 0.1258], atol=1e-4)


def test_oklch_is_grey_without_chroma_and_stays_inside_srgb():
    grey = np.stack(to_srgb("oklch", [np.linspace(0, 1, 11), np.zeros(11), np.zeros(11)], (), False, OPS), -1)
    assert np.ptp(grey, axis=1).max() < 1e-3
    colours = np.stack(to_srgb("oklch", list(GRID.T), (), False, OPS))
    assert colours.min() >= 0
    assert colours.max() <= 1


def test_srgb_encoding_agrees_with_its_standard_and_undoes_itself():
    v = np.linspace(0, 1, 1001)
    standard = np.where(v <= 0.04045, v / 12.92, ((v + 0.055) / 1.055) ** 2.4)
    np.testing.assert_allclose(decode(v, OPS), standard, atol=1e-12)
    np.testing.assert_allclose(encode(decode(v, OPS), OPS), v, atol=1e-6)


def test_palettes_by_name_are_cmaps():
    for name in ("viridis", "magma", "twilight", "cividis"):
        assert name in palette_names()
        np.testing.assert_allclose(
            palette_table(name)[[0, -1]], np.asarray(cmap.Colormap(name)([0.0, 1.0]))[:, :3], atol=1e-6
        )


def test_stops_are_met_and_blended_in_oklab():
    table = palette_table("#101830,#e04030,#ffe080")
    np.testing.assert_allclose(table[0] * 255, [0x10, 0x18, 0x30], atol=0.01)
    np.testing.assert_allclose(table[-1] * 255, [0xFF, 0xE0, 0x80], atol=0.01)
    middle = (table[255] + table[256]) / 2 * 255
    np.testing.assert_allclose(middle, [0xE0, 0x40, 0x30], atol=1)
    lightness = linear_to_oklab(np.asarray(decode(palette_table("#000,#fff"), OPS)))[:, 0]
    np.testing.assert_allclose(np.diff(lightness), 1 / 511, atol=2e-4)  # even steps for the eye


def turned(mode: str, degrees: float, values: np.ndarray) -> np.ndarray:
    return np.stack(to_srgb(mode, list(values.T), (), False, OPS, hue_turn(mode, degrees)), -1)


def test_turned_hues_of_hsv_agree_with_colorsys():
    expected = [colorsys.hsv_to_rgb((h + 0.3) % 1, s, v) for h, s, v in GRID]
    np.testing.assert_allclose(turned("hsv", 108, GRID), expected, atol=1e-9)


def test_red_green_and_blue_turn_into_each_other_and_grey_stays():
    np.testing.assert_allclose(turned("rgb", 120, GRID), GRID[:, [2, 0, 1]], atol=1e-12)
    np.testing.assert_allclose(turned("rgb", -120, GRID), GRID[:, [1, 2, 0]], atol=1e-12)
    greys = np.linspace(0, 1, 5)[:, None].repeat(3, 1)
    np.testing.assert_allclose(turned("rgb", 77, greys), greys, atol=1e-12)
    inside = 0.4 + 0.2 * GRID  # colours that no turn takes out of sRGB come back
    np.testing.assert_allclose(turned("rgb", -50, turned("rgb", 50, inside)), inside, atol=1e-12)


def test_a_full_turn_is_none_and_oklch_and_palettes_turn_by_the_angle():
    assert all(hue_turn(mode, degrees) is None for mode in MODES for degrees in (0, 360, -720))
    dull = np.array([[0.6, 0.2, h] for h in np.linspace(0, 0.7, 8)])
    for colours, after in (
        (turned("oklch", 0, dull), turned("oklch", 60, dull)),
        (turned("oklch", 0, dull), turn_palette(turned("oklch", 0, dull), 60)),
    ):
        angles = [np.arctan2(*linear_to_oklab(np.asarray(decode(c, OPS)))[:, :0:-1].T) for c in (colours, after)]
        np.testing.assert_allclose((angles[1] - angles[0]) % (2 * np.pi), np.pi / 3, atol=1e-4)


def test_inversion_is_the_negative():
    for mode, count in MODES.items():
        values = [np.array([0.2, 0.9])] * count
        tables = tuple(palette_table("magma").T) if mode == "palette" else ()
        plain, negative = (np.stack(to_srgb(mode, values, tables, invert, OPS)) for invert in (False, True))
        np.testing.assert_allclose(plain + negative, 1)


@pytest.mark.parametrize("channel", [0, 1, 2])
def test_dither_is_even_and_blue(channel):
    j, i = np.mgrid[:256, :256].astype(np.uint64)
    noises = quantise([np.zeros_like(i, float)] * 3, i, j, 8, True, OPS)
    noise = noises[channel]
    assert noise.min() >= 0
    assert noise.max() < 1
    assert abs(noise.mean() - 0.5) < 0.005
    np.testing.assert_allclose(np.histogram(noise, 16, (0, 1))[0] / noise.size, 1 / 16, atol=0.004)
    # blue: where eyes are keenest there is next to nothing of it; of white noise, 3 %
    spectrum = np.abs(np.fft.fft2(noise - noise.mean())) ** 2
    waves = np.hypot(np.fft.fftfreq(256)[:, None], np.fft.fftfreq(256))
    assert spectrum[waves < 0.1].sum() < 1e-4 * spectrum.sum()
    assert not np.array_equal(noise, noises[(channel + 1) % 3])


def test_dither_shows_a_level_between_two_steps():
    half = cppn.Recipe(
        network=cppn.NetworkRecipe(hidden=(), act=("linear",), weights=[{"weight": [[0, 0]], "bias": [100.3 / 255]}]),
        color=cppn.ColorRecipe(levels=(0, 1)),
    )
    drawn = cppn.render(half, (200, 200), dither=True)
    assert set(np.unique(drawn)) == {100, 101}
    assert abs(drawn.mean() - 100.3) < 0.02


def read(path) -> np.ndarray:
    return np.asarray(Image.open(path))


def in_bands(pixels: np.ndarray, wide: int = 12) -> float:
    """The share of a picture that lies in runs of one colour along a row, each wider than so many pixels."""
    inside = 0
    for row in pixels.astype(int) @ [1, 256, 65536]:
        runs = np.diff(np.flatnonzero(np.diff(row, prepend=-1, append=-1)))
        inside += runs[runs > wide].sum()
    return inside / pixels[..., 0].size


def test_bands_are_broken_up_unasked_where_they_show(tmp_path):
    slow, busy = cppn.load("prism"), small("cos:freq=30", mode="rgb")
    banded, drawn = (cppn.render(slow, (1600, 900), dither=dither) for dither in (False, None))
    assert in_bands(banded) > 0.05
    assert in_bands(drawn) < 0.02
    assert abs(banded.astype(int) - drawn).max() == 1
    path = cppn.save(slow, tmp_path / "prism.png", size=(1600, 900))
    assert np.array_equal(read(path), drawn)
    assert np.array_equal(job_of(slow, (1600, 900)).prepare().crop(401, 203, 60, 50), drawn[203:253, 401:461])
    for recipe, size in ((busy, (300, 300)), (slow, (96, 54))):  # where none show, nothing changes
        assert np.array_equal(cppn.render(recipe, size), cppn.render(recipe, size, dither=False))


def test_a_picture_that_is_drawn_again_is_dithered_as_it_was(tmp_path, run):
    path = cppn.save(cppn.load("prism"), tmp_path / "prism.png", size=(400, 300), dither=False)
    again, larger = tmp_path / "again.png", tmp_path / "larger.png"
    run("render", str(path), "-o", str(again))
    run("render", str(path), "--size", "1600x900", "-o", str(larger))
    assert np.array_equal(read(again), read(path))
    assert np.array_equal(read(larger), cppn.render(cppn.load("prism"), (1600, 900), dither=True))


def test_dither_keeps_the_mean_and_shows_no_bands():
    """Of a slow gradient: no bands, and next to nothing in low frequencies."""
    recipe = cppn.Recipe(
        network=cppn.NetworkRecipe(hidden=(), act=("linear",), weights=[{"weight": [[0.002, 0.001]], "bias": [0.5]}]),
        color=cppn.ColorRecipe(levels=(0, 1)), view=cppn.View(extent=1),
    )  # fmt: skip
    exact = cppn.render(recipe, (256, 256), bits=32)[..., 0] * 255.0
    error = cppn.render(recipe, (256, 256), dither=True)[..., 0] - exact
    assert abs(error.mean()) < 0.01
    assert np.abs(error.reshape(8, 32, 8, 32).mean((1, 3))).max() < 0.08, "no bands: every part keeps its mean"
    power = np.abs(np.fft.fft2(error - error.mean())) ** 2
    waves = np.hypot(np.fft.fftfreq(256)[:, None], np.fft.fftfreq(256))
    assert power[waves < 0.1].sum() < 0.01 * power.sum()
    plain = cppn.render(recipe, (256, 256), dither=False)[..., 0] - exact
    assert np.abs(plain.reshape(8, 32, 8, 32).mean((1, 3))).max() > 0.1, "without it there are bands"
