"""The walls of the house: who may import whom, and what start-up costs."""

import ast
import sys
from pathlib import Path

import pytest

import cppn

PACKAGE = Path(cppn.__file__).parent
# from the foundations up; a room imports only what stands before it
ORDER = [
    "errors", "rng", "crew", "making", "vips", "field", "view", "recipe", "network", "develop", "engines", "drawing", "shader", "sinks", "memory", "library", "sources",
    "saving", "estimate", "overrides", "naming", "pictures", "mosaic", "motion", "gallery", "wallpaper", "fit", "study", "web", "export", "explore", "cli",
]  # fmt: skip
FILES = sorted(PACKAGE.rglob("*.py"))


def room(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports(path: Path) -> list[tuple[int, str]]:
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            found.append((node.level, node.module or ""))
        elif isinstance(node, ast.Import):
            found += [(0, alias.name) for alias in node.names]
    return found


@pytest.mark.parametrize(
    "path", [f for f in FILES if room(f) in ORDER], ids=lambda p: p.relative_to(PACKAGE).as_posix()
)
def test_a_room_imports_only_what_stands_above_it(path):
    depth = len(path.relative_to(PACKAGE).parts)
    for level, module in imports(path):
        if level == depth and module:
            assert ORDER.index(module.split(".")[0]) <= ORDER.index(room(path)), f"{room(path)} imports {module}"


def test_every_room_has_its_place_in_the_order():
    assert {room(path) for path in FILES} - {"__init__", "__main__"} == set(ORDER)


def test_only_the_command_line_knows_click_and_only_engines_know_their_libraries():
    homes = {
        "click": {"cli"}, "tqdm": {"cli"}, "halide": {"engines"}, "torch": {"engines", "fit", "study"}, "matplotlib": {"study"}, "pyvips": {"vips", "pictures"}, "av": {"sinks"}, "platformdirs": {"study"}, "starlette": {"explore"}, "uvicorn": {"explore"}, "onnx": {"export"},
    }  # fmt: skip
    for path in FILES:
        for level, module in imports(path):
            if level == 0 and (top := module.split(".")[0]) in homes:
                assert room(path) in homes[top], f"{path} imports {top}"


def test_nothing_is_executed_or_unpickled():
    for path in FILES:
        text = path.read_text(encoding="utf-8")
        names = {node.id for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Name)}
        assert not names & {"eval", "exec", "compile", "pickle"}, path
        assert "shell=True" not in text


def test_files_stay_one_idea_long():
    for path in FILES:
        assert len(path.read_text(encoding="utf-8").splitlines()) <= 450, path


def test_every_module_and_public_function_says_what_it_is_for():
    for path in FILES:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        assert ast.get_docstring(tree), path
        for node in tree.body:
            if (
                isinstance(node, (ast.FunctionDef, ast.ClassDef))
                and not node.name.startswith("_")
                and node.name != "cli"
            ):
                assert ast.get_docstring(node), f"{path}: {node.name}"


def test_python_is_one_that_is_supported():
    assert (3, 11) <= sys.version_info[:2] <= (3, 13)
