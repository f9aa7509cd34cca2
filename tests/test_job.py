"""A job is a value: any process draws the same bits from it."""

import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from conftest import small

import cppn
from cppn.draw.drawing import RenderJob, job_of
from cppn.engines import Quality
from cppn.motion.evaluator import Evaluator
from cppn.motion.film import FilmJob
from cppn.motion.timeline import Timeline

COLOUR = small(("tanh", "sin:freq=3", "linear"), mode="rgb", latent=2)


def drawn(job: RenderJob) -> tuple[np.ndarray, cppn.Recipe]:
    return job.prepare().whole(), job.recipe


def jobs() -> dict[str, RenderJob]:
    """Pictures and frames of every kind."""
    palette = small("tanh", mode="palette", palette="magma", hue=40)
    drift = Timeline(recipe=COLOUR, drift={"amount": 0.3, "seed": 2})
    fade = Timeline(recipe=COLOUR, morph={"recipes": [palette], "by": "fade"})
    films = {
        name: FilmJob(Evaluator(line), (24, 16), Fraction(10), 8).job(3)
        for name, line in (("drift", drift), ("fade", fade))
    }
    return {
        "picture": job_of(COLOUR, (24, 16)),
        "palette, 16 bits, smooth": job_of(palette, (24, 16), Quality("auto", 16)),
        "with a bleed": job_of(COLOUR, (24, 16), bleed=3),
        "of the oracle": job_of(COLOUR, (24, 16), engine="reference"),
        **films,
    }


def test_another_process_draws_the_same_bits_and_tells_the_same_recipe():
    wanted = jobs()
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        for name, (pixels, recipe) in zip(wanted, pool.map(drawn, wanted.values()), strict=True):
            here, told = drawn(wanted[name])
            assert np.array_equal(pixels, here), name
            assert recipe == told


def test_a_job_says_its_shape_before_anything_is_made_ready(monkeypatch):
    monkeypatch.setattr(RenderJob, "prepare", lambda self: pytest.fail("it is made ready"))
    job = job_of(COLOUR, (24, 16), Quality(4), bleed=3)
    assert (job.width, job.height, job.channels, job.shape) == (30, 22, 3, (22, 30, 3))
    assert job.drawn_by.name in ("halide", "torch")
    assert replace(job, engine="reference").drawn_by.name == "reference"


def test_a_field_that_nobody_tells_is_drawn_but_not_saved():
    job = RenderJob(job_of(COLOUR, (24, 16)).field, (24, 16))
    assert np.array_equal(job.prepare().whole(), cppn.render(COLOUR, (24, 16)))
    with pytest.raises(ValueError, match="for the screen alone"):
        _ = job.recipe
