"""Networks of any shape: nodes and links give what their definition says, in every engine and in the shader."""

from __future__ import annotations

import statistics
import string

import numpy as np
import pytest
from agreement import SIZE, assert_card_agrees, assert_engines_agree
from hypothesis import given, settings
from hypothesis import strategies as st
from playwright.sync_api import Page
from test_shader import card_pixels, page  # noqa: F401  a fixture

import cppn
from cppn.draw.drawing import developed
from cppn.engines import oracle
from cppn.field.activations import parse_activation
from cppn.field.aggregations import AGGREGATIONS
from cppn.field.formula import evaluate
from cppn.field.numpy_ops import NumpyOps
from cppn.motion.evaluator import Evaluator
from cppn.motion.film import FilmJob
from cppn.motion.timeline import from_dict as timeline
from cppn.network.develop import develop_network
from cppn.network.graph import random_graph
from cppn.recipe import from_dict

ACTS = ["sin", "tanh", "gauss", "abs", "sigmoid", "x*x - 0.5", "linear"]
FORMS = ("free", "layered", "small-world", "dense")


def recipe(network, mode="rgb", **more):
    told = {
        "seed": 3,
        "network": {"inputs": ["x", "y", "r"], **network},
        "color": {"mode": mode},
        "view": {"extent": 2},
    }
    return from_dict({**told, **more}, where="")


def random(form="free", seed=3, nodes=14, links=30, act=("sin|tanh|gauss|abs", "tanh"), **more):
    network = {"random": {"nodes": nodes, "links": links, "form": form}, "act": list(act), "gain": 1.6}
    return recipe({**network, **more}, seed=seed)


def told(nodes, links, **more):
    return {"graph": {"nodes": nodes, "links": links, **more}}


AGGREGATED = told(
    [
        *({"name": kind, "act": "tanh", "aggregation": kind, "bias": 0.1, "response": -0.8} for kind in AGGREGATIONS),
        {"name": "all", "act": "sin"},
        {"name": "most", "act": "tanh", "aggregation": "maxabs"},
    ],
    [
        *([source, kind, weight] for kind in AGGREGATIONS for source, weight in (("x", 1.3), ("y", -0.7), ("r", 0.9))),
        *([kind, "all", 1.2] for kind in AGGREGATIONS),
        *([kind, "most", 0.7] for kind in AGGREGATIONS), ["y", "most", 0.4],
    ],
    outputs=["all", "most", "median"],
)  # fmt: skip
LOOPING = told(
    [{"name": "a", "act": "tanh"}, {"name": "b", "act": "sin", "aggregation": "max"}, {"name": "c", "act": "tanh"}],
    [["x", "a", 1.5], ["b", "a", -1.1], ["a", "b", 1.7], ["y", "b", 1.2], ["b", "c", 1], ["c", "c", 0.9], ["r", "c", -0.8]],
    steps=4,
)  # fmt: skip
CASES = {
    **{form: random(form) for form in FORMS},
    "grey": random(seed=1, nodes=9, links=20).change({"color": {"mode": "gray"}}),
    "latent": random(latent=[0.4, -1.2]),
    "aggregations": recipe(AGGREGATED),
    "steps": recipe(LOOPING),
    "swatches": random().change(
        {"color": {"mode": "palette", "palette": "harbour-dawn", "flat": True}, "finish": {"line": 0.6, "shadow": 0.5}}
    ),
    "aggregations in relief": recipe(AGGREGATED, mode="rgb", finish={"relief": 1}),
    "mixed layers": recipe({"hidden": [9, 8], "act": ["sin*4|gauss*2|tanh", "sin|abs", "sin|tanh"], "gain": 2}),
    "each": recipe(AGGREGATED).change({"color": {"each": True}}),
}


def by_hand(one: cppn.Recipe, x, y) -> np.ndarray:
    """The outputs, by recursion from node to node, in float64."""
    spec = one.network
    names = {"x": x, "y": y, "r": np.hypot(x, y)} | {f"z{i}": z + 0 * x for i, z in enumerate(spec.latent or ())}
    graph = spec.graph or random_graph(one.seed, spec, list(names))
    nodes = {node.name: node for node in graph.nodes}

    def value(name, step):
        if name in names:
            return names[name]
        if graph.steps and not step:
            return 0 * x
        node = nodes[name]
        taken = [weight * value(source, step - 1) for source, target, weight in graph.links if target == name]
        whole = [combine(node.aggregation, list(row)) for row in np.array(taken).T] if taken else 0 * x
        act = parse_activation(node.act)
        z = node.bias + node.response * np.array(whole)
        return np.broadcast_to(evaluate(act.tree, {**act.parameters, "x": z}, NumpyOps()), x.shape)

    return np.array([value(name, graph.steps) for name in graph.outputs or [node.name for node in graph.nodes[-3:]]])


