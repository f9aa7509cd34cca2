"""The program as its users meet it: as a process."""

import json
import os
import re
import resource
import signal
import subprocess
import sys
import tomllib

import numpy as np
import pytest
from conftest import Run, pixels

import cppn
from cppn.files.presets import motions

QUICK = ("--hidden", "8,8", "--size", "40x30")


def test_the_first_sentence(run: Run, tmp_path):
    done = run("render", "--act", "cos", "--freq", "7.9", "--rgb")
    (path,) = tmp_path.iterdir()
    assert done.stdout == f"{path.name}\n"
    seed = int(done.stderr.removeprefix("seed "))
    assert path.name == f"cos-freq7.9-rgb-seed{seed}.png"
    recipe = cppn.load(path)
    expected = cppn.Recipe(
        seed=seed, network=cppn.NetworkRecipe(act=("cos:freq=7.9",)), color=cppn.ColorRecipe(mode="rgb")
    )
    assert pixels(path).shape == (1024, 1024, 3)
    assert np.array_equal(pixels(path), cppn.render(expected))
    assert np.array_equal(pixels(path), cppn.render(recipe))


COMMANDS = {
    "--act tanh": {"act": ("tanh",)},
    "--hidden none": {"hidden": ()},
    "--hidden 5": {"hidden": (5,)},
    "--latent 0": {"latent": 0},
    "--no-residual --no-invert --no-stretch": {"residual": False, "invert": False, "stretch": False},
    "--act tanh,sin:freq=2,cos": {"act": ("tanh", "sin:freq=2", "cos")},
    "--act tanh --act sin --act cos": {"act": ("tanh", "sin", "cos")},
    "--act sin(3*x)*exp(-x*x)": {"act": ("sin(3*x)*exp(-x*x)",)},
    "--act cos --freq 3 --iters 2 --r 3.6": {"act": ("cos:freq=3,iters=2,r=3.6",)},
    "--init siren --gain 2": {"init": "siren", "gain": 2.0},
    "--inputs x,y,r,abs(x)": {"inputs": ("x", "y", "r", "abs(x)")},
    "--latent 3": {"latent": 3},
    "--latent 0.5,-1": {"latent": (0.5, -1.0)},
    "--residual": {"residual": True},
    "--gray": {"mode": "gray"},
    "--rgb": {"mode": "rgb"},
    "--color oklch": {"mode": "oklch"},
    "--palette magma": {"mode": "palette", "palette": "magma"},
    "--palette #000,#fa0,#fff": {"mode": "palette", "palette": "#000,#fa0,#fff"},
    "--invert": {"invert": True},
    "--levels=-1,2": {"levels": (-1.0, 2.0)},
    "--extent 2 --zoom 3 --rotate 45": {"extent": 2.0, "zoom": 3.0, "rotate": 45.0},
    "--center=1,-2 --stretch": {"center": (1.0, -2.0), "stretch": True},
}


@pytest.mark.parametrize("line", COMMANDS)
def test_every_flag_of_the_recipe_does_what_it_says(line, run: Run, tmp_path):
    run("render", *QUICK, "--seed", "5", *line.split(" "), "-o", "a.png")
    recipe = cppn.load(tmp_path / "a.png")
    assert recipe.seed == 5
    sections = {**vars(recipe.network), **vars(recipe.color), **vars(recipe.view)}
    for key, value in COMMANDS[line].items():
        assert sections[key] == value
    assert pixels(tmp_path / "a.png").shape[:2] == (30, 40)


@pytest.mark.parametrize("name", ["art/zebra", "art/oil-slick", "readme/x-coord"])
def test_a_preset_drawn_by_the_program_is_the_presets_picture(name, run: Run, tmp_path):
    recipe = cppn.presets[name]
    assert recipe.color.levels is not None
    run("render", name, "--size", "60x40", "-o", "a.png")
    assert np.array_equal(pixels(tmp_path / "a.png"), cppn.render(recipe, (60, 40)))
    assert cppn.load(tmp_path / "a.png") == recipe


