"""A GalleryRequest: what a gallery is asked for, and the manifest that comes of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ..draw.drawing import complete
from ..errors import CppnError, unknown
from ..files.presets import presets
from ..files.sources import load
from ..limits import LARGEST_SEED
from ..recipe import Recipe
from ..search.choose import appeal
from ..search.invent import invent, vary
from ..search.palettes import Tone
from ..search.pool import Candidate, choose_set, consider
from .build import Wanted, entry
from .folder import Entry, Manifest, read_list

POOL = 5  # candidates for each picture wanted
COUNT, MOST = 24, 10_000
_FIRST = 9.0  # distance of the first that is chosen: there is none before it

Progress = Callable[[int], object]


@dataclass(frozen=True)
class GalleryRequest:
    """All that a gallery's pictures depend on.

    `sizes`: width, height and, on paper, dots an inch; `span`: instead, screens side by side. Pictures are invented in
    `styles` (all unless named), with a `tone` and a `palette` if one is given; or they are variations of `sources`;
    or a folder of `presets` ("all" for all of them) or a list of `favourites`, drawn as
    they are.
    Errors: CppnError for what cannot be asked together, and numbers out of range.
    """

    seed: int = 0
    count: int = COUNT
    pool: int = POOL * COUNT
    sizes: tuple[tuple[int, int, float | None], ...] = ((3840, 2160, None),)
    span: tuple[tuple[int, int], ...] = ()
    styles: tuple[str, ...] = ()
    tone: Tone | None = None
    palette: str | None = None
    sources: tuple[str, ...] = ()
    presets: str | None = None
    favourites: str | None = None
    ending: str = ".png"
    aa: int | str = "auto"
    quality: int | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.seed <= LARGEST_SEED:
            raise CppnError(f"{self.seed} is out of range", where="seed", legal=f"0 to {LARGEST_SEED} are legal")
        if not 1 <= self.count <= MOST:
            raise CppnError(f"{self.count} pictures", where="count", legal=f"1 to {MOST} are legal")
        if not self.count <= self.pool <= 10 * MOST:
            raise CppnError(
                f"{self.pool} candidates for {self.count} pictures", where="pool",
                legal=f"{self.count} to {10 * MOST} are legal",
            )  # fmt: skip

    @property
    def is_chosen(self) -> bool:
        """Are the pictures chosen from candidates, rather than drawn as they are?"""
        return not (self.presets or self.favourites)

    @property
    def settings(self) -> dict[str, Any]:
        """All of it, as JSON can."""
        return {key: _plain(value) for key, value in asdict(self).items()}

    @property
    def wanted(self) -> list[Wanted]:
        """The shapes that every picture is wanted in."""
        return [Wanted.span(self.span)] if self.span else [Wanted.plain(*size) for size in dict.fromkeys(self.sizes)]

    def load_sources(self) -> list[tuple[str, Recipe]]:
        """Names and recipes of the pictures that are varied. Errors: CppnError for what is not there."""
        return [(source, load(source)) for source in self.sources]

    def candidates(self, progress: Progress = lambda done: None) -> list[Candidate]:
        """All candidates, looked at.

        Errors: CppnError for sources that are not there, and pictures that are not chosen at all.
        """
        if not self.is_chosen:
            raise CppnError("these are drawn as they are, and not chosen", where="gallery")
        sources = [(safe(one.name or Path(name).stem), one) for name, one in self.load_sources()]

        def invention(index: int) -> tuple[Recipe, str]:
            if sources:
                name, source = sources[index % len(sources)]
                named = source.change({"": {"name": name}})
                return vary(named, self.seed, index, tone=self.tone, palette=self.palette), name
            recipe = invent(self.seed, index, self.styles, tone=self.tone, palette=self.palette)
            return recipe, recipe.name.rpartition("-")[0]

        return consider(invention, self.pool, [one.canvas for one in self.wanted], self.tone, progress)

    def manifest(self, progress: Progress = lambda done: None) -> Manifest:
        """The gallery's manifest.

        Errors: CppnError if there is nothing to draw, or nothing good enough.
        """
        if not self.is_chosen:
            entries = [self._entry(name, family, "", recipe) for name, family, recipe in self._given()]
            return Manifest(self.settings, tuple(entries))
        chosen = choose_set(self.candidates(progress), self.count)
        if not chosen:
            raise CppnError("no candidate was good enough", legal="try another --seed, or a larger --pool")
        entries = [
            self._entry(one.recipe.name, one.family, why(one, novelty), complete(one.recipe)) for one, novelty in chosen
        ]
        return Manifest(self.settings, tuple(entries))

    def explain(self, progress: Progress = lambda done: None) -> list[dict[str, str]]:
        """Of each candidate its name, whether it was chosen, passed over or refused, and why."""
        candidates = self.candidates(progress)
        chosen = {one.recipe.name: novelty for one, novelty in choose_set(candidates, self.count)}
        return [
            {
                "name": one.recipe.name,
                "verdict": "refused" if one.rejection else "chosen" if one.recipe.name in chosen else "passed over",
                "why": why(one, chosen.get(one.recipe.name, _FIRST)),
            }
            for one in candidates
        ]

    def _entry(self, name: str, family: str, told: str, recipe: Recipe) -> Entry:
        return entry(name, family, told, recipe, self.wanted, self.ending)

    def _given(self) -> list[tuple[str, str, Recipe]]:
        """Name, family and recipe of pictures that are drawn as they are."""
        if self.favourites:
            names: set[str] = set()
            listed = read_list(Path(self.favourites))
            return [(_unique(safe(name), names), "favourites", complete(recipe)) for name, recipe in listed]
        shelves = {name.partition("/")[0] for name in presets}
        if self.presets not in (*shelves, "all"):
            raise unknown("folder of presets", str(self.presets), [*shelves, "all"])
        chosen = [name for name in presets if self.presets in ("all", name.partition("/")[0])]
        return [(name.rpartition("/")[2], name.partition("/")[0], complete(presets[name])) for name in chosen]


def why(one: Candidate, novelty: float) -> str:
    """What spoke for a candidate or against it; `novelty`: its distance from the nearest chosen before it."""
    if one.rejection or one.measures is None:
        return one.rejection
    contrast, edges, good = one.measures.contrast, one.measures.edges, appeal(one.measures)
    told = f"contrast {contrast:.2f}, edges {edges:.2f}, quality {good:.2f}"
    return told if novelty >= _FIRST else f"{told}; {novelty:.2f} from the nearest before it"


def safe(name: str) -> str:
    """A name as part of a file name."""
    return re.sub(r"[^\w.-]+", "-", name).strip("-.")[:80] or "picture"


def _unique(name: str, names: set[str]) -> str:
    """The name, or the first of `name-2`, `name-3`, … that is not among the names; it is added to them."""
    number, found = 2, name
    while found in names:
        found, number = f"{name}-{number}", number + 1
    names.add(found)
    return found


def _plain(value: Any) -> Any:
    return [_plain(one) for one in value] if isinstance(value, Sequence) and not isinstance(value, str) else value