def combine(kind, values):
    return {
        "sum": sum, "product": np.prod, "max": max, "min": min, "mean": statistics.fmean, "median": statistics.median,
        "maxabs": lambda row: max(row, key=abs),
    }[kind](values)  # fmt: skip


@pytest.mark.parametrize("name", [*FORMS, "latent", "aggregations", "steps"])
def test_units_are_what_the_definition_says(name):
    x, y = np.random.default_rng(1).uniform(-2, 2, (2, 50))
    found = oracle.outputs(develop_network(CASES[name]), x, y)[-1]
    np.testing.assert_allclose(found, by_hand(CASES[name], x, y), atol=1e-9)


@pytest.mark.parametrize("name", CASES)
def test_engines_draw_what_the_oracle_draws(name):
    assert_engines_agree(CASES[name])


@pytest.mark.parametrize("name", CASES)
def test_a_graphics_card_draws_what_the_oracle_draws(page: Page, name):  # noqa: F811
    assert_card_agrees(page, CASES[name])


@pytest.mark.parametrize("name", CASES)
def test_recipes_keep_graphs(name, tmp_path):
    whole = developed(CASES[name])[0]
    assert from_dict(whole.to_dict(), where="") == whole
    assert cppn.load(cppn.save(whole, tmp_path / "a.toml")) == whole
    path = cppn.save(whole, tmp_path / "a.png", size=SIZE)
    assert np.array_equal(cppn.render(cppn.load(path), SIZE), cppn.render(whole, SIZE))


@settings(max_examples=20)
@given(st.data())
def test_the_order_of_nodes_and_links_changes_no_bit(data):
    graph = AGGREGATED["graph"]
    nodes, links = (data.draw(st.permutations(graph[key])) for key in ("nodes", "links"))
    shuffled = recipe({"graph": {**graph, "nodes": nodes, "links": links}})
    ours, theirs = (developed(one)[1].network.stages for one in (shuffled, CASES["aggregations"]))
    for a, b in zip(ours, theirs, strict=True):
        assert (a.sources, a.slices, a.links, a.aggregation) == (b.sources, b.slices, b.links, b.aggregation)
        assert np.array_equal(a.weight, b.weight)
        assert np.array_equal(a.bias, b.bias)


@pytest.mark.parametrize("form", FORMS)
def test_a_seed_draws_what_was_asked_for(form):
    spec = random(form, nodes=20, links=50).network
    graph = random_graph(7, spec, ["x", "y"])
    assert graph == random_graph(7, spec, ["x", "y"])
    assert graph != random_graph(8, spec, ["x", "y"])
    assert len(graph.nodes) == 20
    assert len(graph.links) == (50 if form != "dense" else sum(2 + i for i in range(20)))
    place = {name: i for i, name in enumerate(["x", "y", *(node.name for node in graph.nodes)])}
    assert all(place[source] < place[target] for source, target, _ in graph.links)
    assert {target for _, target, _ in graph.links} == {node.name for node in graph.nodes}
    assert {node.act for node in graph.nodes[-3:]} == {"tanh"}


@pytest.mark.parametrize("colours", [random(seed=5), CASES["mixed layers"]], ids=["graph", "layers"])
def test_grey_is_the_red_channel(colours):
    grey = colours.change({"color": {"mode": "gray"}})
    assert np.array_equal(cppn.render(grey, SIZE)[..., 0], cppn.render(colours, SIZE)[..., 0])


def test_a_layers_units_share_activations():
    network = develop_network(CASES["mixed layers"])
    first, second, last = ([(one.activation.name, one.units) for one in stage.slices] for stage in network.stages)
    assert first == [("sin", 4), ("gauss", 2), ("tanh", 3)]
    assert sorted(name for name, _ in second) == ["abs", "sin"]
    assert sum(count for _, count in second) == 8
    assert {name for name, _ in last} <= {"sin", "tanh"}
    x, y = np.random.default_rng(1).uniform(-2, 2, (2, 9))
    values = oracle.outputs(network, x, y)
    z = network.stages[0].weight @ values[0] + network.stages[0].bias[:, None]
    np.testing.assert_allclose(values[1], [*np.sin(z[:4]), *np.exp(-z[4:6] * z[4:6]), *np.tanh(z[6:])], atol=1e-6)
    with pytest.raises(cppn.CppnError, match=r"act: 'sin\*4\|gauss' counts 4 units; the layer has 3 of them"):
        cppn.render(recipe({"hidden": [3], "act": ["sin*4|gauss", "tanh"]}), (4, 4))


def test_graphs_leave_as_onnx(tmp_path):
    from test_export import by_onnx, of_oracle

    for name in ("free", "aggregations", "steps", "mixed layers"):
        colours, _ = by_onnx(CASES[name], tmp_path)
        assert np.abs(colours - of_oracle(CASES[name])).max() < 1e-4