def test_flags_override_their_source_and_the_rest_is_kept(run: Run, tmp_path):
    run("render", *QUICK, "--act", "tanh", "--seed", "9", "--palette", "magma", "--aa", "2", "-o", "a.png")
    run("render", "a.png", "-o", "same.png")
    assert np.array_equal(pixels(tmp_path / "a.png"), pixels(tmp_path / "same.png"))
    run("render", "a.png", "--rgb", "--zoom", "2", "--size", "60x50", "--aa", "1", "-o", "b.png")
    a, b = cppn.load(tmp_path / "a.png"), cppn.load(tmp_path / "b.png")
    assert (b.seed, b.network) == (a.seed, a.network)
    assert (b.color.mode, b.color.palette, b.view.zoom) == ("rgb", None, 2)
    assert np.array_equal(pixels(tmp_path / "b.png"), cppn.render(b, (60, 50)))
    run("render", "a.png", "--act", "cos", "-o", "c.png")
    assert cppn.load(tmp_path / "c.png").network.act == ("cos",)


def test_a_recipe_file_printed_by_info_draws_the_same_picture(run: Run, tmp_path):
    run("render", "art-2", "--size", "40x30", "-o", "a.png")
    (tmp_path / "mine.toml").write_text(run("info", "a.png").stdout)
    (tmp_path / "mine.json").write_text(run("info", "a.png", "--json").stdout)
    for name in ("mine.toml", "mine.json"):
        run("render", name, "--size", "40x30", "-o", "b.png")
        assert np.array_equal(pixels(tmp_path / "a.png"), pixels(tmp_path / "b.png"))
    shown = json.loads(run("info", "a.png", "--json").stdout)
    assert shown["drawing"]["width"] == 40
    assert tomllib.loads(run("info", "art-2").stdout)["name"] == "art-2"


def test_a_poster_has_its_size_on_paper_and_its_bleed(run: Run, tmp_path):
    run("render", *QUICK[:2], "--seed", "4", "--size", "a6@60dpi", "--bleed", "5mm", "--bits", "16", "-o", "a.tif")
    shown = json.loads(run("info", "a.tif", "--json").stdout)["drawing"]
    assert shown == {"width": 248, "height": 350, "bleed": 12, "dpi": 60.0, "aa": 1, "bits": 16, "dither": False}
    run("render", "a.tif", "-o", "b.png")
    again = json.loads(run("info", "b.png", "--json").stdout)["drawing"]
    assert again == shown
    assert pixels(tmp_path / "b.png").shape[:2] == (350 + 24, 248 + 24)
    # what the new file cannot hold is left behind, unless it was asked for
    run("render", "a.tif", "-o", "c.jpg")
    assert json.loads(run("info", "c.jpg", "--json").stdout)["drawing"]["bits"] == 8
    assert "cannot hold 16 bits" in run("render", "a.tif", "--bits", "16", "-o", "d.jpg", fails=True).stderr


def test_count_draws_seeds_in_a_row(run: Run, tmp_path):
    done = run("render", *QUICK, "--seed", "7", "--count", "3", "-o", "p-{seed}.png", "--json")
    files = json.loads(done.stdout)["files"]
    assert [file["seed"] for file in files] == [7, 8, 9]
    assert [file["path"] for file in files] == ["p-7.png", "p-8.png", "p-9.png"]
    assert {file["engine"] for file in files} == {"halide"}
    drawn = [pixels(tmp_path / file["path"]) for file in files]
    assert not np.array_equal(drawn[0], drawn[1])
    assert cppn.load(tmp_path / "p-8.png").seed == 8
    run("render", *QUICK, "--seed", "7", "--count", "2", "-o", "q.png")
    assert {p.name for p in tmp_path.glob("q*")} == {"q-7.png", "q-8.png"}


def test_names_chosen_by_the_program_never_take_a_files_place(run: Run, tmp_path):
    names = [run("render", *QUICK, "--seed", "1").stdout.strip() for _ in range(3)]
    assert len(set(names)) == 3
    first = run("render", names[0], "--quiet")
    assert first.stdout == ""
    assert first.stderr == ""
    (tmp_path / "sub").mkdir()
    assert run("render", names[0], "--size", "50x20", "-o", "sub").stdout.startswith("sub/")
    for path in tmp_path.rglob("*.png"):
        assert cppn.load(path).seed == 1


def test_dry_run_tells_what_it_would_take_and_draws_nothing(run: Run, tmp_path):
    done = run("render", "--hidden", "8", "--size", "800x600", "--dry-run")
    assert "800x600, 0.5 Mpixel" in done.stdout
    told = json.loads(run("render", "--hidden", "8", "--size", "800x600", "--count", "2", "--dry-run", "--json").stdout)
    assert told["pixels"] == 2 * 800 * 600
    assert told["seconds"] > 0
    assert 1e7 < told["memory"] < 1e9
    assert list(tmp_path.iterdir()) == []
    assert (
        "1.1 MB on disk" in run("render", "--hidden", "8", "--size", "600", "-o", "a.npy", "--rgb", "--dry-run").stdout
    )


