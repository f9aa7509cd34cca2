"""A formula cut into parts that a compiler can take.

A compiler sees a tree: what a function's polynomial uses a hundred times is there a hundred times, and functions of
functions multiply. `erf(sin(atan2(y, x)))` is some four million operations; compared with 0, it had not compiled after
70 seconds. Where a tree would grow beyond a bound, what grows it becomes a part of its own, worked out once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import NamedTuple

from ..field.formula import COMPARISONS, Node, is_number, make, name

LARGEST = 2000  # operations of a part, written out
_COMPARED = 30  # of what is compared: comparisons of choices are turned inside out, choice by choice
_REPEATED = 500  # of a step's result in the next, where it stands twice or more
_COMPARING = (*COMPARISONS, "min", "max", "clamp", "sign")

# how often each argument stands in what `HalideOps` makes of a function
_TIMES: dict[str, tuple[int, ...]] = {
    "sin": (88,), "cos": (22,), "cos_squared": (56,), "tan": (110,), "tanh": (76,), "sigmoid": (76,), "erf": (92,),
    "atan": (480,), "atan2": (480, 480), "sign": (2,), "min": (2, 2), "max": (2, 2), "clamp": (4, 4, 2), "mod": (2, 3),
}  # fmt: skip


class Part(NamedTuple):
    """A formula in the names that the whole has, and in those of the parts before it."""

    name: str
    tree: Node


def cut(tree: Node) -> list[Part]:
    """The parts of a formula, in the order in which they are to be worked out; the last is the formula itself.

    No part is larger than `LARGEST` by much; a smaller formula stays as it is. Steps of `iterate` are whole.
    """
    cutter = _Cutter()
    whole, _ = cutter.cut(tree, {})
    return [*cutter.parts, Part("", whole)] if cutter.parts else [Part("", tree)]


def size(tree: Node, names: Mapping[str, float]) -> float:
    """The operations of a formula, written out, where names stand for so many each."""
    match tree.op:
        case "number":
            return 1.0
        case "name":
            return names.get(tree.name, 1.0)
        case "iterate":
            body, steps, start = tree.args
            found = size(start, names)
            for _ in range(int(steps.value)):
                found = min(size(body, {**names, "x": found}), 1e30)
            return found
    return 1.0 + sum(k * size(arg, names) for k, arg in zip(_times(tree), tree.args, strict=True))


def _times(tree: Node) -> tuple[int, ...]:
    if tree.op == "power":
        exponent = tree.args[1]
        whole = is_number(exponent) and float(exponent.value).is_integer()
        return (max(1, abs(int(exponent.value))) if whole else 2, 1)
    return _TIMES.get(tree.op, (1,) * len(tree.args))


def total(trees: Iterable[Node]) -> float:
    """The operations of all parts of formulas together: what there is to compile."""
    return sum(map(_all_parts, trees))


@lru_cache(maxsize=256)  # it is asked for each frame of a film
def _all_parts(tree: Node) -> float:
    return sum(size(part.tree, {}) for part in cut(tree))


_Sized = tuple[Node, float]


class _Cutter:
    def __init__(self) -> None:
        self.parts: list[Part] = []
        self._known: dict[Node, Node] = {}  # parts that stand in several places

    def cut(self, tree: Node, names: Mapping[str, _Sized]) -> _Sized:
        """The formula with its large arguments named, and its size; `names` are those inside `iterate`."""
        if tree.op == "number":
            return tree, 1.0
        if tree.op == "name":
            return names.get(tree.name, (tree, 1.0))
        if tree.op == "iterate":
            return self._iterate(tree, names)
        args = [self.cut(arg, names) for arg in tree.args]
        return self._fit(tree, args)

    def _iterate(self, tree: Node, names: Mapping[str, _Sized]) -> _Sized:
        body, steps, start = tree.args
        now = self.cut(start, names)
        for _ in range(int(steps.value)):
            now = self.cut(body, {**names, "x": self._named(now) if now[1] > _REPEATED else now})
        return now

    def _fit(self, tree: Node, args: list[_Sized]) -> _Sized:
        if tree.op in _COMPARING:
            args = [self._named(arg) if arg[1] > _COMPARED else arg for arg in args]
        times = _times(Node(tree.op, tuple(arg for arg, _ in args)))
        found = 1.0 + sum(k * s for k, (_, s) in zip(times, args, strict=True))
        if found > LARGEST:
            args = [self._named(arg) for arg in args]
            found = 1.0 + sum(k * s for k, (_, s) in zip(times, args, strict=True))
        return make(tree.op, tuple(arg for arg, _ in args)), found

    def _named(self, sized: _Sized) -> _Sized:
        tree, _ = sized
        if tree.op in ("number", "name"):
            return sized
        if tree.op in COMPARISONS:  # which are no numbers that could be kept
            sides = [self._named((side, 0.0))[0] for side in tree.args]
            return Node(tree.op, tuple(sides)), 3.0
        if tree not in self._known:
            self.parts.append(Part(f"#{len(self.parts)}", tree))
            self._known[tree] = name(self.parts[-1].name)
        return self._known[tree], 1.0
