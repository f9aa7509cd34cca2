"""What a film shows at each time: loops that close, walks of an even pace, numbers that go where they are told."""

import json
import math

import numpy as np
import pytest
from conftest import small
from hypothesis import given
from hypothesis import strategies as st

import cppn
from cppn.errors import CppnError
from cppn.files.presets import motions
from cppn.motion import timeline as timelines
from cppn.motion.easing import EASINGS
from cppn.motion.evaluator import Evaluator
from cppn.motion.film import FilmJob
from cppn.motion.timeline import Timeline, from_dict, read_timeline
from cppn.motion.walks import Walk
from cppn.network.develop import develop_network
from cppn.recipe.overrides import override
from cppn.rng import Stream

COLOURED = small("sin:freq=2", mode="rgb", extent=1.5)


def timeline(recipe: cppn.Recipe = COLOURED, **more: object) -> Timeline:
    return from_dict({"recipe": recipe.to_dict(), "duration": 4, **more}, where="")


def track(knob: str, *keys: object, **more: object) -> dict[str, object]:
    return {"tracks": [{"knob": knob, "keys": list(keys), **more}]}


def film_job(line: Timeline, frames: int = 12, size=(40, 30)) -> FilmJob:
    return FilmJob(Evaluator(line), size, pace_of(frames, line), frames)


def pace_of(frames: int, line: Timeline):
    from fractions import Fraction

    return Fraction(frames) / Fraction(line.duration)


LOGISTIC = small("cos:freq=2,iters=2,r=3.5", extent=1.5)
LATENT = small("tanh", latent=5, mode="palette", palette="magma")
LOOPS = {
    "drift": timeline(drift={"amount": 0.3}),
    "drift of another seed": timeline(drift={"amount": 0.3, "seed": 9, "ease": "smooth"}),
    "latent": timeline(LATENT, latent={"amount": 1}),
    "latent of one number": timeline(small("tanh", latent=1), latent={"amount": 1}),
    "rotate": timeline(**track("rotate", [0, 10.1], [4, 370.1])),
    "hue": timeline(**track("hue", [0, 0.7], [4, -359.3])),
    "frequency there and back": timeline(**track("freq", [0, 1.5], [1, 3], [4, 1.5], ease="sine")),
    "boomerang": timeline(boomerang=True, **track("zoom", [0, 1], [4, 3], ease="sine")),
    "pan": timeline(boomerang=True, **track("center", [0, [0, 0]], [4, [1, -0.5]], ease="sine")),
    "iterations": timeline(LOGISTIC, boomerang=True, **track("iters", [0, 0], [4, 3], ease="sine")),
    "growth": timeline(LOGISTIC, boomerang=True, **track("r", [0, 3], [4, 3.4], ease="sine")),
    "morph by weights": timeline(morph={"recipes": [small("sin:freq=3", mode="rgb", seed=8).to_dict()]}),
    "morph by fading": timeline(morph={"recipes": [LATENT.to_dict(), small("tanh").to_dict()]}),
    "all at once": timeline(
        LATENT, drift={"amount": 0.1}, latent={}, tracks=[{"knob": "rotate", "keys": [[0, 0], [4, -360]]}]
    ),
    "levels that must be measured": timeline(small(("tanh", "tanh", "linear")), drift={"amount": 0.3}),
}  # fmt: skip


@pytest.mark.parametrize("name", LOOPS)
def test_a_loop_ends_in_its_first_frame_to_the_bit_and_has_no_seam(name):
    film = film_job(LOOPS[name])
    assert film.evaluator.is_loop
    frames = [film.drawing(i).whole() for i in range(film.frames + 1)]
    assert np.array_equal(frames[-1], frames[0]), "frame N is frame 0"
    steps = [np.abs(a.astype(float) - b).mean() for a, b in zip(frames[1:], frames[:-1], strict=True)]
    assert max(steps) > 0.5, "something moves"
    # the way from the last frame into the first is one like the others
    assert steps[-1] <= 1.5 * max(steps[:-1])
    # and what is shown just before the end is what is shown at the beginning
    before = FilmJob(film.evaluator, (40, 30), film.fps, 10**6).drawing(10**6 - 1).whole()
    assert np.abs(before.astype(int) - frames[0]).mean() < 0.5


