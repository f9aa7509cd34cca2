"""Drawing in forked children, which have their parent's memory and none of its threads."""

import subprocess
import sys

import pytest

SCRIPT = """
import multiprocessing, sys
from concurrent.futures import ProcessPoolExecutor
import cppn
from cppn.draw.drawing import draw
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


SAVING = """
import os, sys, cppn
recipe = cppn.Recipe(seed=1, network=cppn.NetworkRecipe(hidden=(4,), act="tanh"))
if sys.argv[1] == "used":
    cppn.save(recipe, "parent.png", size=(20, 20))
if os.fork() == 0:
    try:
        cppn.save(recipe, "child.png", size=(20, 20))
        print("saved", flush=True)
    except cppn.CppnError as error:
        print(error, flush=True)
    os._exit(0)
os.wait()
"""


@pytest.mark.skipif(not hasattr(__import__("os"), "fork"), reason="no fork here")
@pytest.mark.parametrize(("parent", "told"), [("idle", "saved"), ("used", "cannot go on in a process forked")])
def test_forked_children_save_or_say_at_once_why_not(tmp_path, parent, told):
    done = subprocess.run(
        [sys.executable, "-W", "ignore::DeprecationWarning", "-c", SAVING, parent], cwd=tmp_path,
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert told in done.stdout, done.stderr
    assert (tmp_path / "child.png").exists() == (told == "saved")
    assert not list(tmp_path.glob(".*"))
