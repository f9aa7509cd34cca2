"""The walls of the house: who may import whom, and what start-up costs."""

import ast
import re
import sys
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

import cppn

PACKAGE = Path(cppn.__file__).parent
DRAWING = (PACKAGE.parent / "docs" / "architecture.md").read_text(encoding="utf-8").partition("\ncppn/\n")[2]
# the rooms of the document's drawing, from the foundations up; a room imports only what stands above it there
ORDER = [
    name.strip().rstrip("/").removesuffix(".py")
    for line in re.findall(r"^  (\w[\w., ]*(?:/|\.py)) ", DRAWING.partition("```")[0], re.MULTILINE)
    for name in line.split(",")
]
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


def modules() -> dict[str, Path]:
    """Every module of the package, by name."""
    names = {".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts): path for path in FILES}
    return {name.removesuffix(".__init__"): path for name, path in names.items()}


def uses(name: str, path: Path, known: dict[str, Path]) -> set[str]:
    """The modules of the package that a module imports, wherever in it."""
    found, package = set(), name.split(".") if path.name == "__init__.py" else name.split(".")[:-1]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.level:
            base = ".".join(package[: len(package) - node.level + 1] + ([node.module] if node.module else []))
            found |= {f"{base}.{alias.name}" if f"{base}.{alias.name}" in known else base for alias in node.names}
    return found - {name}


def test_no_module_needs_itself_by_way_of_others():
    known = modules()
    # `cppn` itself names the public functions, which are loaded when they are asked for
    graph = {name: uses(name, path, known) - {"cppn"} for name, path in known.items()}
    try:
        assert len(list(TopologicalSorter(graph).static_order())) >= len(known) - 1
    except CycleError as error:
        pytest.fail(" → ".join(error.args[1]))


def test_only_the_command_line_knows_click_and_only_engines_know_their_libraries():
    homes = {
        "click": {"cli"}, "tqdm": {"cli"}, "halide": {"engines"}, "torch": {"engines", "fit", "study"}, "matplotlib": {"study"}, "pyvips": {"files"}, "av": {"files"}, "platformdirs": {"files"}, "starlette": {"explore"}, "uvicorn": {"explore"}, "onnx": {"export"},
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
        assert len(path.read_text(encoding="utf-8").splitlines()) <= 350, path


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


def test_public_functions_that_raise_say_their_errors():
    kinds = {"CppnError", "NoShaderError", "failure", "unknown", "in_the_way"}

    def check(nodes: list[ast.stmt], path: Path) -> None:
        for node in nodes:
            if not isinstance(node, (ast.FunctionDef, ast.ClassDef)) or node.name.startswith("_"):
                continue
            if isinstance(node, ast.ClassDef):
                check(node.body, path)
            elif any(getattr(raised.exc.func, "id", "") in kinds for raised in raises(node)):
                assert "rror" in (ast.get_docstring(node) or ""), f"{path}: {node.name}"

    for path in FILES:
        if room(path) != "cli":  # whose docstrings are helps
            check(ast.parse(path.read_text(encoding="utf-8")).body, path)


def raises(function: ast.FunctionDef) -> list[ast.Raise]:
    """What a function raises by a call."""
    found = [node for node in ast.walk(function) if isinstance(node, ast.Raise)]
    return [node for node in found if isinstance(node.exc, ast.Call)]


def test_python_is_one_that_is_supported():
    assert (3, 11) <= sys.version_info[:2] <= (3, 13)
