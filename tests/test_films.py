"""Film files: whole, of the right colours and lengths as other programs read them, and with the way back inside."""

import json
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import time
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from click.testing import CliRunner
from conftest import pixels, small
from PIL import Image, ImageSequence

import cppn
from cppn.cli import cli
from cppn.errors import CppnError
from cppn.files.provenance import read_provenance
from cppn.motion.evaluator import Evaluator
from cppn.motion.film import FilmJob, write_film_job, write_frames
from cppn.motion.timeline import from_dict, load_timeline

RECIPE = small("sin:freq=2", mode="rgb", extent=0.3, name="a name")
GREY = small("tanh", extent=0.5)
ENDINGS = (".mp4", ".webm", ".gif", ".webp", ".png")
SIZE, FRAMES = (64, 48), 12


def film_job(
    recipe: cppn.Recipe = RECIPE, frames: int = FRAMES, size=SIZE, fps: object = 20, **more: object
) -> FilmJob:
    line = {"recipe": recipe.to_dict(), "duration": frames / float(fps), "drift": {"amount": 0.1}, **more}
    return FilmJob(Evaluator(from_dict(line, where="")), size, Fraction(fps), frames)


def decoded(path: Path) -> list[np.ndarray]:
    """All frames as other programs show them, (height, width, 3)."""
    if path.suffix in (".mp4", ".webm"):
        with av.open(str(path)) as container:
            return [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
    with Image.open(path) as image:
        return [np.asarray(frame.convert("RGB")) for frame in ImageSequence.Iterator(image)]


@pytest.mark.parametrize("ending", [".m4v", ".mov", ".mp4"])
def test_a_film_is_known_under_other_names_and_in_other_boxes(tmp_path, ending):
    path = write_film_job(film_job(), tmp_path / "a.mp4")
    known = read_provenance(path)
    shutil.copy(path, tmp_path / f"named{ending}")
    assert read_provenance(tmp_path / f"named{ending}") == known
    boxed = tmp_path / f"boxed{ending}"
    kind = {".mov": "mov", ".m4v": "ipod", ".mp4": "mp4"}[ending]
    with av.open(str(path)) as old, av.open(str(boxed), "w", format=kind) as new:  # whose index comes last
        new.metadata.update(old.metadata)
        stream = new.add_stream_from_template(old.streams.video[0])
        for packet in old.demux(video=0):
            if packet.dts is not None:
                packet.stream = stream
                new.mux(packet)
    assert boxed.read_bytes().index(b"mdat") < boxed.read_bytes().index(b"moov")
    assert read_provenance(boxed) == known


@pytest.mark.parametrize("recipe", [RECIPE, GREY], ids=["colour", "grey"])
@pytest.mark.parametrize("ending", ENDINGS)
def test_another_program_sees_every_frame_in_its_colours(tmp_path, ending, recipe):
    film = film_job(recipe)
    path = write_film_job(film, tmp_path / f"a{ending}", quality=95 if ending in (".mp4", ".webm", ".webp") else None)
    frames = decoded(path)
    assert len(frames) == FRAMES, "the frame that would be the first again is not in it"
    for index in (0, 5, FRAMES - 1):
        drawn = np.broadcast_to(film.drawing(index).whole(), (48, 64, 3)).astype(float)
        error = frames[index] - drawn
        assert np.abs(error.mean((0, 1))).max() < (3 if ending == ".gif" else 2), "no colour is off"
        assert np.abs(error).mean() < {".png": 0.001, ".gif": 12, ".webp": 6}.get(ending, 6)
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize("ending", [".mp4", ".webm"])
def test_video_is_tagged_bt709_and_plays_at_its_pace(tmp_path, ending):
    path = write_film_job(film_job(fps=Fraction(30000, 1001)), tmp_path / f"a{ending}")
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        context = stream.codec_context
        assert (context.colorspace, context.color_primaries, context.color_trc, context.color_range) == (1, 1, 1, 1)
        assert context.pix_fmt == "yuv420p"
        times = [float(frame.pts * frame.time_base) for frame in container.decode(video=0)]
        assert context.name in ("h264", "libvpx-vp9", "vp9")
    np.testing.assert_allclose(np.diff(times), 1001 / 30000, atol=0.0011)  # WebM counts milliseconds


def test_colours_survive_the_way_through_video(tmp_path):
    """Flat fields, so that neither compression nor shared chroma hide a wrong matrix or range."""
    for red, green, blue in ((200, 40, 90), (20, 180, 30), (250, 250, 5), (128, 128, 128), (3, 3, 3)):
        weights = [{"weight": [[0, 0]] * 3, "bias": [red / 255, green / 255, blue / 255]}]
        flat = cppn.Recipe(
            network=cppn.NetworkRecipe(hidden=(), act=("linear",), weights=weights),
            color=cppn.ColorRecipe(mode="rgb", levels=(0, 1)),
        )
        film = FilmJob(
            Evaluator(from_dict({"recipe": flat.to_dict(), "duration": 1}, where="")), (64, 64), Fraction(5), 5
        )
        for ending in (".mp4", ".webm"):
            shown = decoded(write_film_job(film, tmp_path / f"a{ending}"))[2]
            assert np.abs(shown.mean((0, 1)) - (red, green, blue)).max() < 3, (ending, red, green, blue)


def test_animations_loop_for_ever_and_last_as_long_as_told(tmp_path):
    for ending in (".gif", ".webp", ".png"):
        path = write_film_job(film_job(frames=10, fps=30), tmp_path / f"a{ending}")
        with Image.open(path) as image:
            assert image.info["loop"] == 0
            assert image.n_frames == 10
            total = 0.0
            for index in range(10):
                image.seek(index)
                image.load()
                total += image.info["duration"]
        assert total == pytest.approx(1000 / 3, abs=5), "hundredths of a second do not add up to an error"


def test_lossless_webp_is_lossless(tmp_path):
    film = film_job()
    frames = decoded(write_film_job(film, tmp_path / "a.webp", quality=100))
    assert all(np.array_equal(frame, film.drawing(i).whole()) for i, frame in enumerate(frames))


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_film_can_be_drawn_again_from_its_file(tmp_path, run, ending):
    flags = ["--drift", "0.1", "--hue-by", "360", "--frames", "5", "--size", "48x32", "--fps", "10"]
    cppn.save(RECIPE, tmp_path / "mine.toml")
    run("animate", "mine.toml", *flags, "-o", f"a{ending}")
    told = run("info", f"a{ending}").stdout
    (tmp_path / "line.toml").write_text(told)
    assert "--size 48x32 --fps 10" in told
    assert load_timeline(str(tmp_path / "line.toml"))[0] == load_timeline(str(tmp_path / f"a{ending}"))[0]
    run("animate", f"a{ending}", "-o", f"b{ending}")
    assert all(map(np.array_equal, decoded(tmp_path / f"a{ending}"), decoded(tmp_path / f"b{ending}")))
    assert json.loads(run("info", "--json", f"a{ending}").stdout)["timeline"]["drift"]["amount"] == 0.1
    run("render", f"a{ending}", "-o", "still.png")
    assert np.array_equal(pixels(tmp_path / "still.png"), cppn.render(RECIPE, (48, 32)))


def test_numbered_frames_carry_their_recipes(tmp_path, run):
    run("animate", "silk", "--zoom-to", "3", "--frames", "3", "--size", "40x30", "--bits", "16", "-o", "deep/f%03d.png")
    assert sorted(p.name for p in (tmp_path / "deep").iterdir()) == ["f000.png", "f001.png", "f002.png"]
    last = cppn.load(tmp_path / "deep" / "f002.png")
    assert last.view.zoom == 3
    assert np.array_equal(cppn.render(last, (40, 30), bits=16) >> 8, pixels(tmp_path / "deep" / "f002.png"))


def test_resumed_frames_are_those_of_an_unbroken_run(tmp_path):
    film = film_job(frames=9)
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    whole.mkdir()
    broken.mkdir()
    write_frames(film, whole / "%d.png")
    write_frames(film, broken / "%d.png")
    good = broken / "3.png"
    data = good.read_bytes()
    (broken / "0.png").unlink()
    (broken / "1.png").write_bytes(data[: len(data) // 2])  # cut short
    (broken / "2.png").write_bytes(data)  # another frame
    (broken / "4.png").write_bytes(b"")
    cppn.save(RECIPE, broken / "5.png", size=SIZE)  # a picture of another origin
    damaged = bytearray((broken / "6.png").read_bytes())
    damaged[-40] ^= 255
    (broken / "6.png").write_bytes(damaged)
    write_frames(film_job(frames=9, drift={"amount": 0.2}), tmp_path / "%d.png")
    (broken / "7.png").write_bytes((tmp_path / "7.png").read_bytes())  # of another film
    before = good.stat().st_mtime_ns, (broken / "8.png").stat().st_mtime_ns
    write_frames(film, broken / "%d.png", resume=True)
    for i in range(9):
        assert np.array_equal(pixels(whole / f"{i}.png"), pixels(broken / f"{i}.png")), i
    assert before == (good.stat().st_mtime_ns, (broken / "8.png").stat().st_mtime_ns), "what was good is left alone"


def wait_for(found) -> None:
    deadline = time.monotonic() + 60
    while not found():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_killed_run_leaves_whole_frames_and_is_resumed(start, tmp_path):
    args = ("silk", "--frames", "60", "--size", "320x240", "-o", "f/%03d.png")
    for count in (2, 20, 40):
        process = start("animate", *args, "--resume")
        wait_for(lambda count=count: len(list((tmp_path / "f").glob("*.png"))) >= count)
        process.send_signal(signal.SIGKILL)
        process.wait()
        for path in (tmp_path / "f").glob("*.png"):
            assert pixels(path).shape == (240, 320, 3)
    process = start("animate", *args, "--resume")
    assert process.wait(timeout=100) == 0
    paths = sorted((tmp_path / "f").glob("*"))
    assert [p.name for p in paths if not p.name.startswith(".")] == [f"{i:03d}.png" for i in range(60)]
    assert not [p for p in paths if p.name.startswith(".")], "what was half written is swept away"


@pytest.mark.parametrize(
    ("ending", "kind", "code"), [(".mp4", "SIGINT", 130), (".gif", "SIGTERM", 143), (".webp", "SIGINT", 130)]
)
def test_a_stopped_film_leaves_nothing(start, tmp_path, ending, kind, code):
    process = start("animate", "silk", "--size", "640x480", "--duration", "600", "-o", f"a{ending}")
    wait_for(lambda: list(tmp_path.glob(".*.part")))
    process.send_signal(getattr(signal, kind))
    told = process.communicate(timeout=60)[1]
    assert process.returncode == code
    assert "stopped" in told
    assert "Traceback" not in told
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_full_disk_is_said_and_leaves_nothing(tmp_path, run, ending):
    (tmp_path / f"a{ending}").write_bytes(b"an old film")
    done = run(
        "animate", "woven", "--size", "256x256", "--frames", "40", "-o", f"a{ending}", fails=True,
        preexec_fn=lambda: (
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN), resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000)),
        ),
    )  # fmt: skip
    assert done.returncode == 1
    assert "could not be written" in done.stderr
    assert (tmp_path / f"a{ending}").read_bytes() == b"an old film"
    assert len(list(tmp_path.iterdir())) == 1


