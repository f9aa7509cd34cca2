"""Layers whose units have several activations: `sin|tanh|gauss`, or with counts `sin*4|gauss*2|linear`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from ..errors import CppnError, shorten
from ..rng import Stream
from .activations import CATALOGUE, Activation, parse_activation


class Share(NamedTuple):
    """Of a layer's units, so many have this activation; None: some of those that are left."""

    activation: Activation
    units: int | None

    def __str__(self) -> str:
        return str(self.activation) if self.units is None else f"{self.activation}*{self.units}"


def parse_mix(text: str) -> list[Share]:
    """The activations that a text parts by `|`; of one alone, all units have it.

    Errors: CppnError as `parse_activation`.
    """
    parts = text.split("|")
    if len(parts) == 1:
        return [Share(parse_activation(text), None)]
    found = []
    for part in parts:
        counted = re.fullmatch(r"(.*?)\*\s*(\d{1,6})\s*", part, re.DOTALL)
        found.append(Share(parse_activation(counted[1] if counted else part), int(counted[2]) if counted else None))
    return found


def activations_of(text: str, units: int, stream: Stream) -> list[Activation]:
    """Each unit's activation, those with a count first; which of the others each of the rest has, the stream draws.

    Errors: CppnError if the counts do not fit the units.
    """
    shares = parse_mix(text)
    counted = [one.activation for one in shares for _ in range(one.units or 0)]
    others = [one.activation for one in shares if one.units is None]
    left = units - len(counted)
    if left < 0 or (left and not others):
        raise CppnError(
            f"{shorten(text)!r} counts {len(counted)} units", where="act", legal=f"the layer has {units} of them"
        )
    if len(others) == 1:
        return counted + others * left
    return counted + [others[int(at * len(others))] for at in stream.uniform(left).tolist()]


def set_parameters(texts: Sequence[str], **changes: float) -> list[str]:
    """The activations with parameters changed in each that has them.

    Errors: CppnError if none of them has a parameter of that name.
    """
    mixes = [parse_mix(text) for text in texts]
    for name in changes:
        if not any(name in one.activation.parameters for mix in mixes for one in mix):
            takers = [key for key, entry in CATALOGUE.items() if name in entry.defaults]
            raise CppnError(
                f"none of the activations takes {name}: {shorten(', '.join(texts))}", legal=f"{', '.join(takers)} do"
            )
    return [
        "|".join(str(one._replace(activation=one.activation.with_parameters(**changes))) for one in mix)
        for mix in mixes
    ]
