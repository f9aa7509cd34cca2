"""Every engine, and a shader on a graphics card, draws what the oracle draws."""

from __future__ import annotations

import numpy as np
from conftest import differences
from playwright.sync_api import Page
from test_shader import card_pixels

import cppn
from cppn.draw.drawing import developed, job_of

SIZE = (60, 40)


def assert_engines_agree(recipe: cppn.Recipe) -> None:
    """Within a step nearly everywhere; crops and bands are the whole's to the bit."""
    wanted = cppn.render(recipe, SIZE, engine="reference")
    assert wanted.std() > 8, "there is something to see"
    for engine in ("halide", "torch"):
        drawing = job_of(recipe, SIZE, engine=engine).prepare()
        whole = drawing.whole()
        assert drawing.job.drawn_by.name == engine
        assert differences(whole, wanted, 1) <= 0.002, engine
        assert np.array_equal(drawing.crop(13, 7, 31, 11), whole[7:18, 13:44]), engine
        assert np.array_equal(np.concatenate([drawing.crop(0, top, 60, 8) for top in range(0, 40, 8)]), whole), engine


def assert_card_agrees(page: Page, recipe: cppn.Recipe) -> None:
    """Within two steps nearly everywhere."""
    whole, field = developed(recipe)
    wanted = cppn.render(whole, SIZE, engine="reference")
    wanted = wanted.repeat(3, axis=2) if wanted.shape[2] == 1 else wanted
    assert differences(card_pixels(page, field, SIZE)[0], wanted, 2) < 0.01
