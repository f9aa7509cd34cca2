"""Text of a GLSL ES 3.00 shader as a kind of value: each operation becomes one statement of its own.

Statements rather than nested expressions, because a value that is used twice would otherwise be written twice, and a
logistic map of eight steps five hundred times.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from .approximations import ATAN, ERF, ERF_LIMIT, SIN_TURNS, TANH, TANH_LIMIT
from .formula import MOST_STEPS
from .ops import Ops, Value

# what GLSL lacks, or is free to get wrong in the third digit (GLSL ES 3.00, 4.5.1), for floats and for vectors
_HELPERS = """
TYPE cppn_sin(TYPE x) {
  TYPE t = x * 0.15915494309;
  t -= roundEven(t);
  t = sign(t) * (0.25 - abs(abs(t) - 0.25));
  TYPE u = t * t;
  return t * (SIN);
}
TYPE cppn_cos(TYPE x) {
  TYPE t = x * 0.15915494309;
  t = 0.25 - abs(t - roundEven(t));
  TYPE u = t * t;
  return t * (SIN);
}
TYPE cppn_exp(TYPE x) { return mix(exp(clamp(x, TYPE(-87.0), TYPE(88.0))), x, isnan(x)); }
TYPE cppn_log(TYPE x) { return mix(log(x), TYPE(uintBitsToFloat(0x7FC00000u)), BELOW); }
TYPE cppn_sqrt(TYPE x) { return mix(sqrt(x), TYPE(uintBitsToFloat(0x7FC00000u)), BELOW); }
TYPE cppn_tanh(TYPE given) {
  TYPE x = clamp(given, -TYPE(TANH_LIMIT), TYPE(TANH_LIMIT));
  TYPE u = x * x;
  return mix(x * (TANH_UP) / (TANH_DOWN), given, isnan(given));
}
TYPE cppn_erf(TYPE given) {
  TYPE x = clamp(given, -TYPE(ERF_LIMIT), TYPE(ERF_LIMIT));
  TYPE u = x * x;
  return mix(x * (ERF_UP) / (ERF_DOWN), given, isnan(given));
}
TYPE cppn_atan(TYPE y, TYPE x) {
  TYPE ay = abs(y), ax = abs(x);
  TYPE t = min(ax, ay) / max(max(ax, ay), TYPE(1e-30));
  TYPE u = t * t;
  TYPE angle = t * (ATAN);
  angle = mix(angle, 1.57079632679 - angle, step(ax, ay) * (1.0 - step(ay, ax)));
  angle = mix(angle, 3.14159265359 - angle, 1.0 - step(TYPE(0.0), x));
  return mix(angle, -angle, 1.0 - step(TYPE(0.0), y));
}
"""

# `Ops.scrambled`, in whole numbers of 32 bits
_HASH = """
float cppn_hash(float a, float b, uint stream) {
  uint h = uint(int(a)) * 0x1F1F1F1Fu + uint(int(b)) * 0x6C8E9CF5u + (stream + 1u) * 0x1B56C4E9u;
  h = (h ^ (h >> 16)) * 0x45D9F3Bu;
  h = (h ^ (h >> 15)) * 0x2C1B3C6Du;
  h = (h ^ (h >> 16)) * 0x297A2D39u;
  return float((h ^ (h >> 16)) >> 8) * 5.9604644775390625e-8;
}
"""


def helpers() -> str:
    """The functions that the statements call."""
    text = _HELPERS
    for word, coefficients in (
        ("TANH_UP", TANH[0]), ("TANH_DOWN", TANH[1]), ("ERF_UP", ERF[0]), ("ERF_DOWN", ERF[1]),
        ("(SIN)", SIN_TURNS), ("(ATAN)", ATAN),
    ):  # fmt: skip
        text = text.replace(word, f"({_horner(coefficients)})" if word[0] == "(" else _horner(coefficients))
    text = text.replace("TANH_LIMIT", _number(TANH_LIMIT)).replace("ERF_LIMIT", _number(ERF_LIMIT))
    below = {"float": "!(x >= 0.0)", "vec4": "not(greaterThanEqual(x, vec4(0.0)))"}  # or no number
    return "".join(text.replace("TYPE", kind).replace("BELOW", test) for kind, test in below.items()) + _HASH


def _horner(coefficients: Sequence[float]) -> str:
    """The polynomial in u, the constant coefficient first."""
    first, *others = coefficients
    return f"{_number(first)} + u * ({_horner(others)})" if others else _number(first)


@dataclass(frozen=True, eq=False)
class Glsl:
    """The name of a variable of the shader; arithmetic on it writes statements."""

    ops: GlslOps
    text: str

    def __add__(self, other: Value) -> Glsl:
        return self.ops.say(f"{self.text} + {self.ops.text(other)}")

    def __radd__(self, other: Value) -> Glsl:
        return self.ops.say(f"{self.ops.text(other)} + {self.text}")

    def __sub__(self, other: Value) -> Glsl:
        return self.ops.say(f"{self.text} - {self.ops.text(other)}")

    def __rsub__(self, other: Value) -> Glsl:
        return self.ops.say(f"{self.ops.text(other)} - {self.text}")

    def __mul__(self, other: Value) -> Glsl:
        return self.ops.say(f"{self.text} * {self.ops.text(other)}")

    def __rmul__(self, other: Value) -> Glsl:
        return self.ops.say(f"{self.ops.text(other)} * {self.text}")

    def __truediv__(self, other: Value) -> Glsl:
        return self.ops.say(f"{self.text} / {self.ops.text(other)}")

    def __rtruediv__(self, other: Value) -> Glsl:
        return self.ops.say(f"{self.ops.text(other)} / {self.text}")

    def __neg__(self) -> Glsl:
        return self.ops.say(f"-{self.text}")

    def __lt__(self, other: Value) -> Condition:
        return Condition("<", "lessThan", self.text, self.ops.text(other))

    def __le__(self, other: Value) -> Condition:
        return Condition("<=", "lessThanEqual", self.text, self.ops.text(other))

    def __gt__(self, other: Value) -> Condition:
        return Condition(">", "greaterThan", self.text, self.ops.text(other))

    def __ge__(self, other: Value) -> Condition:
        return Condition(">=", "greaterThanEqual", self.text, self.ops.text(other))


@dataclass(frozen=True)
class Condition:
    """A comparison, which `where` writes as the type of its values wants it."""

    operator: str
    function: str
    left: str
    right: str


class GlslOps(Ops):
    """Values of one type, `float` or `vec4` (four units of a layer at once); `lines` are the statements so far.

    `lookup` takes a palette's first entry and a column, 0 to 2, and calls the shader's `vec3 palette(float, int)`.
    """

    def __init__(self, kind: str = "float") -> None:
        self.kind, self.lines = kind, list[str]()
        self._count = 0

    def value(self, text: str) -> Glsl:
        """A variable that the shader has."""
        return Glsl(self, text)

    def say(self, expression: str) -> Glsl:
        """A new variable that holds an expression."""
        self._count += 1
        name = f"t{self._count}"
        self.lines.append(f"{self.kind} {name} = {expression};")
        return Glsl(self, name)

    def text(self, value: Value) -> str:
        """A value as the shader's text, a plain number as a constant of the right type."""
        if isinstance(value, Glsl):
            return value.text
        number = _number(float(value))
        return number if self.kind == "float" else f"{self.kind}({number})"

    def where(self, condition: Value, yes: Value, no: Value) -> Value:
        if isinstance(condition, bool):  # of constants
            return yes if condition else no
        yes_text, no_text = self.text(yes), self.text(no)
        if self.kind == "float":
            return self.say(f"{condition.left} {condition.operator} {condition.right} ? {yes_text} : {no_text}")
        return self.say(f"mix({no_text}, {yes_text}, {condition.function}({condition.left}, {condition.right}))")

    def unit(self, x: Value) -> Value:
        """A card may compare as it likes with what is no number, and does: it is asked for by name."""
        value = self.text(x)
        return self.say(f"isnan({value}) ? 0.0 : clamp({value}, 0.0, 1.0)")

    def _call(self, function: str, *values: Value) -> Glsl:
        return self.say(f"{function}({', '.join(self.text(value) for value in values)})")

    def abs(self, x: Value) -> Value:
        return self._call("abs", x)

    def floor(self, x: Value) -> Value:
        return self._call("floor", x)

    def round(self, x: Value) -> Value:
        return self._call("roundEven", x)

    def sqrt(self, x: Value) -> Value:
        return self._call("cppn_sqrt", x)

    def exp(self, x: Value) -> Value:
        return self._call("cppn_exp", x)

    def log(self, x: Value) -> Value:
        return self._call("cppn_log", x)

    def sin(self, x: Value) -> Value:
        return self._call("cppn_sin", x)

    def cos(self, x: Value) -> Value:
        return self._call("cppn_cos", x)

    def tanh(self, x: Value) -> Value:
        return self._call("cppn_tanh", x)

    def erf(self, x: Value) -> Value:
        return self._call("cppn_erf", x)

    def atan2(self, y: Value, x: Value) -> Value:
        return self._call("cppn_atan", y, x)

    def lookup(self, table: Value, t: Value) -> Value:
        first, column = table
        return self.say(f"palette({self.text(t)}, {first})[{column}]")

    def hash(self, column: Value, row: Value, stream: Value) -> Value:
        return self.say(f"cppn_hash({self.text(column)}, {self.text(row)}, {int(stream)}u)")

    def iterate(self, body: Callable[[Value], Value], steps: Value, x: Value) -> Value:
        """A loop, whose steps may be a variable of the shader."""
        count = _number(float(steps)) if not isinstance(steps, Glsl) else steps.text + ".x" * (self.kind != "float")
        value = self.say(self.text(x))
        turn = f"i{self._count}"
        self.lines.append(f"for (int {turn} = 0; {turn} < {MOST_STEPS}; ++{turn}) {{")
        # the last turn goes only part of the way if the steps are not whole
        self.lines.append(f"float part = clamp({count} - float({turn}), 0.0, 1.0); if (part == 0.0) break;")
        following = self.text(body(value))
        self.lines.append(f"{value.text} = part == 1.0 ? {following} : mix({value.text}, {following}, part);")
        self.lines.append("}")
        return value


def _number(value: float) -> str:
    if math.isnan(value):
        return "(0.0 / 0.0)"
    if math.isinf(value):
        return "(1.0 / 0.0)" if value > 0 else "(-1.0 / 0.0)"
    text = repr(value)
    return text if "." in text or "e" in text else f"{text}.0"
