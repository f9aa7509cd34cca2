"""The Recipe: the whole description of a picture, as text. Nothing else decides the composition."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from itertools import pairwise
from typing import Annotated, Any, TypeVar, get_args

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    FiniteFloat,
    SerializerFunctionWrapHandler,
    ValidationError,
    model_serializer,
    model_validator,
)

from ..errors import CppnError, shorten, unknown
from ..field.activations import parse_activation
from ..field.color import MODES, palette_table
from ..field.inputs import parse_input
from ..rng import LARGEST_SEED
from .fields import DEEPEST, WIDEST, Initialisation, Mode
from .view import View, told

VERSION = 1  # of the recipe's meaning; raised by whatever changes a picture
LARGEST_TEXT = 64 << 20  # bytes of a recipe's text, trained weights included
MOST_WEIGHTS = 1 << 24
MOST_TERMS, LARGEST_SHARE = 64, 100.0  # of a blend

Model = TypeVar("Model", bound=BaseModel)
Seed = Annotated[int, Field(ge=0, le=LARGEST_SEED)]
Share = Annotated[float, Field(ge=-LARGEST_SHARE, le=LARGEST_SHARE)]


def _one_or_many(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


class Section(BaseModel):
    """A part of a recipe: immutable, without unknown keys, without numbers that are not finite."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class LayerWeights(Section):
    """The weights of one affine map: `weight[output][input]` and `bias[output]`."""

    weight: tuple[tuple[FiniteFloat, ...], ...]
    bias: tuple[FiniteFloat, ...]


