"""Compositions: derivatives, arranged colours, space, layers and finish, the same in every engine and in the shader."""

from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from agreement import SIZE, assert_card_agrees, assert_engines_agree
from hypothesis import given, settings
from hypothesis import strategies as st
from playwright.sync_api import Page
from test_shader import card_pixels, page  # noqa: F401  a fixture

import cppn
from cppn.compose.composition import compose, outputs
from cppn.draw.drawing import RenderJob, developed, job_of
from cppn.engines import Quality
from cppn.engines.oracle import sampled
from cppn.errors import CppnError
from cppn.field.activations import CATALOGUE, parse_activation
from cppn.field.dual import Dual, DualOps, dual
from cppn.field.formula import evaluate
from cppn.field.numpy_ops import NumpyOps
from cppn.field.palettes import palette_names, palette_stops, palette_table, swatch_sets
from cppn.field.spaces import decode, linear_to_oklab
from cppn.field.warps import WARPS, parse_warp
from cppn.motion.evaluator import Evaluator
from cppn.motion.film import FilmJob
from cppn.motion.timeline import from_dict as timeline
from cppn.network.develop import develop
from cppn.recipe import from_dict
from cppn.recipe.view import frame

NET = {"hidden": [10, 10], "act": ["sin:freq=1.3", "tanh", "sin"], "gain": 2}
SWATCHES = "#0f2d38*3,#1d5a64*1.5,#e9dcc3*4,#d9622b*.6,#f2b366*1.2,#f6efe0*2"
FLAT = {"mode": "palette", "palette": SWATCHES, "flat": True}
RAMP = {"mode": "palette", "palette": "magma"}


def recipe(color=RAMP, space=None, finish=None, layers=(), **more):
    told = {"seed": 5, "network": NET, "color": color, "space": space or {}, "finish": finish or {}}
    return from_dict({**told, "layers": list(layers), "view": {"extent": 2}, **more}, where="")


def layer(**told):
    return {"seed": 8, "network": {"hidden": [6], "act": ["sin", "tanh"], "gain": 2}, "color": RAMP, **told}


