"""Write docs/recipe.md, the reference of the recipe, from its model."""

from __future__ import annotations

import json
import math
from pathlib import Path

from cppn.limits import LARGEST_SEED
from cppn.recipe import Recipe
from cppn.recipe.kinds import Either, Kind, Many, Number, Row, Text
from cppn.recipe.schema import Field, Table

PAGE = Path(__file__).parent.parent / "docs" / "recipe.md"
INTRODUCTION = """A picture, as text: TOML in files of its own, JSON inside pictures. What is left out is as here. `cppn info` prints the
recipe of any picture, `cppn render recipe.toml` draws one, and `cppn render --help` tells the flags that change it."""


def page() -> str:
    """The reference in Markdown."""
    plain = {name: field for name, field in Recipe.fields.items() if not isinstance(field.kind, Table)}
    parts = ["# The recipe", "Written by `python tools/write_recipe_docs.py` from the model itself.", INTRODUCTION]
    parts += ["## At the top", table(plain)]
    for name, field in Recipe.fields.items():
        if isinstance(field.kind, Table):
            about = " ".join((field.kind.section.__doc__ or "").split())
            parts += [f"## [{name}]", about, table(field.kind.section.fields)]
    return "\n\n".join(parts) + "\n"


def table(fields: dict[str, Field]) -> str:
    lines = ["| key | | default | legal | example |", "|---|---|---|---|---|"]
    for name, field in fields.items():
        default = json.dumps(field.default) if field.default not in (None, "", ()) else "none"
        examples = " ".join(f"`{example}`" for example in field.examples)
        lines.append(f"| `{name}` | {field.about} | `{default}` | {limits(field.kind)} | {examples} |")
    return "\n".join(lines)


def limits(kind: Kind, many: bool = False) -> str:
    """What a kind takes, in words; `many`: of each item of a list."""
    if isinstance(kind, Many):
        return f"a list of {limits(kind.kind, many=True)}"
    if isinstance(kind, Either):
        return ", or ".join(map(limits, kind.kinds))
    if isinstance(kind, Row):
        return f"{'pairs' if many else 'a pair'}: {' and '.join(map(limits, kind.kinds))}"
    said = kind.many if many else kind.one
    if isinstance(kind, Table):
        return kind.many
    if isinstance(kind, Text) and kind.most is not None:
        return f"{said} of at most {kind.most} letters"
    bounded = isinstance(kind, Number) and kind.low is not None and kind.high is not None
    return f"{said}, {number(kind.low)} to {number(kind.high)}" if bounded else said


def number(value: float) -> str:
    """As people write it."""
    if value == LARGEST_SEED:
        return "2⁶³ − 1"
    exponent = round(math.log10(abs(value))) if value else 0
    if abs(exponent) > 4 and abs(value) == 10.0**exponent:
        return "−" * (value < 0) + "10" + str(exponent).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return f"{value:g}".replace("-", "−")


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    print(PAGE)
