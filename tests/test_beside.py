"""What the program writes beside the file that is named, or under a name of its own, takes no other file's place."""

import shlex
from pathlib import Path

import numpy as np
import pytest
from conftest import pixels, small

import cppn
from cppn.cli import cli
from cppn.draw.drawing import draw
from cppn.draw.saving import write_picture
from cppn.engines import Quality
from cppn.fit.checkpoint import is_checkpoint

MINE = "my own\n"
RENDER = "render --hidden 8 --size 20 --engine reference --seed 7"
FIT = "fit photo.png --hidden 8,8 --steps 4 --batch 100 -q"
GALLERY = "gallery --from-list list.txt --size 32x18 --engine reference -q -o g"
FILM = "animate silk --frames 2 --size 16 --engine reference -q -o f/%02d.png"


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch) -> Path:
    monkeypatch.chdir(tmp_path)
    cppn.save(np.arange(6 * 8 * 3, dtype=np.uint8).reshape(6, 8, 3), "photo.png")
    Path("list.txt").write_text("x-coord\n")
    return tmp_path


def do(command: str) -> None:
    cli.main(shlex.split(command), standalone_mode=False)


def files() -> dict[str, bytes]:
    return {path.as_posix(): path.read_bytes() for path in sorted(Path().rglob("*")) if path.is_file()}


def put(name: str) -> None:
    Path(name).parent.mkdir(parents=True, exist_ok=True)
    Path(name).write_text(MINE)


# the file that is there, what is asked for, and what is written instead
RENAMED = [
    ("silk-40x30.png", "render silk --size 40x30 --engine reference", "silk-40x30-2.png"),
    ("a-7.png", f"{RENDER} --count 2 -o a.png", "a-7-2.png"),
    ("a-8.png", f"{RENDER} --count 2 -o a-{{seed}}.png", "a-8-2.png"),
    ("a-7.dzi", f"{RENDER} --count 2 -o a.dzi", "a-7-2.dzi"),
    ("photo-fit.png", FIT, "photo-fit-2.png"),
]


@pytest.mark.parametrize(("there", "command", "written"), RENAMED)
def test_a_name_of_the_programs_own_is_a_free_one(there, command, written):
    put(there)
    do(command)
    assert Path(there).read_text() == MINE
    assert cppn.load(written)


# the file that is there, and what is refused before anything is written
REFUSED = [
    ("wall.html", f"{RENDER} -o wall.dzi"),
    ("wall_files/note.txt", f"{RENDER} -o wall.dzi"),
    ("a-8.html", f"{RENDER} --count 2 -o a.dzi"),
    ("a.png.cppn-resume", f"{RENDER} -o a.png --resume"),
    ("a.png.cppn-fit", f"{FIT} -o a.png"),
    ("a.png.cppn-fit", f"{FIT} -o a.png --resume"),
    ("f/01.png", FILM),
    ("f/01.png", f"{FILM} --resume"),
    ("g/gallery.json", GALLERY),
    ("g/index.html", GALLERY),
    ("g/sheet.jpg", GALLERY),
    ("g/thumbs", GALLERY),
    ("g/thumbs/mine.webp", GALLERY),
    ("g/.cppn-gallery.lock", GALLERY),
]


def refused(command: str, name: str) -> None:
    before = files()
    with pytest.raises(cppn.CppnError) as error:
        do(command)
    assert Path(name).name in str(error.value) or Path(name).parent.as_posix() in str(error.value)
    assert "\n" not in str(error.value)
    assert files() == before


@pytest.mark.parametrize(("there", "command"), REFUSED)
def test_what_is_in_the_way_is_told_before_anything_is_written(there, command):
    put(there)
    refused(command, there)


@pytest.mark.parametrize("name", ["index.html", "sheet.jpg", "thumbs"])
def test_a_gallery_tells_what_is_in_the_way_before_it_looks_for_pictures(name, monkeypatch):
    monkeypatch.setattr(
        "cppn.gallery.request.GalleryRequest.manifest", lambda *args: pytest.fail("it looks for pictures")
    )
    put(f"g/{name}")
    refused("gallery -n 64 --size 32x18 --seed 1 -q -o g", name)


# of the program's own that is there already, one file has become somebody else's
SINCE = [
    ("wall.html", f"{RENDER} -o wall.dzi"),
    ("wall_files/note.txt", f"{RENDER} -o wall.dzi"),
    ("f/01.png", FILM),
    ("g/x-coord-32x18.png", GALLERY),
    ("g/index.html", GALLERY),
]


