"""Text formulas: parsed into a small checked tree, evaluated over any kind of value.

The grammar is Python's for numbers, names, `+ - * / **`, comparisons and calls, and nothing else of Python. The text
is never executed: Python's own parser reads it, and only the node types listed here are taken over into the tree.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np

from ..errors import CppnError, shorten, unknown
from .numpy_ops import NumpyOps
from .ops import Ops, Value

LONGEST_TEXT = 500
DEEPEST_NESTING = 24
MOST_STEPS = 64  # of one iterate
MOST_WORK = 4000  # operations, counting those inside iterate once a step
LARGEST_EXPONENT = 64
LARGEST_NUMBER = 1e30

COMPARISONS = frozenset(("<", "<=", ">", ">="))
CONSTANTS = {"pi": math.pi}

# the functions a formula may call, with how many arguments each takes
FUNCTIONS: dict[str, int] = {
    **dict.fromkeys(["sin", "cos", "tan", "atan", "exp", "log", "sqrt", "abs", "sign"], 1),
    **dict.fromkeys(["floor", "round", "tanh", "sigmoid", "erf"], 1),
    **dict.fromkeys(["min", "max", "mod", "atan2"], 2),
    **dict.fromkeys(["clamp", "where"], 3),
}

_OPERATORS: dict[type[ast.AST], str] = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Pow: "power",
    ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Node:
    """A formula, or a part of one.

    `op` is "number" (value in `value`), "name" (in `name`), an operator, a function of `Ops`, or "iterate":
    `args` = (body, steps, start), where inside the body `x` is the previous step's result. Of 2.5 steps the result is
    halfway from that of 2 to that of 3.
    """

    op: str
    args: tuple[Node, ...] = ()
    value: float = 0.0
    name: str = ""
    _hash: int = field(init=False, repr=False, compare=False)  # worked out once: formulas are keys of many tables

    def __post_init__(self) -> None:
        object.__setattr__(self, "_hash", hash((self.op, self.args, self.value, self.name)))

    def __hash__(self) -> int:
        return self._hash

    def __reduce__(self) -> tuple[type[Node], tuple[object, ...]]:
        return Node, (self.op, self.args, self.value, self.name)  # another process has other hashes

    def walk(self) -> Iterator[Node]:
        """This node and all below it."""
        yield self
        for arg in self.args:
            yield from arg.walk()

    @property
    def names(self) -> frozenset[str]:
        """The names the formula uses, constants excluded."""
        return frozenset(node.name for node in self.walk() if node.op == "name")


def number(value: float) -> Node:
    """A constant."""
    return Node("number", value=float(value))


def name(text: str) -> Node:
    """A variable."""
    return Node("name", name=text)


def make(op: str, args: tuple[Node, ...]) -> Node:
    """The operation on these arguments, worked out at once where they are all constants."""
    node = Node(op, args)
    if op in COMPARISONS or op == "iterate" or not all(is_number(arg) for arg in args):
        return node
    return number(evaluate(node, {}, NumpyOps()))


def is_number(node: Node) -> bool:
    """Is it a constant?"""
    return node.op == "number"


@lru_cache(maxsize=1024)
def parse(text: str, names: frozenset[str]) -> Node:
    """The tree of a formula in which the given names may occur.

    Errors: CppnError for anything that is not arithmetic, unknown names and functions, numbers that are not finite,
    exponents above 64, nesting deeper than 24, texts above 500 characters, more than 4000 operations.
    """
    if len(text) > LONGEST_TEXT:
        raise _wrong(text, f"it has {len(text)} characters", f"at most {LONGEST_TEXT} are legal")
    try:
        tree = ast.parse(text.strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise _wrong(text, "it cannot be read", 'write it like "sin(3*x)*exp(-x*x)"') from None
    node = _Reader(text, names).read(tree.body, 0)
    if node.op in COMPARISONS:
        raise _wrong(text, "a comparison is not a number", "use it inside where(condition, yes, no)")
    if _work(node) > MOST_WORK:
        raise _wrong(text, "it is too long to compute", f"at most {MOST_WORK} operations are legal")
    return node


def _wrong(text: str, what: str, legal: str) -> CppnError:
    return CppnError(what, where=f"formula {shorten(text)!r}", legal=legal)


class _Reader:
    """Takes Python's syntax tree over into ours, refusing whatever is not arithmetic."""

    def __init__(self, text: str, names: Collection[str]) -> None:
        self.text, self.names = text, names

    def read(self, tree: ast.expr, depth: int) -> Node:
        if depth > DEEPEST_NESTING:
            raise self.wrong("it is nested too deeply", f"at most {DEEPEST_NESTING} levels are legal")
        match tree:
            case ast.Constant(value=(int() | float()) as value) if not isinstance(value, bool):
                return self.number(value)
            case ast.Name(id=text) if text in CONSTANTS:
                return number(CONSTANTS[text])
            case ast.Name(id=text) if text in self.names:
                return name(text)
            case ast.Name(id=text):
                raise unknown("name", text, [*self.names, *CONSTANTS], where=f"formula {shorten(self.text)!r}")
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return self.make("-", number(0), self.value(operand, depth))
            case ast.UnaryOp(op=ast.UAdd(), operand=operand):
                return self.value(operand, depth)
            case ast.BinOp(op=op, left=left, right=right) if type(op) in _OPERATORS:
                return self.binary(_OPERATORS[type(op)], self.value(left, depth), self.value(right, depth))
            case ast.Compare(left=left, ops=[op], comparators=[right]) if type(op) in _OPERATORS:
                return self.make(_OPERATORS[type(op)], self.value(left, depth), self.value(right, depth))
            case ast.Call(func=ast.Name(id="iterate"), args=args, keywords=[]):
                return self.iterate(args, depth)
            case ast.Call(func=ast.Name(id=text), args=args, keywords=[]):
                return self.call(text, args, depth)
        shown = shorten(ast.unparse(tree), 30) if depth < 8 else type(tree).__name__
        raise self.wrong(f"{shown!r} is not arithmetic", "numbers, x, + - * / **, < > and functions are legal")

    def value(self, tree: ast.expr, depth: int) -> Node:
        node = self.read(tree, depth + 1)
        if node.op in COMPARISONS:
            raise self.wrong("a comparison is not a number", "use it inside where(condition, yes, no)")
        return node

    def number(self, value: float) -> Node:
        if not abs(value) <= LARGEST_NUMBER:
            raise self.wrong("a number is too large", f"at most {LARGEST_NUMBER:g} is legal")
        return number(value)

    def make(self, op: str, *args: Node) -> Node:
        node = make(op, args)
        if node.op == "number" and not math.isfinite(node.value):
            raise self.wrong(f"{op!r} of these numbers is not finite", "choose numbers whose result is finite")
        return node

    def binary(self, op: str, left: Node, right: Node) -> Node:
        if op == "power" and is_number(right) and not abs(right.value) <= LARGEST_EXPONENT:
            raise self.wrong("an exponent is too large", f"at most {LARGEST_EXPONENT} is legal")
        return self.make(op, left, right)

    def call(self, text: str, args: list[ast.expr], depth: int) -> Node:
        if text not in FUNCTIONS:
            raise unknown("function", text, [*FUNCTIONS, "iterate"], where=f"formula {shorten(self.text)!r}")
        if len(args) != FUNCTIONS[text]:
            raise self.wrong(f"{text} got {len(args)} arguments", f"it takes {FUNCTIONS[text]}")
        if text == "where":
            condition = self.read(args[0], depth + 1)
            if condition.op not in COMPARISONS:
                raise self.wrong("where needs a comparison first", "write where(x > 0, x, 0)")
            return self.make("where", condition, *(self.value(arg, depth) for arg in args[1:]))
        return self.make(text, *(self.value(arg, depth) for arg in args))

    def iterate(self, args: list[ast.expr], depth: int) -> Node:
        if not 2 <= len(args) <= 3:
            raise self.wrong(f"iterate got {len(args)} arguments", "write iterate(r*x*(1-x), steps, start)")
        body, steps, start = (self.value(arg, depth) for arg in (*args, ast.Name("x"))[:3])
        # of a point, steps are the same everywhere: x and y are no number of them, nor what inputs make of both
        moving = self.names if "y" in self.names else {"x"}
        if not (steps.op == "name" and steps.name not in moving) and not (
            is_number(steps) and is_step_count(steps.value)
        ):
            raise self.wrong("iterate needs a whole number of steps", f"0 to {MOST_STEPS} are legal")
        return Node("iterate", (body, steps, start))

    def wrong(self, what: str, legal: str) -> CppnError:
        return _wrong(self.text, what, legal)