COLOURS = {
    "swatches": recipe(FLAT),
    "swatches inverted": recipe({**FLAT, "invert": True, "hue": 40}),
    "a named set": recipe({"mode": "palette", "palette": "harbour-dawn", "flat": True}),
    "places": recipe({"mode": "palette", "palette": "#102030@0,#e0c080@0.3,#ffffff@1"}),
    "equal": recipe({"mode": "palette", "palette": SWATCHES, "equal": True}),
    "tone": recipe({**RAMP, "tone": "0.5 + 0.5*sin(9*f) + 0.02*x"}),
    "tone of slopes": recipe({"mode": "gray", "tone": "exp(-distance) + 0.3*nz + dx - dy + slope"}),
    "swatches of a tone": recipe({**FLAT, "tone": "f + 0.2*sin(6*f)"}),
    "shade": recipe({**FLAT, "mode": "palette+shade"}),
    "hue": recipe({**RAMP, "mode": "palette+hue"}),
    "shade and hue": recipe({**RAMP, "mode": "palette+shade+hue", "invert": True}),
    "ramps": recipe({**RAMP, "mode": "ramps", "across": "viridis", "hue": 30}),
    "duotone": recipe({"mode": "duotone", "palette": "#f4ecdc,#d9622b,#123b6d"}),
    "levels of each output": recipe({"mode": "rgb", "each": True}),
    "levels of each ramp": recipe({**RAMP, "mode": "ramps", "across": "viridis", "each": True}, finish={"relief": 1}),
    "oklch in relief": recipe({"mode": "oklch"}, finish={"relief": 1}),
    "rgb turned, with grain": recipe({"mode": "rgb", "hue": 40}, finish={"grain": 0.3}),
}
SPACES = {
    **{
        name: recipe(FLAT, {"symmetry": name, "cell": 2})
        for name in ("p6m", "p4g", "pg", "cm", "p3", "d5", "c3", "step")
    },
    "colour symmetry": recipe(FLAT, {"symmetry": "p4m", "cell": 2, "swap": True}),
    "tile": recipe(FLAT, {"tile": True}, {"line": 0.5}),
    **{name: recipe(FLAT, {"warp": [name]}) for name in WARPS},
    "another network": recipe(FLAT, {"warp": ["self:amount=0.4,seed=3", "twist"]}),
    "before": recipe(FLAT, {"before": ["logpolar"], "symmetry": "p4m", "cell": 1.3}),
    "octaves": recipe(FLAT, {"octaves": 3}),
    "octaves in relief": recipe(RAMP, {"octaves": 3}, {"relief": 1, "gloss": 0.4}),
}
FINISHES = {
    "line, shadow and rim": recipe(FLAT, finish={"line": 0.8, "shadow": 0.6, "rim": 0.3, "line_color": "#fff"}),
    "a line in pixels": recipe(FLAT, finish={"line": "2px"}),
    "a line in millimetres": recipe(FLAT, finish={"line": "0.5mm"}),
    "relief": recipe(finish={"relief": 1.5, "gloss": 0.5, "light": 60, "altitude": 30}),
    "contours": recipe(finish={"contours": 9, "contour_width": 0.6}),
    **{name: recipe(finish={"halftone": name, "screen": 6}) for name in ("dots", "lines", "crosses", "hatching")},
    "ink": recipe(finish={"halftone": "lines", "ink": "#123", "screen": 6, "screen_angle": 20}),
    "grain, paper and fibre": recipe(finish={"grain": 0.4, "paper": 0.5, "fibre": 0.6, "grain_size": 3}),
    "vignette, margin and border": recipe(finish={"vignette": 0.5, "margin": 6, "border": 1.5}),
    "grey": recipe({"mode": "gray"}, finish={"contours": 5, "grain": 0.3, "margin": 8}),
}
LAYERS = {
    **{
        shape: recipe(layers=[layer(mask={"shape": shape, "size": 20, "rough": 4, "turn": 10}, shadow=0.5, rim=0.4)])
        for shape in ("level", "disc", "ring", "box", "polygon", "horizon")
    },
    **{
        blend: recipe(layers=[layer(blend=blend, opacity=0.8, mask={"shape": "box", "soft": 5})])
        for blend in ("normal", "multiply", "screen", "overlay", "soft-light", "add")
    },
    "another view": recipe(layers=[layer(view={"center": [0.4, 0.2], "extent": 1, "rotate": 30}, opacity=0.5)]),
    "a stretched view": recipe(layers=[layer(view={"extent": 1, "stretch": True}, opacity=0.5)]),
    "haze on grey": recipe({"mode": "gray"}, layers=[layer(haze=0.4, mask={"shape": "horizon", "rough": 9, "octaves": 3})]),
    "layers on layers": recipe(
        FLAT,
        layers=[
            layer(color=FLAT, space={"symmetry": "p4m"}, mask={"shape": "disc", "invert": True}, layers=[
                layer(seed=2, color={"mode": "gray"}, finish={"relief": 1, "grain": 0.2}, mask={"shape": "ring"}, opacity=0.7)
            ]),
            layer(seed=3, space={"warp": ["self:seed=4"]}, mask={"shape": "level", "share": 0.2, "seed": 6}),
        ],
    ),
}  # fmt: skip
CASES = {**COLOURS, **SPACES, **FINISHES, **LAYERS}


def off(a, b):
    """The share of values that differ by more than one step."""
    return float((np.abs(a.astype(int) - b.astype(int)) > 1).mean())


@pytest.mark.parametrize("name", CASES)
def test_engines_draw_what_the_oracle_draws(name):
    assert_engines_agree(CASES[name])


