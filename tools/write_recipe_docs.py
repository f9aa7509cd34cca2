"""Write docs/recipe.md, the reference of the recipe, from its model."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from cppn.recipe import Recipe
from cppn.rng import LARGEST_SEED

PAGE = Path(__file__).parent.parent / "docs" / "recipe.md"
INTRODUCTION = """A picture, as text: TOML in files of its own, JSON inside pictures. What is left out is as here. `cppn info` prints the
recipe of any picture, `cppn render recipe.toml` draws one, and `cppn render --help` tells the flags that change it."""


def page() -> str:
    """The reference in Markdown."""
    schema = Recipe.model_json_schema()
    plain = {name: field for name, field in Recipe.model_fields.items() if not section(field)}
    parts = ["# The recipe", "Written by `python tools/write_recipe_docs.py` from the model itself.", INTRODUCTION]
    parts += ["## At the top", table(plain, schema)]
    for name, field in Recipe.model_fields.items():
        if model := section(field):
            about = " ".join((model.__doc__ or "").split())
            parts += [f"## [{name}]", about, table(model.model_fields, schema["$defs"][model.__name__])]
    return "\n\n".join(parts) + "\n"


def section(field: FieldInfo) -> type[BaseModel] | None:
    kind = field.annotation
    return kind if isinstance(kind, type) and issubclass(kind, BaseModel) else None


def table(fields: dict[str, FieldInfo], schema: dict[str, Any]) -> str:
    lines = ["| key | | default | legal | example |", "|---|---|---|---|---|"]
    for name, field in fields.items():
        default = json.dumps(field.default) if field.default not in (None, "", ()) else "none"
        examples = " ".join(f"`{example}`" for example in field.examples or ())
        legal = limits(schema["properties"][name])
        lines.append(f"| `{name}` | {field.description} | `{default}` | {legal} | {examples} |")
    return "\n".join(lines)


def limits(rule: dict[str, Any], many: bool = False) -> str:
    """What the JSON schema of a field allows, in words; `many`: of each item of a list."""
    if "enum" in rule:
        return ", ".join(f"`{value}`" for value in rule["enum"])
    if "anyOf" in rule:
        return ", or ".join(limits(one) for one in rule["anyOf"] if one.get("type") != "null")
    if "prefixItems" in rule:
        return f"{'pairs' if many else 'a pair'}: {' and '.join(limits(one) for one in rule['prefixItems'])}"
    if "$ref" in rule:
        return "tables of `weight` and `bias`"
    kind = str(rule.get("type"))
    if kind == "array":
        return f"a list of {limits(rule['items'], many=True)}"
    if "maxLength" in rule:
        return f"text of at most {rule['maxLength']} letters"
    said = (_MANY if many else _ONE)[kind]
    low, high = rule.get("minimum"), rule.get("maximum")
    return said if low is None or high is None else f"{said}, {number(low)} to {number(high)}"


_ONE = {"integer": "a whole number", "number": "a number", "boolean": "true or false", "string": "text"}
_MANY = {"integer": "whole numbers", "number": "numbers", "string": "texts"}


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
