"""Networks of any shape: nodes, and the links between them."""

from __future__ import annotations

from collections import Counter
from typing import Any, Literal, get_args

from ..errors import CppnError, shorten, unknown
from ..field.activations import parse_activation
from ..field.aggregations import AGGREGATIONS, MOST_MEDIAN
from .kinds import Many, Number, Row, Text, Whole, Word
from .schema import Section, Table, field, required

Form = Literal["free", "layered", "small-world", "dense"]
MOST_NODES, MOST_LINKS, MOST_STEPS = 2000, 20_000, 64
_NAME = Text(200)


class NodeRecipe(Section):
    """A node: activation(bias + response · what the aggregation makes of the values that come to it)."""

    name: str = required(_NAME)
    act: str = field(Text(), "linear", "Its activation.")
    bias: float = field(Number(), 0.0, "What is added.")
    response: float = field(Number(), 1.0, "What the aggregated value is multiplied by.")
    aggregation: str = field(Word(*AGGREGATIONS), "sum", "What it makes of the values that come to it.")

    def to_dict(self) -> dict[str, Any]:
        """Without what is as usual."""
        return {"name": self.name, **{key: one for key, one in super().to_dict().items() if one != self._usual(key)}}

    def _usual(self, key: str) -> Any:
        return self.fields[key].default

    def _check(self) -> None:
        try:
            parse_activation(self.act)
        except CppnError as error:
            raise error.within("act") from None


class RandomGraphRecipe(Section):
    """Nodes and links that the seed draws; the last three nodes are the outputs."""

    nodes: int = field(Whole(1, MOST_NODES), 24, "How many nodes there are.")
    links: int = field(Whole(0, MOST_LINKS), 60, "How many links, one to each node at least.")
    form: Form = field(
        Word(*get_args(Form)), "free",
        "What is linked: any two nodes, neighbouring layers, mostly nodes that are near each other, or all.",
    )  # fmt: skip


class GraphRecipe(Section):
    """Nodes, and the links between them, instead of layers."""

    nodes: tuple[NodeRecipe, ...] = required(Many(Table(NodeRecipe), 1, MOST_NODES))
    links: tuple[tuple[str, str, float], ...] = field(
        Many(Row(_NAME, _NAME, Number()), most=MOST_LINKS), (), "Source, target and weight of each.",
        ['[["x", "a", 1.5]]'],
    )  # fmt: skip
    inputs: tuple[str, ...] = field(Many(_NAME), (), "Names of the network's inputs, in order; else as they are told.")
    outputs: tuple[str, ...] = field(Many(_NAME), (), "Nodes that become the colour, in order; else the last ones.")
    steps: int = field(
        Whole(0, MOST_STEPS), 0, "Where links go round: all nodes are computed so many times, from what they were."
    )

    def to_dict(self) -> dict[str, Any]:
        """Without what is as usual."""
        return {key: one for key, one in super().to_dict().items() if one not in ([], 0)}

    def _check(self) -> None:
        names = [node.name for node in self.nodes]
        for name, count in Counter((*names, *self.inputs)).items():
            if count > 1:
                raise CppnError(f"{count} are called {shorten(name)!r}", where="nodes", legal="names differ")
        for name in self.outputs:
            if name not in names:
                raise unknown("node", name, names, where="outputs")
        known = {*names}
        for _, target, _ in self.links:
            if target not in known:
                what = "an input" if target in self.inputs else "no node"
                raise CppnError(f"{shorten(target)!r} is {what}", where="links", legal="links lead to nodes")
        for pair, count in Counter((source, target) for source, target, _ in self.links).items():
            if count > 1:
                told = " → ".join(map(shorten, pair))
                raise CppnError(f"{count} links {told}", where="links", legal="one is legal")
        incoming = Counter(target for _, target, _ in self.links)
        for node in self.nodes:
            if node.aggregation == "median" and incoming[node.name] > MOST_MEDIAN:
                what = f"{incoming[node.name]} links to {shorten(node.name)!r}, which takes their median"
                raise CppnError(what, where="links", legal=f"at most {MOST_MEDIAN} are legal")
