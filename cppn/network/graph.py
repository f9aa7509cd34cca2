"""From the nodes and links of a recipe to stages: nodes that stand equally deep are computed at once."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import NamedTuple

import numpy as np

from ..errors import CppnError, shorten, unknown
from ..field.activations import parse_activation
from ..field.aggregations import SUM
from ..recipe import NetworkRecipe
from ..recipe.graph import GraphRecipe, NodeRecipe, RandomGraphRecipe
from ..rng import Purpose, Stream
from .stages import Stage, slices_of

MOST_UNITS = 8192  # of all steps together
_LINEAR = "linear"
_REWIRED = 0.2  # of a small world's links (Watts and Strogatz 1998)

Key = tuple[object, ...]


class _Unit(NamedTuple):
    """A unit of a stage: what it takes, each with its weight, and what it makes of that."""

    act: str
    bias: float
    incoming: Sequence[tuple[Key, float]]
    aggregation: str = SUM


def graph_stages(seed: int, spec: NetworkRecipe, inputs: Sequence[str], latents: int, outputs: int) -> list[Stage]:
    """The stages of a network's graph; the last one gives so many outputs, in order.

    `inputs`: their texts, which are their names where the graph has none; latent ones are z0, z1, …
    Errors: CppnError for links from nowhere, links that go round without `steps`, and too few outputs.
    """
    names = [*((spec.graph and spec.graph.inputs) or inputs), *(f"z{i}" for i in range(latents))]
    if len(names) != len(inputs) + latents:
        raise CppnError(
            f"{len(names) - latents} names", where="network.graph.inputs", legal=f"the network has {len(inputs)} inputs"
        )
    graph = spec.graph or random_graph(seed, spec, names)
    shown = (graph.outputs or tuple(node.name for node in graph.nodes[-outputs:]))[:outputs]
    if len(shown) < outputs:
        raise CppnError(
            f"{len(shown)} outputs", where="network.graph.outputs", legal=f"this colour mode takes {outputs}"
        )
    return _Stages(_units(graph, names, shown), names, graph, shown).made


def _units(graph: GraphRecipe, inputs: Sequence[str], shown: Sequence[str]) -> dict[Key, _Unit]:
    """All units that the outputs need, by name, and, of a graph that goes round, by step."""
    nodes: dict[str, NodeRecipe] = {node.name: node for node in graph.nodes}
    links: dict[str, list[tuple[str, float]]] = {name: [] for name in nodes}
    for source, target, weight in sorted(graph.links):
        if source not in nodes and source not in inputs:
            raise unknown("node or input", source, [*inputs, *nodes], where="network.graph.links")
        links[target].append((source, weight))
    units: dict[Key, _Unit] = {}
    last = graph.steps
    open_keys: list[Key] = [(name, last) for name in shown]
    while open_keys:
        key = open_keys.pop()
        if key in units:
            continue
        found = dict(_of_node(key, nodes, links, bool(last)))
        units |= found
        if len(units) > MOST_UNITS:
            raise CppnError(
                f"more than {MOST_UNITS} units in {last} steps", where="network.graph.steps", legal="take fewer steps"
            )
        open_keys += [
            source for unit in found.values() for source, _ in unit.incoming if source not in units and len(source) == 2
        ]
    return units


def _of_node(
    key: Key, nodes: Mapping[str, NodeRecipe], links: Mapping[str, list[tuple[str, float]]], goes_round: bool
) -> Iterator[tuple[Key, _Unit]]:
    """The units of a node at a step: what an aggregation takes stands before the activation."""
    name, step = key
    if step == 0 and goes_round:  # before the first step
        yield key, _Unit(_LINEAR, 0.0, ())
        return
    node, earlier = nodes[str(name)], int(step) - 1 if goes_round else 0  # type: ignore[call-overload]
    incoming: list[tuple[Key, float]] = [
        ((source, earlier) if source in nodes else (source,), weight) for source, weight in links[node.name]
    ]
    kind = node.aggregation if len(incoming) > 1 else SUM
    if kind == "mean":
        kind, incoming = SUM, [(source, weight / len(incoming)) for source, weight in incoming]
    if kind == SUM:
        yield key, _Unit(node.act, node.bias, [(source, node.response * weight) for source, weight in incoming])
        return
    for i, (source, _) in enumerate(incoming):
        if len(source) == 1:  # of an input, a copy
            incoming[i] = ((*source, "copy", 0), incoming[i][1])
            yield incoming[i][0], _Unit(_LINEAR, 0.0, [(source, 1.0)])
    whole: Key = (name, step, kind)
    yield whole, _Unit(_LINEAR, 0.0, incoming, kind)
    yield key, _Unit(node.act, node.bias, [(whole, node.response)])


class _Stages:
    """Units become stages: those at one depth that aggregate alike are one."""

    def __init__(
        self, units: Mapping[Key, _Unit], inputs: Sequence[str], graph: GraphRecipe, shown: Sequence[str]
    ) -> None:
        self._units, self._inputs = units, {(name,): i for i, name in enumerate(inputs)}
        self._place: dict[Key, tuple[int, int]] = {(name,): (0, i) for i, name in enumerate(inputs)}
        self._widths = [len(inputs)]
        self.made: list[Stage] = []
        for _, group in sorted(self._groups.items(), key=lambda item: item[0]):
            self._add(group)
        self._show([(name, graph.steps) for name in shown])

    @cached_property
    def _groups(self) -> dict[tuple[int, str], list[Key]]:
        depths, found = self._depths(), dict[tuple[int, str], list[Key]]()
        for key, unit in self._units.items():
            found.setdefault((depths[key], unit.aggregation), []).append(key)
        # in one order, however they are told
        return {at: sorted(keys, key=lambda key: (self._units[key].act, *map(str, key))) for at, keys in found.items()}

    def _depths(self) -> dict[Key, int]:
        """How many units lie one after another before each. Errors: CppnError with the names of a cycle."""
        depths, path = dict[Key, int](), dict[Key, None]()
        for first in sorted(self._units, key=str):
            stack: list[tuple[Key, bool]] = [(first, False)]
            while stack:
                key, is_done = stack.pop()
                if key in depths or key in self._inputs:
                    continue
                sources = [source for source, _ in self._units[key].incoming if source not in self._inputs]
                if is_done:
                    del path[key]
                    depths[key] = 1 + max((depths[source] for source in sources), default=0)
                elif key in path:
                    round_ = list(path)[list(path).index(key) :]
                    told = " → ".join(dict.fromkeys(shorten(str(one[0])) for one in reversed(round_)))
                    raise CppnError(
                        f"its links go round: {told} → {shorten(str(round_[-1][0]))}", where="network.graph.links",
                        legal="take one of them out, or write steps = 4",
                    )  # fmt: skip
                else:
                    path[key] = None
                    stack += [(key, True), *((source, False) for source in sources)]
        return depths

    def _add(self, group: Sequence[Key]) -> None:
        units = [self._units[key] for key in group]
        stage = self._stage([unit.incoming for unit in units], [unit.bias for unit in units])
        slices = slices_of(parse_activation(unit.act) for unit in units)
        self.made.append(replace(stage, slices=slices, aggregation=units[0].aggregation))
        for i, key in enumerate(group):
            self._place[key] = len(self.made), i
        self._widths.append(len(group))

    def _show(self, shown: Sequence[Key]) -> None:
        """The last stage, which brings the outputs together; each has its node's bounds."""
        stage = self._stage([[(key, 1.0)] for key in shown], [0.0] * len(shown))
        spans = (parse_activation(self._units[key].act).span for key in shown)
        slices = slices_of([replace(parse_activation(_LINEAR), span=span) for span in spans])
        self.made.append(replace(stage, slices=slices))

    def _stage(self, incoming: Sequence[Sequence[tuple[Key, float]]], bias: Sequence[float]) -> Stage:
        places = [[(*self._place[source], weight) for source, weight in one] for one in incoming]
        sources = tuple(sorted({source for one in places for source, _, _ in one})) or (0,)
        starts = dict(
            zip(sources, np.cumsum([0, *(self._widths[source] for source in sources)]).tolist(), strict=False)
        )
        weight = np.zeros((len(incoming), sum(self._widths[source] for source in sources)))
        links = []
        for unit, one in enumerate(places):
            columns = sorted((starts[source] + i, value) for source, i, value in one)
            for column, value in columns:
                weight[unit, column] = value
            links.append(tuple(column for column, _ in columns))
        return Stage(sources, weight, np.array(bias), (), links=tuple(links))