@pytest.mark.parametrize("engine", ["halide", "torch", "reference"])
def test_frames_are_the_same_whatever_is_drawn_before(engine):
    film = FilmJob(Evaluator(LOOPS["all at once"]), (40, 30), pace_of(12, LOOPS["all at once"]), 12, engine=engine)
    there = [film.drawing(i).whole() for i in range(3)]
    back = [film.drawing(i).whole() for i in (2, 1, 0)][::-1]
    assert all(np.array_equal(a, b) for a, b in zip(there, back, strict=True))


def test_what_does_not_end_as_it_began_is_no_loop_and_ends_where_it_is_told():
    line = timeline(**track("zoom", [0, 1], [4, 8]))
    evaluator = Evaluator(line)
    assert not evaluator.is_loop
    assert evaluator.open_parameters == ["zoom"]
    film = film_job(line, frames=5)
    zooms = [film.state(i).recipe.view.zoom for i in range(5)]
    np.testing.assert_allclose(zooms, [1, 8**0.25, 8**0.5, 8**0.75, 8])  # by equal factors
    assert zooms[-1] == 8


def test_a_boomerang_comes_back_the_way_it_went():
    film = film_job(LOOPS["boomerang"], frames=10)
    for i in range(1, 5):
        assert np.array_equal(film.drawing(i).whole(), film.drawing(10 - i).whole())


@pytest.mark.parametrize("size", [2, 3, 4, 5, 6, 7, 500])
def test_a_walk_has_the_same_pace_everywhere_and_returns(size):
    walk = Walk(size, Stream(5, 1))
    places = np.stack([walk.at(i / 360) for i in range(361)])
    assert np.array_equal(places[0], np.zeros(size))
    assert np.array_equal(places[0], places[-1])
    steps = np.linalg.norm(np.diff(places, axis=0), axis=1)
    np.testing.assert_allclose(steps, steps[0], rtol=1e-6)
    assert 0.5 < np.sqrt((places**2).mean()) < 3, "about 1 a coordinate"


def numbers(recipe: cppn.Recipe) -> list[np.ndarray]:
    layers = develop_network(recipe).stages
    return [np.concatenate([layer.weight.ravel(), layer.bias]).astype(float) for layer in layers]


def test_drifting_weights_take_steps_of_the_same_size_in_every_layer():
    film = film_job(LOOPS["drift"], frames=40)
    walked = [numbers(film.state(i).recipe) for i in range(41)]
    for layer, start in enumerate(numbers(COLOURED)):
        np.testing.assert_array_equal(walked[0][layer], start)
        places = np.stack([one[layer] for one in walked])
        steps = np.linalg.norm(np.diff(places, axis=0), axis=1)
        np.testing.assert_allclose(steps, steps[0], rtol=1e-3)
        away = np.linalg.norm(places - start, axis=1).max() / np.linalg.norm(start)
        assert 0.3 < away < 1.2, "as far as the amount says, and back"


def test_a_drift_begins_with_the_picture_itself():
    for recipe in (COLOURED, cppn.load("silk")):
        film = film_job(timeline(recipe, drift={}))
        assert np.array_equal(film.drawing(0).whole(), cppn.render(recipe, (40, 30)))


MOVED = {
    "freq": ("freq", 1.0, 4.0, {"freq": 2.5}),
    "zoom": ("zoom", 1.0, 9.0, {"zoom": 3.0}),
    "extent": ("extent", 1.0, 16.0, {"extent": 4.0}),
    "rotate": ("rotate", 0.0, 90.0, {"rotate": 45.0}),
    "center": ("center", (0.0, 1.0), (2.0, 0.0), {"center": (1.0, 0.5)}),
    "gain": ("gain", 1.0, 2.0, {"gain": 1.5}),
    "hue": ("hue", 0.0, 100.0, {"hue": 50.0}),
    "levels": ("levels", (-1.0, 1.0), (-2.0, 1.5), {"levels": (-1.5, 1.25)}),
}


