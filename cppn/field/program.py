"""What is computed of each point of a picture, written down once: every engine and every shader runs it.

Colours, masks, symmetries, lines and shadows are functions over `Ops` (`cppn/compose/`). Run over formula trees they
leave this: networks to be asked at some point, and formulas of what they answer. Only what the picture shows is kept.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any, NamedTuple

from .dual import Dual, dual
from .formula import COMPARISONS, Node, evaluate, name
from .ops import Ops, Value
from .trees import TreeOps

# what a frame tells of a pixel: columns and rows from the picture's middle, and where that is in the plane
PLACE = ("u", "v", "x", "y")
# what a frame tells of all pixels: how x and y change along columns and rows; the pixels of a hundredth of the shorter
# side and of a millimetre; u and v of the edges; and how many samples a side a pixel has
FRAME = ("ux", "uy", "vx", "vy", "percent", "mm", "right", "bottom", "sharp")
# how the place changes along columns and rows
SLOPES: dict[str, tuple[Any, Any]] = {"u": (1.0, 0.0), "v": (0.0, 1.0), "x": ("ux", "vx"), "y": ("uy", "vy")}


class Let(NamedTuple):
    """A formula that is used several times, by name."""

    name: str
    tree: Node


class Call(NamedTuple):
    """A network asked at a point.

    `outputs`: the names of its leveled outputs. `slopes`: of each output, the names of its derivatives along columns
    and rows; empty where nobody asks for them. `at`: x and y with their derivatives, as formulas; None: where the
    frame says.
    """

    network: int
    outputs: tuple[str, ...]
    slopes: tuple[tuple[str, str], ...] = ()
    at: tuple[Dual, Dual] | None = None


class Program(NamedTuple):
    """Statements in order, and the colour as formulas of their names: one channel or three.

    `is_light`: the colour is linear light, else it is sRGB-encoded; either is in [0, 1].
    """

    steps: tuple[Let | Call, ...]
    colour: tuple[Node, ...]
    is_light: bool

    @property
    def calls(self) -> tuple[Call, ...]:
        """The networks that are asked."""
        return tuple(step for step in self.steps if isinstance(step, Call))

    @property
    def asked(self) -> tuple[tuple[int, bool], ...]:
        """Which networks are asked, each once: its number, and whether where the frame says or elsewhere."""
        return tuple(dict.fromkeys((call.network, call.at is None) for call in self.calls))

    @property
    def trees(self) -> Iterator[Node]:
        """All its formulas."""
        for step in self.steps:
            yield from (step.tree,) if isinstance(step, Let) else _entering(step)
        yield from self.colour

    @property
    def names(self) -> frozenset[str]:
        """All that its formulas take, and nothing of it is worked out by statements: places, numbers, tables."""
        made: set[str] = set()
        for step in self.steps:
            made.update((step.name,) if isinstance(step, Let) else (*step.outputs, *chain(*step.slopes)))
        return frozenset().union(*(tree.names for tree in self.trees)) - made

    def run(
        self, values: Mapping[str, Value], ops: Ops, ask: Callable[[Call, Mapping[str, Value]], Iterable[Value]],
        keep: Callable[[Let, Value], Value] = lambda _, value: value,
    ) -> list[Value]:  # fmt: skip
        """The colour, where `values` gives what `names` says.

        `ask`: gives a call's outputs, each a Dual where its slopes are asked for; it is told what is known by then.
        `keep`: given a statement and its value, returns that as it is to be used from there on.
        """
        known = dict(values)
        for step in self.steps:
            if isinstance(step, Let):
                known[step.name] = keep(step, evaluate(step.tree, known, ops))
                continue
            answers = list(ask(step, known))
            known.update(zip(step.outputs, (dual(one).value for one in answers), strict=True))
            for names, answer in zip(step.slopes, answers, strict=bool(step.slopes)):
                known.update(zip(names, dual(answer)[1:], strict=True))
        return [evaluate(tree, known, ops) for tree in self.colour]


def _entering(call: Call) -> Iterator[Node]:
    """The formulas of where a network is asked."""
    for one in call.at or ():
        yield from one if call.slopes else one[:1]


class Writer:
    """Writes a program: gives duals of trees for what there is at a point, and notes the networks that are asked.

    `numbers`: those that the program takes by name, which may be others each time it runs.
    """

    def __init__(self) -> None:
        self.trees = TreeOps()
        self.numbers: dict[str, float] = {}
        self.label = ""  # before the names of numbers: of what is being written
        self._calls: dict[str, Call] = {}  # by the name of each output and slope
        self._asked = 0

    def place(self, key: str) -> Dual:
        """One of PLACE."""
        du, dv = (self.trees.name(one) if isinstance(one, str) else one for one in SLOPES[key])
        return Dual(self.trees.name(key), du, dv)

    def frame(self, key: str) -> Dual:
        """One of FRAME."""
        return Dual(self.trees.name(key))

    def number(self, key: str, value: float) -> Dual:
        """A number by name."""
        key = self.label + key
        self.numbers[key] = float(value)
        return Dual(self.trees.name(key))

    def ask(self, network: int, outputs: int, at: tuple[Value, Value] | None = None) -> list[Dual]:
        """So many outputs of a network at a point; by default where the frame says."""
        label = f"f{self._asked}"
        self._asked += 1
        names = tuple(f"{label}_{i}" for i in range(outputs))
        slopes = tuple((f"{one}u", f"{one}v") for one in names)
        place = None
        if at is not None:
            x, y = (Dual(*map(self.trees.node, dual(one))) for one in at)
            place = x, y
        call = Call(network, names, slopes, place)
        self._calls |= dict.fromkeys((*names, *(key for pair in slopes for key in pair)), call)
        return [Dual(*map(self.trees.name, (one, *pair))) for one, pair in zip(names, slopes, strict=True)]

    def program(self, colour: Sequence[Value], is_light: bool) -> Program:
        """The program of a colour, without what it does not take."""
        return _Linear(self._calls).program([self.trees.node(dual(one).value) for one in colour], is_light)


class _Linear:
    """Brings formulas into an order, names those that are used several times, and drops what nobody uses."""

    def __init__(self, calls: Mapping[str, Call]) -> None:
        self._calls = calls
        self._steep: set[str] = set()  # the first outputs of calls whose slopes are used

    def program(self, colour: Sequence[Node], is_light: bool) -> Program:
        order, known = self._order(colour), -1
        while known != len(self._steep):  # slopes that are asked for may need others before them
            known = len(self._steep)
            order = self._order(colour)
        uses = Counter(id(one) for tree in order for one in self._needs(tree))
        uses.update(map(id, colour))
        steps: list[Let | Call] = []
        made: dict[int, Node] = {}
        asked: set[str] = set()
        for tree in order:
            found = tree
            if (call := self._call(tree)) is not None:
                if call.outputs[0] not in asked:
                    asked.add(call.outputs[0])
                    steps.append(self._written(call, made))
            elif tree.args:
                found = Node(tree.op, tuple(made[id(arg)] for arg in tree.args))
                if uses[id(tree)] > 1 and tree.op not in COMPARISONS:
                    key = f"t{len(steps)}"
                    steps.append(Let(key, found))
                    found = name(key)
            made[id(tree)] = found
        return Program(tuple(steps), tuple(made[id(tree)] for tree in colour), is_light)

    def _call(self, tree: Node) -> Call | None:
        """The call that a name is an answer of."""
        call = self._calls.get(tree.name) if tree.op == "name" else None
        return call if call is None or call.outputs[0] in self._steep else call._replace(slopes=())

    def _needs(self, tree: Node) -> Sequence[Node]:
        """What is to be known before a formula."""
        call = self._call(tree)
        return tree.args if call is None else list(_entering(call))

    def _order(self, roots: Sequence[Node]) -> list[Node]:
        """All formulas that these need, each after those that it needs itself."""
        order, begun, done = [], set[int](), set[int]()
        stack = list(reversed(roots))
        while stack:
            tree = stack[-1]
            if id(tree) in begun:
                stack.pop()
                if id(tree) not in done:
                    done.add(id(tree))
                    order.append(tree)
                continue
            begun.add(id(tree))
            if tree.op == "name" and tree.name in self._calls and tree.name not in self._calls[tree.name].outputs:
                self._steep.add(self._calls[tree.name].outputs[0])
            stack += [one for one in reversed(self._needs(tree)) if id(one) not in begun]
        return order

    @staticmethod
    def _written(call: Call, made: Mapping[int, Node]) -> Call:
        if call.at is None:
            return call
        parts = 3 if call.slopes else 1
        x, y = (Dual(*(made[id(part)] for part in one[:parts])) for one in call.at)
        return call._replace(at=(x, y))
