"""A few of the misfortunes of `trials.py`, which tries every command."""

import random

import pytest
import trials


@pytest.mark.parametrize("name", ["compile", "film", "gallery", "tiles"])
def test_stopped_at_any_moment_a_command_ends_and_leaves_nothing_half_written(name, tmp_path):
    outcomes = list(trials.stops(name, 2, trials.a_photo(tmp_path), random.Random(name)))
    assert len(outcomes) == 2
    for one in outcomes:
        assert not one.wrong, one
        assert one.code or one.left


SIGNAL = "os.kill(os.getpid(), signal.SIGTERM)"
STUBBORN = {
    "where the program does not come to rest": (
        "with stoppable(), making(Path('a.png')) as part:\n"
        "    part.touch()\n"
        "    try:\n"
        f"        {SIGNAL}\n"
        "        time.sleep(60)\n"
        "    except BaseException:\n"
        "        time.sleep(60)"
    ),
    "where native code makes another error of it": (
        "def main(**_):\n"
        "    try:\n"
        f"        {SIGNAL}\n"
        "        sum(range(10**9))\n"
        "    except BaseException:\n"
        "        raise ValueError('made of it')\n"
        "cli.cli.main = main\n"
        "cli.main()"
    ),
    "where exceptions are lost": (
        "class Thing: pass\n"
        "with stoppable():\n"
        "    thing = Thing()\n"
        f"    reference = weakref.ref(thing, lambda _: ({SIGNAL}, time.sleep(0.05)))\n"
        "    del thing\n"
        "    time.sleep(60)"
    ),
}


@pytest.mark.parametrize("where", STUBBORN)
def test_a_signal_ends_the_program(where, tmp_path):
    loaded = (
        "import os, signal, time, weakref\n"
        "from pathlib import Path\n"
        "from cppn import cli\n"
        "from cppn.cli.stopping import stoppable\n"
        "from cppn.files.atomic import making\n"
    )
    done = trials.python(loaded + STUBBORN[where], tmp_path)
    assert done.returncode == 143
    assert done.stderr == "cppn: stopped\n"
    assert list(tmp_path.iterdir()) == []


def test_signals_that_are_ignored_stay_so(tmp_path):
    code = (
        "import signal\n"
        "signal.signal(signal.SIGHUP, signal.SIG_IGN)\n"
        "from cppn.cli.stopping import stoppable\n"
        "with stoppable():\n"
        "    signal.raise_signal(signal.SIGHUP)"
    )
    assert trials.python(code, tmp_path).returncode == 0