@pytest.mark.parametrize("name", ["a.png", "a.tif", "a.jpg", "a.webp", "a.dzi", "a.npy"])
def test_dry_run_knows_the_room_on_disk(name, run: Run, tmp_path):
    args = ("rose-window", "--size", "1500x2000", "-o", name)
    told = json.loads(run("render", *args, "--dry-run", "--json").stdout)["disk"]
    assert list(tmp_path.iterdir()) == []
    run("render", *args)
    taken = sum(path.stat().st_size for path in tmp_path.rglob("*") if path.is_file())
    assert 0.7 < told / taken < 1.4


@pytest.mark.parametrize("engine", ["reference", "torch", "halide"])
def test_engines_can_be_chosen(engine, run: Run, tmp_path):
    done = run("render", *QUICK, "--seed", "2", "--engine", engine, "--threads", "1", "-o", "a.png", "--json")
    assert json.loads(done.stdout)["files"][0]["engine"] == engine


def test_lists(run: Run):
    names = run("presets").stdout
    assert "readme/cosine-1" in names
    assert set(json.loads(run("presets", "--json").stdout)) == {*cppn.presets, *motions}
    shown = run("activations").stdout
    assert "cos:freq=7.9" in shown
    assert "also called swish" in shown.lower()
    assert json.loads(run("activations", "--json").stdout)["cos"]["parameters"]["freq"]["default"] == 7.9


def test_help_tells_every_flag_and_loads_nothing_heavy():
    for command in ([], ["render"], ["info"], ["presets"], ["activations"], ["completion"]):
        code = (
            "import sys; sys.argv = ['cppn', *sys.argv[1:]]\n"
            "import atexit\n"
            "heavy = 'torch halide numpy pyvips PIL cmap tqdm'.split()\n"
            "atexit.register(lambda: print('LOADED', [m for m in heavy if m in sys.modules]))\n"
            "from cppn.cli import main; main()"
        )
        done = subprocess.run(
            [sys.executable, "-c", code, *command, "--help"], capture_output=True, text=True, timeout=60
        )
        assert done.returncode == 0, done.stderr
        assert "LOADED []" in done.stdout
        assert "Usage: cppn" in done.stdout


