"""What was seen of candidates, kept: a pool that was looked at before is not drawn again.

Measures come from the oracle, which computes the same everywhere: those that were kept choose the same pictures.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from ..files.kept import LOOKS, sources
from ..recipe import Recipe
from .measures import Measures
from .palettes import Tone

_ROOMS = (
    "compose",
    "draw",
    "engines",
    "field",
    "network",
    "recipe",
    "search",
    "strokes",
)  # whose sources decide what is seen


class Seen(NamedTuple):
    """`levels`: those measured of the candidate. `measures`: the first shape's. `rejection`: as Candidate has it."""

    levels: tuple[float, float] | None
    measures: Measures | None
    rejection: str


def key_of(recipes: Sequence[Recipe], sizes: Sequence[tuple[int, int]], tone: Tone | None) -> str:
    """What the looks of a pool are kept under: all that they depend on."""
    told = [np.__version__, sources(*_ROOMS), sizes, tone, [recipe.to_json() for recipe in recipes]]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:40]


def read(key: str, count: int) -> list[Seen] | None:
    """What was kept of so many candidates, if it was."""
    data = LOOKS.read(key)
    if data is None:
        return None
    try:
        found = [Seen(levels and tuple(levels), _measures(told), why) for levels, told, why in json.loads(data)]
    except (ValueError, TypeError):
        return None
    return found if len(found) == count else None


def write(key: str, seen: Sequence[Seen]) -> None:
    """Keep it."""
    told = [
        (one.levels, one.measures and [np.asarray(v).tolist() for v in one.measures], one.rejection) for one in seen
    ]
    LOOKS.write(key, f"a pool of {len(seen)}", json.dumps(told).encode())


def _measures(told: list[object] | None) -> Measures | None:
    values = [np.asarray(one) if isinstance(one, list) else one for one in told or ()]
    return Measures(*values) if told else None  # type: ignore[arg-type]