PEAK = """
import resource, sys
from cppn.cli import cli
cli.main(sys.argv[1:], standalone_mode=False)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


def peak(folder: Path, *args: str) -> int:
    """Megabytes of `cppn animate` at its peak, in a process of its own, started by another: a child begins with its
    parent's peak."""
    code = f"import subprocess, sys; sys.exit(subprocess.run({[sys.executable, '-c', PEAK, 'animate', '-q', *args]!r}).returncode)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=folder, check=True)
    return int(done.stdout)


@pytest.mark.parametrize("ending", [".mp4", ".gif", ".webp", ".png"])
def test_memory_does_not_grow_with_length(tmp_path, ending):
    short, long = (
        peak(tmp_path, "zebra", "--size", "320x240", "--frames", frames, "-o", f"a{ending}") for frames in ("80", "330")
    )
    assert long < short + 12, "megabytes; all frames of the longer one are 57 more"


@pytest.mark.parametrize("ending", ENDINGS)
def test_memory_stays_below_what_was_told(tmp_path, run, ending):
    args = ["silk", "--size", "1600x900", "--frames", "40" if ending in (".mp4", ".webm") else "14", "-o", f"a{ending}"]
    told = run("animate", *args, "--max-memory", "1MB", fails=True).stderr
    assert peak(tmp_path, *args) <= int(re.search(r"may take (\d+) MB", told)[1])


