"""The pictures that come with the program: recipe files in `presets/`, read when they are asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from .errors import unknown

if TYPE_CHECKING:
    from .recipe import Recipe


class Presets(Mapping[str, "Recipe"]):
    """Names such as `readme/cosine-1` to Recipes; the last part alone will do."""

    @cached_property
    def folder(self) -> Path:
        """Where the files are: inside the installed package, or at the root of the project."""
        here = Path(__file__).parent
        installed = here / "_presets"
        return installed if installed.is_dir() else here.parent / "presets"

    @cached_property
    def _paths(self) -> dict[str, Path]:
        files = sorted(self.folder.rglob("*.toml"))
        return {path.relative_to(self.folder).with_suffix("").as_posix(): path for path in files}

    def full_name(self, name: str) -> str | None:
        """The preset's name with its folder, or None if there is no such preset."""
        if name in self._paths:
            return name
        return next((full for full in self._paths if full.rpartition("/")[2] == name), None)

    def __getitem__(self, name: str) -> Recipe:
        from .recipe import read_recipe

        full = self.full_name(name)
        if full is None:
            raise unknown("preset", name, [*self._paths, *(full.rpartition("/")[2] for full in self._paths)])
        return read_recipe(self._paths[full])

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and self.full_name(name) is not None

    def __iter__(self) -> Iterator[str]:
        return iter(self._paths)

    def __len__(self) -> int:
        return len(self._paths)


presets = Presets()
