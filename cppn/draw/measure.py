"""Which is faster here, the best card or the processor: one picture on both."""

from __future__ import annotations

import time

from ..engines import CPU
from ..engines.devices import GPU, Measured, find
from ..recipe import ColorRecipe, Recipe
from .drawing import job_of

_SIZE = 1920, 1080
_TIMES = 3  # of which the shortest counts


def measure(device: str = GPU) -> Measured:
    """Draw the program's first picture on a card and on the processor: a few seconds.

    Errors: CppnError if there is no card, or it cannot draw.
    """
    name = find(device).name
    return Measured(name, _seconds("gpu", name), _seconds("halide", CPU))


def _seconds(engine: str, device: str) -> float:
    recipe = Recipe(color=ColorRecipe(mode="rgb"))
    drawing = job_of(recipe, _SIZE, engine=engine, device=device).prepare()
    drawing.crop(0, 0, _SIZE[0], 1)  # compiled
    times = []
    for _ in range(_TIMES):
        begun = time.perf_counter()
        drawing.whole()
        times.append(time.perf_counter() - begun)
    return min(times)
