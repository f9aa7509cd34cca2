"""The Timeline: the whole description of a motion, as text. Nothing else decides what a film shows at which time."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal

from ..errors import CppnError, shorten, unknown
from ..files.presets import motions, presets
from ..files.provenance import Provenance
from ..files.sources import load_provenance
from ..recipe import Recipe
from ..recipe.files import embed_weights, is_timeline, read_table
from ..recipe.kinds import Flag, Kind, Many, Number, Text, Whole, Word
from ..recipe.model import validated
from ..recipe.parts import SEED
from ..recipe.schema import Section, Table, field, required
from .easing import easing
from .parameters import Numbers, parameter_path

VERSION = 2
DURATION = 6.0  # seconds, unless a timeline says otherwise
LONGEST = 86400.0  # seconds
MOST_KEYS = 10_000


Value = float | tuple[float, float]
Key = tuple[float, Value] | tuple[float, Value, str]


class _Key(Kind):
    """[seconds, value] or [seconds, value, "easing"], where a value is a number or a pair."""

    one, many = "a key", "keys"

    def takes(self, value: Any) -> bool:
        return isinstance(value, list | tuple)

    def read(self, value: Any) -> Key:
        """As of any kind. Errors: CppnError."""
        listed = isinstance(value, list | tuple) and 2 <= len(value) <= 3
        numbers = value[1] if listed and isinstance(value[1], list | tuple) else value[1:2] if listed else ()
        given = [value[0], *numbers] if listed and 1 <= len(numbers) <= 2 else [None]
        number = Number()
        if not all(map(number.takes, given)) or (len(value) == 3 and not isinstance(value[2], str)):
            legal = 'write [seconds, value] or [seconds, value, "easing"]'
            raise CppnError(f"{shorten(repr(value), 40)} is no key", legal=legal)
        seconds, *found = map(number.read, given)
        return (seconds, tuple(found) if isinstance(value[1], list | tuple) else found[0], *value[2:])

    def write(self, value: Any) -> Any:
        return [list(one) if isinstance(one, tuple) else one for one in value]


class Track(Section):
    """What one number does: its value at some times, and how it gets from each to the next.

    `keys`: (seconds, value) or (seconds, value, easing towards it). Before the first and after the last it stays.
    """

    knob: str = required(Text())
    keys: tuple[Key, ...] = required(Many(_Key(), 1, MOST_KEYS))
    ease: str = field(Text(), "linear")

    def _check(self) -> None:
        parameter_path(self.knob)
        for name in (self.ease, *(key[2] for key in self.keys if len(key) > 2)):
            easing(str(name))
        for before, after in pairwise(self.keys):
            if not before[0] < after[0]:
                raise CppnError(
                    f"the key at {after[0]:g} s comes after the one at {before[0]:g} s", where=f"track of {self.knob}",
                    legal="keys are in the order of their times",
                )  # fmt: skip
        if self.keys[0][0] < 0:
            raise CppnError(
                f"a key at {self.keys[0][0]:g} s", where=f"track of {self.knob}", legal="a film begins at 0"
            )


class Walking(Section):
    """A closed random walk: how far, by which curve, at which pace.

    `amount`: for weights, as a part of their own size; for latent inputs, as it is.
    """

    amount: float = field(Number(0, 100), 0.2)
    seed: int = field(SEED, 0)
    ease: str = field(Text(), "linear")

    def _check(self) -> None:
        easing(self.ease)


class Morphing(Section):
    """From the timeline's recipe through others and back.

    `by`: "weights", through the numbers of networks of the same shape; "fade", one picture through the other, in linear
    light; "auto", by weights where that can be.
    """

    also_written = ("sources", "seeds")

    recipes: tuple[Recipe, ...] = field(Many(Table(Recipe), most=1000), ())
    by: Literal["auto", "weights", "fade"] = field(Word("auto", "weights", "fade"), "auto")
    ease: str = field(Text(), "smooth")

    def _check(self) -> None:
        easing(self.ease)
        if not self.recipes:
            raise CppnError("it goes nowhere", where="morph", legal='write sources = ["marble"] or seeds = [3, 8]')


class Timeline(Section):
    """A recipe and what moves in it, over `duration` seconds.

    `boomerang`: tracks that do not end as they began go there and back.
    """

    also_written = ("source",)

    version: int = field(Whole(1, VERSION), VERSION)
    name: str = field(Text(200), "")
    description: str = field(Text(2000), "")
    duration: float = field(Number(high=LONGEST, above=0), DURATION)
    boomerang: bool = field(Flag(), False)
    recipe: Recipe = field(Table(Recipe), Recipe())
    tracks: tuple[Track, ...] = field(Many(Table(Track), most=100), ())
    drift: Walking | None = field(Table(Walking))
    latent: Walking | None = field(Table(Walking))
    morph: Morphing | None = field(Table(Morphing))

    def _check(self) -> None:
        names = [track.knob for track in self.tracks]
        for name in names:
            if names.count(name) > 1:
                raise CppnError(f"there are several tracks of {name}", where="tracks", legal="put their keys into one")
        for track in self.tracks:
            if track.keys[-1][0] > self.duration:
                raise CppnError(
                    f"a key at {track.keys[-1][0]:g} s", where=f"track of {track.knob}",
                    legal=f"the film ends at {self.duration:g} s",
                )  # fmt: skip

    @property
    def moves(self) -> bool:
        """Does anything move?"""
        return bool(self.tracks or self.drift or self.latent or self.morph)

    def to_toml(self) -> str:
        """TOML, as in timeline files."""
        import tomli_w

        return tomli_w.dumps(self.to_dict())

    def change(self, **fields: Any) -> Timeline:
        """The same with fields replaced. Errors: CppnError as of `from_dict`."""
        return from_dict({**{name: getattr(self, name) for name in self.fields}, **fields}, where="")

    def lasting(self, seconds: float) -> Timeline:
        """The same, slower or faster."""
        factor = seconds / self.duration
        tracks = [
            {**track.to_dict(), "keys": [(min(seconds, key[0] * factor), *key[1:]) for key in track.keys]}
            for track in self.tracks
        ]
        return self.change(duration=seconds, tracks=tracks)


def values(key: Key) -> Numbers:
    """A key's value, as numbers."""
    return key[1] if isinstance(key[1], tuple) else (key[1],)


