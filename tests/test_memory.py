"""Memory is a promise: what a process really takes stays below what was told, and below the limit."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from conftest import Run
from PIL import Image

import cppn
from cppn.draw.drawing import draw
from cppn.draw.memory import parse_bytes
from cppn.engines import Quality

SHAPES = [
    ("1000x700", "a.png", ()),
    ("5000x5000", "a.png", ()),
    ("60000x400", "a.png", ()),
    ("4000x4000", "a.png", ("--bits", "16")),
    ("3000x3000", "a.tif", ("--bits", "32")),
    ("20000x1000", "a.tif", ("--pyramid",)),
    ("6000x6000", "a.jpg", ()),
    ("20000x1200", "a.dzi", ()),
    ("2500x2500", "a.webp", ()),
    ("900x900", "a.avif", ()),
    ("4000x4000", "a.npy", ("--bits", "32")),
    ("300x300", "a.png", ("--engine", "reference")),
    ("700x700", "a.png", ("--engine", "torch")),
    ("1500x1500", "a.png", ("--aa", "3")),
    ("9000x900", "a.png", ("--aa", "auto")),
]


def peak(folder: Path, *args: str) -> int:
    """The most memory, in bytes, of a real process that draws.

    A small process starts it and asks: a child's peak begins with what its parent holds, which here would be pytest.
    """
    code = (
        "import resource, subprocess, sys\n"
        "subprocess.run([sys.executable, '-m', 'cppn', 'render', *sys.argv[1:], '--quiet'], check=True)\n"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )
    done = subprocess.run([sys.executable, "-c", code, *args], cwd=folder, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return int(done.stdout) * 1024


@pytest.mark.parametrize(("size", "name", "more"), SHAPES)
def test_a_drawing_takes_no_more_memory_than_was_told(size, name, more, run: Run, tmp_path):
    args = ("smoke" if name == "a.tif" else "silk", "--size", size, "-o", name, *more, "--max-memory", "2GB")
    told = json.loads(run("render", *args, "--dry-run", "--json").stdout)["memory"]
    taken = peak(tmp_path, *args)
    assert taken <= told
    assert told <= 600e6, "these pictures are small"


STROKES = {
    "a wide network in a panorama": ({"most": 200}, "2400x400"),
    "as many as there may be": ({"widths": [[0.1, 1]], "gap": 0.2, "most": 20_000, "fill": 1, "length": [0.1, 1]}, "900x900"),
    "a wide front in a narrow lattice": ({"widths": [[40, 1], [0.1, 0.01]], "gap": 0.2, "edge": -40}, "900x900"),
}  # fmt: skip


@pytest.mark.parametrize("name", STROKES)
def test_strokes_take_no_more_memory_than_was_told(name, run: Run, tmp_path):
    (told, size), ending = STROKES[name], ".svg" if name.startswith("as many") else ".png"
    ground = {"mode": "palette", "palette": "#fff,#fff"}
    network = {"hidden": [200, 200], "act": ["sin", "tanh", "sin"]}
    layer = {
        "kind": "strokes",
        "network": network,
        "color": {"mode": "palette", "palette": "harbour-dawn"},
        "strokes": told,
    }
    (tmp_path / "a.json").write_text(json.dumps({"color": ground, "layers": [layer]}))
    args = ("a.json", "--size", size, "-o", f"a{ending}")
    promised = json.loads(run("render", *args, "--dry-run", "--json").stdout)["memory"]
    assert peak(tmp_path, *args) <= promised
    assert promised <= 600e6


def test_memory_does_not_grow_with_the_height_or_the_samples(tmp_path):
    args = ("silk", "-o", "a.png", "--compression", "1")
    for samples in "13":  # kernels are kept: a process that compiles one takes more, whatever it draws
        peak(tmp_path, *args, "--size", "3000x2000", "--aa", samples)
    small = peak(tmp_path, *args, "--size", "3000x2000")
    assert peak(tmp_path, *args, "--size", "3000x9000") < small + 25e6
    assert peak(tmp_path, *args, "--size", "3000x2000", "--aa", "3") < small + 25e6


def test_a_large_picture_is_sound_and_its_tiles_equal_crops_drawn_alone(tmp_path):
    """Checked by Pillow, which reads every row and its checksum."""
    side, left, top = 9000, 8700, 6123
    assert peak(tmp_path, "rose-window", "--size", str(side), "--aa", "auto", "-o", "a.png") < 400e6
    with Image.open(tmp_path / "a.png") as image:
        assert image.size == (side, side)
        tile = np.asarray(image.crop((left, top, left + 300, top + 200)))
    alone = draw(cppn.load("rose-window"), (side, side), Quality("auto")).crop(left, top, 300, 200)
    assert np.array_equal(tile, alone)


def test_a_limit_that_is_too_small_is_said_before_anything_is_drawn(run: Run, tmp_path):
    for size, name, limit in (
        ("1000x1000", "a.png", "50MB"),
        ("16000x16000", "a.webp", "1GB"),
        ("9000000x1000", "a.png", "1GB"),
    ):
        for dry in ((), ("--dry-run",)):
            done = run("render", "silk", "--size", size, "-o", name, "--max-memory", limit, *dry, fails=True)
            assert done.returncode == 2
            (line,) = done.stderr.splitlines()
            assert "of memory, more than the" in line
            enough = line.rsplit("--max-memory ")[1]
            assert parse_bytes(enough) > parse_bytes(limit)
    assert "in PNG or TIFF" in run("render", "--size", "16000", "-o", "a.webp", "--dry-run", fails=True).stderr
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(cppn.CppnError, match="of memory"):
        cppn.save(cppn.load("silk"), tmp_path / "a.png", size=(100, 100), max_memory=1000)


def test_amounts_of_memory():
    amounts = {"500MB": 500e6, "2GB": 2e9, "1.5 GiB": 1.5 * 2**30, "64k": 64e3, "100": 100, "7b": 7}
    for text, count in amounts.items():
        assert parse_bytes(text) == count
    for text in ("", "much", "-1GB", "1PB", "1e9"):
        with pytest.raises(cppn.CppnError, match="cannot read"):
            parse_bytes(text)
