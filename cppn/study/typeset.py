"""Formulas typeset as mathematics, from their trees, with no bracket more than they need."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import groupby

from ..field.formula import COMPARISONS, Node, is_number, name, number
from .markup import Latex, Markup, Mathml, Mathtext
from .tables import Formula

_LETTERS = {"freq": "ω", "iters": "n", "slope": "a", "alpha": "α", "beta": "β", "pi": "π", "theta": "θ"}
_FUNCTIONS = {"log": "ln", "atan": "arctan", "sign": "sgn", "sigmoid": "σ"}  # the others are called as they are
_FENCES = {"abs": "|", "floor": "⌊"}
# how tightly a part holds together: what holds less than its place needs is put in brackets
_LOOSE, _SUM, _PRODUCT, _POWER, _ATOM = range(5)
_PI = name("pi")
# constants that are recognised once they are worked out
_KNOWN = {
    math.pi: _PI, 2 * math.pi: Node("*", (number(2), _PI)), math.pi / 2: Node("/", (_PI, number(2))),
    math.sqrt(2): Node("sqrt", (number(2),)), math.sqrt(3): Node("sqrt", (number(3),)),
}  # fmt: skip


def letter(text: str) -> str:
    """What a parameter or an input is called in typeset formulas."""
    return _LETTERS.get(text, text)


def latex(node: Node) -> str:
    """A formula in LaTeX, without dollars around it; it needs amsmath."""
    return _Setter(Latex()).whole(node)


def mathtext(node: Node) -> str:
    """A formula as matplotlib's mathtext draws it, dollars included."""
    return f"${_Setter(Mathtext()).whole(node)}$"


def mathml(node: Node) -> str:
    """A formula as a `math` element."""
    return f'<math displaystyle="true">{_Setter(Mathml()).whole(node)}</math>'


def formula(text: str, node: Node) -> Formula:
    """A formula for a table's cell, with its own text for where there is no mathematics."""
    return Formula(text, latex(node), mathml(node))


def put(node: Node, values: Mapping[str, float]) -> Node:
    """The formula with these parameters' values in it, and without what 1 and no steps leave as it is."""
    if node.op == "name" and node.name in values:
        return number(values[node.name])
    args = tuple(put(arg, values) for arg in node.args)
    one = [is_number(arg) and arg.value == 1 for arg in args]
    if node.op == "iterate" and is_number(args[1]) and args[1].value == 0:
        return args[2]
    if node.op == "*" and any(one):
        return args[1] if one[0] else args[0]
    return args[0] if node.op == "/" and one[1] else Node(node.op, args, node.value, node.name)


@dataclass(frozen=True)
class _Part:
    """`hold`: how tightly it holds together. `opens`: it cannot stand directly behind another factor."""

    text: str
    hold: int = _ATOM
    opens: bool = False


