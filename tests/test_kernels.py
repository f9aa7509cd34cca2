"""Compiled kernels: the same bits fresh, kept and compiled in this process; kept safely, and linked or refused."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import cppn
from cppn.compose.composition import compose
from cppn.draw.drawing import developed
from cppn.engines import Quality
from cppn.engines.fold import PLANE, fold
from cppn.engines.halide.engine import _shape
from cppn.engines.halide.shape import ResolveShape, from_text, to_text
from cppn.engines.kernels import compiler, kernel, linking
from cppn.files.kept import KERNELS, Kept
from cppn.recipe import from_dict
from cppn.recipe.view import frame

pytestmark = pytest.mark.skipif(not linking.can_link(), reason="objects are linked on Linux with x86-64 only")
SIZE = (97, 41)
RECIPES = {
    "preset": cppn.load("silk"),
    "palette": cppn.load("marble"),
    "wide": from_dict({"network": {"hidden": [400], "act": "tanh"}, "color": {"mode": "rgb"}}, where=""),
    "steps": from_dict(
        {"network": {"hidden": [9, 7], "act": "logistic:r=3.9,iters=3"}, "color": {"mode": "hsv"}}, where=""
    ),
    "wild": from_dict(
        {"network": {"hidden": [8], "act": ["where(x>0,log(x),exp(x))", "tan(x)"], "inputs": ["x", "mod(y,0.3)"]}},
        where="",
    ),
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty cache, and a process that knows no kernel."""
    monkeypatch.setenv("CPPN_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(KERNELS, "_told", False)
    kernel._forget()
    yield tmp_path / "cache" / "kernels"
    kernel._forget()


def kept(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.kept"))


@pytest.mark.parametrize("name", RECIPES)
@pytest.mark.parametrize("aa", [1, 4, "auto"])
def test_pictures_are_the_same_fresh_kept_and_compiled_here(folder, monkeypatch, name, aa):
    recipe = RECIPES[name]
    fresh = cppn.render(recipe, SIZE, aa=aa)
    assert kept(folder)
    kernel._forget()
    monkeypatch.setattr(kernel, "compiled", None)  # whoever compiles now fails
    np.testing.assert_array_equal(cppn.render(recipe, SIZE, aa=aa), fresh)
    kernel._forget()
    monkeypatch.setattr(kernel, "can_link", lambda: False)
    np.testing.assert_array_equal(cppn.render(recipe, SIZE, aa=aa), fresh)


def test_every_preset_has_the_shape_that_its_text_tells():
    for recipe in cppn.presets.values():
        _, field = developed(recipe)
        made = compose(field)
        view = frame(field.view, 64, 64)
        folded = [fold(made.sources[k], view if framed else PLANE, turns=True) for k, framed in made.program.asked]
        shape = _shape(made, folded, Quality(4), scattered=True)
        assert from_text(to_text(shape)) == shape
    assert from_text(to_text(ResolveShape(3, 8, True))) == ResolveShape(3, 8, True)


def test_a_kept_kernel_needs_no_compiler(folder, tmp_path):
    draw = "import sys, cppn; cppn.render(cppn.load('silk'), (64, 64)); sys.exit('halide' in sys.modules)"
    for _ in range(2):
        done = subprocess.run([sys.executable, "-c", draw], cwd=tmp_path, check=False)
        assert done.returncode == 0
    assert len(kept(folder)) == 1


def test_a_damaged_kernel_is_made_anew(folder, run):
    run("render", "silk", "--size", "64", "-o", "a.png")
    (path,) = kept(folder)
    whole = path.read_bytes()
    for data in (whole[:100], whole[:-1] + bytes([whole[-1] ^ 1]), b""):
        path.write_bytes(data)
        said = run("render", "silk", "--size", "64", "-o", "b.png").stderr
        assert said == f"cppn: {path}: damaged, and made anew\n"
        assert path.read_bytes()[-1000:] == whole[-1000:]


@pytest.mark.skipif(os.name != "posix", reason="POSIX permissions")
@pytest.mark.parametrize("place", ["file", "folder", "link"])
def test_what_others_could_have_written_is_not_loaded(folder, tmp_path, run, place):
    run("render", "silk", "--size", "64", "-o", "a.png")
    (path,) = kept(folder)
    assert folder.stat().st_mode & 0o777 == 0o700
    if place == "file":
        path.chmod(0o666)
    elif place == "folder":
        folder.chmod(0o777)
    else:
        path.rename(tmp_path / "elsewhere")
        path.symlink_to(tmp_path / "elsewhere")
    said = run("render", "silk", "--size", "64", "-o", "b.png").stderr
    assert str(path) in said
    assert "not used" in said
    assert (tmp_path / "a.png").stat().st_size == (tmp_path / "b.png").stat().st_size


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes")
def test_a_pipe_in_a_kernels_place_is_not_waited_for(folder, run):
    run("render", "silk", "--size", "64", "-o", "a.png")
    (path,) = kept(folder)
    path.unlink()
    os.mkfifo(path, 0o600)
    assert "not used" in run("render", "silk", "--size", "64", "-o", "b.png").stderr


def test_what_is_whole_but_no_kernel_is_made_anew(folder, run):
    run("render", "silk", "--size", "64", "-o", "a.png")
    (path,) = kept(folder)
    for data in (b"", b"garbage", b"[]\n", b"{}\n", b'{"strip": 1, "arguments": [[1]]}\n'):
        KERNELS.write(path.stem, "forged", data)
        run("render", "silk", "--size", "64", "-o", "b.png")
        assert "forged" not in {one.about for one in KERNELS.files()}


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root makes files another user's")
def test_another_users_kernel_is_not_loaded(folder, run):
    run("render", "silk", "--size", "64", "-o", "a.png")
    (path,) = kept(folder)
    os.chown(path, 1, 1)
    assert "it belongs to another user" in run("render", "silk", "--size", "64", "-o", "b.png").stderr


def test_without_a_place_to_keep_them_it_draws_all_the_same(tmp_path, monkeypatch, run):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("CPPN_CACHE", str(tmp_path / "file" / "cache"))
    said = run("render", "silk", "--size", "64", "-o", "a.png").stderr
    assert said.count("cannot be kept: Not a directory") == 1
    monkeypatch.setenv("CPPN_CACHE", "off")
    assert "kept" not in run("render", "silk", "--size", "64", "-o", "b.png").stderr
    assert not (tmp_path / "off").exists()


@pytest.mark.skipif(os.name != "posix", reason="POSIX permissions")
def test_what_is_kept_is_private_whatever_the_umask(folder, tmp_path):
    draw = "import os, cppn; os.umask(0); cppn.render(cppn.load('silk'), (64, 64))"
    subprocess.run([sys.executable, "-c", draw], cwd=tmp_path, check=True)
    (path,) = kept(folder)
    assert (folder.stat().st_mode & 0o777, path.stat().st_mode & 0o777) == (0o700, 0o600)


def test_many_processes_share_it(folder, start, tmp_path):
    processes = [start("render", "silk", "--size", "64", "-o", f"{i}.png") for i in range(4)]
    for process in processes:
        assert process.wait(60) == 0, process.stderr.read()
    assert len(kept(folder)) == 1
    assert len({(tmp_path / f"{i}.png").stat().st_size for i in range(4)}) == 1
    assert not [path for path in folder.iterdir() if path.suffix == ".part"]


def test_it_is_bounded_and_the_oldest_go_first(tmp_path, monkeypatch):
    monkeypatch.setenv("CPPN_CACHE", str(tmp_path))
    some = Kept("some", 8000, "things")
    for i in range(12):
        some.write(str(i), f"thing {i}", bytes(800))
        for one in some.files():
            if one.about in ("thing 0", "thing 3"):  # used again and again
                os.utime(one.path, (2e9, 2e9))
    names = {one.about for one in some.files()}
    assert sum(one.size for one in some.files()) <= 8000
    assert {"thing 0", "thing 3", "thing 11"} <= names
    assert "thing 1" not in names
    some.write("large", "too large", bytes(2001))
    assert some.read("large") is None
    assert some.read("11") == bytes(800)


def test_the_cache_is_listed_and_emptied(folder, run):
    run("render", "silk", "--size", "64", "-o", "a.png")
    said = run("cache", "--long").stdout
    assert str(folder.parent) in said
    assert "1  " in said
    assert "palette" in said
    told = json.loads(run("cache", "--json").stdout)
    assert [one["file"] for one in told["kernels"]] == [str(path) for path in kept(folder)]
    assert run("cache", "--empty").stdout == "1 file removed\n"
    assert not kept(folder)


def test_a_compiler_that_has_died_is_replaced(folder):
    first = cppn.render(RECIPES["preset"], SIZE)
    for compiler_process in compiler._pool._all:
        os.kill(compiler_process._process.pid, signal.SIGKILL)
    cppn.render(RECIPES["palette"], SIZE)
    assert len(kept(folder)) == 2
    np.testing.assert_array_equal(cppn.render(RECIPES["preset"], SIZE), first)


def test_what_a_compiler_refuses_is_told():
    with pytest.raises(compiler.CompilerError, match="picture"):
        compiler.compiled('{"kind": "no picture"}')


OBJECT = compiler.compiled(to_text(ResolveShape(1, 8, False))).partition(b"\n")[2] if linking.can_link() else b""


@given(st.integers(0, len(OBJECT)), st.integers(0, 255), st.integers(0, len(OBJECT)))
@settings(max_examples=300)
def test_what_is_no_object_is_refused_and_never_harms(at, value, end):
    data = bytearray(OBJECT)
    if at < len(data):
        data[at] = value
    for cut in (bytes(data), bytes(data[:end])):
        with contextlib.suppress(linking.LinkError):
            linking.Linked(cut)


def test_an_object_that_needs_what_nobody_supplies_is_refused():
    recipe = RECIPES["wide"]
    _, field = developed(recipe)
    view = frame(field.view, *SIZE)
    made = compose(field)
    shape = _shape(made, [fold(made.sources[0], view, turns=True)], Quality(), scattered=False)
    code = compiler.compiled(to_text(shape)).partition(b"\n")[2]
    linking.Linked(code)
    assert b"halide_malloc\0" in code
    with pytest.raises(linking.LinkError, match="it needs halide_mallox"):
        linking.Linked(code.replace(b"halide_malloc\0", b"halide_mallox\0"))