def is_step_count(value: float) -> bool:
    """Can iterate take that many steps?"""
    return 0 <= value <= MOST_STEPS and value == int(value)


def _work(node: Node) -> int:
    if node.op == "iterate":
        body, steps, start = node.args
        return _work(start) + _work(body) * int(steps.value if is_number(steps) else MOST_STEPS)
    return 1 + sum(_work(arg) for arg in node.args)


_ARITHMETIC: dict[str, Callable[[Value, Value], Value]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


def evaluate(node: Node, values: Mapping[str, Value], ops: Ops) -> Value:
    """The formula's value, where `values` gives each name's value in the kind that `ops` computes with.

    The number of steps of `iterate` must be one that `ops.iterate` can count.
    """
    if node.op == "number":
        return node.value
    if node.op == "name":
        return values[node.name]
    if node.op == "iterate":
        body, steps, start = node.args
        return ops.iterate(
            lambda x: evaluate(body, {**values, "x": x}, ops),
            evaluate(steps, values, ops),
            evaluate(start, values, ops),
        )
    args = [evaluate(arg, values, ops) for arg in node.args]
    if all(isinstance(arg, (float, bool)) for arg in args):
        return _of_numbers(node.op, args)
    if node.op == "where" and isinstance(args[0], bool):
        return args[1] if args[0] else args[2]
    if node.op in _ARITHMETIC:
        return _ARITHMETIC[node.op](*args)
    return getattr(ops, node.op)(*args)


def _of_numbers(op: str, args: Sequence[float]) -> float | bool:
    """An operation on numbers alone, which not every kind of value can do, nor without exceptions as IEEE has it."""
    with np.errstate(all="ignore"):
        found = (_ARITHMETIC.get(op) or getattr(_NUMBERS, op))(*map(np.float64, args))
    return bool(found) if op in COMPARISONS else float(found)


_NUMBERS = NumpyOps()
