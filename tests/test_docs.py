"""What is written about the program is true of it."""

import importlib.util
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from conftest import Run

import cppn
from cppn.cli import COMMANDS
from cppn.files.presets import motions
from cppn.motion.easing import EASINGS
from cppn.motion.evaluator import Evaluator
from cppn.motion.timeline import load_timeline
from cppn.recipe import from_dict

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])


def blocks(kind: str) -> list[str]:
    return re.findall(rf"```{kind}\n(.*?)```", README, re.DOTALL)


def test_the_readme_opens_with_the_two_commands():
    first = blocks("sh")[0].splitlines()
    assert [line.split("#")[0].strip() for line in first] == ["make art", "make test"]


def test_every_command_in_the_readme_runs_as_written(run: Run, tmp_path):
    lines = [line for block in blocks("sh")[1:] for line in block.splitlines()]
    assert len(lines) >= 6
    for line in lines:
        words = shlex.split(line, comments=True)
        assert words[0] == "cppn"
        if words[1] == "explore":  # it serves until it is ended
            command = [sys.executable, "-m", *words, "--port", "0", "--no-open"]
            with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, text=True) as server:
                assert server.stdout is not None
                assert server.stdout.readline().startswith("http://127.0.0.1:")
                server.terminate()
            continue
        if ">" in words:
            at = words.index(">")
            (tmp_path / words[at + 1]).write_text(run(*words[1:at]).stdout)
        else:
            # smaller than the reader will draw them, so that the test takes seconds
            smaller = ["--size", "64x48", "--dpi", "100"] if words[1] == "render" and "--count" not in words else []
            smaller = ["--size", "64x48", "--frames", "4"] if words[1] == "animate" else smaller
            if words[1] == "gallery":  # the last of two flags counts, but of sizes and spans all
                words = [re.sub(r"\b(?:4k|3840x2160|2560x1440|ultrawide|iphone-15)\b", "32x18", word) for word in words]
                smaller = ["-n", "2", "--pool", "6"]
            run(*words[1:], *smaller)


def test_the_python_in_the_readme_runs_as_written(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (code,) = blocks("python")
    namespace: dict[str, object] = {}
    exec(code, namespace)
    assert namespace["pixels"].shape == (200, 320, 1)
    assert (tmp_path / "mine.png").exists()


def test_what_is_told_of_motion_runs_as_written(tmp_path, monkeypatch):
    page = (ROOT / "docs" / "motion.md").read_text(encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    (code,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    exec(code, {})
    assert load_timeline("galaxy.webp")[0].recipe.network == cppn.load("galaxy").network
    (line,) = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    Path("line.toml").write_text(line)
    assert Evaluator(load_timeline("line.toml")[0]).is_loop
    told = set(re.findall(r"^\| `(.*?)` \|", page.partition("| easing |")[2].partition("**Knobs**")[0], re.MULTILINE))
    assert {name for names in told for name in names.split("`, `")} == set(EASINGS)


def test_what_is_told_of_python_runs_as_written(tmp_path, monkeypatch, capsys):
    page = (ROOT / "docs" / "python.md").read_text(encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    namespace: dict[str, object] = {}
    for code in re.findall(r"```python\n(.*?)```", page, re.DOTALL):
        exec(code, namespace)
        if told := re.search(r"print\(error\)  # (.*)", code):
            assert capsys.readouterr().out.strip() == told[1]
        else:
            capsys.readouterr()
    assert namespace["part"].shape == (64, 64, 3)
    stable = page.partition("## Stable")[2].partition("###")[0]
    told = set(
        re.findall(r"`(?:cppn\.)?(\w+)(?:\(.*?\))?`", "".join(re.findall(r"^\| (.*?) \|", stable, re.MULTILINE)))
    )
    assert told == set(cppn.__all__)


def test_the_picture_of_the_house_has_its_rooms():
    rooms = {path.relative_to(ROOT / "cppn").parts[0].removesuffix(".py") for path in (ROOT / "cppn").rglob("*.py")}
    drawn = set(re.findall(r'font-weight="600">(\w+)<', (ROOT / "docs" / "house.svg").read_text(encoding="utf-8")))
    assert drawn == rooms - {"__init__", "__main__"}, "run `python tools/draw_house.py`"


@pytest.mark.parametrize(("tool", "page"), [("write_cli_docs", "cli.md"), ("write_recipe_docs", "recipe.md")])
def test_references_are_what_the_program_says_now(tool, page):
    spec = importlib.util.spec_from_file_location(tool, ROOT / "tools" / f"{tool}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    written = (ROOT / "docs" / page).read_text(encoding="utf-8")
    assert written == module.page(), f"run `python tools/{tool}.py`"


NEEDED = {
    "act": {"hidden": [8, 8]}, "palette": {"mode": "palette"}, "hue": {"mode": "rgb"},
    "across": {"mode": "ramps", "palette": "viridis"},
}  # fmt: skip


def test_the_examples_of_the_recipes_reference_are_legal():
    tried = 0
    sections = {
        "": cppn.Recipe, "network": cppn.NetworkRecipe, "color": cppn.ColorRecipe, "space": cppn.SpaceRecipe,
        "finish": cppn.FinishRecipe,
    }  # fmt: skip
    for section, fields in sections.items():
        for name, field in fields.fields.items():
            for example in field.examples or ():
                if name == "weights":  # a file beside the recipe
                    continue
                told = {**NEEDED.get(name, {}), **tomllib.loads(f"{name} = {example}")}
                recipe = from_dict({section: told} if section else told, where=name)
                cppn.render(recipe, (8, 8), engine="reference")
                tried += 1
    assert tried >= 10


def test_the_reference_of_the_command_line_has_every_command():
    written = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
    assert re.findall(r"^## cppn (.*)$", written, re.MULTILINE) == list(COMMANDS)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_and_pictures_lead_somewhere(page):
    text = page.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#]+)\)", text) + re.findall(r'src="([^"]+)"', text):
        if not target.startswith("http"):
            assert (page.parent / target).exists(), target


def test_the_gallery_shows_every_preset():
    drawn = {
        path.relative_to(ROOT / "gallery").with_suffix("").as_posix()
        for path in (ROOT / "gallery").rglob("*.png")
        if path.parent.name != "mosaics"
    }
    assert drawn == set(cppn.presets)
    for ending in ("webp", "webm", "jpg"):
        assert {f"motion/{path.stem}" for path in (ROOT / "gallery" / "motion").glob(f"*.{ending}")} == set(motions)
    assert all(f"gallery/{name}.webp" in README for name in motions)


def test_versions_agree():
    assert f'version = "{cppn.__version__}"' in (ROOT / "pyproject.toml").read_text()
    assert f"## {cppn.__version__}" in (ROOT / "CHANGELOG.md").read_text()


def test_make_needs_only_targets_that_exist():
    for target in ("art", "test", "setup", "browser", "bench"):
        done = subprocess.run(["make", "--dry-run", target], cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
    ci = (ROOT / ".ci" / "run").read_text()
    assert ci.rstrip().endswith("make test")
