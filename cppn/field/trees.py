"""Formula trees as a kind of value: what is computed over it is written down, each operation once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .formula import COMPARISONS, Node, is_number, make, name, number
from .ops import Ops, Value


@dataclass(frozen=True, eq=False, slots=True)
class Tree:
    """A formula; arithmetic on it makes a larger one."""

    ops: TreeOps
    node: Node

    def __add__(self, other: Value) -> Tree:
        return self.ops.make("+", self, other)

    def __radd__(self, other: Value) -> Tree:
        return self.ops.make("+", other, self)

    def __sub__(self, other: Value) -> Tree:
        return self.ops.make("-", self, other)

    def __rsub__(self, other: Value) -> Tree:
        return self.ops.make("-", other, self)

    def __mul__(self, other: Value) -> Tree:
        return self.ops.make("*", self, other)

    def __rmul__(self, other: Value) -> Tree:
        return self.ops.make("*", other, self)

    def __truediv__(self, other: Value) -> Tree:
        return self.ops.make("/", self, other)

    def __rtruediv__(self, other: Value) -> Tree:
        return self.ops.make("/", other, self)

    def __neg__(self) -> Tree:
        return self.ops.make("-", 0.0, self)

    def __lt__(self, other: Value) -> Tree:
        return self.ops.make("<", self, other)

    def __le__(self, other: Value) -> Tree:
        return self.ops.make("<=", self, other)

    def __gt__(self, other: Value) -> Tree:
        return self.ops.make(">", self, other)

    def __ge__(self, other: Value) -> Tree:
        return self.ops.make(">=", self, other)


def _of(op: str) -> Callable[..., Any]:
    def operation(self: TreeOps, *args: Value) -> Tree:
        return self.make(op, *args)

    return operation


class TreeOps(Ops):
    """Every operation becomes a node, what follows from others too: each kind of value then has its own way of it.

    Equal formulas are one object, so that what is used twice is seen to be.
    """

    def __init__(self) -> None:
        self._known: dict[tuple[str, tuple[int, ...], float, str], Node] = {}

    def name(self, text: str) -> Tree:
        """A variable."""
        return Tree(self, self._once(name(text)))

    def node(self, value: Value) -> Node:
        """A value as a formula."""
        return value.node if isinstance(value, Tree) else self._once(number(value))

    def make(self, op: str, *args: Value) -> Tree:
        """An operation, worked out at once where all is known."""
        nodes = tuple(map(self.node, args))
        if op in COMPARISONS or not all(map(is_number, nodes)):
            return Tree(self, self._once(Node(op, nodes)))
        return Tree(self, self._once(make(op, nodes)))

    def _once(self, node: Node) -> Node:
        return self._known.setdefault((node.op, tuple(map(id, node.args)), node.value, node.name), node)

    where, abs, floor, round, sqrt = _of("where"), _of("abs"), _of("floor"), _of("round"), _of("sqrt")
    exp, log, sin, cos, tanh, erf = _of("exp"), _of("log"), _of("sin"), _of("cos"), _of("tanh"), _of("erf")
    atan2, lookup, min, max, clamp = _of("atan2"), _of("lookup"), _of("min"), _of("max"), _of("clamp")
    unit, sign, tan, atan, sigmoid = _of("unit"), _of("sign"), _of("tan"), _of("atan"), _of("sigmoid")
    mod, power, srgb_curve, cos_squared = _of("mod"), _of("power"), _of("srgb_curve"), _of("cos_squared")
    hash = _of("hash")