@pytest.mark.parametrize("name", MOVED)
def test_the_middle_of_a_movement_is_the_picture_drawn_with_that_number(name):
    knob, start, end, flags = MOVED[name]
    film = film_job(timeline(**track(knob, [0, start], [4, end])), frames=3)
    assert np.array_equal(film.drawing(1).whole(), cppn.render(override(COLOURED, flags), (40, 30)))
    assert np.array_equal(film.drawing(2).whole(), cppn.render(override(COLOURED, {knob: end}), (40, 30)))


def test_the_frequency_of_one_layer_and_a_single_latent_number_move_alone():
    film = film_job(timeline(**track("freq.1", [0, 2], [4, 5])), frames=2)
    assert film.state(1).recipe.network.act == ("sin:freq=2", "sin:freq=5", "sin:freq=2")
    film = film_job(timeline(LATENT, **track("latent.2", [0, 0], [4, 3])), frames=2)
    before, after = develop_network(LATENT).latent, develop_network(film.state(1).recipe).latent
    assert after == (*before[:2], 3, *before[3:])


def test_keys_are_met_at_their_times_each_by_its_own_easing():
    line = timeline(**track("zoom", [1, 1], [2, 4, "hold"], [3, 16]))
    film = FilmJob(Evaluator(line), (8, 8), pace_of(5, line), 5)
    assert [film.state(i).recipe.view.zoom for i in range(5)] == [1, 1, 4, 16, 16]


def test_a_morph_goes_through_weights_of_their_full_size():
    other = small("sin:freq=3", mode="rgb", seed=8, zoom=4, rotate=350)
    film = film_job(timeline(morph={"recipes": [other.to_dict()], "ease": "linear"}), frames=8)
    assert np.array_equal(film.drawing(0).whole(), cppn.render(COLOURED, (40, 30)))
    assert np.array_equal(film.drawing(4).whole(), cppn.render(other, (40, 30)))
    halfway = film.state(2).recipe
    for a, b, mixed in zip(numbers(COLOURED), numbers(other), numbers(halfway), strict=True):
        lengths = np.linalg.norm(a), np.linalg.norm(b)
        np.testing.assert_allclose(np.linalg.norm(mixed), sum(lengths) / 2, rtol=1e-5)
        cosines = [a @ mixed / lengths[0], b @ mixed / lengths[1]]
        np.testing.assert_allclose(*cosines, rtol=1e-4)  # as far from the one as from the other
    assert halfway.network.act[0] == "sin:freq=2.5"
    assert halfway.view.zoom == pytest.approx(2)
    assert halfway.view.rotate == pytest.approx(355)  # the shorter way round


def test_a_morph_between_palettes_goes_through_colours_between_them():
    one, two = (small("tanh", mode="palette", palette=name) for name in ("#000,#fff", "#f00,#fff"))
    film = film_job(timeline(one, morph={"recipes": [two.to_dict()], "ease": "linear"}), frames=8)
    darkest = film.state(2).recipe.color.palette.split(",")[0]
    red, green, blue = (int(darkest[i : i + 2], 16) for i in (1, 3, 5))
    assert 40 < red < 200
    assert green < 60
    assert blue < 60


def light(pixels: np.ndarray) -> np.ndarray:
    v = pixels / 255
    return np.where(v <= 0.04045, v / 12.92, ((v + 0.055) / 1.055) ** 2.4)


def test_a_fade_mixes_light():
    other = small("tanh", hidden=(4,))
    film = film_job(timeline(morph={"recipes": [other.to_dict()], "ease": "linear"}), frames=8)
    for share, index in ((0.5, 2), (0.25, 1), (0.5, 6)):
        mixed = film.drawing(index).whole()
        expected = (1 - share) * light(cppn.render(COLOURED, (40, 30))) + share * light(cppn.render(other, (40, 30)))
        assert np.abs(light(mixed) - expected).max() < 0.012
    sixteen = FilmJob(film.evaluator, (40, 30), film.fps, 8, quality_of(16)).drawing(2).whole()
    assert np.abs(sixteen / 257 - film.drawing(2).whole()).max() <= 0.51