@pytest.mark.parametrize("name", CASES)
def test_a_graphics_card_draws_what_the_oracle_draws(page: Page, name):  # noqa: F811
    assert_card_agrees(page, CASES[name])


@pytest.mark.parametrize(
    "name", ["swatches", "p6m", "tile", "octaves in relief", "grain, paper and fibre", "layers on layers"]
)
@pytest.mark.parametrize("quality", [Quality(3), Quality("auto"), Quality(2, 16), Quality(1, 8, True)], ids=str)
def test_any_quality_is_the_same_for_threads_and_crops(name, quality):
    one = CASES[name]
    wanted = cppn.render(one, SIZE, aa=quality.samples, bits=quality.bits, dither=quality.dither, engine="reference")
    drawings = [job_of(one, SIZE, quality, threads=threads).prepare() for threads in (1, 2)]
    whole = drawings[0].whole()
    assert np.array_equal(whole, drawings[1].whole())
    assert np.array_equal(drawings[1].crop(13, 7, 31, 11), whole[7:18, 13:44])
    assert (np.abs(whole.astype(int) - wanted) > 2 ** (quality.bits - 8)).mean() < 0.005


@pytest.mark.parametrize("name", CASES)
def test_recipes_keep_compositions(name):
    whole = developed(CASES[name])[0]
    assert from_dict(whole.to_dict(), where="") == whole
    assert cppn.recipe.model.from_json(whole.to_json(), where="") == whole
    assert "layers" in whole.to_dict() or name not in LAYERS


# derivatives


@pytest.mark.parametrize("text", [*CATALOGUE, "x**3 + 2**x", "mod(x, 0.7)", "atan2(x, 1.3)*sign(x)", "sqrt(abs(x))"])
def test_derivatives_of_activations_are_those_of_differences(text):
    activation = parse_activation(text)
    # away from steps and corners, on one side of which nothing is wrong
    x, step = np.linspace(-2.93, 2.95, 211), 1e-6
    at = lambda x: np.asarray(evaluate(activation.tree, {**activation.parameters, "x": x}, NumpyOps())) + 0 * x  # noqa: E731
    near, far = (at(x + step) - at(x - step)) / (2 * step), (at(x + 3 * step) - at(x - 3 * step)) / (6 * step)
    smooth = np.abs(near - far) < 1e-5 * (1 + np.abs(near))
    known = {key: dual(value) for key, value in activation.parameters.items()}
    found = dual(evaluate(activation.tree, {**known, "x": Dual(x, 1.0, -2.0)}, DualOps(NumpyOps())))
    assert smooth.mean() > 0.9
    assert np.abs((found.du - near)[smooth]).max() < 1e-5 * (1 + np.abs(near[smooth]).max())
    assert np.allclose(np.asarray(found.dv), -2 * np.asarray(found.du))


@pytest.mark.parametrize("name", ["swatches", "octaves", "p6m", "tile", "before", *WARPS])
def test_derivatives_of_fields_are_those_of_differences(name):
    _, field = developed(CASES[name])
    laid, made = frame(field.view, 640, 400), outputs(field)
    rng, step = np.random.default_rng(0), 1e-3
    u, v = rng.uniform(-300, 300, 200), rng.uniform(-190, 190, 200)
    value = lambda u, v: sampled(made, laid, u, v)[0]  # noqa: E731
    du = (value(u + step, v) - value(u - step, v)) / (2 * step)
    dv = (value(u, v + step) - value(u, v - step)) / (2 * step)
    told = sampled(slopes_of(field), laid, u, v)
    smooth = np.abs(du) + np.abs(dv) < 1  # a warp may fold the plane
    assert smooth.mean() > 0.9
    assert np.median(np.abs(told[0] - du)[smooth]) < 1e-7
    assert np.quantile(np.abs(told[1] - dv)[smooth], 0.9) < 1e-6