def test_flags_draw_a_graph(run, tmp_path):
    run(
        "render",
        "--graph",
        "nodes=9,links=20,form=small-world",
        "--act",
        "sin|gauss,tanh",
        "--seed",
        "4",
        "--rgb",
        "-o",
        "a.png",
        "--size",
        "40x30",
    )
    whole = cppn.load(tmp_path / "a.png")
    assert whole.network.random.to_dict() == {"nodes": 9, "links": 20, "form": "small-world"}
    for args, said in {
        ("--graph", "nods=3"): "--graph: unknown key 'nods'; did you mean 'nodes'",
        ("--graph", "nodes=3", "--hidden", "8"): "--graph contradicts --hidden",
        ("told.toml", "--act", "sin"): "--act: the nodes of this recipe have activations and weights of their own",
        ("told.toml", "--freq", "3"): "--freq: the nodes of this recipe",
    }.items():
        cppn.save(recipe(AGGREGATED), tmp_path / "told.toml")
        assert said in run("render", *args, "-o", "b.png", fails=True).stderr
    run("render", "told.toml", "--hidden", "8", "--act", "sin|tanh,tanh", "--freq", "3", "-o", "b.png", "--size", "9x9")
    layers = cppn.load(tmp_path / "b.png").network
    assert (layers.graph, layers.hidden, layers.act) == (None, (8,), ("sin:freq=3|tanh", "tanh"))


WRONG = {
    "its links go round: b → a → b; take one of them out, or write steps": {**LOOPING, "graph": {**LOOPING["graph"], "steps": 0, "links": LOOPING["graph"]["links"][:4]}},
    "2 are called 'a'": told([{"name": "a"}, {"name": "a"}], []),
    "unknown node or input 'q'": told([{"name": "a"}, {"name": "b"}, {"name": "c"}], [["q", "a", 1]]),
    "'q' is no node; links lead to nodes": told([{"name": "a"}], [["x", "q", 1]]),
    "2 links x → a": told([{"name": "a"}], [["x", "a", 1], ["x", "a", 2]]),
    "unknown node 'q'": told([{"name": "a"}], [], outputs=["q"]),
    "2 outputs; this colour mode takes 3": told([{"name": "a"}, {"name": "b"}], []),
    "unknown word 'summ'; did you mean 'sum'": told([{"name": "a", "aggregation": "summ"}], []),
    "unknown activation 'sinn'": told([{"name": "a", "act": "sinn"}], []),
    "a graph that is told, and one that is drawn; leave one": {**told([{"name": "a"}], []), "random": {"nodes": 3}},
    "4 names; the network has 3 inputs": told([{"name": "a"}, {"name": "b"}, {"name": "c"}], [], inputs=list("pqrs")),
    "more than 8192 units": told([{"name": f"n{i}"} for i in range(200)], [[f"n{i}", f"n{(i + k) % 200}", 1] for i in range(200) for k in (1, 14, 71)], steps=64),
}  # fmt: skip


@pytest.mark.parametrize("wrong", WRONG)
def test_what_is_wrong_is_said_in_one_line(wrong):
    with pytest.raises(cppn.CppnError, match=wrong.replace("→", ".")) as caught:
        cppn.render(recipe(WRONG[wrong]), (8, 8))
    assert "\n" not in str(caught.value)


names = st.text(string.ascii_letters + " é·", min_size=1, max_size=3)
some = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.floats() | names,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["nodes", "links", "name", "act", "steps", "outputs"]), inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(some)
def test_any_data_gives_a_graph_or_one_line(data):
    try:
        cppn.render(recipe({"graph": data}, mode="gray"), (6, 4), engine="reference")
    except cppn.CppnError as error:
        assert "\n" not in str(error)


def test_a_drift_moves_weights_of_links_alone_and_its_recipe_draws_it():
    line = timeline({"recipe": random().to_dict(), "duration": 2, "drift": {"amount": 0.4}}, where="")
    film = FilmJob(Evaluator(line), SIZE, line.duration, 8)
    moved, still = film.state(3), film.state(0)
    for a, b in zip(moved.field.network.stages, still.field.network.stages, strict=True):
        assert np.array_equal(a.weight != 0, b.weight != 0)
        assert not np.array_equal(a.weight, b.weight)
    frame = film.drawing(3).whole()
    assert np.array_equal(cppn.render(from_dict(moved.recipe.to_dict(), where=""), SIZE), frame)
    assert np.array_equal(film.drawing(8).whole(), film.drawing(0).whole())


def test_graphs_of_one_shape_morph_through_their_weights():
    nodes, links = AGGREGATED["graph"]["nodes"], AGGREGATED["graph"]["links"]
    other = recipe({"graph": {**AGGREGATED["graph"], "nodes": nodes, "links": [[a, b, -1.2 * w] for a, b, w in links]}})
    line = timeline(
        {"recipe": recipe(AGGREGATED).to_dict(), "duration": 2, "morph": {"recipes": [other.to_dict()]}}, where=""
    )
    film = FilmJob(Evaluator(line), SIZE, line.duration, 8)
    assert not film.state(1).field.layers
    assert film.state(2).field.network.widths == film.state(0).field.network.widths
