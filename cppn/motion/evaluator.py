"""The Evaluator: a timeline made ready to be asked what it shows at any time."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from itertools import count, pairwise
from typing import NamedTuple

from ..draw.drawing import complete_layers, measure, measure_curve, measure_ranges
from ..errors import CppnError
from ..network.develop import Field, develop, needs_curve, needs_ranges
from ..network.stages import Network
from ..network.transcribe import transcribe
from ..recipe import Recipe
from . import fading, morph
from .easing import easing
from .parameters import Numbers, changed, parameter_path, with_settings
from .timeline import Key, Morphing, Timeline, Track, values
from .walks import Drift, LatentWalk, streams

_LOOKS = 8  # times at which levels are measured


@dataclass(frozen=True)
class FrameState:
    """What is seen at one time."""

    field: Field
    told: Callable[[], Recipe]  # the field as text

    @property
    def recipe(self) -> Recipe:
        """What draws the field again."""
        return self.told()


class _Place(NamedTuple):
    """A recipe that the film passes, and what it develops into."""

    recipe: Recipe
    field: Field


class Evaluator:
    """A timeline with nothing left open.

    Where the last activation has no range of its own, levels are measured once for the whole film, so that nothing
    flickers; they are written into `timeline`.
    Errors: CppnError for parameters that a recipe does not have, walks without room and morphs that cannot be.
    """

    def __init__(self, timeline: Timeline) -> None:
        self._tracks = {track.knob: _times(track) for track in timeline.tracks}
        self._all = timeline
        self._walks: dict[tuple[object, ...], tuple[Drift | None, LatentWalk | None]] = {}
        self._check_morph()
        recipes = (timeline.recipe, *(timeline.morph.recipes if timeline.morph else ()))
        whole = map(complete_layers, recipes)
        self._places = [self._measured(_Place(recipe, develop(recipe))) for recipe in whole]
        recipes = tuple(place.recipe for place in self._places)
        changes: dict[str, object] = {"recipe": recipes[0]}
        if timeline.morph is not None:
            changes["morph"] = timeline.morph.replace(recipes=recipes[1:])
        self.timeline = self._all = timeline.replace(**changes)
        for track in timeline.tracks:  # what cannot be is said before anything is drawn
            for key in track.keys:
                for recipe in recipes:
                    changed(recipe, {track.knob: values(key)})
        for place in self._places:
            self._walked(self._placed(place, 0.0)[1], 0.0)

    @property
    def open_parameters(self) -> list[str]:
        """The parameters that do not end where they began."""
        return [track.knob for track in self._all.tracks if not _is_closed(track)]

    @property
    def channels(self) -> int:
        """1 if all that it passes is grey, else 3."""
        return max(place.field.channels for place in self._places)

    @property
    def is_loop(self) -> bool:
        """Does the end lead into the beginning?"""
        return self._all.boomerang or not self.open_parameters

    def state(self, t: float) -> FrameState:
        """What is seen at a time from 0, the beginning, to 1, the end; of a loop, the end is the beginning again."""
        if self.is_loop:
            t %= 1.0
        if len(self._places) == 1:
            return self._alone(self._places[0], t)
        at, share = divmod(t * len(self._places), 1)
        index = int(at) % len(self._places)
        share = easing(self._morph.ease)(share)
        one, two = (self._places[i % len(self._places)] for i in (index, index + 1))
        if share in (0, 1):
            return self._alone(two if share else one, t)
        if self._by_weights(one.recipe, two.recipe):
            (origin, a), (_, b) = self._placed(one, t), self._placed(two, t)
            field = self._walked(morph.between(a, b, share), t)
            return FrameState(field, partial(transcribe, field, *origin))
        first, second = self._alone(one, t), self._alone(two, t)
        share = min(1.0, max(0.0, share))
        field = fading.through(first.field, second.field, share)
        return FrameState(field, partial(_told, first, second, share))

    def _alone(self, place: _Place, t: float) -> FrameState:
        origin, field = self._placed(place, t)
        field = self._walked(field, t)
        return FrameState(field, partial(transcribe, field, *origin))

    @property
    def _morph(self) -> Morphing:
        return self._all.morph or Morphing(recipes=(self._all.recipe,))

    def _check_morph(self) -> None:
        if self._all.morph is not None and self._all.morph.by == "weights":
            recipes = self._all.recipe, *self._all.morph.recipes
            for a, b in pairwise((*recipes, recipes[0])):
                if why := morph.difference(a, b):
                    raise CppnError(why, where="morph", legal="--morph-by fade goes between any two")

    def _by_weights(self, a: Recipe, b: Recipe) -> bool:
        return self._morph.by != "fade" and not morph.difference(a, b)

    def _placed(self, place: _Place, t: float) -> tuple[_Place, Field]:
        """The place, and its field with the parameters where the tracks have them."""
        settings = {}
        for track in self._all.tracks:
            back = self._all.boomerang and not _is_closed(track)
            at = 1 - abs(1 - 2 * t) if back else t
            settings[track.knob] = _value(track, self._tracks[track.knob], at * self._all.duration)
        if "gain" in settings:  # of weights that are drawn, anew
            recipe = changed(place.recipe, {"gain": settings.pop("gain")})
            place = _Place(recipe, develop(recipe))
        return place, with_settings(place.field, settings)

    def _walked(self, field: Field, t: float) -> Field:
        """The field with its networks, those of its layers and masks too, where their walks have them.

        Strokes stay: placed anew for each frame, they would flicker.
        """
        if self._all.drift is None and self._all.latent is None:
            return field
        numbers = count()

        def walked(field: Field) -> Field:
            network = self._step(field.network, next(numbers), t)
            layers = tuple(
                layer if layer.told.kind == "strokes" else
                replace(layer, mask=layer.mask and self._step(layer.mask, next(numbers), t), field=walked(layer.field))
                for layer in field.layers
            )  # fmt: skip
            return replace(field, network=network, layers=layers)

        return walked(field)

    def _step(self, network: Network, number: int, t: float) -> Network:
        """A network where its walks have it; each of a picture, by its number, has walks of its own."""
        drift, latent = self._all.drift, self._all.latent
        key = (network.widths, len(network.latent), number)
        if key not in self._walks:
            of_weights, of_latents = streams(self._all.version)
            self._walks[key] = (
                Drift(network, drift.amount, drift.seed + number, of_weights) if drift else None,
                LatentWalk(network, latent.amount, latent.seed + number, of_latents)
                if latent and (network.latent or not number) else None,
            )  # fmt: skip
        weights, inputs = self._walks[key]
        if latent is not None and inputs is not None:
            network = inputs.at(network, easing(latent.ease)(t))
        if drift is not None and weights is not None:
            network = weights.at(network, easing(drift.ease)(t))
        return network

    def _measured(self, place: _Place) -> _Place:
        """The recipe with levels and, if it takes one, a curve, as the whole film shows it."""
        recipe, field = place
        times = [i / _LOOKS for i in range(_LOOKS)] if self._all.moves else [0.0]
        if needs_ranges(recipe):
            ranges = measure_ranges(self._walked(self._placed(place, t)[1], t) for t in times)
            place = _Place(recipe.replace(color=recipe.color.replace(ranges=ranges)), field.with_ranges(ranges))
        elif not recipe.color.each and recipe.color.levels is None and field.network.span is None:
            levels = measure(self._walked(self._placed(place, t)[1], t) for t in times)
            place = _Place(
                recipe.replace(color=recipe.color.replace(levels=levels, measured=None)), field.with_levels(levels)
            )
        if needs_curve(place.recipe):
            curve = measure_curve(self._walked(self._placed(place, t)[1], t) for t in times)
            recipe = place.recipe.replace(color=place.recipe.color.replace(curve=curve))
            place = _Place(recipe, place.field.with_curve(curve))
        return place


def _told(a: FrameState, b: FrameState, share: float) -> Recipe:
    """The recipe of a fade."""
    return fading.told(a.recipe, b.recipe, share)


def _times(track: Track) -> list[float]:
    return [key[0] for key in track.keys]


def _is_closed(track: Track) -> bool:
    """Does it end as it began, whole turns apart?"""
    first, last = values(track.keys[0]), values(track.keys[-1])
    if parameter_path(track.knob).scale == "turn":
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
    if parameter_path(track.knob).scale == "log":
        return tuple(a ** (1 - part) * b**part if part else a for a, b in zip(values(one), values(two), strict=True))
    return tuple(a + part * (b - a) for a, b in zip(values(one), values(two), strict=True))


def _ease_of(key: Key, track: Track) -> str:
    return key[2] if len(key) > 2 else track.ease
