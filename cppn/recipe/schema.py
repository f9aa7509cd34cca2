"""Sections: tables of fields that are checked when they are made, and immutable."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, NamedTuple, Self, dataclass_transform

from ..errors import CppnError, unknown
from .kinds import Kind, shown


class Table(Kind):
    """A section."""

    is_table = True

    def __init__(self, section: type[Section]) -> None:
        self.section = section
        self.one, self.many = "a table of keys and values", f"tables of {_listed(section.fields)}"

    def takes(self, value: Any) -> bool:
        return isinstance(value, Mapping | self.section)

    def read(self, value: Any) -> Any:
        """As of any kind. Errors: CppnError."""
        super().read(value)
        return value if isinstance(value, self.section) else self.section(**_keys(value))

    def write(self, value: Any) -> Any:
        return value.to_dict()


class Field(NamedTuple):
    """Of a section. `default`: where nothing is given; None: nothing, unless it is `required`."""

    kind: Kind
    default: Any = None
    about: str = ""
    examples: tuple[str, ...] = ()
    required: bool = False


def field(kind: Kind, default: Any = None, about: str = "", examples: Iterable[str] = ()) -> Any:
    """A field that may be left out."""
    return Field(kind, default, about, tuple(examples))


def required(kind: Kind) -> Any:
    """A field that must be given."""
    return Field(kind, required=True)


@dataclass_transform(kw_only_default=True, frozen_default=True, field_specifiers=(required,))
class Section:
    """A table of fields: checked when it is made, and immutable.

    Errors: CppnError for unknown fields (with the nearest legal one), for those that are missing, and for values that
    are not of their kind, with the path to what is wrong.
    """

    fields: ClassVar[dict[str, Field]] = {}
    also_written: ClassVar[tuple[str, ...]] = ()  # keys that files may have, which become others before it is made

    def __init_subclass__(cls) -> None:
        own = {name: value for name, value in vars(cls).items() if isinstance(value, Field)}
        cls.fields = {**cls.fields, **own}
        for name in own:
            delattr(cls, name)

    def __init__(self, **given: Any) -> None:
        for name in given:
            if name not in self.fields:
                raise unknown("key", name, [*self.fields, *self.also_written])
        for name, one in self.fields.items():
            value = given.get(name)
            if value is None:
                if one.required:
                    raise CppnError("it is missing", where=name, legal=f"it is {one.kind.one}")
                value = one.default
            elif not (value is one.default and name in given):
                try:
                    value = one.kind.read(value)
                except CppnError as error:
                    raise error.below(name) from None
            self.__dict__[name] = value
        self._check()

    def _check(self) -> None:
        """Do the fields fit together? Errors: CppnError if not."""

    def replace(self, **fields: Any) -> Self:
        """The same with fields replaced by values that fit: nothing is checked."""
        made = object.__new__(type(self))
        made.__dict__.update(self.__dict__, **fields)
        return made

    def to_dict(self) -> dict[str, Any]:
        """Plain numbers, texts, lists and dictionaries; what was not set is left out."""
        values = ((name, one.kind, self.__dict__[name]) for name, one in self.fields.items())
        return {name: kind.write(value) for name, kind, value in values if value is not None}

    def unusual(self) -> dict[str, Any]:
        """The same without what is as in a section of which nothing is said."""
        usual = type(self)().__dict__
        kept = {name for name, value in self.__dict__.items() if value != usual[name]}
        return {name: value for name, value in self.to_dict().items() if name in kept}

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError(f"a {type(self).__name__} does not change; `replace` makes another")

    __delattr__ = __setattr__  # type: ignore[assignment]

    def __eq__(self, other: object) -> bool:
        return self.__dict__ == other.__dict__ if type(other) is type(self) else NotImplemented

    def __hash__(self) -> int:
        return hash(tuple(self.__dict__.values()))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in self.__dict__.items())})"


def _keys(table: Any) -> dict[str, Any]:
    for key in table:
        if not isinstance(key, str):
            raise CppnError(f"{shown(key)} is no key", legal="keys are texts")
    return dict(table)


def _listed(names: Iterable[str]) -> str:
    return " and ".join(f"`{name}`" for name in names)
