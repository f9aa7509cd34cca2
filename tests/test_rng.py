"""The random stream never changes."""

import ast
import math
import re
import statistics
from pathlib import Path

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

import cppn
from cppn.limits import LARGEST_SEED
from cppn.motion.walks import Drift, streams
from cppn.network.develop import develop_network
from cppn.rng import Stream


def test_first_numbers_are_pinned_for_ever():
    assert Stream(0).uniform(3).tolist() == [0.6369616873214543, 0.2697867137638703, 0.04097352393619469]
    assert Stream(7, 0, 1).uniform(2).tolist() == [0.872908525547428, 0.3242371290640921]
    assert Stream(LARGEST_SEED, 2).normal(3).tolist() == [1.282138967611749, -0.5087303199996642, -1.4610075902413246]


def test_first_weights_of_a_seed_are_pinned_for_ever():
    network = develop_network(cppn.Recipe(seed=1))
    assert network.stages[0].weight[0].tolist() == [0.5395919680595398, 0.5579358339309692]
    assert network.stages[3].bias.tolist() == [0.06724532693624496]


@given(st.integers(0, LARGEST_SEED), st.integers(1, 50), st.integers(0, 50))
def test_a_longer_draw_begins_with_the_shorter_one(seed, count, more):
    assert np.array_equal(Stream(seed, 1).uniform(count + more)[:count], Stream(seed, 1).uniform(count))
    assert np.array_equal(Stream(seed, 1).normal(count + more)[:count], Stream(seed, 1).normal(count))


def test_normal_numbers_are_the_quantiles_of_the_uniform_ones():
    uniform = Stream(5).uniform(5000) + 2.0**-54
    exact = [statistics.NormalDist().inv_cdf(u) for u in uniform]
    np.testing.assert_allclose(Stream(5).normal(5000), exact, rtol=1e-13, atol=1e-14)


def test_streams_of_different_paths_are_independent():
    a, b = Stream(1, 0).uniform(20000), Stream(1, 1).uniform(20000)
    assert abs(np.corrcoef(a, b)[0, 1]) < 0.03


def test_grey_picture_is_the_red_channel_of_the_colour_picture():
    grey = cppn.render(cppn.Recipe(seed=9), size=(40, 30))
    colour = cppn.render(cppn.Recipe(seed=9, color=cppn.ColorRecipe(mode="rgb")), size=(40, 30))
    assert np.array_equal(grey[:, :, 0], colour[:, :, 0])


def test_weights_follow_the_distribution_of_their_scheme():
    def first_hidden(init: str, act: str = "cos") -> np.ndarray:
        spec = cppn.NetworkRecipe(init=init, act=(act,), hidden=(256, 256), gain=2)
        return develop_network(cppn.Recipe(network=spec)).stages[1].weight

    assert np.abs(first_hidden("torch")).max() <= 2 / 16
    assert abs(first_hidden("torch").std() - 2 / 16 / math.sqrt(3)) < 1e-3
    assert abs(first_hidden("normal").std() - 2 / 16) < 1e-3
    assert abs(first_hidden("xavier").std() - 2 * math.sqrt(2 / 512)) < 1e-3
    assert abs(first_hidden("kaiming").std() - 2 * math.sqrt(2 / 256)) < 2e-3
    assert abs(np.abs(first_hidden("siren", "sin:freq=30")).max() - 2 * math.sqrt(6 / 256) / 30) < 1e-4


def test_every_stream_that_is_drawn_from_has_a_name_of_its_own():
    calls = [
        (path, node)
        for path in Path(cppn.__file__).parent.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("Stream", "Sampler")
    ]
    assert len(calls) > 10
    for path, call in calls:
        told = ast.unparse(call.args[1])
        assert re.fullmatch(r"Purpose\.[A-Z_]+|stream|purpose|\*path", told), f"{path}: {told}"


def test_a_walk_with_the_recipes_own_seed_goes_its_own_way():
    def cosine(version: int) -> float:
        recipe = cppn.Recipe(seed=7)
        network = develop_network(recipe)
        moved = Drift(network, 0.3, 7, streams(version)[0]).at(network, 0.5)
        start, end = (network.stages[1].weight.ravel().astype(float), moved.stages[1].weight.ravel().astype(float))
        way = end - start
        return float(way @ start) / np.linalg.norm(start) / np.linalg.norm(way)

    assert abs(cosine(1)) > 0.8, "as films of the first version were"
    assert abs(cosine(2)) < 0.4
