"""The Recipe: the whole description of a picture, as text. Nothing else decides the composition."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, TypeVar

from ..errors import CppnError, shorten, unknown
from .kinds import Text, Whole
from .layers import LAYERS, MOST_LAYERS, LayerRecipe
from .parts import SEED, ColorRecipe, FinishRecipe, NetworkRecipe, SpaceRecipe
from .schema import Section, Table, field
from .view import View

VERSION = 1  # of the recipe's meaning; raised by whatever changes a picture
LARGEST_TEXT = 64 << 20  # bytes of a recipe's text, trained weights included
_OF_CURVE = {"tone", "mode", "levels", "measured", "each", "ranges"}  # fields that change which values there are

Made = TypeVar("Made", bound=Section)


class Recipe(Section):
    """A picture: network, seed or weights, inputs, view and colour. Immutable."""

    version: int = field(Whole(1, VERSION), VERSION, "Of the meaning of recipes.")
    name: str = field(Text(200), "", "What the picture is called.")
    description: str = field(Text(2000), "", "A few words about it.")
    seed: int = field(SEED, 0, "Draws weights and latent inputs: the same ones for ever.", ["7"])
    network: NetworkRecipe = field(Table(NetworkRecipe), NetworkRecipe())
    color: ColorRecipe = field(Table(ColorRecipe), ColorRecipe())
    space: SpaceRecipe = field(Table(SpaceRecipe), SpaceRecipe())
    finish: FinishRecipe = field(Table(FinishRecipe), FinishRecipe())
    layers: tuple[LayerRecipe, ...] = field(LAYERS, (), "What lies on it, from back to front.")
    view: View = field(Table(View), View())

    def to_dict(self) -> dict[str, Any]:
        """As of any section; what is as usual is left out of sections that older versions do not know."""
        newer = {"space": self.space.unusual(), "finish": self.finish.unusual()}
        data = super().to_dict() | newer
        return {key: value for key, value in data.items() if value or key not in (*newer, "layers")}

    def _check(self) -> None:
        count = sum(layer.count for layer in self.layers)
        if count > MOST_LAYERS:
            raise CppnError(f"{count} layers", where="layers", legal=f"at most {MOST_LAYERS} are legal")

    def to_json(self) -> str:
        """ASCII JSON on one line."""
        return json.dumps(self.to_dict(), ensure_ascii=True, separators=(",", ":"))

    def to_toml(self) -> str:
        """TOML, as in preset files."""
        import tomli_w

        return tomli_w.dumps(self.to_dict())

    def change(self, changes: Mapping[str, Mapping[str, Any]]) -> Recipe:
        """The recipe with fields replaced: `{"network": {"act": …}, "view": {"zoom": 2}, "": {"seed": 7}}`.

        What was measured of the old network is forgotten when network, seed or space change.
        Errors: CppnError for unknown sections and fields, and values that cannot be.
        """
        data = self.to_dict()
        for section, fields in changes.items():
            target = (data.setdefault(section, {}) if section in self.fields else None) if section else data
            if not (isinstance(target, dict) and isinstance(fields, Mapping)):
                sections = [name for name, one in self.fields.items() if isinstance(one.kind, Table)]
                raise unknown("section", section, sections, where="change")
            for key, value in fields.items():
                if value is None:
                    target.pop(key, None)
                else:
                    target[key] = value
        given = changes.get("color", {})
        if changes.get("network") or changes.get("space") or "seed" in changes.get("", {}):
            forgotten = {"measured", "ranges", "curve"}
        else:
            forgotten = {"curve"} if _OF_CURVE & {*given} else set()
        if "mode" in given:  # of other outputs, perhaps
            forgotten.add("ranges")
        for key in forgotten - {*given}:
            data["color"].pop(key, None)
        return from_dict(data, where="")


def from_dict(data: Any, *, where: str) -> Recipe:
    """The Recipe that plain data describe. `where` names their origin in errors.

    Errors: CppnError for unknown keys (with the nearest legal one), bad values and newer versions.
    """
    return validated(Recipe, data, "recipe", VERSION, where=where)


def validated(section: type[Made], data: Any, kind: str, newest: int, *, where: str) -> Made:
    """The section of a `kind` that plain data describe, of a version up to the newest that is known.

    Errors: CppnError for unknown keys (with the nearest legal one), bad values and newer versions.
    """
    if not isinstance(data, dict):
        raise CppnError(f"there is no {kind} in it", where=where, legal=f"a {kind} is a table of keys and values")
    version = data.get("version", newest)
    if isinstance(version, int) and newest < version < 10**9:
        raise CppnError(
            f"{kind} version {version} is newer than this program",
            where=where,
            legal=f"versions up to {newest} can be read",
        )
    try:
        half = _half_character(data)
        if half is None:
            made: Made = Table(section).read(data)
            return made
    except CppnError as error:
        raise error.within(where) from None
    except RecursionError:
        raise CppnError(f"the {kind} is nested too deeply", where=where) from None
    raise CppnError(f"{shorten(half)!a} has half a character in it", where=where, legal="whole text is legal")


def _half_character(data: Any) -> str | None:
    """A text with a lone surrogate, which JSON can write and no file can hold."""
    if isinstance(data, str):
        return None if data.isascii() or not any("\ud800" <= letter <= "\udfff" for letter in data) else data
    inside = (*data, *data.values()) if isinstance(data, dict) else data if isinstance(data, list | tuple) else ()
    found = (_half_character(one) for one in inside if isinstance(one, str | dict | list | tuple))
    return next((half for half in found if half is not None), None)


def from_json(text: str | bytes, *, where: str) -> Recipe:
    """The Recipe that JSON text holds."""
    return from_dict(parse_json(text, where=where), where=where)


def parse_json(text: str | bytes, *, where: str) -> Any:
    """JSON of bounded length from a foreign file.

    Errors: CppnError for text that is too long, or no JSON.
    """
    if len(text) > LARGEST_TEXT:
        raise CppnError(f"the recipe is too long ({len(text)} bytes)", where=where, legal=f"at most {LARGEST_TEXT}")
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise CppnError("the recipe is not readable JSON", where=where) from None