class NetworkRecipe(Section):
    """The network: its shape, activations, and where its weights come from."""

    hidden: tuple[Annotated[int, Field(ge=1, le=WIDEST)], ...] = told("hidden")
    act: Annotated[tuple[str, ...], BeforeValidator(_one_or_many)] = told("act")
    inputs: tuple[str, ...] = told("inputs")
    latent: Annotated[int, Field(ge=0, le=WIDEST)] | tuple[FiniteFloat, ...] = told("latent")
    init: Initialisation = told("init")
    gain: float = told("gain")
    residual: bool = told("residual")
    weights: tuple[LayerWeights, ...] | str | None = told("weights")
    blend: Annotated[tuple[tuple[Seed, Share], ...], Field(max_length=MOST_TERMS)] = told("blend")

    @model_serializer(mode="wrap")
    def _without_an_empty_blend(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        data: dict[str, Any] = handler(self)
        if not self.blend:
            data.pop("blend", None)
        return data

    @model_validator(mode="after")
    def _fits_together(self) -> NetworkRecipe:
        maps = len(self.hidden) + 1
        if len(self.hidden) >= DEEPEST:
            raise CppnError(
                f"{len(self.hidden)} hidden layers", where="hidden", legal=f"at most {DEEPEST - 1} are legal"
            )
        if len(self.act) not in (1, maps):
            raise CppnError(
                f"{len(self.act)} activations for {maps} affine maps", where="act", legal=f"write 1 or {maps} of them"
            )
        for text in self.act:
            parse_activation(text)
        for text in self.inputs:
            parse_input(text)
        if not self.inputs:
            raise CppnError("a network needs an input", where="inputs", legal='write inputs = ["x", "y"]')
        if self.residual and len(set(self.hidden)) > 1:
            raise CppnError(
                f"residual connections between layers of {', '.join(map(str, self.hidden))} units",
                where="residual", legal="give all hidden layers the same width",
            )  # fmt: skip
        widths = (len(self.inputs) + self.latent_length, *self.hidden, 3)
        if sum(a * b for a, b in pairwise(widths)) > MOST_WEIGHTS:
            raise CppnError(
                "the network is too large", where="hidden", legal=f"at most {MOST_WEIGHTS} weights are legal"
            )
        return self

    @property
    def acts(self) -> tuple[str, ...]:
        """The activations, one for each affine map."""
        return self.act * (len(self.hidden) + 1) if len(self.act) == 1 else self.act

    @property
    def latent_length(self) -> int:
        """How many latent inputs there are."""
        return self.latent if isinstance(self.latent, int) else len(self.latent)


class ColorRecipe(Section):
    """How outputs become a colour."""

    mode: Mode = told("mode")
    palette: str | None = told("palette")
    hue: float = told("hue")
    invert: bool = told("invert")
    levels: tuple[FiniteFloat, FiniteFloat] | None = told("levels")
    measured: tuple[FiniteFloat, FiniteFloat] | None = told("measured")

    @model_validator(mode="after")
    def _fits_together(self) -> ColorRecipe:
        if self.mode == "palette":
            if self.palette is None:
                raise CppnError("no palette is named", where="color", legal='write palette = "viridis"')
            palette_table(self.palette)
        elif self.palette is not None:
            raise CppnError(
                f"a palette in {self.mode} mode", where="color", legal='write mode = "palette" or leave the palette out'
            )
        for name, levels in (("levels", self.levels), ("measured", self.measured)):
            if levels is not None and not levels[0] < levels[1]:
                raise CppnError(f"{levels[0]:g} is not below {levels[1]:g}", where=f"color.{name}")
        return self

    @property
    def outputs(self) -> int:
        """How many outputs of the network the colour takes."""
        return MODES[self.mode]


class Recipe(Section):
    """A picture: network, seed or weights, inputs, view and colour. Immutable."""

    version: int = Field(VERSION, ge=1, le=VERSION, description="Of the meaning of recipes.")
    name: str = Field("", max_length=200, description="What the picture is called, and its file.")
    description: str = Field("", max_length=2000, description="A few words about it.")
    seed: Seed = Field(0, description="Draws weights and latent inputs: the same ones for ever.", examples=["7"])
    network: NetworkRecipe = NetworkRecipe()
    color: ColorRecipe = ColorRecipe()
    view: View = View()

    def to_dict(self) -> dict[str, Any]:
        """Plain numbers, texts, lists and dictionaries; what was not set is left out."""
        return self.model_dump(mode="json", exclude_none=True)

    def to_json(self) -> str:
        """ASCII JSON on one line."""
        return json.dumps(self.to_dict(), ensure_ascii=True, separators=(",", ":"))

    def to_toml(self) -> str:
        """TOML, as in preset files."""
        import tomli_w

        return tomli_w.dumps(self.to_dict())

    def change(self, changes: Mapping[str, Mapping[str, Any]]) -> Recipe:
        """The recipe with fields replaced: `{"network": {"act": …}, "view": {"zoom": 2}, "": {"seed": 7}}`.

        What was measured of the old network is forgotten when network or seed change.
        """
        data = self.to_dict()
        for section, fields in changes.items():
            target = data[section] if section else data
            for key, value in fields.items():
                if value is None:
                    target.pop(key, None)
                else:
                    target[key] = value
        if changes.get("network") or "seed" in changes.get("", {}):
            data["color"].pop("measured", None)
        return from_dict(data, where="")


def from_dict(data: Any, *, where: str) -> Recipe:
    """The Recipe that plain data describe. `where` names their origin in errors.

    Errors: CppnError for unknown keys (with the nearest legal one), bad values and newer versions.
    """
    return validated(Recipe, data, "recipe", VERSION, where=where)


def validated(model: type[Model], data: Any, kind: str, newest: int, *, where: str) -> Model:
    """The model of a `kind` that plain data describe, of a version up to the newest that is known.

    Errors: CppnError for unknown keys (with the nearest legal one), bad values and newer versions.
    """
    if not isinstance(data, dict):
        raise CppnError(f"there is no {kind} in it", where=where, legal=f"a {kind} is a table of keys and values")
    version = data.get("version", newest)
    if isinstance(version, int) and version > newest:
        raise CppnError(
            f"{kind} version {version} is newer than this program",
            where=where,
            legal=f"versions up to {newest} can be read",
        )
    try:
        half = _half_character(data)
        if half is None:
            return model.model_validate(data)
    except CppnError as error:
        raise error.within(where) from None
    except ValidationError as error:
        raise _explain(error, model, where) from None
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


def _explain(error: ValidationError, model: type[BaseModel], where: str) -> CppnError:
    """One line for the first thing that pydantic found wrong with a model's data."""
    found = error.errors(include_url=False)
    # a misspelt key is what is wrong, rather than that the right one is missing
    first = next((one for one in found if one["type"] == "extra_forbidden"), found[0])
    path = [str(part) for part in first["loc"] if not (isinstance(part, str) and set(part) & set("[-"))]
    place = (where, ".".join(path))
    if first["type"] == "extra_forbidden":
        owner: type[BaseModel] = model
        path = [*path[: len(path) - (str(first["loc"][-1]) in path[-1:])], str(first["loc"][-1])]
        for part in path[:-1]:
            owner = _section(owner.model_fields[part].annotation) if part in owner.model_fields else owner
        legal = [*owner.model_fields, *getattr(owner, "also_written", ())]
        return unknown("key", path[-1], legal, where=(where, *path[:-1][:1]))
    given = first.get("input")
    shown = f" (it is {shorten(repr(given), 40)})" if isinstance(given, (str, int, float)) else ""
    if isinstance(given, float) and not math.isfinite(given):
        return CppnError(f"{given} is not a finite number", where=place)
    if first["type"] in ("tuple_type", "list_type"):
        return CppnError(f"it should be a list{shown}", where=place)
    if first["type"] in ("model_type", "dict_type", "model_attributes_type"):
        return CppnError(f"it should be a table of keys and values{shown}", where=place)
    message = first["msg"].removeprefix("Input ").removeprefix("Value error, ")
    return CppnError(message[0].lower() + message[1:] + shown, where=place)


def _section(annotation: Any) -> type[BaseModel]:
    """The model that a field holds, on its own, or none, or many of it."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    found = (_section(part) for part in get_args(annotation) if part is not Ellipsis)
    return next((one for one in found if one is not LayerWeights), LayerWeights)