def slopes_of(field):
    """The derivatives of the first output, as a composition draws them."""
    from cppn.compose.composition import Composition, Source, _asked
    from cppn.field.program import Writer

    writer = Writer()
    first = _asked(field.color, field.space, writer, 0)[0]
    program = writer.program([first.du, first.dv], is_light=True)
    return Composition(program, writer.numbers, {}, (Source(field.network, (0.0, 1.0)),))


def test_a_line_is_as_wide_as_it_is_told_at_any_size_and_zoom():
    """Of a straight edge, whose distance is exact."""
    for size, zoom, width in (((200, 100), 1, 4), ((400, 200), 3, 4), ((100, 50), 0.5, 1.5)):
        one = from_dict(
            {"network": {"hidden": [], "act": "linear", "weights": [{"weight": [[1.0, 0.5]], "bias": [0.1]}]},
             "color": {"mode": "palette", "palette": "#fff,#fff", "flat": True, "levels": [-1, 1]},
             "finish": {"line": f"{width}px", "line_color": "#000"}, "view": {"zoom": zoom, "extent": 1}},
            where="",
        )  # fmt: skip
        dark = 1 - cppn.render(one, size, bits=32, engine="reference").mean(axis=2)
        # ink along a row is the width over how the line slants; in light, so that half a pixel is half as dark
        light = 1 - ((cppn.render(one, size, bits=32, engine="reference")[..., 0] + 0.055) / 1.055).clip(0) ** 2.4
        rows = light.sum(axis=1)
        whole = rows[rows > 0.8 * rows.max()]
        assert dark.max() > 0.9
        assert whole.mean() == pytest.approx(width * math.hypot(1, 0.5), rel=0.06)


# colours


def test_swatches_take_areas_as_their_shares_say():
    one = recipe(FLAT)
    pixels = cppn.render(one, (300, 300))
    shares = np.array([stop.share for stop in palette_stops(SWATCHES)])
    found = [
        (pixels == (255 * np.array(stop.color) + 0.5).astype(int)).all(axis=2).mean()
        for stop in palette_stops(SWATCHES)
    ]
    assert np.allclose(found, shares / shares.sum(), atol=0.04)
    assert sum(found) > 0.9, "the rest are edges"


def test_edges_are_crisp_at_any_size():
    for size in ((90, 60), (900, 600)):
        row = cppn.render(recipe({"mode": "palette", "palette": "#000,#fff", "flat": True}), size)[size[1] // 2, :, 0]
        between = ((row > 8) & (row < 247)).sum()
        assert 0 < between < 40, "an edge takes a pixel or two"


def test_sets_of_ours_are_many_and_no_names_of_others():
    import cmap

    others = {name.lower() for name in cmap.Colormap.catalog().short_keys()}
    assert len(swatch_sets()) >= 60
    assert not others & {*swatch_sets()}
    assert palette_names()[: len(swatch_sets())] == list(swatch_sets())
    for name, one in swatch_sets().items():
        stops = palette_stops(name)
        assert 3 <= len(stops) <= 8
        assert one.about
        assert one.tags
        assert palette_table(name).shape == (512, 3)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("#0f2d38*0,#fff", "share of 0"), ("#0f2d38*,#fff", "not a colour"), ("#0f2@2,#fff@1", "a colour at 2"),
        ("#000@0.5,#fff@0.2", "do not grow"), ("#000@0.5,#fff", "do not grow"), ("#000*2*3,#fff", "not a colour"),
        ("#000", "1 colours"), ("harbor-dawn", "harbour-dawn"), ("#000*99999,#fff", "share of"),
    ],
)  # fmt: skip
def test_bad_palettes_are_told(text, told):
    with pytest.raises(CppnError, match=told):
        palette_stops(text)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"color": {"mode": "rgb", "flat": True}}, "flat"), ({"color": {**FLAT, "equal": True}}, "equal too"),
        ({"color": {**RAMP, "tone": "f + q"}}, "unknown name"), ({"color": {**RAMP, "tone": "g"}}, "has no g"),
        ({"color": {**RAMP, "mode": "ramps"}}, "across"), ({"color": {"mode": "duotone", "palette": "#000,#fff"}}, "three"),
        ({"finish": {"line": "3 miles"}}, "finish.line"), ({"finish": {"line": -1}}, "out of range"),
        ({"finish": {"ink": "red"}}, "not a colour"), ({"finish": {"halftone": "dits"}}, "dots"),
        ({"space": {"symmetry": "p5"}}, "space.symmetry"), ({"space": {"warp": ["twirl"]}}, "twist"),
        ({"space": {"warp": ["twist:amount=x"]}}, "not a number"), ({"space": {"warp": ["twist:speed=1"]}}, "speed"),
        ({"space": {"tile": True, "symmetry": "p4"}}, "tile"), ({"space": {"swap": True}}, "swap"),
        ({"space": {"octaves": 9}}, "1 to 8"), ({"layers": [{"mask": {"shape": "blob"}}]}, "layers.0.mask.shape"),
        ({"layers": [{}] * 65}, "64"), ({"layers": [{"blend": "burn"}]}, "layers.0.blend"),
        ({"layers": [{"layers": [{"view": {"zoom": 0}}]}]}, "layers.0.layers.0.view.zoom"),
    ],
)  # fmt: skip
def test_what_cannot_be_composed_is_told(changes, told):
    with pytest.raises(CppnError, match=told):
        from_dict(changes, where="")


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=30))
def test_warps_are_read_or_refused(text):
    try:
        parse_warp(text)
    except CppnError as error:
        assert error.legal


