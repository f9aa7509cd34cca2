"""Children are recipes that can be drawn, as near to their parents as was asked, and have what was locked."""

import base64

import numpy as np
import pytest
from conftest import small
from hypothesis import example, given, settings
from hypothesis import strategies as st
from test_recipe import recipes

import cppn
from cppn.limits import MOST_TERMS
from cppn.network.develop import develop_network
from cppn.network.weights import write_weights
from cppn.recipe import from_dict
from cppn.search.breed import LOCKS, cross, mutate, offspring

presets = st.sampled_from(sorted(cppn.presets)).map(lambda name: cppn.presets[name])
seeds = st.integers(0, 2**63 - 1)
locks = st.sets(st.sampled_from(LOCKS))
shares = st.floats(0, 1)


def drawn(recipe: cppn.Recipe) -> np.ndarray:
    """Its pixels, by the oracle: what an engine compiles for is of no interest here."""
    assert from_dict(recipe.to_dict(), where="") == recipe
    return cppn.render(recipe, (8, 8), engine="reference")


GRAPHS = {
    "drawn": {"random": {"nodes": 9, "links": 20}, "act": ["sin|gauss", "tanh"], "latent": 1},
    "told": {
        "inputs": ["x", "-y"],
        "graph": {
            "inputs": ["x", "down"], "nodes": [{"name": "a", "act": "sin"}, {"name": "b", "act": "tanh", "aggregation": "max"}],
            "links": [["x", "a", 2], ["down", "a", 1], ["a", "b", 3], ["x", "b", -1]],
        },
    },
}  # fmt: skip


@pytest.mark.parametrize("kind", GRAPHS)
def test_graphs_have_children_of_the_same_shape(kind):
    parent = from_dict({"network": GRAPHS[kind], "view": {"extent": 2}}, where="")
    children = [mutate(parent, 0.3, (), seed) for seed in offspring(5, 6)]
    assert len({drawn(child).tobytes() for child in (parent, *children)}) == 7
    ours = develop_network(parent).stages
    for child in children:
        theirs = develop_network(child).stages
        assert [(a.sources, a.links, a.slices) for a in ours] == [(b.sources, b.links, b.slices) for b in theirs]
    near, far = (
        np.abs(develop_network(mutate(parent, strength, ("colours",), 3)).stages[0].weight - ours[0].weight).max()
        for strength in (0.1, 0.9)
    )
    assert 0 < near < far / 20
    assert mutate(parent, 0.5, ("weights",), 4).network == parent.network
    other = small("tanh", mode="rgb")
    for child in (cross(parent, other, 0.3, (), seed) for seed in range(4)):
        assert child.network.is_graph or child.network.hidden == (8, 8)
        drawn(child)


def drawable(recipe: cppn.Recipe) -> bool:
    try:
        drawn(recipe)
    except cppn.CppnError:  # a field without a finite value, or of a view that float64 cannot place
        return False
    return True


def assert_locked(child: cppn.Recipe, parent: cppn.Recipe, locked: set[str]) -> None:
    if "weights" in locked:
        shape = {"hidden", "inputs", "latent", "init", "gain", "residual", "weights", "blend"}
        assert [getattr(child.network, key) for key in shape] == [getattr(parent.network, key) for key in shape]
        assert child.seed == parent.seed
    if "activations" in locked:
        assert child.network.act == parent.network.act
    if "colours" in locked:
        assert child.color.replace(measured=None, curve=None) == parent.color.replace(measured=None, curve=None)
    assert child.view == parent.view


@given(presets | recipes(), shares, locks, seeds)
@settings(max_examples=80)
def test_a_mutant_can_be_drawn_and_has_what_is_locked(recipe, strength, locked, seed):
    if not drawable(recipe):
        return
    child = mutate(recipe, strength, locked, seed)
    drawn(child)
    assert_locked(child, recipe, locked)
    assert child == mutate(recipe, strength, locked, seed)


