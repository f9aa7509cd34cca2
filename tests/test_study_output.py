"""What every study shares: where its files go, its tables, numbers as people write them, and settings."""

import csv
import io
import json
import math
import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cppn.cli import cli
from cppn.errors import CppnError
from cppn.field.activations import CATALOGUE, parse_activation
from cppn.study.folder import MANIFEST, Folder
from cppn.study.notation import latex, written
from cppn.study.settings import Settings
from cppn.study.tables import Column, Formula, Table, as_csv, as_html, as_latex, as_markdown, as_text

TABLE = Table(
    "ends", "how it ends",
    (Column("act", "activation"), Column("mse", "final MSE", ".4f"), Column("ratio", "L10/L1", ".3g"), Column("f", "formula")),
    (("leaky ReLU (slope 0.1)", 0.00742, 2.1e7, Formula("max(x, 0)", r"\max(x, 0)", "<math><mi>x</mi></math>")),
     ("a|b & c_d <e>", None, math.inf, None)),
    note="100 % of it",
)  # fmt: skip


@pytest.mark.parametrize(
    ("value", "form", "told"),
    [
        (3.18e8, ".3g", "3.18 × 10⁸"), (2.7e-6, ".2g", "2.7 × 10⁻⁶"), (0.0074, ".3g", "0.0074"), (-1.5, ".3g", "−1.5"),
        (0.0, ".3g", "0"), (99999, ".3g", "100000"), (0.21349, ".4f", "0.2135"), (None, ".3g", "no number"),
        (math.nan, ".3g", "no number"), (-math.inf, ".3g", "−∞"), (10, "d", "10"), (1e-45, ".3g", "1 × 10⁻⁴⁵"),
    ],
)  # fmt: skip
def test_numbers_are_written_as_people_do(value, form, told):
    assert written(value, form) == told


@given(st.floats(allow_nan=False, allow_infinity=False), st.integers(1, 9))
def test_what_is_written_is_the_number_rounded(value, digits):
    """Read back by another road, in both notations, it is what `format` rounds to."""
    plain = written(value, f".{digits}g").replace("−", "-")
    raised = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
    mantissa, _, power = plain.partition(" × 10")
    read = float(f"{mantissa}e{power.translate(raised)}" if power else mantissa)
    assert read == pytest.approx(float(format(value, f".{digits}g")), rel=1e-12, abs=0)
    match = re.fullmatch(r"([-\d.]+)(?: \\times 10\^\{(-?\d+)\})?", latex(value, f".{digits}g"))
    assert match is not None
    assert float(f"{match[1]}e{match[2] or 0}") == pytest.approx(read, rel=1e-12, abs=0)


def test_activations_have_names_as_people_write_them():
    assert parse_activation("leakyrelu:slope=0.1").title == "leaky ReLU (slope 0.1)"
    assert parse_activation("relu").title == "ReLU"
    assert parse_activation("elu:alpha=2").title == "ELU (α 2)"
    assert parse_activation("sin(3*x)").title == "sin(3*x)"
    titles = {parse_activation(name).title for name in CATALOGUE}
    assert len(titles) == len(CATALOGUE)


def test_a_table_is_read_by_programs_as_it_was_made():
    rows = list(csv.DictReader(io.StringIO(as_csv(TABLE))))
    assert float(rows[0]["mse"]) == 0.00742
    assert rows[1] == {"act": "a|b & c_d <e>", "mse": "", "ratio": "inf", "f": ""}
    assert TABLE.to_dict()[0]["f"] == "max(x, 0)"


def test_a_table_is_read_by_people():
    lines = as_text(TABLE).splitlines()
    assert lines[1].split("  ")[0] == "leaky ReLU (slope 0.1)"
    assert lines[1].index("2.1 × 10⁷") + len("2.1 × 10⁷") == lines[2].index("∞") + 1, "numbers end at one place"
    markdown = as_markdown(TABLE).splitlines()
    assert markdown[1] == "| --- | ---: | ---: | --- |"
    assert "a\\|b" in markdown[3]


def test_a_table_is_sound_html():
    class Reader(HTMLParser):
        def __init__(self):
            super().__init__()
            self.cells, self.tags = [], []

        def handle_starttag(self, tag, attrs):
            self.tags.append(tag)
            if tag == "td":
                self.cells.append("")

        def handle_data(self, data):
            if self.cells:
                self.cells[-1] += data

    reader = Reader()
    reader.feed(as_html(TABLE))
    assert reader.cells[4] == "a|b & c_d <e>"
    assert reader.tags.count("td") == 8
    assert "e" not in reader.tags


def test_a_table_is_sound_latex():
    text = as_latex(TABLE)
    assert r"a|b \& c\_d <e> & -- & $\infty$ & -- \\" in text
    assert r"leaky ReLU (slope 0.1) & $0.0074$ & $2.1 \times 10^{7}$ & $\max(x, 0)$ \\" in text
    assert r"100 \% of it" in text


def test_settings_are_for_machines_and_for_people():
    settings = Settings("depth", {"learning_rate": 1e-3, "seeds": [42, 43, 44], "range": (-5.0, 5.0), "noise": None})
    told = json.loads(json.dumps(settings.to_dict()))
    assert told["learning_rate"] == 0.001
    assert told["seeds"] == [42, 43, 44]
    assert "noise" not in told
    assert {"python", "cppn", "numpy", "torch", "matplotlib"} <= set(told["versions"])
    assert settings.words == "cppn study depth · rate 0.001 · seeds 42 to 44 · x from −5 to 5"


def test_a_study_takes_the_place_of_its_own_files_alone(tmp_path):
    folder = Folder(tmp_path)
    parts = {".png": b"a picture", ".json": b"{}"}
    assert [path.name for path in folder.write("curves", parts)] == ["curves.png", "curves.json"]
    assert [path.name for path in Folder(tmp_path).write("curves", parts)] == ["curves.png", "curves.json"]
    (tmp_path / "curves.png").write_bytes(b"edited by hand")
    assert [path.name for path in folder.write("curves", parts)] == ["curves-2.png", "curves-2.json"]
    assert (tmp_path / "curves.png").read_bytes() == b"edited by hand"
    assert [path.name for path in folder.write("curves", parts)] == ["curves-2.png", "curves-2.json"]


def test_a_study_loses_nothing_of_its_users(tmp_path):
    mine = {name: f"my {name}".encode() for name in ("curves.png", "strip.json", "curve-tanh.png")}
    for name, data in mine.items():
        (tmp_path / name).write_bytes(data)
    (tmp_path / "curve-tanh.json").symlink_to("nowhere")
    for _ in range(2):
        cli.main(["study", "curves", "--act", "tanh", "-q", "-o", str(tmp_path)], standalone_mode=False)
        assert {name: (tmp_path / name).read_bytes() for name in mine} == mine
    assert (tmp_path / "curve-tanh.json").is_symlink()
    assert {"curves-2.png", "strip-2.png", "strip-2.json", "curve-tanh-2.png"} <= {p.name for p in tmp_path.iterdir()}
    assert not list(tmp_path.glob("*-3*"))


@pytest.mark.parametrize("text", ["[]", "no json", '{"a": 1}', "[" * 99999])
def test_a_list_of_files_that_is_none_is_told_and_kept(tmp_path, text):
    (tmp_path / MANIFEST).write_text(text)
    with pytest.raises(CppnError, match="no list of files that studies wrote"):
        cli.main(["study", "curves", "--act", "tanh", "-o", str(tmp_path)], standalone_mode=False)
    assert (tmp_path / MANIFEST).read_text() == text
    assert len(list(tmp_path.iterdir())) == 1
