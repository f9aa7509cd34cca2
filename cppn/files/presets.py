"""The pictures and motions that come with the program: files in `presets/`, read when they are asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import unknown

if TYPE_CHECKING:
    from ..recipe import Recipe

_MOTION = "motion/"  # the folder of timelines; all others hold recipes


def folder() -> Path:
    """Where the files are: inside the installed package, or at the root of the project."""
    here = Path(__file__).parents[1]
    installed = here / "_presets"
    return installed if installed.is_dir() else here.parent / "presets"


class Shelf(Mapping[str, Path]):
    """Names such as `readme/cosine-1` to files; the last part alone will do. `kind`: what they are called in errors."""

    def __init__(self, kind: str, *, motion: bool) -> None:
        self._kind, self._motion = kind, motion

    @cached_property
    def _paths(self) -> dict[str, Path]:
        root = folder()
        names = {path.relative_to(root).with_suffix("").as_posix(): path for path in sorted(root.rglob("*.toml"))}
        return {name: path for name, path in names.items() if name.startswith(_MOTION) == self._motion}

    @property
    def short_names(self) -> list[str]:
        """The names' last parts."""
        return [name.rpartition("/")[2] for name in self._paths]

    def full_name(self, name: str) -> str | None:
        """The name with its folder, or None if there is no such file."""
        if name in self._paths:
            return name
        return next((full for full in self._paths if full.rpartition("/")[2] == name), None)

    def __getitem__(self, name: str) -> Path:
        full = self.full_name(name)
        if full is None:
            raise unknown(self._kind, name, [*self._paths, *self.short_names])
        return self._paths[full]

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and self.full_name(name) is not None

    def __iter__(self) -> Iterator[str]:
        return iter(self._paths)

    def __len__(self) -> int:
        return len(self._paths)


class Presets(Mapping[str, "Recipe"]):
    """Names of the pictures to their Recipes; the last part alone will do."""

    def __init__(self) -> None:
        self._shelf = Shelf("preset", motion=False)

    def full_name(self, name: str) -> str | None:
        """The preset's name with its folder, or None if there is no such preset."""
        return self._shelf.full_name(name)

    def __getitem__(self, name: str) -> Recipe:
        from ..recipe.files import read_recipe

        return read_recipe(self._shelf[name])

    def __contains__(self, name: object) -> bool:
        return name in self._shelf

    def __iter__(self) -> Iterator[str]:
        return iter(self._shelf)

    def __len__(self) -> int:
        return len(self._shelf)


presets = Presets()
motions = Shelf("motion", motion=True)