WORN = {
    "finish": {"paper": 0.5, "vignette": 0.4},
    "color": {"mode": "palette", "palette": "harbour-dawn", "flat": True},
}
DISC = {
    "network": {"hidden": [5], "act": "sin"}, "color": {"mode": "palette", "palette": "magma"},
    "mask": {"shape": "disc", "rough": 6}, "shadow": 0.5,
}  # fmt: skip
LAID = {"": {"layers": [DISC]}}


@pytest.mark.parametrize(("one", "other"), [({}, {}), (WORN, LAID), (LAID, WORN)])
def test_the_recipe_of_a_frame_in_a_fade_draws_it(one, other):
    recipes = COLOURED.change(one), small("sin", seed=4).change(other).change({"view": {"zoom": 2, "rotate": 30}})
    film = film_job(
        timeline(recipes[0], morph={"recipes": [recipes[1].to_dict()], "by": "fade", "ease": "linear"}), frames=8
    )
    told = cppn.recipe.from_dict(json.loads(film.state(1).recipe.to_json()), where="")
    assert np.array_equal(cppn.render(told, (40, 30)), film.drawing(1).whole())
    one, two = (light(cppn.render(recipe, (40, 30))) for recipe in recipes)
    assert np.abs(light(film.drawing(1).whole()) - (0.75 * one + 0.25 * two)).max() < 0.012


def test_a_film_is_coloured_if_one_of_its_layers_is(tmp_path):
    from cppn.motion.film import write_film_job

    film = film_job(timeline(small("tanh").change(LAID), drift={"amount": 0.5}), frames=3)
    assert film.channels == film.drawing(0).job.channels == 3
    assert write_film_job(film, tmp_path / "a.webp").stat().st_size > 0


def test_parameters_of_a_layers_many_activations_move():
    mixed = small("tanh").change({"network": {"act": ["sin*3|tanh", "sin|gauss", "tanh"]}})
    film = film_job(timeline(mixed, **track("freq", [0, 1], [4, 3])), frames=8)
    told = film.state(4).recipe
    assert np.array_equal(cppn.render(told, (40, 30)), film.drawing(4).whole())
    assert "freq=2" in told.network.act[0]


def test_a_drift_moves_all_networks_of_a_picture_and_its_recipe_draws_it():
    film = film_job(timeline(COLOURED.change(LAID), drift={"amount": 0.5}), frames=8)
    state, rest = film.state(3), film.state(0)
    assert np.array_equal(cppn.render(state.recipe, (40, 30)), film.drawing(3).whole())
    for moved, still in zip(networks(state.field), networks(rest.field), strict=True):
        assert all(not np.array_equal(a.weight, b.weight) for a, b in zip(moved.stages, still.stages, strict=True))
    assert len(list(networks(rest.field))) == 3
    assert np.array_equal(film.drawing(8).whole(), film.drawing(0).whole())


def networks(field):
    yield field.network
    for layer in field.layers:
        yield layer.mask
        yield from networks(layer.field)


def quality_of(bits: int):
    from cppn.engines import Quality

    return Quality(bits=bits)


def test_levels_are_measured_once_so_that_nothing_flickers():
    film = film_job(LOOPS["levels that must be measured"])
    levels = {film.state(i).recipe.color.levels for i in range(12)}
    assert len(levels) == 1
    values = np.stack([film.drawing(i).whole() for i in range(12)])
    assert (values < 5).mean() < 0.1
    assert (values > 250).mean() < 0.1


def test_all_frames_share_one_compiled_pipeline():
    from cppn.engines.kernels.kernel import _table

    line = timeline(
        cppn.load("silk"), drift={"amount": 0.2},
        tracks=[{"knob": "zoom", "keys": [[0, 1], [4, 3]]}, {"knob": "rotate", "keys": [[0, 0], [4, 90]]}, {"knob": "freq.1", "keys": [[0, 1.4], [4, 2]]}],
    )  # fmt: skip
    film = film_job(line, frames=20)
    film.drawing(0)
    before = set(_table.kernels)
    for i in range(20):
        film.drawing(i)
    assert set(_table.kernels) == before