# space


def test_a_tile_repeats_to_the_bit():
    """What is drawn beyond the edges is what the opposite edges show."""
    for name in ("tile", "a tile with warps"):
        one = recipe(FLAT, {"tile": True, **({"warp": ["self", "twist"], "octaves": 2} if name != "tile" else {})})
        for size in ((64, 48), (51, 70)):
            whole = RenderJob(developed(one)[1], size, Quality(2), bleed=9).prepare().whole()
            inner = whole[9:-9, 9:-9]
            assert np.array_equal(whole, np.pad(inner, ((9, 9), (9, 9), (0, 0)), mode="wrap"))


TILE = recipe(
    FLAT, {"tile": True, "warp": ["self:amount=0.4,seed=3", "twist"], "octaves": 2}, network={**NET, "latent": 3}
)
SEAMLESS = {
    "edges": recipe(FLAT, {"tile": True}, {"line": 0.5, "shadow": 0.6, "rim": 0.3}),
    "relief": recipe(RAMP, {"tile": True}, {"relief": 1, "gloss": 0.4, "contours": 5}),
    **{
        shape: recipe(
            FLAT,
            {"tile": True},
            layers=[layer(space={"tile": True}, shadow=0.5, mask={"shape": shape, "scale": 2, "octaves": 2})],
        )
        for shape in ("all", "level")
    },
}
MOVES = {
    "drift": {"drift": {"amount": 0.5, "seed": 1}},
    "latent": {"latent": {"amount": 1}},
    "hue": {"tracks": [{"knob": "hue", "keys": [[0, 0], [2, 360]]}]},
    "zoom there and back": {"boomerang": True, "tracks": [{"knob": "zoom", "keys": [[0, 1], [2, 1.7]]}]},
    "morph": {"morph": {"recipes": [TILE.change({"": {"seed": 9}}).to_dict()]}},
    "fade": {"morph": {"recipes": [SEAMLESS["level"].to_dict()]}},
}  # fmt: skip


