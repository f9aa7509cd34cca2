"""Drawing in forked children, which have their parent's memory and none of its threads."""

import subprocess
import sys

import pytest

SCRIPT = """
import multiprocessing, sys
from concurrent.futures import ProcessPoolExecutor
import cppn
from cppn.drawing import draw
from cppn.engines import Quality, choose

def job(seed):
    recipe = cppn.recipe.from_dict({"seed": seed, "network": {"hidden": [4], "act": ["tanh"]}}, where="")
    return int(draw(recipe, (40, 30), Quality(), choose(sys.argv[1])).whole().sum())

if __name__ == "__main__":
    seeds = [1, 2, 3]
    alone = [job(seed) for seed in seeds]
    context = multiprocessing.get_context("fork")
    with context.Pool(2) as pool:
        assert pool.map(job, seeds) == alone
    with ProcessPoolExecutor(2, mp_context=context) as pool:
        assert list(pool.map(job, seeds)) == alone
    print("drawn")
"""


@pytest.mark.skipif(not hasattr(__import__("os"), "fork"), reason="no fork here")
@pytest.mark.parametrize("engine", ["halide", "torch", "reference"])
def test_forked_children_draw_what_their_parent_draws(engine):
    done = subprocess.run(
        [sys.executable, "-W", "ignore::DeprecationWarning", "-c", SCRIPT, engine],
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.stdout == "drawn\n", done.stderr