def test_a_name_of_its_own_never_takes_a_files_place(tmp_path, run):
    for name in ("silk.mp4", "silk-2.mp4"):
        assert run("animate", "silk", "--size", "32", "--frames", "2").stdout.strip() == name
    assert run("animate", "silk", "--preview", "--duration", "0.5").stdout.strip() == "silk-preview.mp4"
    with av.open(str(tmp_path / "silk-preview.mp4")) as container:
        context = container.streams.video[0].codec_context
        assert (context.width, context.height) == (480, 270)


def test_odd_sizes_become_even_ones_and_it_says_so(tmp_path, run):
    done = run("animate", "silk", "--size", "33x47", "--frames", "2", "-o", "a.mp4")
    assert "33x47 becomes 34x48" in done.stderr
    assert decoded(tmp_path / "a.mp4")[0].shape == (48, 34, 3)
    done = run("animate", "silk", "--size", "33x47", "--frames", "2", "-o", "a.gif")
    assert done.stderr == ""
    assert decoded(tmp_path / "a.gif")[0].shape == (47, 33, 3)


def test_json_tells_what_was_drawn(tmp_path, run):
    told = json.loads(
        run("animate", "zebra", "--zoom-to", "2", "--size", "32", "--frames", "4", "--json", "-o", "a.gif").stdout
    )
    assert told["files"] == ["a.gif"]
    assert (told["width"], told["height"], told["frames"], told["fps"], told["loop"]) == (32, 32, 4, 25, False)
    assert told["timeline"]["tracks"][0]["keys"] == [[0, 1], [0.16, 2]]


