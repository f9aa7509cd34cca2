"""Galleries: nothing dull, nothing twice, nothing lost, and nobody else's files touched."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from conftest import pixels, small
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

import cppn
from cppn.cli import cli
from cppn.errors import CppnError
from cppn.gallery.build import Wanted, entry
from cppn.recipe.command import command
from cppn.recipe.overrides import override
from cppn.recipe.view import frame, part
from cppn.search.choose import SAME, appeal, choose, rejection
from cppn.search.invent import invent, vary
from cppn.search.measures import distance, measure, noise, oklab
from cppn.search.palettes import RAMPS
from cppn.search.pool import choose_set, consider, measured
from cppn.search.styles import STYLES

GREY = np.full((40, 70, 3), 128, np.uint8)
SIZE = (640, 360)


def picture(change) -> np.ndarray:
    """Of x and y from 0 to 1, in greys."""
    y, x = np.mgrid[:60, :107] / 60
    return np.repeat((255 * np.clip(change(x, y), 0, 1)).astype(np.uint8)[..., None], 3, 2)


# waves with crisp crests
WAVES = picture(lambda x, y: 0.5 + 0.3 * np.sin(20 * x + 6 * y) + 0.1 * np.sign(np.sin(20 * x + 6 * y)))
NOISE = np.random.default_rng(1).integers(0, 256, (60, 107, 3), dtype=np.uint8)


def test_descriptors_measure_what_they_say():
    slow, fast = (measure(picture(lambda x, y, f=f: 0.5 + 0.4 * np.sin(2 * np.pi * f * y))) for f in (2, 10))
    assert slow.scales.argmax() == 1, "two waves a height"
    assert fast.scales.argmax() == 3, "ten waves a height"
    up, across = (
        measure(picture(wave))
        for wave in (lambda x, y: 0.5 + 0.4 * np.sin(20 * x), lambda x, y: 0.5 + 0.4 * np.sin(20 * y))
    )
    assert up.directions.argmax() in (0, 5)
    assert across.directions.argmax() == 3
    white, black = measure(np.full_like(GREY, 255)), measure(np.zeros_like(GREY))
    assert white.lightness == pytest.approx(1, abs=0.01)
    assert black.lightness == pytest.approx(0, abs=0.01)
    assert white.largest_colour == black.largest_colour == 1
    half = np.concatenate([np.zeros_like(GREY), np.full_like(GREY, 255)], axis=1)
    assert measure(half).largest_colour == pytest.approx(0.5)
    assert measure(half).contrast == pytest.approx(1, abs=0.01)
    assert measure(NOISE).noise == pytest.approx(1, abs=0.1)
    assert measure(WAVES).noise < 0.05
    red = GREY.copy()
    red[...] = (220, 40, 40)
    assert measure(red).colourfulness > 0.15
    assert measure(GREY).colourfulness < 0.001
    assert measure(red).hues.max() == pytest.approx(1)


def test_oklab_of_pixels_agrees_with_the_published_values():
    lab = oklab(np.array([[[255, 0, 0], [255, 255, 255], [0, 0, 0]]], np.uint8))[0]
    np.testing.assert_allclose(lab, [[0.6280, 0.2249, 0.1258], [1, 0, 0], [0, 0, 0]], atol=1e-3)


DULL = {
    "flat": (GREY, "flat"),
    "a faint gradient": (picture(lambda x, y: 0.45 + 0.05 * x), "flat"),
    "noise": (NOISE, "busy|noise"),
    "a dot on white": (picture(lambda x, y: np.where((x - 0.5) ** 2 + (y - 0.5) ** 2 < 0.04, 0, 1)), "one colour"),
    "a checkerboard of pixels": (picture(lambda x, y: (np.round(60 * x) + np.round(60 * y)) % 2), "busy|noise|empty"),
    "one slow gradient": (picture(lambda x, y: 0.3 + 0.15 * x), "empty"),
}


@pytest.mark.parametrize("name", DULL)
def test_what_is_degenerate_is_refused_with_the_reason(name):
    import re

    image, why = DULL[name]
    assert re.search(why, rejection(measure(image))), rejection(measure(image))


def test_what_is_not_is_kept_and_tones_are_kept_apart():
    assert rejection(measure(WAVES)) == ""
    dark, light = (measure((WAVES * 0.6 + more).astype(np.uint8)) for more in (0, 102))
    assert rejection(dark, "dark") == rejection(light, "light") == ""
    assert "not dark" in rejection(light, "dark")
    assert "not light" in rejection(dark, "light")


@pytest.mark.parametrize("name", [n for n in cppn.presets if n.startswith("art/")][::4])
def test_a_picture_is_near_to_itself_moved_a_little_and_far_from_others(name):
    recipe = cppn.presets[name]
    first = measured(recipe, SIZE)
    moved = measured(recipe.change({"view": {"zoom": recipe.view.zoom * 1.05}}), SIZE)
    assert distance(first, moved) < SAME
    others = [measured(cppn.presets[n], SIZE) for n in ("silk", "stained-glass", "zen") if not name.endswith(n)]
    assert all(distance(first, other) > 2 * SAME for other in others)


@pytest.mark.parametrize("style", STYLES)
def test_every_style_invents_legal_pictures_of_which_most_are_good(style):
    candidates = consider(lambda i: (invent(3, i, [style]), style), 8, [(320, 180)])
    assert sum(not one.rejection for one in candidates) >= 4, [one.rejection for one in candidates]
    assert len({one.recipe.seed for one in candidates}) == 8
    assert len({one.recipe.to_json() for one in candidates}) == 8


def test_inventing_depends_on_seed_and_number_alone():
    assert invent(5, 7) == invent(5, 7)
    assert invent(5, 7) != invent(6, 7)
    assert invent(5, 7) != invent(5, 8)
    assert invent(5, 7, tone="dark").network == invent(5, 7).network
    assert vary(cppn.load("silk"), 1, 2) == vary(cppn.load("silk"), 1, 2)
    assert len({vary(cppn.load("silk"), 1, i).to_json() for i in range(6)}) == 6


def test_a_set_is_varied_and_better_than_chance():
    candidates = consider(lambda i: (invent(11, i), invent(11, i).name.rpartition("-")[0]), 51, [(320, 180)])
    chosen = choose_set(candidates, 16)
    assert len(chosen) == 16
    points = [one.measures for one, _ in chosen]
    nearest = min(distance(a, b) for i, a in enumerate(points) for b in points[:i])
    assert nearest > 2 * SAME, "the nearest pair is far above the distance at which two would be called the same"
    families = [one.family for one, _ in chosen]
    assert max(families.count(name) for name in families) <= 3
    good = [one.measures for one in candidates if not one.rejection]
    assert nearest > min(distance(a, b) for i, a in enumerate(good[:16]) for b in good[:i])
    assert np.mean([appeal(p) for p in points]) > np.mean([appeal(p) for p in good]) - 0.05


def test_the_same_picture_is_not_chosen_twice():
    one = measure(WAVES)
    assert [c.number for c in choose([one, one, one], ["a"] * 3, 3)] == [0]
    assert choose([], [], 3) == []


@pytest.mark.parametrize("tone", ["light", "dark"])
def test_tones_are_what_they_say(tone):
    candidates = consider(lambda i: (invent(2, i, tone=tone), "x"), 34, [(320, 180)], tone)
    kept = [one for one in candidates if not one.rejection]
    assert len(kept) >= 14
    for one in kept:
        drawn = oklab(cppn.render(one.recipe, (160, 90)))[..., 0].mean()
        assert drawn < 0.5 if tone == "dark" else drawn > 0.62


def test_ramps_go_from_dark_to_light():
    from cppn.field.palettes import palette_table

    for name, ramp in RAMPS.items():
        ends = oklab((255 * palette_table(ramp)[None, [0, -1]]).astype(np.uint8))[0, :, 0]
        assert ends[0] < 0.35, name
        assert ends[1] > 0.85, name


@given(st.integers(0, 10_000), st.sampled_from([None, "light", "dark"]))
def test_the_command_of_a_picture_draws_it(index, tone):
    import shlex

    recipe = invent(9, index, tone=tone)
    told = command(recipe, 64, 36, 2)
    assert (told is None) == bool(recipe.layers), "layers are not told by flags"
    if told is None:
        return
    words = shlex.split(told)
    # with its parent, whose settings click otherwise forgets for the rest of the process
    parent = cli.make_context("cppn", ["render"])
    context = cli.get_command(parent, "render").make_context("render", words[2:], parent=parent)
    again = override(cppn.Recipe(), context.params)
    plain = {"name": "", "description": ""}
    assert again == recipe.change({"": plain})


def test_a_stretched_view_does_not_span_screens():
    with pytest.raises(CppnError, match="stretched"):
        entry("a", "x", "", small("tanh", stretch=True), [Wanted.span([(64, 40), (48, 24)])], ".png")


def test_recipes_with_written_weights_have_no_such_command():
    assert command(small("tanh", hidden=(), weights=[{"weight": [[1, 2]], "bias": [0]}]), 10, 10) is None


def test_screens_side_by_side_show_one_picture():
    recipe = small("sin:freq=2", mode="rgb", center=(0.3, -0.2), rotate=20, zoom=1.3)
    wanted = Wanted.span([(64, 40), (48, 24)])
    assert wanted.canvas == (112, 40)
    made = entry("a", "x", "", recipe, [wanted], ".png")
    whole = cppn.render(recipe, wanted.canvas)
    names = ["a-112x40.png", "a-screen1-64x40.png", "a-screen2-48x24.png"]
    assert [copy.path for copy in made.copies] == names
    for copy, (left, top, width, height) in zip(made.copies, wanted.screens, strict=True):
        drawn = cppn.render(copy.recipe, (copy.width, copy.height)).astype(int)
        assert np.abs(drawn - whole[top : top + height, left : left + width]).max() <= 1
        laid = frame(part(recipe.view, wanted.canvas, left, top, width, height), width, height)
        assert np.hypot(laid.ux, laid.uy) == pytest.approx(np.hypot(*frame(recipe.view, *wanted.canvas)[4:6]))


# the folder


def gallery(tmp_path: Path, *flags: str, fails: bool = False) -> Path:
    """Make a small gallery in this process."""
    folder = tmp_path / "g"
    cli.main(
        ["gallery", "-n", "4", "--pool", "12", "--size", "64x36", "--style", "marbling,glass", "--seed", "3", "-q", "-o", str(folder), *flags],
        standalone_mode=False,
    )  # fmt: skip
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    """Every picture's pixels, and every other file's bytes, by name."""
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            image = path.suffix in (".png", ".webp", ".jpg")
            found[path.relative_to(folder).as_posix()] = pixels(path).tobytes() if image else path.read_bytes()
    return found


def test_a_folder_holds_pictures_page_sheet_and_nothing_else(tmp_path):
    folder = gallery(tmp_path)
    plan = json.loads((folder / "gallery.json").read_text())
    names = [copy["path"] for one in plan["pictures"] for copy in one["copies"]]
    assert len(names) == 4
    thumbs = {f"thumbs/{one['name']}.webp" for one in plan["pictures"]}
    assert set(contents(folder)) == {*names, *thumbs, "gallery.json", "index.html", "sheet.jpg"}
    for one in plan["pictures"]:
        recipe = cppn.load(folder / one["copies"][0]["path"])
        assert recipe.to_dict() == one["copies"][0]["recipe"]
        assert np.array_equal(cppn.render(recipe, (64, 36), aa="auto"), pixels(folder / one["copies"][0]["path"]))
        assert one["family"] in ("marbling", "glass")
        assert "quality" in one["why"]
    page = (folder / "index.html").read_text()
    assert "http://" not in page.replace("http://www.w3.org", "")
    assert "https://" not in page
    assert pixels(folder / "sheet.jpg").shape[1] > 400


def test_the_same_seed_makes_the_same_folder_and_a_second_run_touches_nothing(tmp_path):
    one, two = tmp_path / "1", tmp_path / "2"
    one.mkdir()
    two.mkdir()
    folder = gallery(two)
    assert contents(gallery(one)) == contents(folder)
    before = {path: path.stat().st_mtime_ns for path in folder.glob("*.png")}
    gallery(two)
    assert before == {path: path.stat().st_mtime_ns for path in folder.glob("*.png")}


def test_several_sizes_are_recomposed_and_tones_palettes_and_sources_obeyed(tmp_path):
    folder = gallery(tmp_path, "--size", "36x64", "--palette", "magma")
    plan = json.loads((folder / "gallery.json").read_text())
    for one in plan["pictures"]:
        assert [(c["width"], c["height"]) for c in one["copies"]] == [(64, 36), (36, 64)]
        assert one["copies"][0]["recipe"]["color"]["palette"] == "magma"
        assert one["copies"][0]["recipe"] == one["copies"][1]["recipe"]
    other = tmp_path / "other"
    cli.main(
        [
            "gallery",
            "--from",
            "silk",
            "-n",
            "2",
            "--pool",
            "4",
            "--size",
            "48x27",
            "--seed",
            "1",
            "-q",
            "-o",
            str(other),
        ],
        standalone_mode=False,
    )
    made = json.loads((other / "gallery.json").read_text())["pictures"]
    assert all(one["name"].startswith("silk-") for one in made)
    assert made[0]["copies"][0]["recipe"] != made[1]["copies"][0]["recipe"]


def test_presets_and_lists_are_drawn_as_they_are(tmp_path):
    shelf = tmp_path / "shelf"
    cli.main(["gallery", "--presets", "readme", "--size", "32", "-q", "-o", str(shelf)], standalone_mode=False)
    assert len(list(shelf.glob("*.png"))) == 11
    assert np.array_equal(pixels(shelf / "cosine-1-32x32.png"), cppn.render(cppn.load("cosine-1"), (32, 32), aa="auto"))
    recipe = invent(1, 1)
    exported = tmp_path / "favourites.json"
    exported.write_text(
        json.dumps(
            {
                "pictures": [
                    {"name": "../../x y", "recipe": recipe.to_dict()},
                    {"name": "a", "recipe": recipe.to_dict()},
                    {"name": "a", "recipe": invent(1, 2).to_dict()},
                ]
            }
        )
    )
    prints = tmp_path / "prints"
    cli.main(
        ["gallery", "--from-list", str(exported), "--size", "40x30", "-q", "-o", str(prints)], standalone_mode=False
    )
    assert sorted(p.name for p in prints.glob("*.png")) == ["a-2-40x30.png", "a-40x30.png", "x-y-40x30.png"]
    assert np.array_equal(pixels(prints / "a-40x30.png"), cppn.render(recipe, (40, 30), aa="auto"))
    paper = tmp_path / "paper"
    cli.main(
        ["gallery", "--from-list", str(exported), "--size", "20x10mm@100dpi", "-q", "-o", str(paper)],
        standalone_mode=False,
    )
    with Image.open(paper / "a-79x39.png") as image:
        assert image.info["dpi"] == pytest.approx((100, 100), abs=0.1)
    (tmp_path / "names.txt").write_text("# mine\nshelf/cosine-1-32x32.png\nsilk\n")
    named = tmp_path / "named"
    cli.main(
        ["gallery", "--from-list", str(tmp_path / "names.txt"), "--size", "30", "-q", "-o", str(named)],
        standalone_mode=False,
    )
    assert sorted(p.name for p in named.glob("*.png")) == ["cosine-1-30x30.png", "silk-30x30.png"]


def test_damaged_missing_and_foreign_pictures_are_drawn_again_and_good_ones_left(tmp_path):
    folder = gallery(tmp_path)
    whole = contents(folder)
    first, second, third, fourth = sorted(folder.glob("*.png"))
    first.unlink()
    second.write_bytes(second.read_bytes()[:-200])
    third.write_bytes(fourth.read_bytes())
    (folder / "index.html").unlink()
    next((folder / "thumbs").iterdir()).write_bytes(b"RIFF")
    kept = fourth.stat().st_mtime_ns
    gallery(tmp_path)
    assert contents(folder) == whole
    assert fourth.stat().st_mtime_ns == kept


def test_a_run_killed_twenty_times_ends_in_the_same_folder(start, tmp_path):
    """At moments that are random, but the same in every run of this test."""
    whole = tmp_path / "whole"
    args = [
        "gallery",
        "-n",
        "14",
        "--pool",
        "20",
        "--size",
        "160x90",
        "--seed",
        "4",
        "--style",
        "marbling,glass,quilt",
        "-q",
    ]
    cli.main([*args, "-o", str(whole)], standalone_mode=False)
    broken = tmp_path / "broken"
    # the choice is made once; what is killed is the drawing and writing
    broken.mkdir()
    (broken / "gallery.json").write_bytes((whole / "gallery.json").read_bytes())
    moments = random.Random(5)
    for _ in range(20):
        process = start(*args, "-o", str(broken))
        deadline = time.monotonic() + moments.uniform(0.1, 1.2)
        while process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.005)
        process.send_signal(signal.SIGKILL)
        process.wait()
        for path in broken.glob("*.png"):
            assert pixels(path).shape == (90, 160, 3), "never half a picture"
    cli.main([*args, "-o", str(broken)], standalone_mode=False)
    assert contents(broken) == contents(whole)


def test_a_pool_that_was_looked_at_before_is_not_drawn_again(tmp_path, monkeypatch):
    from cppn.search import pool

    monkeypatch.setenv("CPPN_CACHE", str(tmp_path))
    sizes = [(320, 180), (180, 320)]

    def look() -> list[pool.Candidate]:
        return consider(lambda i: (invent(5, i), "x"), 12, sizes)

    def told(found: list[pool.Candidate]) -> str:
        return repr([(one.recipe, one.family, one.measures, one.rejection) for one in found])

    first = look()
    assert any(one.rejection for one in first)
    monkeypatch.setattr(pool, "measured", None)
    assert told(look()) == told(first)
    (path,) = (tmp_path / "looks").iterdir()
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(TypeError):
        look()


def test_ctrl_c_leaves_a_page_of_what_is_there(start, tmp_path):
    args = [
        "gallery",
        "-n",
        "30",
        "--pool",
        "30",
        "--size",
        "3200x1800",
        "--seed",
        "4",
        "--style",
        "marbling",
        "-o",
        "g",
    ]
    with start(*args) as process:
        folder = tmp_path / "g"
        deadline = time.monotonic() + 100
        while len(list(folder.glob("*.png"))) < 5:  # two may not have their thumbnails yet
            assert time.monotonic() < deadline
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        told = process.communicate(timeout=60)[1]
    assert process.returncode == 130
    assert "Traceback" not in told
    data = (folder / "index.html").read_text().partition('id="data">')[2].partition("</script>")[0]
    shown = json.loads(data)
    there = {path.name for path in folder.glob("*.png")}
    assert 3 <= len(shown["pictures"]) < shown["of"]
    assert {copy["path"] for one in shown["pictures"] for copy in one["copies"]} <= there
    assert not list(folder.rglob(".*")), "nothing half-written, no lock"


def refused(*args: str) -> str:
    with pytest.raises(CppnError) as error:
        cli.main(["gallery", *args], standalone_mode=False)
    assert "\n" not in str(error.value)
    return str(error.value)


SMALL = ["-n", "2", "--pool", "4", "--size", "32x18", "--seed", "1", "--style", "marbling", "-q"]


def test_other_peoples_files_are_never_touched(tmp_path):
    folder = tmp_path / "g"
    cli.main(["gallery", *SMALL, "-o", str(folder)], standalone_mode=False)
    name = next(folder.glob("*.png")).name
    for foreign in ("index.html", "gallery.json", "sheet.jpg", name, "thumbs/mine.txt"):
        other = tmp_path / foreign.replace("/", "-")
        (other / Path(foreign).parent).mkdir(parents=True)
        (other / foreign).write_text("my own")
        (other / "holiday.jpg").write_text("mine too")
        told = refused(*SMALL, "-o", str(other))
        assert str(other) in told
        assert (other / foreign).read_text() == "my own"
        assert sorted(p.relative_to(other).as_posix() for p in other.rglob("*") if p.is_file()) == sorted(
            [foreign, "holiday.jpg"]
        )
    beside = tmp_path / "beside"
    beside.mkdir()
    (beside / "holiday.jpg").write_text("mine")
    cli.main(["gallery", *SMALL, "-o", str(beside)], standalone_mode=False)
    assert (beside / "holiday.jpg").read_text() == "mine"


def test_another_gallery_in_the_folder_is_said_and_left(tmp_path):
    folder = gallery(tmp_path)
    before = contents(folder)
    told = refused(*SMALL, "-o", str(folder))
    assert "another gallery is here, of other -n, --pool, --seed, --size, --style" in told
    assert contents(folder) == before


def test_two_runs_at_once_do_not_meet(tmp_path):
    from cppn.gallery.folder import alone

    (tmp_path / "g").mkdir()
    code = f"from cppn.gallery.folder import alone; from pathlib import Path\nwith alone(Path({str(tmp_path / 'g')!r})): print('in', flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout.readline() == "in\n"
        assert "another cppn makes a gallery here" in refused(*SMALL, "-o", str(tmp_path / "g"))
        other.communicate("\n", timeout=20)
    with alone(tmp_path / "g"):
        pass
    assert list((tmp_path / "g").iterdir()) == []


MISTAKES = {
    "-n 0": "0 pictures",
    "-n 99999": "--count: 99999 pictures; 1 to 10000",
    "-n x": "not a whole number",
    "--size 4q": "cannot read",
    "--size 4k,4q": "cannot read",
    "--style marblng": "did you mean 'marbling'",
    "--palette nosuch": "unknown palette",
    "--tone dusk": "dusk",
    "--pool 3": "3 candidates for 24 pictures",
    "--span 4k": "one screen is no span",
    "--span 4k+4k --size hd": "--span says the sizes",
    "--from nosuch": "unknown preset or file 'nosuch'",
    "--from silk --presets art": "contradict each other",
    "--from silk --style marbling": "--style contradicts --from",
    "--presets nosuch": "unknown folder of presets 'nosuch'",
    "--presets art --tone dark": "--tone contradicts --presets",
    "--from-list nosuch.json": "cannot be read",
    "--from-list empty.txt": "there are no pictures in it",
    "--from-list bad.json": "not readable JSON",
    "--from-list names.txt": "names.txt, line 2: there is no such file|gone.png",
    "--from-list wrong.json": "wrong.json: 1: unknown key 'sed'; did you mean 'seed'",
    "--format gif": "--format: 'gif' is not for galleries; png, jpg",
    "--format npy": "is not for galleries",
    "--seed -1": "--seed: -1 is out of range",
    "--presets art --seed 0": "--seed contradicts --presets",
    "--presets readme --size 8 --threads 0": "0 threads",
    "--presets readme --size 8 --max-memory 10KB": "more than the 0.01 MB allowed",
    "--presets readme --size 300000": "MB of memory, more than",
    "--from-list list.json": "there are no pictures in it",
    "--presets art --explain": "--explain contradicts --presets",
    "-o no/no": "the folder does not exist",
    "-o names.txt": "it is a file",
    "--aa 99": "1 to 64",
    "--quality 50 --presets readme --size 8": "PNG loses nothing",
}


@pytest.mark.parametrize("line", MISTAKES)
def test_a_mistake_is_told_in_one_line(tmp_path, monkeypatch, line):
    import re

    import click

    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty.txt").write_text("# none\n")
    (tmp_path / "bad.json").write_text("{")
    (tmp_path / "names.txt").write_text("silk\ngone.png\n")
    (tmp_path / "list.json").write_text("[]")
    (tmp_path / "wrong.json").write_text('{"pictures": [{"recipe": {"sed": 1}}]}')
    before = sorted(tmp_path.iterdir())
    with pytest.raises((CppnError, click.UsageError)) as error:
        cli.main(["gallery", *line.split()], standalone_mode=False)
    told = str(error.value)
    assert re.search(MISTAKES[line], told), told
    assert "\n" not in told
    left = [p for p in sorted(tmp_path.iterdir()) if p not in before]
    assert left == [], "nothing is left"


def test_explain_says_why_of_each_candidate(capsys):
    cli.main(
        ["gallery", "--explain", "--json", "-n", "3", "--pool", "17", "--seed", "2", "-q", "--size", "320x180"],
        standalone_mode=False,
    )
    told = json.loads(capsys.readouterr().out)["candidates"]
    assert len(told) == 17
    assert sum(one["verdict"] == "chosen" for one in told) == 3
    for one in told:
        assert one["why"]
        assert one["verdict"] in ("chosen", "passed over", "refused")


def test_styles_are_listed(run):
    told = run("gallery", "--styles").stdout
    assert [line.split()[0] for line in told.splitlines()] == list(STYLES)


def test_a_full_disk_leaves_whole_pictures_and_is_said(tmp_path, run):
    import resource

    done = run(
        "gallery", "-n", "2", "--pool", "6", "--size", "900x600", "--style", "glass", "--seed", "1", "-o", "g", fails=True,
        preexec_fn=lambda: (signal.signal(signal.SIGXFSZ, signal.SIG_IGN), resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, 40_000))),
    )  # fmt: skip
    assert done.returncode == 1
    assert "could not be written" in done.stderr
    assert not list((tmp_path / "g").glob("*.png"))
    assert not list((tmp_path / "g").rglob(".*"))


def test_a_folder_that_cannot_be_written_is_said(tmp_path):
    if os.geteuid() == 0:
        pytest.skip("root writes everywhere")
    (tmp_path / "g").mkdir(mode=0o500)
    assert "cannot be written" in refused(*SMALL, "-o", str(tmp_path / "g"))


def test_noise_is_one_for_noise_whatever_its_contrast():
    for scale in (1.0, 0.1):
        assert noise(np.random.default_rng(2).normal(0, scale, (80, 80))) == pytest.approx(1, abs=0.1)