@pytest.mark.parametrize(
    ("one", "move"),
    [*((TILE, move) for move in MOVES.values()), *((one, MOVES["drift"]) for one in SEAMLESS.values())],
    ids=[*MOVES, *SEAMLESS],
)
def test_films_of_tiles_repeat_in_space_and_time_to_the_bit(one, move):
    """Around each frame is what its opposite edges show, and the frame after the last is the first."""
    evaluator = Evaluator(timeline({"recipe": one.to_dict(), "duration": 2, **move}, where=""))
    film = FilmJob(evaluator, (51, 36), Fraction(2), 4, Quality(2))
    frames = []
    for index in range(film.frames + 1):
        whole = replace(film.job(index), bleed=9).prepare().whole()
        frames.append(whole[9:-9, 9:-9])
        assert np.array_equal(whole, np.pad(frames[-1], ((9, 9), (9, 9), (0, 0)), mode="wrap"))
    assert evaluator.is_loop
    assert np.array_equal(frames[0], frames[-1])
    assert all(off(a, b) > 0.02 for a, b in pairwise(frames)), "and something moves"


def test_a_mask_is_where_it_is_whatever_the_octaves_of_its_layer():
    """Of white on black, as much is seen as its share says."""
    black, white = ({"mode": "palette", "palette": f"{one},{one}"} for one in ("#000", "#fff"))
    mask = {"shape": "level", "share": 0.3, "octaves": 2}
    plain, fine = (
        cppn.render(recipe(black, layers=[layer(color=white, mask=mask, space=space)]), SIZE)
        for space in ({}, {"octaves": 5, "lacunarity": 3, "persistence": 0.9})
    )
    assert np.array_equal(plain, fine)