@given(st.sampled_from(sorted(EASINGS)), st.floats(0, 1))
def test_easings_begin_at_0_and_end_at_1(name, t):
    ease = EASINGS[name]
    assert ease(0.0) == 0
    assert ease(1.0) == 1
    assert -0.5 < ease(t) < 1.5


keys = st.lists(st.tuples(st.floats(0, 10), st.floats(0.1, 50)), min_size=1, max_size=6, unique_by=lambda key: key[0])


@given(
    keys.map(sorted), st.sampled_from(["zoom", "freq", "gain", "extent"]), st.sampled_from(sorted(EASINGS)),
    st.booleans(), st.floats(0, 3), st.integers(0, 2**63 - 1), st.text(max_size=20),
)  # fmt: skip
def test_a_timeline_survives_its_own_text(found, knob, ease, boomerang, amount, seed, name):
    import tomllib

    line = timeline(
        duration=10, boomerang=boomerang, name=name, drift={"amount": amount, "seed": seed}, **track(knob, *found, ease=ease)
    )  # fmt: skip
    assert from_dict(line.to_dict(), where="") == line
    assert from_dict(tomllib.loads(line.to_toml()), where="") == line


@given(keys.map(sorted), st.floats(0.01, 1000))
def test_a_film_made_longer_shows_the_same_at_each_part_of_its_time(found, seconds):
    line = timeline(duration=10, **track("zoom", *found))
    slow = line.lasting(seconds)
    assert slow.duration == seconds
    for part in (0, 0.3, 0.71, 1):
        a, b = (Evaluator(one).state(part).recipe.view.zoom for one in (line, slow))
        assert math.isclose(a, b, rel_tol=1e-6)


