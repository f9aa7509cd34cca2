"""Differentiation by hand, and the report: one file of all studies, read by a browser, as a PDF and as a notebook."""

import contextlib
import io
import json
import re

import numpy as np
import pytest

from cppn.cli import cli
from cppn.errors import CppnError
from cppn.study import autodiff, mosaics
from cppn.study.chapter import Chapter, Plate
from cppn.study.figures import panels
from cppn.study.report import contents, pdf
from cppn.study.report.notebook import notebook
from cppn.study.report.page import page
from cppn.study.settings import Settings
from cppn.study.tables import Column, Table

# differentiation by hand


@pytest.mark.parametrize("x", [(1.0, 2.0, 3.0), (-0.5,), (0.0, 1e3)])
def test_gradients_agree_in_three_ways(x):
    point = np.array(x)
    for one in (autodiff.look(case, point) for case in autodiff.CASES):
        np.testing.assert_allclose(one.torch, one.by_hand, rtol=1e-12)
        np.testing.assert_allclose(one.torch, one.differences, rtol=1e-5, atol=1e-5)
    np.testing.assert_array_equal(autodiff.jacobian(point), np.diag(2 * point))


def test_graphs_are_torchs_own():
    found = {case.name: autodiff.look(case, np.array([1.0, 2.0])) for case in autodiff.CASES}
    assert found["dot"].nodes[0] == "DotBackward0"
    assert [name.rpartition("::")[2] for name in found["square"].nodes] == [
        "SumBackward0",
        "MulBackward0",
        "AccumulateGrad",
    ]
    assert found["square"].edges.count((1, 2)) == 2, "both factors are x"
    assert found["detached"].edges.count((1, 2)) == 1, "one is not followed"


def test_differentiation_is_told_and_drawn(run, tmp_path):
    told = json.loads(run("study", "autodiff", "--x", "1,-2", "--format", "svg", "--json").stdout)
    assert told["cases"][0]["torch"] == [2, -4]
    assert "scalar" in told["backward of a vector"]
    assert "(2, −4)" in (tmp_path / "studies" / "autodiff-graphs.svg").read_text()
    assert "no list of numbers" in run("study", "autodiff", "--x", "1,a", fails=True).stderr
    assert "13 numbers; 1 to 12 are legal" in run("study", "autodiff", "--x", ",".join("1" * 13), fails=True).stderr
    assert "too large, or none" in run("study", "autodiff", "--x", "nan", fails=True).stderr


# the report

TINY = contents.Size(50, 120, 1, 12, 1, (2, 3), True, 21)


@pytest.fixture(scope="module")
def tiny() -> str:
    """A report of all studies, small, of formulas that HTML must not take for its own."""
    size, contents.QUICK = contents.QUICK, TINY
    try:
        acts = ("relu", "where(x<1, x, 1)")
        chapters = list(contents.chapters(contents.Request(acts, quick=True)))
    finally:
        contents.QUICK = size
    assert [chapter.name for chapter in chapters] == list(contents.CONTENTS)
    return page(chapters, title="Small & quick", opening="all <b> of it")


def test_the_report_shows_every_study_and_asks_for_nothing(tiny, browser, tmp_path):
    (tmp_path / "r.html").write_text(tiny, encoding="utf-8")
    shown = {}
    for scheme in ("light", "dark"):
        context = browser.new_context(viewport={"width": 1280, "height": 720}, color_scheme=scheme)
        tab, asked, said = context.new_page(), [], []
        tab.on("request", lambda one, asked=asked: asked.append(one.url))
        tab.on("console", lambda one, said=said: said.append(one.text))
        tab.goto((tmp_path / "r.html").as_uri())
        assert [url for url in asked if not url.startswith("data:")] == [(tmp_path / "r.html").as_uri()]
        assert said == []
        sizes = tab.eval_on_selector_all(
            "figure svg, figure img", "all => all.map(one => [one.clientWidth, one.clientHeight])"
        )
        assert len(sizes) > 25
        assert all(width > 50 and height > 50 for width, height in sizes)
        links = tab.eval_on_selector_all("a", "all => all.map(one => !!document.getElementById(one.hash.slice(1)))")
        assert len(links) > 14
        assert all(links)
        ids = tab.eval_on_selector_all("[id]", "all => all.map(one => one.id)")
        assert len(ids) == len(set(ids))
        dangling = tab.eval_on_selector_all(
            "use", "all => all.filter(one => !document.querySelector(one.getAttribute('xlink:href'))).length"
        )
        assert dangling == 0
        assert tab.evaluate("document.querySelectorAll('b').length") == 0, "text stays text"
        assert "where(x<1, x, 1)" in tab.inner_text("#classify-table")
        assert tab.locator("#curves math").count() >= 2
        shown[scheme] = tab.screenshot()
        for width in (1280, 390):
            tab.set_viewport_size({"width": width, "height": 800})
            assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth"), width
        context.close()
    assert shown["light"] != shown["dark"]


