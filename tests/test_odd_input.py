"""Text as shells, terminals and other programs write it; numbers and names as nobody means them."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import cppn
from cppn.cli import COMMANDS
from cppn.errors import CppnError
from cppn.field.activations import parse_activation

TEXT = 'seed = 5\nname = "Größe ≤ 画"\n\n[network]\nhidden = [4]\nact = ["tanh"]\n'


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_recipes_are_read_in_every_unicode(tmp_path, encoding, newline):
    path = tmp_path / "a.toml"
    path.write_bytes(TEXT.replace("\n", newline).encode(encoding))
    assert cppn.load(path) == cppn.recipe.from_dict(
        {"seed": 5, "name": "Größe ≤ 画", "network": {"hidden": [4], "act": ["tanh"]}}, where=""
    )
    other = tmp_path / "a.json"
    other.write_bytes(json.dumps(cppn.load(path).to_dict(), ensure_ascii=False).encode(encoding))
    assert cppn.load(other) == cppn.load(path)


@pytest.mark.parametrize("encoding", ["cp1252", "cp437", "latin-1"])
@pytest.mark.parametrize("words", [["--help"], ["activations"], ["presets"], *([name, "--help"] for name in COMMANDS)])
def test_every_terminal_shows_every_help(encoding, words):
    env = {**os.environ, "PYTHONIOENCODING": encoding}
    done = subprocess.run([sys.executable, "-m", "cppn", *words], capture_output=True, env=env, timeout=120)
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.decode(encoding)) > 100
    assert not done.stderr


def test_letters_that_a_terminal_lacks_are_written_otherwise(tmp_path):
    (tmp_path / "a.toml").write_text(TEXT, encoding="utf-8")
    env = {**os.environ, "PYTHONIOENCODING": "cp1252"}
    done = subprocess.run(
        [sys.executable, "-m", "cppn", "info", "a.toml"], capture_output=True, env=env, cwd=tmp_path, timeout=120
    )
    assert 'name = "Größe <= ?"'.encode("cp1252") in done.stdout


@pytest.mark.parametrize("text", ["x-1", "freq-x", "r-x", "x-1e-3", "pi-x"])
def test_a_minus_needs_no_spaces(text):
    assert parse_activation(text).tree == parse_activation(text.replace("-", " - ").replace("e - ", "e-")).tree


@pytest.mark.parametrize("text", ["leaky-relu", "tan-h"])
def test_a_name_with_a_minus_that_is_none_is_said(text):
    with pytest.raises(CppnError, match="unknown activation"):
        parse_activation(text)


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("a.toml", "seed = " + "9" * 5000, "not readable TOML"), ("a.json", '{"seed": ' + "9" * 5000 + "}", "JSON"),
        ("a.json", '{"name": "\\\\ud800"}', "half a character"), ("a.json", '{"\\\\ud800": 1}', "half a character"),
        ("a.json", json.dumps({"network": {"act": "q" * 9000}}), "unknown activation"),
        ("a.json", json.dumps({"q" * 9000: 1}), "unknown key"), ("a.toml", "q" * 9000, "not readable TOML"),
        ("a.json", json.dumps({"network": {"inputs": ["x+" * 9000]}}), "characters"),
    ],
)  # fmt: skip
def test_odd_recipes_are_refused_in_one_short_line(tmp_path, name, text, said):
    (tmp_path / name).write_text(text.replace("\\\\", "\\"))
    with pytest.raises(CppnError, match=said) as caught:
        cppn.load(tmp_path / name)
    assert len(str(caught.value).replace(str(tmp_path), "")) < 400
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("text", ["1/0", "x*(1/(2-2))", "log(0)*x", "iterate(1/x, 3, 0)/0", "0**-1 + x", "exp(10000)"])
def test_constants_that_are_not_finite_are_refused(text):
    with pytest.raises(CppnError):
        cppn.render(cppn.recipe.from_dict({"network": {"act": [text]}}, where=""), (8, 8))


CONSTANT = [
    "where(1 < 2, x, 0)",
    "where(2 < 1, x, 0.5)",
    "max(1, 2)*x",
    "iterate(x*x, 3, 2)*x",
    "where(1 > 0, 1, 2)",
    "3",
]


@pytest.mark.parametrize("engine", ["halide", "torch", "reference"])
@pytest.mark.parametrize("text", CONSTANT)
def test_constants_are_numbers_in_every_engine(engine, text):
    network = {"hidden": [3], "act": [text], "inputs": ["x", "y", re.sub(r"\bx\b", "1", text)]}
    recipe = cppn.recipe.from_dict({"network": network, "color": {"levels": [-3, 3]}}, where="")
    drawn = [cppn.render(recipe, (9, 7), engine=name).astype(int) for name in (engine, "reference")]
    assert abs(drawn[0] - drawn[1]).max() <= 1


def test_a_name_with_a_null_byte_is_refused():
    with pytest.raises(CppnError, match="null byte"):
        cppn.save(cppn.Recipe(seed=1), "a\0.png", size=(8, 8))
    with pytest.raises(CppnError):
        cppn.load("a\0.png")


def test_a_recipe_beside_a_picture_is_named(tmp_path, run):
    from PIL import Image

    Image.new("RGB", (8, 8)).save(tmp_path / "big.png")
    Path(tmp_path / "big.toml").write_text(TEXT, encoding="utf-8")
    assert "one lies beside it: big.toml" in run("info", "big.png", fails=True).stderr
