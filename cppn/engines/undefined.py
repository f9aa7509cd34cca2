"""Can a formula come out as no number? Only then need compiled code look for it.

Looking costs: tanh networks take 1.4 times as long. Sums and products of numbers that are beyond float32 are left out:
every network would have them.
"""

from __future__ import annotations

from collections.abc import Iterable

from ..field.formula import Node, is_number


def can_be_undefined(trees: Iterable[Node]) -> bool:
    """Is any of them, or a part of one, not defined, or infinite, for some numbers?"""
    return any(_is_open(node) for tree in trees for node in tree.walk())


def _is_open(node: Node) -> bool:
    args = node.args
    match node.op:
        case "log" | "exp" | "tan":
            return True
        case "sqrt":
            return not _is_positive(args[0], or_zero=True)
        case "/":
            return not _is_positive(args[1])
        case "mod":
            return not (is_number(args[1]) and args[1].value != 0)
        case "power":
            return not (is_number(args[1]) and args[1].value >= 0 and float(args[1].value).is_integer())
    return False


def _is_positive(node: Node, or_zero: bool = False) -> bool:
    """Is it above zero, as far as can be seen?"""
    args = node.args
    match node.op:
        case "number":
            return node.value >= 0 if or_zero else node.value > 0
        case "abs" | "sqrt":
            return or_zero
        case "*":
            return or_zero and args[0] == args[1]
        case "power":
            return or_zero and is_number(args[1]) and args[1].value % 2 == 0
        case "+":
            both = [(_is_positive(one), _is_positive(one, or_zero=True)) for one in args]
            return all(zero for _, zero in both) and (or_zero or any(positive for positive, _ in both))
    return False
