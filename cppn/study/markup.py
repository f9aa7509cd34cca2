"""Ways to write mathematics: LaTeX, the part of it that matplotlib draws, and presentation MathML."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from typing import ClassVar

from .notation import latex, written

DIGITS = ".6g"  # of constants: 1.0507009873554805 is written 1.0507


class Latex:
    """Strings of LaTeX, for math mode; with `cases` and `\\operatorname` of amsmath."""

    times, apart, close, plus, minus = r" \cdot ", r" \, ", "", " + ", " - "
    braced = True  # a brace holds cases together, so that what stands before them needs no bracket
    _SIGNS: ClassVar[Mapping[str, str]] = {"<": "<", "<=": r"\leq", ">": ">", ">=": r"\geq"}
    _OWN = frozenset(("sin", "cos", "tan", "arctan", "ln", "tanh", "min", "max"))
    _LETTERS: ClassVar[Mapping[str, str]] = {
        "π": r"\pi ",
        "ω": r"\omega ",
        "α": r"\alpha ",
        "β": r"\beta ",
        "σ": r"\sigma ",
        "θ": r"\theta ",
    }
    _FENCES: ClassVar[Mapping[str, tuple[str, str]]] = {
        "(": ("(", ")"),
        "|": ("|", "|"),
        "⌊": (r"\lfloor ", r" \rfloor"),
    }

    def number(self, value: float) -> str:
        return latex(value, DIGITS)

    def letter(self, text: str) -> str:
        return self._LETTERS.get(text) or (text if len(text) == 1 else rf"\mathrm{{{text}}}")

    def row(self, *parts: str) -> str:
        return "".join(parts)

    def negative(self, part: str) -> str:
        return f"-{part}"

    def fenced(self, part: str, fence: str = "(") -> str:
        left, right = self._FENCES[fence]
        tall = any(mark in part for mark in ("frac", r"\begin", r"\sqrt"))
        return rf"\left{left}{part}\right{right.strip()}" if tall else f"{left}{part}{right}"

    def fraction(self, above: str, below: str) -> str:
        return rf"\frac{{{above}}}{{{below}}}"

    def power(self, base: str, exponent: str) -> str:
        return f"{base}^{{{exponent}}}"

    def root(self, part: str) -> str:
        return rf"\sqrt{{{part}}}"

    def call(self, function: str, args: Sequence[str]) -> str:
        head = rf"\{function}" if function in self._OWN else self._LETTERS.get(function, "").strip()
        return (head or rf"\operatorname{{{function}}}") + self.fenced(r",\, ".join(args))

    def comparison(self, left: str, sign: str, right: str) -> str:
        return f"{left} {self._SIGNS[sign]} {right}"

    def cases(self, rows: Sequence[tuple[str, str]], otherwise: str) -> str:
        lines = [
            *(rf"{value} & \text{{if }} {condition}" for value, condition in rows),
            rf"{otherwise} & \text{{else}}",
        ]
        return r"\begin{cases} " + r" \\ ".join(lines) + r" \end{cases}"

    def iterated(self, body: str, steps: str, word: str, start: str) -> str:
        return rf"x \leftarrow {body},\; {steps}\;\text{{{word}}}\; {start}"


class Mathtext(Latex):
    """What matplotlib draws between dollars: it has neither `cases` nor `\\text`, so cases stand in a line."""

    braced = False

    def fraction(self, above: str, below: str) -> str:
        return rf"\dfrac{{{above}}}{{{below}}}"

    def power(self, base: str, exponent: str) -> str:
        return super().power(base, exponent.replace(r"\dfrac", r"\frac"))

    def cases(self, rows: Sequence[tuple[str, str]], otherwise: str) -> str:
        told = [rf"{value}\;\;\mathrm{{if}}\;\;{condition}" for value, condition in rows]
        return r",\;\; ".join([*told, rf"\mathrm{{else}}\;\;{otherwise}"])

    def iterated(self, body: str, steps: str, word: str, start: str) -> str:
        return super().iterated(body, steps, word.replace(" ", r"\;"), start).replace(r"\text", r"\mathrm")


class Mathml:
    """Presentation MathML, without the `math` element around it; every part is one element."""

    times, close = "<mo>·</mo>", "<mo>\u2062</mo>"
    apart = f'{close}<mspace width="0.17em"/>'
    braced = True
    plus, minus = "<mo>+</mo>", "<mo>−</mo>"
    _SIGNS: ClassVar[Mapping[str, str]] = {"<": "<", "<=": "≤", ">": ">", ">=": "≥"}
    _FENCES: ClassVar[Mapping[str, tuple[str, str]]] = {"(": ("(", ")"), "|": ("|", "|"), "⌊": ("⌊", "⌋")}

    def number(self, value: float) -> str:
        mantissa, _, power = written(value, DIGITS).partition(" × 10")
        if not power:
            return f"<mn>{mantissa}</mn>"
        raised = power.translate(str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "−0123456789"))
        return self.row(f"<mn>{mantissa}</mn><mo>×</mo><msup><mn>10</mn><mn>{raised}</mn></msup>")

    def letter(self, text: str) -> str:
        return f"<mi>{html.escape(text)}</mi>"

    def row(self, *parts: str) -> str:
        return f"<mrow>{''.join(parts)}</mrow>"

    def negative(self, part: str) -> str:
        return self.row(self.minus, part)

    def fenced(self, part: str, fence: str = "(") -> str:
        left, right = self._FENCES[fence]
        return self.row(
            f'<mo form="prefix" stretchy="true">{left}</mo>', part, f'<mo form="postfix" stretchy="true">{right}</mo>'
        )

    def fraction(self, above: str, below: str) -> str:
        return f"<mfrac>{above}{below}</mfrac>"

    def power(self, base: str, exponent: str) -> str:
        return f"<msup>{base}{exponent}</msup>"

    def root(self, part: str) -> str:
        return f"<msqrt>{part}</msqrt>"

    def call(self, function: str, args: Sequence[str]) -> str:
        inside = args[0] if len(args) == 1 else self.row("<mo>,</mo>".join(args))
        return self.row(self.letter(function), "<mo>\u2061</mo>", self.fenced(inside))

    def comparison(self, left: str, sign: str, right: str) -> str:
        return self.row(left, f"<mo>{html.escape(self._SIGNS[sign])}</mo>", right)

    def cases(self, rows: Sequence[tuple[str, str]], otherwise: str) -> str:
        told = [(value, f"<mtext>if&#160;</mtext>{given}") for value, given in rows]
        lines = [*told, (otherwise, "<mtext>else</mtext>")]
        cell = '<mtd style="text-align: left">'
        table = "".join(f"<mtr>{cell}{value}</mtd>{cell}{given}</mtd></mtr>" for value, given in lines)
        return self.row("<mo>{</mo>", f"<mtable>{table}</mtable>")

    def iterated(self, body: str, steps: str, word: str, start: str) -> str:
        words = f"<mtext>&#160;{word}&#160;</mtext>"
        return self.row(self.letter("x"), "<mo>←</mo>", body, "<mo>,</mo>", steps, words, start)


Markup = Latex | Mathml