WRONG = {
    "keys out of order": (track("zoom", [2, 1], [1, 2]), "the key at 1 s comes after the one at 2 s"),
    "two keys at one time": (track("zoom", [1, 1], [1, 2]), "keys are in the order"),
    "a key beyond the end": (track("zoom", [0, 1], [5, 2]), "the film ends at 4 s"),
    "a key before the beginning": (track("zoom", [-1, 1], [2, 2]), "begins at 0"),
    "an unknown knob": (track("zom", [0, 1]), "did you mean 'zoom'"),
    "a seed": (track("seed", [0, 1]), "cannot move by steps"),
    "an unknown easing": (track("zoom", [0, 1], [1, 2, "smoth"]), "did you mean 'smooth'"),
    "no keys": (track("zoom"), "tracks.0.keys: a list of 0; at least 1"),
    "one number for a pair": (track("center", [0, 1], [1, 2]), "2 numbers"),
    "a pair for a number": (track("zoom", [0, [1, 2]]), "1 numbers"),
    "a number out of range": (track("freq", [0, 1], [1, 5000]), "-1000 to 1000"),
    "a parameter that is not there": (track("r", [0, 1]), "none of the activations takes r"),
    "a layer that is not there": (track("freq.7", [0, 1]), "there is no layer 7"),
    "a latent that is not there": (track("latent.0", [0, 1]), "0 latent inputs"),
    "no latents": ({"latent": {}}, "no latent inputs"),
    "two tracks of one knob": ({"tracks": [{"knob": "zoom", "keys": [[0, 1]]}] * 2}, "several tracks of zoom"),
    "a duration of nothing": ({"duration": 0}, "duration: 0 is out of range; more than 0"),
    "an unknown key of a section": ({"drift": {"amout": 1}}, "drift: unknown key 'amout'; did you mean 'amount'"),
    "an unknown key of a track": ({"tracks": [{"knob": "zoom", "key": []}]}, "unknown key 'key'; did you mean 'keys'"),
    "an unknown key of a morph": ({"morph": {"seed": [3]}}, "unknown key 'seed'; did you mean 'seeds'"),
    "a morph to nowhere": ({"morph": {}}, "it goes nowhere"),
    "a track that is no list": ({"tracks": {"knob": "zoom"}}, "tracks: {'knob': 'zoom'} is not a list"),
    "a key that is a number": (track("zoom", 1, 2), "1 is no key"),
    "a key of four": (track("zoom", [0, 1, "in", 3]), "is no key"),
    "a key with a number for an easing": (track("zoom", [0, 1], [1, 2, 3]), "is no key"),
    "an unknown key": ({"drft": {}}, "did you mean 'drift'"),
    "a newer version": ({"version": 3}, "newer than this program"),
    "infinity": (track("zoom", [0, math.inf]), "finite"),
    "weights that do not fit": ({"morph": {"recipes": [small("tanh", hidden=(4,)).to_dict()], "by": "weights"}}, "different shapes"),
    "grey without hue": ({**track("hue", [0, 0], [1, 9]), "recipe": small("tanh").to_dict()}, "grey has no hue"),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_a_timeline_that_cannot_be_is_refused_in_one_line(case):
    data, told = WRONG[case]
    with pytest.raises(CppnError, match=told) as error:
        Evaluator(from_dict({"recipe": COLOURED.to_dict(), "duration": 4, **data}, where="a.toml"))
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("value", ["5", "null", "true", '""', "{}"])
def test_a_morphs_recipes_are_a_list(tmp_path, value):
    (tmp_path / "a.json").write_text(f'{{"morph": {{"seeds": [3], "recipes": {value}}}}}')
    with pytest.raises(CppnError, match=r"morph\.recipes is no list"):
        read_timeline(tmp_path / "a.json")


def test_files_name_pictures_beside_them_and_presets(tmp_path):
    cppn.save(COLOURED, tmp_path / "mine.toml")
    (tmp_path / "line.toml").write_text(
        'source = "mine.toml"\nduration = 3\n[morph]\nsources = ["silk"]\n[drift]\namount = 0.1\n'
    )
    line = read_timeline(tmp_path / "line.toml")
    assert line.recipe == COLOURED
    assert line.morph.recipes == (cppn.load("silk"),)
    (tmp_path / "bad.toml").write_text('source = "nosuch"\nduration = 3\n')
    with pytest.raises(CppnError, match=r"bad\.toml: unknown preset"):
        read_timeline(tmp_path / "bad.toml")
    (tmp_path / "both.toml").write_text('source = "silk"\nduration = 3\n[recipe]\nseed = 1\n')
    with pytest.raises(CppnError, match="give one of them"):
        read_timeline(tmp_path / "both.toml")
    for text in (None, "[drift]\namount = 0.1\n", 'source = "silk"\n'):
        if text is not None:
            (tmp_path / "line.toml").write_text(text)
            assert timelines.load_timeline(str(tmp_path / "line.toml"))[0].duration == timelines.DURATION
        with pytest.raises(CppnError, match="cppn animate"):
            cppn.load(tmp_path / "line.toml")


@pytest.mark.parametrize("name", motions)
def test_the_motions_that_come_with_the_program_are_loops_in_which_something_is_to_be_seen(name):
    line = read_timeline(motions[name])
    assert line.description
    film = film_job(line, frames=round(25 * line.duration), size=(48, 48))
    assert film.evaluator.is_loop
    assert np.array_equal(film.drawing(film.frames).whole(), film.drawing(0).whole())
    steps, spreads = [], []
    for i in range(0, film.frames, film.frames // 12):
        frame, after = (film.drawing(index).whole().astype(float) for index in (i, i + 1))
        steps.append(np.abs(frame - after).mean())
        spreads.append(frame.std())
    assert 0.3 < np.mean(steps) < 25, "it moves, and can be followed"
    assert max(steps) < 5 * np.mean(steps), "it never jumps"
    assert min(spreads) > 15, "it is never flat"


def test_a_motion_has_a_name_of_its_own():
    assert len(set(motions.short_names)) == len(motions) >= 8
    assert not set(motions.short_names) & {name.rpartition("/")[2] for name in cppn.presets}
    assert timelines.load_timeline(motions.short_names[0])[0].moves


@pytest.mark.parametrize("name", LOOPS)
def test_the_recipe_of_a_frame_draws_that_frame(name, tmp_path):
    film = film_job(LOOPS[name], frames=7)
    for index in (0, 2, 5):
        state = film.state(index)
        assert np.array_equal(cppn.render(state.recipe, (40, 30)), film.drawing(index).whole())
        assert cppn.load(cppn.save(state.recipe, tmp_path / "frame.toml")) == state.recipe
