"""What a study was made with: for machines to read, and as the words at the foot of a figure."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from .notation import said

# how the value of a key is said; of others, the key and then the value
_WORDS = {
    "init": "weights {}", "optimizer": "{}", "learning_rate": "rate {}", "most_epochs": "at most {} epochs",
    "range": "x from {}", "images": "{} images", "shown": "{}",
}  # fmt: skip


@dataclass(frozen=True)
class Settings:
    """A study's name, and all that decides its numbers.

    Keys are words in lower case joined by `_`, values what JSON can say (a tuple is a range, a list a list). What is
    None is left out.
    """

    study: str
    values: Mapping[str, Any] = field(default_factory=dict)

    def change(self, **changes: Any) -> Settings:
        """The same with some values changed, or left out where they are None."""
        return replace(self, values={**self.values, **changes})

    @property
    def words(self) -> str:
        """In words, for people."""
        parts = [_WORDS.get(key, f"{key.replace('_', ' ')} {{}}").format(said(value)) for key, value in self._given]
        return " · ".join([f"cppn study {self.study}", *parts])

    def to_dict(self) -> dict[str, Any]:
        """For JSON, with the versions of everything that computes."""
        return {"study": self.study, **dict(self._given), "versions": versions()}

    @property
    def _given(self) -> list[tuple[str, Any]]:
        return [(key, value) for key, value in self.values.items() if value is not None]


@cache
def versions() -> dict[str, str]:
    """The versions of Python and of the packages that numbers and figures depend on, those that are installed."""
    found = {"python": platform.python_version()}
    for package in ("cppn", "numpy", "torch", "matplotlib"):
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found