def test_the_report_is_printed(tiny):
    made = pdf.to_pdf(tiny)
    assert made.startswith(b"%PDF-")
    assert len(re.findall(rb"/Type\s*/Page\b", made)) > 7


def test_a_missing_browser_is_told_before_anything_is_computed(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", "")
    with pytest.raises(CppnError, match="a PDF needs Chromium, which is not installed; install Chromium"):
        cli.main(["study", "report", "--quick", "-o", str(tmp_path / "a.pdf")], standalone_mode=False)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("flags", "told"),
    [
        (["-o", "a.doc"], ".html, .pdf, .ipynb are legal"), (["-o", "no/a.html"], "the folder does not exist"),
        (["--act", "rely"], "did you mean 'relu'"), (["--data", "nowhere"], "there is no such folder"),
    ],
)  # fmt: skip
def test_a_mistake_in_a_report_is_told_in_one_line(tmp_path, monkeypatch, flags, told):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(CppnError) as error:
        cli.main(["study", "report", "--quick", *flags], standalone_mode=False)
    assert told in str(error.value)
    assert "\n" not in str(error.value)
    assert list(tmp_path.iterdir()) == []


def test_the_command_writes_page_and_tables_and_loses_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(contents, "QUICK", TINY)
    monkeypatch.setattr(contents, "CONTENTS", {name: contents.CONTENTS[name] for name in ("autodiff", "gradients")})
    (tmp_path / "gradient-table.csv").write_text("mine")
    cli.main(
        ["study", "report", "--quick", "-q", "--act", "tanh", "--table", "csv", "-o", str(tmp_path / "a.html")],
        standalone_mode=False,
    )
    assert (tmp_path / "gradient-table.csv").read_text() == "mine"
    assert "tanh" in (tmp_path / "gradient-table-2.csv").read_text()
    assert "This is the quick report" in (tmp_path / "a.html").read_text(encoding="utf-8")


def test_the_notebook_runs_again(tmp_path, monkeypatch):
    monkeypatch.setattr(contents, "QUICK", TINY)
    request = contents.Request(("x*sigmoid(2*x)",), quick=True)
    found = json.loads(notebook(request, ["autodiff", "gradients"], "Title", "Opening"))
    assert found["nbformat"] == 4
    assert len({cell["id"] for cell in found["cells"]}) == len(found["cells"])
    (tmp_path / "cells.py").write_text(
        "\n".join("".join(cell["source"]) for cell in found["cells"] if cell["cell_type"] == "code")
    )
    import runpy

    with contextlib.redirect_stdout(io.StringIO()) as said:
        runpy.run_path(str(tmp_path / "cells.py"))
    assert "x*sigmoid(2*x)" in said.getvalue()
    assert "∂y/∂x by torch" in said.getvalue()


def test_a_notebook_is_written_at_once(run, four, tmp_path):
    assert run("study", "report", "--data", str(four), "--act", "relu", "-o", "a.ipynb", "-q").stdout == ""
    text = "".join(json.loads((tmp_path / "a.ipynb").read_text())["cells"][1]["source"])
    assert f"images={str(four)!r}" in text


def test_what_the_page_says_is_the_chapters():
    settings = Settings("made up", {"seed": 1})
    plate = Plate("lines", "two lines", lambda: panels(1, 2)[0], settings)
    table = Table("numbers", "A table", (Column("original_x", "x", ".3g"),), [(3.18e8,)], "why they differ")
    chapter = Chapter("one", "First", settings, (plate, plate), (table,), remarks=("It is so.",))
    text = page([chapter], title="T", opening="O")
    assert text.count("<svg ") == 2
    assert "Figure 2. Two lines." in text
    assert "Table 1. A table" in text
    assert "3.18 × 10⁸" in text
    assert text.count("why they differ") == 2, "with its table, and beside the originals"
    assert text.count("It is so.") == 2
    assert "#000000" not in text.split("</style>")[1]


def test_mosaics_are_a_chapter(tmp_path):
    found = mosaics.chapter(("tanh", "exp(x*x*x*x)"), steps=11, every=5, cell=8)
    assert [one.name for one in found.plates] == ["mosaic-1", "mosaic-2"]
    assert "exp(x*x*x*x)" in found.plates[1].title
    assert found.clips[0].write(tmp_path / "a.webp").stat().st_size > 100