def random_graph(seed: int, spec: NetworkRecipe, inputs: Sequence[str]) -> GraphRecipe:
    """The nodes and links that a seed draws: n0, n1, …, each linked from what stands before it.

    Weights are spread so that sums are about as wide as what is summed, times `gain`.
    """
    told = spec.random or RandomGraphRecipe()
    names = [f"n{i}" for i in range(told.nodes)]
    before = [[*inputs, *names[:i]] for i in range(told.nodes)]
    pairs = _pairs(told, before, len(inputs), Stream(seed, Purpose.GRAPH, 0))
    fan = Counter(target for _, target in pairs)
    weights = Stream(seed, Purpose.WEIGHTS).normal(len(pairs))
    biases = Stream(seed, Purpose.BIASES).normal(told.nodes)
    choices, chosen = spec.act[0].split("|"), Stream(seed, Purpose.GRAPH, 1).uniform(told.nodes)
    acts = [choices[int(at * len(choices))] for at in chosen.tolist()]
    if len(spec.act) == 2:  # of the outputs
        acts[-3:] = [spec.act[1]] * len(acts[-3:])
    nodes = tuple(
        NodeRecipe(name=name, act=act.strip(), bias=0.5 * bias)
        for name, act, bias in zip(names, acts, biases.tolist(), strict=True)
    )
    links = tuple(
        (source, target, spec.gain * weight * math.sqrt(2 / fan[target]))
        for (source, target), weight in zip(pairs, weights.tolist(), strict=True)
    )
    return GraphRecipe(nodes=nodes, links=links, outputs=tuple(names[-3:]))


def _pairs(
    told: RandomGraphRecipe, before: Sequence[Sequence[str]], inputs: int, stream: Stream
) -> list[tuple[str, str]]:
    """Source and target of each link, those to n0 first; `before`: what stands before each node."""
    count = len(before)
    if told.form == "dense":
        return [(source, f"n{i}") for i, sources in enumerate(before) for source in sources]
    wanted, depth = max(told.links, count), max(2, round(math.sqrt(count)))
    near = max(2, round(2 * wanted / count))
    found: dict[tuple[str, str], None] = {}
    for turn in range(8 * wanted):  # a few are drawn twice; if all there can be are there, it ends too
        if len(found) == wanted:
            break
        a, b, c = stream.uniform(3).tolist()
        target = turn if turn < count else int(a * count)  # each has a link at least
        sources = before[target]
        if told.form == "layered":
            layer = target * depth // count
            low, high = (inputs + -(-k * count // depth) for k in (layer - 1, layer))
            sources = sources[low:high] if layer else sources[:inputs]
        elif told.form == "small-world" and c >= _REWIRED:
            sources = sources[-near:]
        found[sources[int(b * len(sources))], f"n{target}"] = None
    return sorted(found, key=lambda pair: (int(pair[1][1:]), pair[0]))