class _Setter:
    def __init__(self, markup: Markup) -> None:
        self.to = markup

    def whole(self, node: Node) -> str:
        if node.op == "sigmoid":  # alone it is told what it is
            below = Node("+", (number(1), Node("exp", (Node("-", (number(0), node.args[0])),))))
            node = Node("/", (number(1), below))
        return self.part(node).text

    def part(self, node: Node) -> _Part:
        minus, part = self.signed(node)
        return _Part(self.to.negative(self.held(part, _PRODUCT)), _SUM) if minus else part

    def at(self, node: Node, hold: int) -> str:
        return self.held(self.part(node), hold)

    def held(self, part: _Part, hold: int) -> str:
        return part.text if part.hold >= hold else self.to.fenced(part.text)

    def signed(self, node: Node) -> tuple[bool, _Part]:
        """Is there a minus before it, and what comes behind that."""
        if is_number(node) and (node.value < 0 or abs(node.value) in _KNOWN):
            magnitude = abs(node.value)
            minus, part = self.signed(_KNOWN.get(magnitude) or number(magnitude))
            return minus != (node.value < 0), part
        if node.op == "-" and is_number(node.args[0]) and node.args[0].value == 0:
            minus, part = self.signed(node.args[1])
            return not minus, part
        if node.op == "*":
            return self.product(node)
        if node.op == "/":
            (minus, above), (other, below) = map(self.signed, node.args)
            return minus != other, _Part(self.to.fraction(above.text, below.text), _PRODUCT, True)
        return False, self.unsigned(node)

    def product(self, node: Node) -> tuple[bool, _Part]:
        """Numbers first, and what is multiplied by itself as a power."""
        minus, factors = False, []
        for factor in _flat(node):
            while factor.op == "-" and is_number(factor.args[0]) and factor.args[0].value == 0:
                minus, factor = not minus, factor.args[1]
            if is_number(factor) and factor.value < 0:
                minus, factor = not minus, number(-factor.value)
            factors.append(factor)
        factors.sort(key=lambda factor: not is_number(factor))
        text, loose, last = "", False, None
        parts: list[str] = []
        for factor, same in groupby(factors):
            count = len(list(same))
            if count > 1:
                part = self.power(factor, number(count))
            else:
                pulled, part = self.signed(factor)
                minus ^= pulled
            final = factor is factors[-1]
            loose = self.to.braced and final and part.hold == _LOOSE
            text = part.text if loose else self.held(part, _PRODUCT)
            if last is not None:
                close = is_number(last) and factor.op == "name"
                opens = part.opens and part.hold >= _PRODUCT
                parts.append(self.to.times if opens or loose else self.to.close if close else self.to.apart)
            parts.append(text)
            last = factor
        if len(parts) == 1:  # a power
            return minus, part
        first = is_number(factors[0]) or factors[0].op == "/"
        return minus, _Part(self.to.row(*parts), _LOOSE if loose else _PRODUCT, first)

    def power(self, base: Node, exponent: Node) -> _Part:
        return _Part(self.to.power(self.at(base, _ATOM), self.part(exponent).text), _POWER, is_number(base))

    def unsigned(self, node: Node) -> _Part:
        if is_number(node):
            text = self.to.number(node.value)
            return _Part(text, _PRODUCT if "^" in text or "<msup>" in text else _ATOM, True)
        if node.op == "name":
            return _Part(self.to.letter(letter(node.name)))
        return self._SET.get(node.op, _Setter.call)(self, node)

    def sum(self, node: Node) -> _Part:
        parts: list[str] = []
        terms = _terms(node)
        for minus, term in terms:
            pulled, part = self.signed(term)
            minus ^= pulled
            text = self.held(part, _PRODUCT)
            if not parts:
                parts.append(self.to.negative(text) if minus else text)
            else:
                parts += [self.to.minus if minus else self.to.plus, text]
        return _Part(self.to.row(*parts), _SUM)

    def raised(self, node: Node) -> _Part:
        return self.power(*node.args)

    def exp(self, node: Node) -> _Part:
        return _Part(self.to.power(self.to.letter("e"), self.part(node.args[0]).text), _POWER)

    def sqrt(self, node: Node) -> _Part:
        return _Part(self.to.root(self.part(node.args[0]).text))

    def fenced(self, node: Node) -> _Part:
        return _Part(self.to.fenced(self.part(node.args[0]).text, _FENCES[node.op]))

    def clamp(self, node: Node) -> _Part:
        x, low, high = node.args
        return self.part(Node("min", (Node("max", (x, low)), high)))

    def call(self, node: Node) -> _Part:
        if node.op in COMPARISONS:
            left, right = (self.at(arg, _SUM) for arg in node.args)
            return _Part(self.to.comparison(left, node.op, right), _LOOSE)
        args = [self.at(arg, _SUM) for arg in node.args]
        return _Part(self.to.call(_FUNCTIONS.get(node.op, node.op), args), _POWER)

    def where(self, node: Node) -> _Part:
        rows = []
        while node.op == "where":
            condition, yes, no = node.args
            rows.append((self.at(yes, _SUM), self.part(condition).text))
            node = no
        return _Part(self.to.cases(rows, self.at(node, _SUM)), _LOOSE)

    def iterate(self, node: Node) -> _Part:
        body, steps, start = node.args
        word = "time from" if is_number(steps) and steps.value == 1 else "times from"
        return _Part(self.to.iterated(self.at(body, _SUM), self.part(steps).text, word, self.at(start, _SUM)), _LOOSE)

    _SET: Mapping[str, Callable[[_Setter, Node], _Part]] = {
        "+": sum, "-": sum, "power": raised, "exp": exp, "sqrt": sqrt, "abs": fenced, "floor": fenced, "clamp": clamp,
        "where": where, "iterate": iterate,
    }  # fmt: skip


def _flat(node: Node) -> list[Node]:
    """The factors of a product."""
    return [factor for arg in node.args for factor in _flat(arg)] if node.op == "*" else [node]


def _terms(node: Node) -> list[tuple[bool, Node]]:
    """The terms of a sum, and whether each is taken off. What is taken off as a whole stays in its brackets."""
    if node.op not in ("+", "-") or (node.op == "-" and is_number(node.args[0]) and node.args[0].value == 0):
        return [(False, node)]
    left, right = node.args
    return [*_terms(left), *(_terms(right) if node.op == "+" else [(True, right)])]