def test_a_flag_over_a_film_keeps_the_seeds_of_its_walks(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    cppn.save(small("tanh", latent=3), "z.toml")
    flags = ["--size", "16", "--frames", "2", "-q"]
    cli.main(
        ["animate", "z.toml", "--latent", "--drift", "--motion-seed", "7", *flags, "-o", "a.gif"], standalone_mode=False
    )
    cli.main(["animate", "a.gif", "--latent", "0.5", *flags, "-o", "b.gif"], standalone_mode=False)
    line = load_timeline("b.gif")[0]
    assert (line.latent.amount, line.latent.seed, line.drift.seed) == (0.5, 7, 7)


def test_frames_and_seconds_agree(tmp_path, run):
    def told(*flags: str) -> tuple[int, float]:
        done = json.loads(run("animate", "zebra", "--size", "16", "--json", "-o", "a.gif", *flags).stdout)
        return done["frames"], done["fps"]

    assert told("--duration", "0.4") == (10, 25)
    assert told("--duration", "0.4s", "--fps", "10") == (4, 10)
    assert told("--frames", "6") == (6, 25)
    assert told("--frames", "6", "--duration", "0.5s") == (6, 12)
    assert told("--frames", "1") == (1, 25)


def test_without_pyav_it_names_what_to_install(tmp_path):
    code = "import sys; sys.modules['av'] = None; from cppn.cli import main; main()"
    for ending, told in ((".mp4", "cppn[video]"), (".webm", "cppn[video]"), (".gif", "")):
        done = subprocess.run(
            [sys.executable, "-c", code, "animate", "silk", "--size", "16", "--frames", "2", "-o", f"a{ending}"],
            capture_output=True, text=True, cwd=tmp_path,
        )  # fmt: skip
        assert told in done.stderr
        assert done.returncode == (1 if told else 0)
        assert "Traceback" not in done.stderr


MISTAKES = {
    "silk --frames 0": "--frames: 0 frames",
    "silk --duration 0": "it is above 0",
    "silk --duration x": "is no time",
    "silk --fps 0 -o a.mp4": "it is above 0",
    "silk --fps 2000 -o a.mp4": "up to 1000",
    "silk --fps 60 -o a.gif": "GIF cannot hold 60 frames a second; at most 50 are legal; .mp4 and .webm hold more",
    "silk --fps 91 -o a.webp": "WebP cannot hold 91 frames a second; at most 90 are legal; .mp4 and .webm hold more",
    "silk --fps 91 -o a.png": "PNG cannot hold 91 frames a second; at most 90 are legal; .mp4 and .webm hold more",
    "silk --fps x": "is no number of frames a second",
    "silk --fps 10 --frames 5 --duration 3": "give two of them",
    "silk aurora": "there are 2 sources; --morph goes from one to the other",
    "silk --morph": "name two pictures or more",
    "--morph silk zebra --morph-by weights -o a.gif": "different shapes; --morph-by fade goes between any two",
    "silk --morph-by fade": "nothing morphs",
    "--morph silk nosuch": "unknown preset, motion or file 'nosuch'",
    "nosuch": "unknown preset, motion or file 'nosuch'",
    "silkk": "did you mean 'silk'",
    "nosuch.mp4": "there is no such file",
    "silk --aa 0 -o a.gif": "1 to 64, or auto",
    "silk -o a.avi": "unknown film format '.avi'",
    "silk -o a": "the file name has no ending",
    "silk -o no/a.mp4": "the folder does not exist",
    "silk -o no/no/%d.png": "the folder does not exist",
    "silk -o %d-%d.png": "no place for one number; write frames/%04d.png",
    "silk -o %x.png": "no place for one number",
    "silk -o %d.npy": "NPY is not for frames",
    "silk --quality 50 -o a.gif": "GIF has no quality; MP4, WebM, WebP have",
    "silk --quality 0 -o a.mp4": "1 to 100 are legal",
    "silk --bits 16 -o a.mp4": "--bits: it is for numbered frames",
    "silk --resume -o a.mp4": "--resume: it is for numbered frames",
    "silk --size 20000 -o a.mp4": "MP4 cannot hold 20000x20000 pixels",
    "silk --size 8000 -o a.webp": "MB of memory, more than the",
    "silk --sweep freq": 'write "freq=2:9"',
    "silk --sweep freq=2": 'write "freq=2:9"',
    "silk --sweep freqq=2:3": "did you mean 'freq'",
    "silk --sweep seed=1:2": "seed cannot move by steps",
    "silk --sweep freq=1:2000 -o a.gif": "-1000 to 1000",
    "silk --sweep r=1:2": "none of the activations takes r",
    "silk --sweep zoom=1:2 --zoom-to 3": "zoom is moved twice",
    "silk --zoom-to 0": "it is above 0",
    "silk --zoom-to 2@fast": "unknown easing 'fast'",
    "silk --ease fast": "--ease: unknown easing 'fast'",
    "zebra --hue-by 90": "grey has no hue",
    "silk --latent -o a.gif": "no latent inputs",
    "silk --drift x": "'x' is not a number",
    "silk --pan 1": "is not a pair",
    "silk --freq 3 --act relu": "takes freq",
}  # fmt: skip


@pytest.mark.parametrize("line", MISTAKES)
def test_a_mistake_is_told_in_one_line_and_leaves_nothing(tmp_path, monkeypatch, line):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(CppnError) as error:
        cli.main(["animate", *line.split()], standalone_mode=False)
    assert MISTAKES[line] in str(error.value)
    assert "\n" not in str(error.value)
    assert error.value.exit_code in (1, 2)
    assert list(tmp_path.iterdir()) == []


def test_the_help_names_everything():
    told = CliRunner().invoke(cli, ["animate", "--help"]).output
    for flag in (
        "--drift",
        "--latent",
        "--sweep",
        "--zoom-to",
        "--rotate-by",
        "--pan",
        "--morph",
        "--boomerang",
        "--preview",
    ):
        assert flag in told


def test_a_film_that_says_it_is_one_but_is_damaged_is_refused(tmp_path):
    path = write_film_job(film_job(), tmp_path / "a.gif")
    data = path.read_bytes()
    marked = re.sub(rb'"duration":[0-9.]+', b'"duration":-2.0', data)
    for number, text in enumerate(
        (marked, data.replace(b"drift", b"dr1ft"), data[:900], b"GIF89a", data.replace(b'"recipe":{', b'"recipe":[', 1))
    ):
        bad = tmp_path / f"{number}.gif"
        bad.write_bytes(text)
        with pytest.raises(CppnError) as error:
            load_timeline(str(bad))
        assert str(bad) in str(error.value)


def test_a_film_of_training_begins_with_noise_and_ends_with_the_picture(tmp_path, run):
    photo = small("sin:freq=2", mode="rgb", extent=1.2)
    cppn.save(photo, tmp_path / "photo.png", size=(40, 32))
    done = run(
        "fit",
        "photo.png",
        "--hidden",
        "32,32",
        "--act",
        "sin:freq=8",
        "--steps",
        "250",
        "--film",
        "a.gif",
        "-o",
        "fit.png",
    )
    assert done.stdout.split() == ["fit.png", "a.gif"]
    frames, wanted = decoded(tmp_path / "a.gif"), pixels(tmp_path / "photo.png").astype(float)
    errors = [np.abs(frame - wanted).mean() for frame in frames]
    assert len(frames) == 120
    assert errors[0] > 2 * errors[-1]
    assert os.path.getsize(tmp_path / "a.gif") > 10_000