def structure(one: cppn.Recipe, times: int) -> tuple[float, float]:
    """Of a picture 30 000 pixels wide, so many of which are one: how lightness varies in its middle, and which share of
    its variance is finer than 16 pixels."""
    width, height = 30_000 // times, 20_000 // times
    pixels = job_of(one, (width, height), Quality(3, 32)).prepare().crop(width // 2, height // 2, 128, 128)
    lightness = linear_to_oklab(np.asarray(decode(pixels.astype(float), NumpyOps())))[..., 0]
    coarse = lightness.reshape(8, 16, 8, 16).mean(axis=(1, 3))
    return float(lightness.std()), float(1 - coarse.var() / lightness.var())


def test_octaves_give_detail_at_every_distance():
    smooth = recipe(RAMP, finish={"relief": 1})
    fine = recipe(RAMP, {"octaves": 8, "lacunarity": 3, "persistence": 0.45}, {"relief": 1})
    for times in (1, 8, 64):
        deviation, share = structure(fine, times)
        assert deviation > 0.03
        assert share > 0.15
    deviation, share = structure(smooth, 1)
    assert deviation < 0.01
    assert share < 0.05


def test_pictures_are_as_symmetric_as_they_say():
    whole = cppn.render(recipe(FLAT, {"symmetry": "p4m", "cell": 2}), (120, 120), engine="reference")
    for same in (whole[::-1], whole[:, ::-1], whole.swapaxes(0, 1)):
        assert off(whole, same) < 0.01
    # a cell is 2 of the 4 units that are shown
    assert off(whole[:60], whole[60:]) < 0.01
    other = cppn.render(recipe(FLAT, {"symmetry": "p4", "cell": 2}), (120, 120), engine="reference")
    assert off(other, other[::-1, ::-1]) < 0.01
    assert off(other, other[::-1]) > 0.2, "it has no mirrors"


def test_a_composition_without_anything_is_what_it_was():
    plain = recipe()
    assert compose(developed(plain)[1]).program.is_light is False
    same = recipe(layers=[layer(opacity=0)])
    assert off(cppn.render(plain, SIZE), cppn.render(same, SIZE)) == 0


def test_what_is_written_with_a_picture_draws_it_again(tmp_path):
    for name in ("swatches", "tile", "layers on layers", "a line in millimetres"):
        path = cppn.save(CASES[name], tmp_path / "a.png", size=SIZE, dpi=200)
        again = cppn.save(cppn.load(path), tmp_path / "b.png", size=SIZE, dpi=200)
        assert path.read_bytes() == again.read_bytes()
    thin, thick = (
        cppn.save(CASES["a line in millimetres"], tmp_path / f"{dpi}.png", size=SIZE, dpi=dpi) for dpi in (100, 500)
    )
    assert thin.stat().st_size != thick.stat().st_size


def test_films_move_compositions():
    """A drift moves them and comes back; a frame tells the recipe that draws it."""
    for name in ("swatches", "layers on layers", "octaves in relief"):
        told = {"recipe": CASES[name].to_dict(), "duration": 1, "drift": {"amount": 0.4, "seed": 1}}
        film = FilmJob(Evaluator(timeline(told, where="")), SIZE, 8, 8, Quality())
        first, later = film.drawing(0).whole(), film.drawing(3).whole()
        assert off(first, later) > 0.02, name
        assert off(cppn.render(film.job(3).recipe, SIZE), later) == 0, name


def test_a_negative_is_the_same_with_and_without_a_finish():
    for color in (RAMP, {"mode": "rgb"}, {"mode": "gray"}):
        plain = recipe({**color, "invert": True})
        laid = recipe({**color, "invert": True}, layers=[layer(opacity=0)])
        assert off(cppn.render(plain, SIZE), cppn.render(laid, SIZE)) == 0


def test_what_would_take_minutes_to_compile_is_not_compiled():
    many = [layer(space={"octaves": 8, "warp": ["self"] * 8}, mask={"shape": "level", "octaves": 8}) for _ in range(16)]
    assert job_of(recipe(layers=many[:1]), (8, 8)).drawn_by.name == "halide"
    assert RenderJob(develop(recipe(layers=many)), (8, 8)).drawn_by.name != "halide"


def strokes(ground="#e9dcc3", **told):
    """Strokes of two colours on one colour."""
    return recipe(
        {"mode": "palette", "palette": f"{ground},{ground}"},
        layers=[layer(kind="strokes", strokes={"widths": [[6, 1], [3, 1]]},
                      **{"color": {"mode": "palette", "palette": "#0f2d38,#d9622b"}, **told})],
    )  # fmt: skip


def test_strokes_lost_in_haze_of_the_grounds_colour_leave_no_fringe():
    lost = strokes(haze=1, haze_color="#e9dcc3")
    assert cppn.render(strokes(), SIZE).std() > 20
    assert (cppn.render(lost, SIZE) == [0xE9, 0xDC, 0xC3]).all()


def test_strokes_take_their_finish_as_their_colours_do():
    """A margin on strokes of the ground's colour is not seen."""
    color = {"mode": "palette", "palette": "#e9dcc3,#e9dcc3"}
    hidden = strokes(color=color, finish={"margin": 20, "paper_color": "#e9dcc3"})
    assert (cppn.render(hidden, SIZE) == [0xE9, 0xDC, 0xC3]).all()


def test_hues_of_strokes_are_turned_and_inverted():
    red = {"mode": "palette", "palette": "#f00,#f00"}
    for change, wanted in (({"invert": True}, (0, 255, 255)), ({}, (255, 0, 0))):
        shown = {tuple(one) for one in cppn.render(strokes("#fff", color=red | change), SIZE).reshape(-1, 3).tolist()}
        assert wanted in shown
        assert len(shown & {(0, 255, 255), (255, 0, 0)}) == 1


def test_engines_draw_the_same_strokes():
    one = strokes(haze=0.3, opacity=0.8, finish={"grain": 0.3}, blend="multiply")
    wanted = cppn.render(one, SIZE, engine="reference")
    for engine in ("halide", "torch"):
        drawing = job_of(one, SIZE, engine=engine).prepare()
        assert off(drawing.whole(), wanted) <= 0.002, engine
        assert np.array_equal(drawing.crop(13, 7, 31, 11), drawing.whole()[7:18, 13:44]), engine