@given(presets | recipes(), presets | recipes(), shares, locks, seeds)
@settings(max_examples=80)
def test_a_child_of_two_can_be_drawn_and_has_what_is_locked_from_the_first(a, b, strength, locked, seed):
    if not drawable(a):
        return
    child = cross(a, b, strength, locked, seed)
    drawn(child)
    assert_locked(child, a, locked)
    assert child == cross(a, b, strength, locked, seed)


def weights(recipe: cppn.Recipe) -> np.ndarray:
    layers = develop_network(recipe).stages
    return np.concatenate([layer.weight.ravel() for layer in layers]).astype(np.float64)


def likeness(a: cppn.Recipe, b: cppn.Recipe) -> float:
    """The correlation of their weights."""
    return float(np.corrcoef(weights(a), weights(b))[0, 1])


PARENT = small(("tanh", "sin", "linear"), hidden=(40, 40), mode="rgb")
OTHER = PARENT.change({"": {"seed": 99}})
ONLY_WEIGHTS = {"colours", "activations"}


def test_strength_is_how_far_a_mutant_is_from_its_parent():
    assert mutate(PARENT, 0, set(), 5) is PARENT
    near, mid, far = ([likeness(mutate(PARENT, s, ONLY_WEIGHTS, seed), PARENT) for seed in range(6)] for s in (0.1, 0.5, 1.0))  # fmt: skip
    assert min(near) > 0.95
    assert 0.4 < np.mean(mid) < 0.95
    assert max(far) < 0.6 > np.mean(far)
    assert np.mean(near) > np.mean(mid) > np.mean(far)


def test_a_mutants_weights_are_spread_as_its_parents_for_generations():
    recipe = PARENT
    for seed in range(30):
        recipe = mutate(recipe, 0.7, ONLY_WEIGHTS, seed)
    assert weights(recipe).std() == pytest.approx(weights(PARENT).std(), rel=0.1)


def test_a_child_lies_between_its_parents():
    assert cross(PARENT, OTHER, 0, set(), 1) is PARENT
    for seed in range(6):
        child = cross(PARENT, OTHER, 0.1, ONLY_WEIGHTS, seed)
        assert likeness(child, PARENT) == pytest.approx(0.7, abs=0.2)
        assert likeness(child, OTHER) == pytest.approx(0.7, abs=0.2)


def test_many_generations_stay_short_and_the_newest_mutation_is_kept():
    recipe = PARENT
    for seed in range(40):
        before, recipe = recipe, mutate(recipe, 0.05, ONLY_WEIGHTS, seed)
        assert recipe.network.blend[:1] != before.network.blend[:1]
    assert 30 <= len(recipe.network.blend) <= MOST_TERMS
    assert len(recipe.to_json()) < 1500


def test_given_weights_are_moved_as_far_as_drawn_ones_and_stay_written_out():
    text = base64.b64encode(write_weights(develop_network(PARENT).maps)).decode()
    trained = PARENT.change({"network": {"weights": text}})
    child = mutate(trained, 0.1, ONLY_WEIGHTS, 4)
    assert child.network.weights == text
    assert 0.9 < likeness(child, trained) < 0.9999
    both = cross(child, mutate(trained, 0.1, ONLY_WEIGHTS, 5), 0.1, set(), 6)
    assert both.network.weights == text
    assert len(both.network.blend) >= 2


def test_networks_of_different_shapes_give_a_child_the_one_and_its_look_the_other():
    other = small(("sin",), hidden=(6, 6, 6), mode="palette", palette="magma")
    hidden = {cross(PARENT, other, 0.3, set(), seed).network.hidden for seed in range(12)}
    modes = {cross(PARENT, other, 0.1, set(), seed).color.mode for seed in range(12)}
    assert hidden == {(40, 40), (6, 6, 6)}
    assert modes >= {"rgb", "palette"}


def test_parameters_of_activations_stay_legal():
    wild = small("cos:freq=1000,iters=32,r=4", mode="rgb")
    for seed in range(40):
        drawn(mutate(wild, 1.0, {"weights"}, seed))


@example(0)
@given(seeds)
def test_a_litter_has_as_many_different_seeds(seed):
    assert len(set(offspring(seed, 24))) == 24
    assert offspring(seed, 24)[:3] == offspring(seed, 3)
