"""A drawing that was broken off goes on, and ends as the same picture, whatever broke it off."""

import json
import os
import random
import resource
import signal
import time
from pathlib import Path

import numpy as np
import pytest
from conftest import Run, Start, pixels
from forge import Started

import cppn
from cppn.cli import main  # noqa: F401  the module is there before any process is started
from cppn.files.checkpoint import Checkpoint

SIZE = (1000, 750)
DRAW = ("silk", "--size", "1000x750", "--aa", "4", "--threads", "1", "-o", "a.png")


@pytest.fixture(scope="module")
def whole() -> np.ndarray:
    return cppn.render(cppn.load("silk"), SIZE, aa=4)


def size_of(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return -1


def wait_for(process: Started, spool: Path, size: float) -> bool:
    """Until that much is kept; False if the process ends before."""
    while size_of(spool) < size:
        if process.poll() is not None:
            return False
        os.sched_yield()
    return True


def test_twenty_kills_at_random_moments(whole, tmp_path, start):
    moments = random.Random(7)
    spool, picture = tmp_path / "a.png.cppn-resume", tmp_path / "a.png"
    kills, resumed, finished = 0, 0, 0
    while kills < 20 or not finished:
        kept = max(0, size_of(spool))
        resumed += kept > 0
        process = start("render", *DRAW, "--resume")
        if kills < 20:
            wait_for(process, spool, kept + moments.random() * whole.nbytes / 4)
            end = time.perf_counter() + moments.random() * 0.02
            while time.perf_counter() < end:
                pass
            process.kill()
            kills += 1
        errors = process.communicate()[1]
        if process.returncode != -signal.SIGKILL:
            assert process.returncode == 0, errors
        if picture.exists():  # whole, even if the kill came just after
            assert np.array_equal(pixels(picture), whole)
            finished += 1
            if process.returncode == 0:
                assert list(tmp_path.iterdir()) == [picture]
            picture.unlink()
    assert resumed >= 10


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_a_stopped_drawing_says_what_it_keeps(stop, whole, run: Run, tmp_path, start):
    process = start("render", *DRAW, "--resume")
    assert wait_for(process, tmp_path / "a.png.cppn-resume", whole.nbytes / 3)
    process.send_signal(stop)
    told, last = (line for line in process.communicate(timeout=60)[1].splitlines() if line)
    assert told == "cppn: what is drawn is kept in a.png.cppn-resume, and --resume goes on from there"
    assert last == "cppn: stopped"
    assert [path.name for path in tmp_path.iterdir()] == ["a.png.cppn-resume"]
    # it goes on unasked too
    run("render", *DRAW)
    assert np.array_equal(pixels(tmp_path / "a.png"), whole)
    assert [path.name for path in tmp_path.iterdir()] == ["a.png"]


def test_a_full_disk_keeps_what_is_drawn(whole, run: Run, tmp_path):
    def half_a_disk() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (whole.nbytes // 2, whole.nbytes // 2))

    done = run("render", *DRAW, "--resume", fails=True, preexec_fn=half_a_disk)
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert "could not be written" in done.stderr
    assert "kept in a.png.cppn-resume, and --resume goes on from there" in done.stderr
    kept = (tmp_path / "a.png.cppn-resume").stat().st_size
    assert whole.nbytes / 3 < kept <= whole.nbytes / 2
    assert [path.name for path in tmp_path.iterdir()] == ["a.png.cppn-resume"]
    run("render", *DRAW, "--resume")
    assert np.array_equal(pixels(tmp_path / "a.png"), whole)


@pytest.fixture
def broken_off(start: Start, tmp_path: Path) -> Path:
    """A spool of the drawing, with more than half of its bands."""
    process = start("render", *DRAW, "--resume")
    assert wait_for(process, tmp_path / "a.png.cppn-resume", 0.6 * 3 * SIZE[0] * SIZE[1])
    process.kill()
    process.communicate()
    return tmp_path / "a.png.cppn-resume"


@pytest.mark.parametrize("damage", ["a byte", "the end", "zeros", "nothing kept"])
def test_damage_is_drawn_again(damage, broken_off, whole, run: Run, tmp_path):
    data = bytearray(broken_off.read_bytes())
    begin = data.index(b"\n") + 1
    if damage == "a byte":
        data[begin + (len(data) - begin) // 2] ^= 1
    elif damage == "the end":
        del data[-1000:]
    elif damage == "zeros":  # as a power failure leaves them
        data[-100_000:] = bytes(100_000)
    else:
        del data[begin:]
    broken_off.write_bytes(data)
    run("render", *DRAW, "--resume")
    assert np.array_equal(pixels(tmp_path / "a.png"), whole)
    assert [path.name for path in tmp_path.iterdir()] == ["a.png"]


def test_what_is_of_another_drawing_is_refused_and_kept(broken_off, run: Run, tmp_path):
    before = broken_off.read_bytes()
    others = {
        "recipe.seed": ("--seed", "5"), "aa": ("--aa", "3"), "recipe.view.zoom": ("--zoom", "2"),
        "bits": ("--bits", "16"), "height": ("--size", "1600x1300"), "engine": ("--engine", "torch"),
    }  # fmt: skip
    for what, flags in others.items():
        done = run("render", *DRAW, *flags, "--resume", fails=True)
        assert done.returncode == 2
        (line,) = done.stderr.splitlines()
        assert line.startswith("cppn: a.png.cppn-resume: it is of another drawing: ")
        assert what in line
    told, rest = before.split(b"\n", 1)
    broken_off.write_bytes(json.dumps({**json.loads(told), "cppn": "0.0.1"}).encode() + b"\n" + rest)
    assert "another drawing: cppn is not the same" in run("render", *DRAW, "--resume", fails=True).stderr
    for junk in (b"", b"\n", b"{}", b"[1]\n", os.urandom(5000)):
        broken_off.write_bytes(junk)
        assert "of another drawing" in run("render", *DRAW, "--resume", fails=True).stderr
        assert broken_off.read_bytes() == junk
    # another picture under that name, not to be resumed, takes its place
    broken_off.write_bytes(before)
    run("render", "silk", "--size", "30", "-o", "a.png")
    assert [path.name for path in tmp_path.iterdir() if path.suffix != ".part"] == ["a.png"]


def test_two_runs_do_not_share_what_is_kept(run: Run, tmp_path, start):
    process = start("render", *DRAW, "--resume")
    assert wait_for(process, tmp_path / "a.png.cppn-resume", 1000)
    process.send_signal(signal.SIGSTOP)
    done = run("render", *DRAW, "--resume", fails=True)
    process.kill()
    process.communicate()
    assert done.stderr == "cppn: a.png.cppn-resume: another cppn is drawing this picture; let it finish\n"


@pytest.mark.parametrize("name", ["a.tif", "a.jpg", "a.webp", "a.npy", "a.dzi"])
def test_every_format_can_be_resumed(name, tmp_path):
    recipe, size = cppn.load("silk"), (300, 200)
    fresh = cppn.save(recipe, tmp_path / f"fresh-{name}", size=size)

    add, bands = Checkpoint.add, iter(range(5))

    def break_off(self: Checkpoint, band: np.ndarray) -> None:
        if next(bands, None) is None:
            raise KeyboardInterrupt
        add(self, band)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("cppn.draw.drawing.BAND", 5000)
        patch.setattr(Checkpoint, "add", break_off)
        with pytest.raises(KeyboardInterrupt):
            cppn.save(recipe, tmp_path / name, size=size, resume=True)
    assert (tmp_path / f"{name}.cppn-resume").exists()
    drawn = []
    with pytest.MonkeyPatch.context() as patch:
        crop = cppn.draw.drawing.Drawing.crop
        patch.setattr(
            cppn.draw.drawing.Drawing,
            "crop",
            lambda self, left, top, w, h: drawn.append(top) or crop(self, left, top, w, h),
        )
        resumed = cppn.save(recipe, tmp_path / name, size=size, resume=True)
    assert min(drawn) == 5 * (5000 // 300), "only what was missing is drawn"
    if name != "a.dzi":
        assert resumed.read_bytes() == fresh.read_bytes()
    assert not (tmp_path / f"{name}.cppn-resume").exists()