def test_a_drawing_on_the_cpu_does_not_load_torch(tmp_path):
    code = (
        "import sys; sys.argv = ['cppn', 'render', '--size', '20', '--hidden', '4', '-o', 'a.png']\n"
        "import atexit; atexit.register(lambda: print('TORCH', 'torch' in sys.modules, 'CMAP', 'cmap' in sys.modules))\n"
        "from cppn.cli import main; main()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path, timeout=60)
    assert "TORCH False CMAP False" in done.stdout, done.stderr


def completed(words: str, tmp_path) -> list[str]:
    env = {**os.environ, "_CPPN_COMPLETE": "bash_complete", "COMP_WORDS": words, "COMP_CWORD": str(words.count(" "))}
    done = subprocess.run(
        [sys.executable, "-c", "import sys; sys.argv = ['cppn']; from cppn.cli import main; main()"],
        capture_output=True, text=True, env=env, cwd=tmp_path, timeout=60,
    )  # fmt: skip
    return [line.partition(",")[2] for line in done.stdout.splitlines()]


def test_the_shell_completes_presets_activations_palettes_and_sizes(run: Run, tmp_path):
    assert "readme/cosine-1" in completed("cppn render readme/cos", tmp_path)
    (tmp_path / "cosy.png").touch()
    (tmp_path / "cosy.txt").touch()
    (tmp_path / "cosmos").mkdir()
    offered = completed("cppn render cos", tmp_path)
    assert {"cosine-1", "cosmos/", "cosy.png"} <= set(offered)
    assert "cosy.txt" not in offered
    assert "leakyrelu" in completed("cppn render --act leak", tmp_path)
    assert "tanh,sigmoid" in completed("cppn render --act tanh,sig", tmp_path)
    assert "viridis" in completed("cppn render --palette vir", tmp_path)
    assert "iphone-15" in completed("cppn render --size iph", tmp_path)
    for shell in ("bash", "zsh", "fish"):
        assert "_CPPN_COMPLETE" in run("completion", shell).stdout


MISUSE = {
    "render --act sin(3*x": "formula 'sin(3*x': it cannot be read",
    "render silk --act ((x": "cannot be read",
    "render --inputs x,y,cos(6*theta": "formula 'cos(6*theta': it cannot be read",
    "render --latent -1": "--latent: -1 is out of range; 0 to 4096 are legal",
    "render --extent 0": "--extent: 0.0 is out of range; 1e-09 to 1e+09 are legal",
    "render --levels 1,0": "--levels: 1 is not below 0",
    "render --quality 50 -o a.png": "PNG loses nothing and has no quality",
    "render art/silkk": "did you mean 'art/silk'",
    "info pipe": "it is no ordinary file",
    "rendr": "did you mean 'render'",
    "render --size 0": "cannot be 0x0",
    "render --size -5x3": "cannot be -5x3",
    "render --size 4kk": "cannot read '4kk'",
    "render --size 99999999x2": "16777215",
    "render --size 20000 -o a.webp": "WebP cannot hold 20000x20000 pixels; at most 16383 a side; Deep Zoom, JPEG, NPY, PNG, TIFF can",
    "render --act cso": "did you mean 'cos'",
    "render --act __import__('os')": "unknown function",
    "render --act tanh,sin": "write 1 or 4",
    "render --act tanh --freq 3": "none of the activations takes freq",
    "render --freq nan": "--freq: 'nan' is not a finite number",
    "render --freq inf": "not a finite number",
    "render --gain 1e999": "not a finite number",
    "render --zoom 0": "--zoom: 0.0 is out of range; 1e-09 to 1e+09 are legal",
    "render --iters 65": "0 to 64",
    "render --iters 99": "0 to 64",
    "render --size a9@300dpi": "unknown paper 'a9'",
    "render --size 50x70cm@": "a2@300dpi",
    "render --bleed 3mm": "give --dpi",
    "render --bleed 3": "cannot read '3'",
    "render --bits 12": "8, 16 and 32",
    "render --bits 16 -o a.jpg": "NPY, PNG, TIFF can",
    "render --compression zip": "PNG has no compression",
    "render --hidden 64,-1": "--hidden: -1 is out of range; 1 to 4096 are legal",
    "render --hidden 64;64": "write \"64,64,64\"",
    "render --inputs z": "unknown name 'z'",
    "render --init he": "kaiming",
    "render --center 1": "--center: '1' is not a pair",
    "render --palette virdis": "did you mean 'viridis'",
    "render --rgb --palette magma": "--palette contradicts the colour mode rgb",
    "render --aa 0": "1 to 64",
    "render --threads 0": "1 to 1024",
    "render --count 0": "1 to 100000",
    "render --quality 101": "1 to 100",
    "render --seed x": "not a whole number",
    "render --seed -1": "--seed: -1 is out of range; 0 to",
    "render --engine halid": "did you mean 'halide'",
    "render --engine halide --device cuda": "the halide engine draws on cpu only; use --engine gpu or torch",
    "render --frq 3": "No such option",
    "render nosuch": "unknown preset or file 'nosuch'",
    "render cosine-3": "did you mean 'cosine-2'|did you mean 'cosine-1'",
    "render nosuch.png": "there is no such file",
    "render text.png": "no picture or film that cppn can read",
    "render plain.png": "there is no recipe in this picture",
    "render .": "it is a folder",
    "render -o a.gif": "unknown picture format '.gif'",
    "render -o a": "no ending",
    "render x-coord --seed 3": "add --init torch",
    "render x-coord --count 3": "weights are given",
    "info": "Missing argument",
    "info text.png": "no picture or film",
    "completion csh": "bash",
}  # fmt: skip
FAILURE = {
    "render --size 20 -o missing/a.png": "missing: the folder does not exist",
    "render --device cuda:9": r"device cuda: no driver|there is no device 'cuda:9'",
    "render --engine torch --device mps": "no device 'mps'",
}


@pytest.mark.parametrize("line", [*MISUSE, *FAILURE])
def test_mistakes_get_one_line_and_the_right_exit_code(line, run: Run, tmp_path):
    (tmp_path / "text.png").write_text("not a picture")
    os.mkfifo(tmp_path / "pipe")
    cppn.save(np.zeros((4, 4, 3), np.uint8), tmp_path / "plain.png")
    before = sorted(tmp_path.iterdir())
    done = run(*line.split(" "), fails=True)
    assert done.returncode == (2 if line in MISUSE else 1), done.stderr
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1, done.stderr
    assert done.stderr.startswith("cppn: ")
    expected = {**MISUSE, **FAILURE}[line]
    assert expected in done.stderr or re.search(expected, done.stderr)
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.parametrize(
    "words",
    [
        ("render", "--hidden", "8", "--size", "2000", "-o", "a.png"),
        ("fit", "photo.ppm", "--hidden", "64,64", "--steps", "2", "-q", "-o", "a.png"),
    ],
    ids=lambda words: words[0],
)
def test_a_full_disk_leaves_no_half_written_file(run: Run, tmp_path, words):
    (tmp_path / "photo.ppm").write_bytes(b"P6 16 16 255\n" + bytes(range(256)) * 3)

    def small_files() -> None:
        # the kernel then refuses to let any file grow beyond 20 kB
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))

    done = run(*words, fails=True, preexec_fn=small_files)
    assert done.returncode == 1, done.stderr
    last = done.stderr.splitlines()[-1]
    assert last.startswith("cppn: a.png")
    assert "it could not be written: File too large" in last
    assert [path.name for path in tmp_path.iterdir()] == ["photo.ppm"]


