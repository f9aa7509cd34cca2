"""The Score: a timeline made ready to be asked what it shows at any time."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from ..develop import develop_network, needs_levels
from ..drawing import measure
from ..errors import CppnError
from ..recipe import Recipe
from . import morph
from .easing import easing
from .knobs import Numbers, knob, turn
from .timeline import Key, Morphing, Timeline, Track, values
from .walks import Drift, LatentWalk

_LOOKS = 8  # times at which levels are measured


class Shot(NamedTuple):
    """What is seen at one time: a recipe, and of a second one that it fades into, a share from 0 to 1."""

    recipe: Recipe
    other: Recipe | None = None
    share: float = 0.0


class Score:
    """A timeline with nothing left open.

    Where the last activation has no range of its own, levels are measured once for the whole film, so that nothing
    flickers; they are written into `timeline`.
    Errors: CppnError for knobs that a recipe does not have, walks without room and morphs that cannot be.
    """

    def __init__(self, timeline: Timeline) -> None:
        self._tracks = {track.knob: _times(track) for track in timeline.tracks}
        self._all = timeline
        self._walks: dict[tuple[object, ...], tuple[Drift | None, LatentWalk | None]] = {}
        self._check_morph()
        recipes = [self._measured(recipe) for recipe in self._recipes()]
        changes: dict[str, object] = {"recipe": recipes[0]}
        if timeline.morph is not None:
            changes["morph"] = timeline.morph.model_copy(update={"recipes": tuple(recipes[1:])})
        self.timeline = self._all = timeline.model_copy(update=changes)
        for track in timeline.tracks:  # what cannot be is said before anything is drawn
            for key in track.keys:
                for recipe in recipes:
                    turn(recipe, {track.knob: values(key)})
        for recipe in recipes:
            self._walked(self._turned(recipe, 0.0), 0.0)

    @property
    def open_knobs(self) -> list[str]:
        """The knobs that do not end where they began."""
        return [track.knob for track in self._all.tracks if not _is_closed(track)]

    @property
    def is_loop(self) -> bool:
        """Does the end lead into the beginning?"""
        return self._all.boomerang or not self.open_knobs

    def shot(self, t: float) -> Shot:
        """What is seen at a time from 0, the beginning, to 1, the end; of a loop, the end is the beginning again."""
        if self.is_loop:
            t %= 1.0
        recipes = self._recipes()
        if len(recipes) == 1:
            return Shot(self._walked(self._turned(recipes[0], t), t))
        place, share = divmod(t * len(recipes), 1)
        index = int(place) % len(recipes)
        share = easing(self._morph.ease)(share)
        a, b = (self._turned(recipes[i % len(recipes)], t) for i in (index, index + 1))
        if share in (0, 1):
            return Shot(self._walked(b if share else a, t))
        if self._by_weights(recipes[index], recipes[(index + 1) % len(recipes)]):
            return Shot(self._walked(morph.between(a, b, share), t))
        return Shot(self._walked(a, t), self._walked(b, t), min(1.0, max(0.0, share)))

    @property
    def _morph(self) -> Morphing:
        return self._all.morph or Morphing(recipes=(self._all.recipe,))

    def _recipes(self) -> tuple[Recipe, ...]:
        return (self._all.recipe, *(self._all.morph.recipes if self._all.morph else ()))

    def _check_morph(self) -> None:
        if self._all.morph is not None and self._all.morph.by == "weights":
            recipes = self._recipes()
            for a, b in pairwise((*recipes, recipes[0])):
                if why := morph.difference(a, b):
                    raise CppnError(why, where="morph", legal="--morph-by fade goes between any two")

    def _by_weights(self, a: Recipe, b: Recipe) -> bool:
        return self._morph.by != "fade" and not morph.difference(a, b)

    def _turned(self, recipe: Recipe, t: float) -> Recipe:
        """The recipe with its knobs where the tracks have them."""
        settings = {}
        for track in self._all.tracks:
            back = self._all.boomerang and not _is_closed(track)
            at = 1 - abs(1 - 2 * t) if back else t
            settings[track.knob] = _value(track, self._tracks[track.knob], at * self._all.duration)
        return turn(recipe, settings)

    def _walked(self, recipe: Recipe, t: float) -> Recipe:
        drift, latent = self._all.drift, self._all.latent
        if drift is None and latent is None:
            return recipe
        key = (recipe.network.hidden, len(recipe.network.inputs), recipe.network.latent_length, recipe.color.outputs)
        if key not in self._walks:
            network = develop_network(recipe)
            self._walks[key] = (
                Drift(network, drift.amount, drift.seed) if drift else None,
                LatentWalk(network, latent.amount, latent.seed) if latent else None,
            )
        weights, inputs = self._walks[key]
        if latent is not None and inputs is not None:
            recipe = inputs.at(recipe, easing(latent.ease)(t))
        if drift is not None and weights is not None:
            recipe = weights.at(recipe, easing(drift.ease)(t))
        return recipe

    def _measured(self, recipe: Recipe) -> Recipe:
        """The recipe with levels, as the whole film shows it."""
        if not needs_levels(recipe.change({"color": {"measured": None}})):
            return recipe
        times = [i / _LOOKS for i in range(_LOOKS)] if self._all.moves else [0.0]
        return recipe.change({"color": {"levels": measure(self._seen(recipe, times)), "measured": None}})

    def _seen(self, recipe: Recipe, times: list[float]) -> Iterator[Recipe]:
        for t in times:
            yield self._walked(self._turned(recipe, t), t)


def _times(track: Track) -> list[float]:
    return [key[0] for key in track.keys]


def _is_closed(track: Track) -> bool:
    """Does it end as it began, whole turns apart?"""
    first, last = values(track.keys[0]), values(track.keys[-1])
    if knob(track.knob).scale == "turn":
        return abs((last[0] - first[0] + 180) % 360 - 180) < 1e-9
    return first == last


def _value(track: Track, times: list[float], seconds: float) -> Numbers:
    """What a track says at a time."""
    after = bisect_right(times, seconds)
    if after == 0:
        return values(track.keys[0])
    if after == len(times):
        return values(track.keys[-1])
    one, two = track.keys[after - 1], track.keys[after]
    part = easing(_ease_of(two, track))((seconds - one[0]) / (two[0] - one[0]))
    if knob(track.knob).scale == "log":
        return tuple(a ** (1 - part) * b**part if part else a for a, b in zip(values(one), values(two), strict=True))
    return tuple(a + part * (b - a) for a, b in zip(values(one), values(two), strict=True))


def _ease_of(key: Key, track: Track) -> str:
    return key[2] if len(key) > 2 else track.ease