def from_dict(data: Any, *, where: str) -> Timeline:
    """The Timeline that plain data describe. `where` names their origin in errors.

    Errors: CppnError for unknown keys, bad values, keys out of order, and newer versions.
    """
    return validated(Timeline, data, "timeline", VERSION, where=where)


def of_recipe(recipe: Recipe) -> Timeline:
    """A timeline in which nothing moves yet."""
    return Timeline(recipe=recipe)


def load_timeline(source: str) -> tuple[Timeline, dict[str, Any]]:
    """The timeline of a motion's name, a timeline file, a film; a still one of any picture. Second, how it was drawn.

    Errors: CppnError if there is no such thing.
    """
    path = Path(source)
    if source in motions and not path.is_file() and source not in presets:
        return read_timeline(motions[source]), {}
    if not path.exists() and not path.suffix and source not in presets:
        names = [*presets, *(n.rpartition("/")[2] for n in presets), *motions, *motions.short_names]
        raise unknown("preset, motion or file", source, names if "/" in source else [n for n in names if "/" not in n])
    if path.is_file() and path.suffix.lower() in (".toml", ".json"):
        data = read_table(path)
        if is_timeline(data) and not (isinstance(data, dict) and "drawing" in data):
            return _resolve(data, path), {}
    provenance = load_provenance(source)
    return timeline_of(provenance, where=source), provenance.drawing


def read_timeline(path: Path) -> Timeline:
    """The Timeline in a `.toml` or `.json` file. `source` may name a preset or a picture instead of `recipe`."""
    return _resolve(read_table(path), path)


def timeline_of(provenance: Provenance, *, where: str) -> Timeline:
    """The timeline that a film carries; of a picture, a still one."""
    return from_dict({**(provenance.timeline or {}), "recipe": provenance.recipe.to_dict()}, where=where)


def _resolve(data: Any, path: Path) -> Timeline:
    """The timeline of a file's data, the pictures that it names put in."""
    where = str(path)
    if isinstance(data, Mapping):
        data = dict(data)
        if "source" in data:
            if "recipe" in data:
                raise CppnError("it names a source and writes a recipe", where=where, legal="give one of them")
            data["recipe"] = _named(data.pop("source"), path)
        elif isinstance(data.get("recipe"), dict):
            embed_weights(data["recipe"], path.parent)
        morph = data.get("morph")
        if isinstance(morph, dict):
            data["morph"] = _resolve_morph(morph, data.get("recipe"), path)
    return from_dict(data, where=where)


def _resolve_morph(morph: dict[str, Any], recipe: Any, path: Path) -> dict[str, Any]:
    """The recipes of a morph: those of named pictures, and those that differ from the timeline's in their seeds."""
    told = {key: value for key, value in morph.items() if key not in ("sources", "seeds")}
    for key, legal in (("recipes", "tables of recipes"), ("sources", '["marble", "dunes"]'), ("seeds", "[3, 8]")):
        if not isinstance(morph.get(key, []), list):
            raise CppnError(f"morph.{key} is no list", where=str(path), legal=f"write {key} = {legal}")
    found = [_named(source, path) for source in morph.get("sources", [])]
    if isinstance(recipe, dict):
        network = recipe.get("network")
        if isinstance(network, dict) and "blend" in network:  # other seeds' weights, with nothing added
            recipe = {**recipe, "network": {key: value for key, value in network.items() if key != "blend"}}
        found += [{**recipe, "seed": seed} for seed in morph.get("seeds", [])]
    return {**told, "recipes": [*told.get("recipes", []), *found]}


def _named(source: Any, path: Path) -> dict[str, Any]:
    """The recipe that a timeline names: a preset, or a file beside its own."""
    if not isinstance(source, str):
        raise CppnError("a source is no text", where=str(path), legal="name a preset or a file")
    beside = path.parent / source
    try:
        return load_provenance(beside if beside.is_file() and source not in presets else source).recipe.to_dict()
    except CppnError as error:
        raise error.within(str(path)) from None
