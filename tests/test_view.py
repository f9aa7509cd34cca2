"""Where pixels lie in the plane, and how large pictures are."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import cppn
from cppn.draw.drawing import job_of
from cppn.recipe.view import LARGEST_SIDE, SIZES, View, frame, parse_length, parse_size


def coordinates(view: View, width: int, height: int) -> tuple[np.ndarray, np.ndarray]:
    """x and y of every pixel's middle, by drawing the fields x and y themselves."""

    def one(name: str) -> np.ndarray:
        recipe = cppn.Recipe(
            network=cppn.NetworkRecipe(
                hidden=(), act=("linear",), inputs=(name,), weights=[{"weight": [[1]], "bias": [0]}]
            ),
            color=cppn.ColorRecipe(levels=(-100, 100)),
            view=view,
        )
        return cppn.render(recipe, (width, height), bits=32, engine="reference")[:, :, 0] * 200.0 - 100

    return one("x"), one("y")


def test_the_shorter_side_spans_the_extent_and_pixels_are_square():
    for width, height in ((40, 20), (20, 40), (30, 30)):
        x, y = coordinates(View(extent=5), width, height)
        step = 10 / min(width, height)
        np.testing.assert_allclose(np.diff(x, axis=1), step, atol=1e-4)
        np.testing.assert_allclose(np.diff(y, axis=0), -step, atol=1e-4)  # y grows upwards
        np.testing.assert_allclose(x[0, 0], -step * (width - 1) / 2, atol=1e-4)
        np.testing.assert_allclose(y[0, 0], step * (height - 1) / 2, atol=1e-4)


def test_stretch_spans_the_extent_on_both_sides():
    x, y = coordinates(View(extent=5, stretch=True), 40, 20)
    np.testing.assert_allclose([x[0, 0], x[0, -1], y[0, 0], y[-1, 0]], [-4.875, 4.875, 4.75, -4.75], atol=1e-4)


def test_zoom_and_centre_and_rotation():
    x, y = coordinates(View(extent=5, zoom=10, center=(3, -2)), 20, 20)
    np.testing.assert_allclose([x.mean(), y.mean()], [3, -2], atol=1e-4)
    np.testing.assert_allclose(x[0, -1] - x[0, 0], 0.95, atol=1e-4)
    # turned a quarter counterclockwise, what was at the right is at the top
    x, y = coordinates(View(extent=5, rotate=90), 20, 20)
    np.testing.assert_allclose(x[:, 0], -coordinates(View(extent=5), 20, 20)[0][0], atol=1e-4)


@given(st.floats(-400, 400), st.floats(0.01, 50), st.integers(2, 50), st.integers(2, 50))
def test_a_rotated_frame_is_rigid(angle, extent, width, height):
    f = frame(View(rotate=angle, extent=extent), width, height)
    step = 2 * extent / min(width, height)
    np.testing.assert_allclose([np.hypot(f.ux, f.uy), np.hypot(f.vx, f.vy)], step)
    assert abs(f.ux * f.vx + f.uy * f.vy) < 1e-9 * step**2


def test_the_same_point_has_the_same_coordinate_at_every_size():
    x, _ = coordinates(View(), 10, 10)
    fine, _ = coordinates(View(), 30, 30)
    np.testing.assert_allclose(fine[1::3, 1::3], x, atol=1e-4)


@given(st.integers(1, LARGEST_SIDE), st.integers(1, LARGEST_SIDE))
def test_sizes_in_numbers(width, height):
    assert parse_size(f"{width}x{height}") == (width, height, None)
    assert parse_size(f" {width} X {height} ") == (width, height, None)
    assert parse_size(str(width)) == (width, width, None)


def test_sizes_by_name():
    named = {
        "4K": (3840, 2160), "8k": (7680, 4320), "hd": (1280, 720), "ultrawide": (3440, 1440), "iphone-15": (1179, 2556),
        "iphone-15-landscape": (2556, 1179), "4k-portrait": (2160, 3840),
    }  # fmt: skip
    for name, (width, height) in named.items():
        assert parse_size(name) == (width, height, None)
    assert len(SIZES) >= 40
    assert {parse_size(name)[:2] for name in SIZES} == set(SIZES.values())


def test_sizes_on_paper():
    assert parse_size("a4@300dpi") == (2480, 3508, 300)
    assert parse_size("a2") == (4961, 7016, 300)
    assert parse_size("A3-landscape@150") == (2480, 1754, 150)
    assert parse_size("50x70cm@240dpi") == (4724, 6614, 240)
    assert parse_size("24x36in@300dpi") == (7200, 10800, 300)
    assert parse_size("100 x 150.5 mm @ 254 dpi") == (1000, 1505, 254)
    assert parse_length("3mm", 300) == 35
    assert parse_length("0.125in", 240) == 30
    assert parse_length("40px", None) == 40


def test_bleed_shows_more_and_moves_nothing(tmp_path):
    recipe = cppn.Recipe(seed=3, network=cppn.NetworkRecipe(hidden=(8,), act=("tanh",)), view=View(rotate=20))
    trimmed = cppn.render(recipe, (60, 40))
    whole = job_of(recipe, (60, 40), bleed=7).prepare().crop(0, 0, 74, 54)
    np.testing.assert_array_equal(whole[7:-7, 7:-7], trimmed)
    for message, size in (("lengths|--dpi", "3mm"), ("cannot read", "3"), ("cannot read", "-3mm")):
        with pytest.raises(cppn.CppnError, match=message):
            parse_length(size, None)
    with pytest.raises(cppn.CppnError, match="bleed"):
        job_of(recipe, (60, 40), bleed=-1)


WRONG = {
    "a9@300dpi": "unknown paper", "a4@": "cannot read", "a4@0dpi": "cannot read", "a4@x": "cannot read",
    "100x100@300dpi": "pixels need no resolution", "0x5cm": "cannot be 0x", "9999999x5cm": "cannot be",
    "5x5km": "cannot read",
    "0": "cannot be 0x0", "-5": "cannot be -5x-5", "10x0": "cannot be 10x0", "99999999": "cannot be", "4kk": "cannot read",
    "iphone-155": "did you mean 'iphone-15'", "": "unknown size", "1.5x3": "cannot read", "9" * 40: "cannot read",
}  # fmt: skip


@pytest.mark.parametrize("text", WRONG)
def test_sizes_that_cannot_be(text):
    with pytest.raises(cppn.CppnError, match=WRONG[text]):
        parse_size(text)
