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


def test_a_program_that_does_not_come_to_rest_is_ended_all_the_same(tmp_path):
    """As when a signal comes where Python loses exceptions."""
    code = (
        "import os, signal, time\n"
        "from cppn.cli.stopping import stoppable\n"
        "from cppn.making import making\n"
        "with stoppable(), making(Path('a.png')) as part:\n"
        "    part.touch()\n"
        "    try:\n"
        "        os.kill(os.getpid(), signal.SIGTERM)\n"
        "        time.sleep(60)\n"
        "    except BaseException:\n"
        "        time.sleep(60)\n"
    )
    done = trials.python(f"from pathlib import Path\n{code}", tmp_path)
    assert done.returncode == 143
    assert done.stderr == "cppn: stopped\n"
    assert list(tmp_path.iterdir()) == []


def test_what_native_code_makes_of_a_signals_exception_is_no_fault_of_the_users(tmp_path):
    code = (
        "import os, signal, sys\n"
        "from cppn import cli\n"
        "def main(**_):\n"
        "    try:\n"
        "        os.kill(os.getpid(), signal.SIGTERM)\n"
        "        sum(range(10**9))\n"
        "    except BaseException:\n"
        "        raise ValueError('made of it')\n"
        "cli.cli.main = main\n"
        "cli.main()"
    )
    done = trials.python(code, tmp_path)
    assert (done.returncode, done.stderr) == (143, "cppn: stopped\n")


def test_a_signal_that_comes_where_exceptions_are_lost_is_heard_all_the_same(tmp_path):
    code = (
        "import os, signal, time, weakref\n"
        "from cppn.cli.stopping import stoppable\n"
        "class Thing: pass\n"
        "with stoppable():\n"
        "    thing = Thing()\n"
        "    reference = weakref.ref(thing, lambda _: (os.kill(os.getpid(), signal.SIGTERM), time.sleep(0.05)))\n"
        "    del thing\n"
        "    time.sleep(60)"
    )
    done = trials.python(code, tmp_path)
    assert (done.returncode, done.stderr) == (143, "cppn: stopped\n")


def test_signals_that_are_ignored_stay_so(tmp_path):
    code = (
        "import signal\n"
        "signal.signal(signal.SIGHUP, signal.SIG_IGN)\n"
        "from cppn.cli.stopping import stoppable\n"
        "with stoppable():\n"
        "    signal.raise_signal(signal.SIGHUP)"
    )
    assert trials.python(code, tmp_path).returncode == 0