@pytest.mark.parametrize(("there", "command"), SINCE)
def test_what_took_the_place_of_the_programs_own_is_told_too(there, command):
    do(command)
    before = files()
    do(command)
    assert files().keys() == before.keys(), "its own is replaced"
    put(there)
    refused(command, there)


def test_a_descriptor_alone_does_not_make_what_is_beside_it_ones_own():
    """As when a program that makes Deep Zooms was run, and a page written by hand."""
    do(f"{RENDER} -o wall.dzi")
    Path("wall.html").write_text("<!doctype html><title>My wall</title>")
    refused(f"{RENDER} -o wall.dzi", "wall.html")
    Path("wall.html").unlink()
    do(f"{RENDER} -o wall.dzi")
    assert Path("wall.html").exists()


def test_a_deep_zoom_that_takes_no_place_takes_none_of_its_three():
    put("a-2_files/note.txt")
    drawing = draw(small(), (30, 20), Quality())
    written = [write_picture(drawing.job, Path("a.dzi"), exclusive=True).name for _ in range(3)]
    assert written == ["a.dzi", "a-3.dzi", "a-4.dzi"]
    assert Path("a-2_files/note.txt").read_text() == MINE
    assert 'folder: "a-3_files"' in Path("a-3.html").read_text()
    for name in written:
        assert cppn.load(name) == small()


def test_bands_are_kept_in_no_other_file_and_remove_none(monkeypatch):
    put("a.png.cppn-resume")
    do(f"{RENDER} -o a.png")
    assert pixels(Path("a.png")).shape == (20, 20, 1)
    assert Path("a.png.cppn-resume").read_text() == MINE
    monkeypatch.setattr("cppn.draw.saving._LARGE", 1)  # from which on bands are kept unasked
    refused(f"{RENDER} -o a.png", "a.png.cppn-resume")
    for left in (b"", b'{"spool": 1}\n'):  # by a run that was broken off
        Path("a.png.cppn-resume").write_bytes(left)
        do(f"{RENDER} -o a.png")
        assert not Path("a.png.cppn-resume").exists()


def test_weights_beside_a_picture_take_no_place(monkeypatch):
    monkeypatch.setattr("cppn.cli.fit._EMBEDDED", 100)
    for there in ("a.toml", "a.safetensors"):
        put(there)
        refused(f"{FIT} -o a.png", there)
        Path(there).unlink()


def test_weights_beside_a_picture_take_no_place_that_was_free_before_the_training(monkeypatch):
    monkeypatch.setattr("cppn.cli.fit._EMBEDDED", 100)
    from cppn.cli import fit

    run = fit._run
    monkeypatch.setattr(fit, "_run", lambda *args: (run(*args), put("a.safetensors"), put("photo-fit.png")))
    do(f"{FIT} -o a.png")
    do(FIT)
    assert {name: Path(name).read_text() for name in ("a.safetensors", "photo-fit.png")} == dict.fromkeys(
        ("a.safetensors", "photo-fit.png"), MINE
    )
    for picture, recipe in (("a.png", "a-2.toml"), ("photo-fit-2.png", "photo-fit-2.toml")):
        assert np.array_equal(cppn.render(cppn.load(recipe), (8, 6)), pixels(Path(picture)))


def test_a_fits_film_is_not_its_picture():
    refused(f"{FIT} -o a.png --film ./a.png", "--film")


def test_a_fit_begun_anew_takes_the_place_of_an_older_ones_checkpoint(monkeypatch):
    from cppn.cli import fit

    with monkeypatch.context() as broken_off:
        broken_off.setattr(fit, "_write", lambda *args: exit(1))
        with pytest.raises(SystemExit):
            do(f"{FIT} --act tanh -o a.png")
    assert is_checkpoint(Path("a.png.cppn-fit"))
    do(f"{FIT} -o a.png")
    assert cppn.load("a.png").network.act[0] == "sin:freq=30"
    assert not Path("a.png.cppn-fit").exists()


def test_files_beside_a_gallerys_stay():
    put("g/holiday.jpg")
    do(GALLERY)
    assert Path("g/x-coord-32x18.png").exists()
    do(GALLERY)
    assert Path("g/holiday.jpg").read_text() == MINE
