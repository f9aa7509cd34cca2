"""What the recipe's model says of its fields: the one place that flags, movable numbers, commands and the page ask."""

from __future__ import annotations

from functools import cache
from typing import Any, Literal, NamedTuple, get_args, get_origin

from annotated_types import Ge, Le
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from .model import ColorRecipe, NetworkRecipe, Recipe
from .view import View

SECTIONS: dict[str, type[BaseModel]] = {"network": NetworkRecipe, "color": ColorRecipe, "view": View}

Scale = Literal["even", "log", "turn"]


class Place(NamedTuple):
    """Where a field of a recipe stands, and what its model says of it. No two fields of a recipe share a name."""

    section: str
    name: str
    info: FieldInfo

    @property
    def default(self) -> Any:
        """What it is in a recipe that does not say it."""
        return self.info.default

    @property
    def scale(self) -> Scale | None:
        """How the field moves through a film, or None if it does not: see `movable`."""
        scale: Scale | None = self._told("moves")
        return scale

    @property
    def choices(self) -> tuple[str, ...]:
        """The words that it may be, where these are few."""
        return get_args(self.info.annotation) if get_origin(self.info.annotation) is Literal else ()

    @property
    def is_flag(self) -> bool:
        """Is there a flag that says just this field, under its name?"""
        return self._told("flag") is not False

    @property
    def limits(self) -> tuple[float, float] | None:
        """The least and the greatest value, of a number that has both."""
        low = next((one.ge for one in self.info.metadata if isinstance(one, Ge)), None)
        high = next((one.le for one in self.info.metadata if isinstance(one, Le)), None)
        return None if low is None or high is None else (float(low), float(high))  # type: ignore[arg-type]

    def _told(self, key: str) -> Any:
        extra = self.info.json_schema_extra
        return extra.get(key) if isinstance(extra, dict) else None


@cache
def places() -> dict[str, Place]:
    """Every field of a recipe's sections, by name."""
    return {
        name: Place(section, name, info)
        for section, model in SECTIONS.items()
        for name, info in model.model_fields.items()
    }


@cache
def json_schema() -> dict[str, Any]:
    """The recipe as a JSON schema (draft 2020-12)."""
    return Recipe.model_json_schema()