def test_a_read_only_folder_is_said(tmp_path):
    folder = tmp_path / "locked"
    folder.mkdir()
    # root may write anywhere: draw once, so that all is loaded, then go on as somebody else
    code = (
        "import os, sys; from cppn.cli import cli, main\n"
        "cli.main(['render', '--size', '20', '--hidden', '4', '-o', '../a.png'], standalone_mode=False)\n"
        "os.chmod('.', 0o555)\n"
        "if os.geteuid() == 0: os.setgid(65534); os.setuid(65534)\n"
        "sys.argv = ['cppn', 'render', '--size', '20', '--hidden', '4', '-o', 'b.png']; main()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=folder, timeout=60)
    assert done.returncode == 1, done.stderr
    assert done.stderr.splitlines()[-1] == "cppn: .: the folder cannot be written in; write elsewhere with -o"
    assert list(folder.iterdir()) == []


STOPS = {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGHUP: 129}


@pytest.mark.parametrize("stop", STOPS, ids=lambda stop: stop.name)
def test_a_stopped_drawing_leaves_nothing(stop, tmp_path):
    process = subprocess.Popen(
        [sys.executable, "-m", "cppn", "render", "--seed", "1", "--size", "16000", "-o", "a.png"],
        cwd=tmp_path, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    while not any(tmp_path.iterdir()):  # until the first bytes are written
        assert process.poll() is None
    process.send_signal(stop)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == STOPS[stop]
    assert errors.splitlines()[-1] == "cppn: stopped"
    assert "Traceback" not in errors
    assert list(tmp_path.iterdir()) == []


def test_pictures_drawn_at_the_same_time_do_not_take_each_others_names(tmp_path):
    command = [sys.executable, "-m", "cppn", "render", "--size", "200", "--hidden", "4", "--seed", "1"]
    running = [
        subprocess.Popen([*command, "--zoom", str(zoom)], cwd=tmp_path, stdout=subprocess.PIPE, text=True)
        for zoom in (1, 2, 3)
    ]
    names = {process.communicate(timeout=60)[0].strip() for process in running}
    assert names == {path.name for path in tmp_path.iterdir()}
    assert {cppn.load(tmp_path / name).view.zoom for name in names} == {1, 2, 3}


def test_a_link_stays_a_link(run: Run, tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "link.png").symlink_to("real/a.png")
    run("render", *QUICK, "--seed", "1", "-o", "link.png")
    assert (tmp_path / "link.png").is_symlink()
    assert cppn.load(tmp_path / "real" / "a.png").seed == 1


def test_the_bare_name_shows_the_help(run: Run):
    assert run().stdout == run("--help").stdout


def test_far_down_a_zoom_is_drawn_in_float64(run: Run):
    deep = json.loads(run("render", "silk", "--zoom", "1e6", "--size", "30x20", "--json", "-o", "a.png").stdout)
    assert deep["files"][0]["engine"] == "reference"
    near = json.loads(run("render", "silk", "--zoom", "100", "--size", "30x20", "--json", "-o", "a.png").stdout)
    assert near["files"][0]["engine"] == "halide"


def test_a_closed_pipe_is_no_accident(tmp_path):
    process = subprocess.Popen(
        [sys.executable, "-m", "cppn", "activations"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=tmp_path
    )
    assert process.stdout is not None
    process.stdout.close()
    assert process.stderr is not None
    errors = process.stderr.read().decode()
    process.wait(timeout=60)
    process.stderr.close()
    assert errors == ""
