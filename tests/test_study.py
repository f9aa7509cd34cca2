"""Studies: figures with true numbers beside them."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from conftest import pixels

import cppn
from cppn.cli import cli
from cppn.errors import CppnError
from cppn.field.activations import CATALOGUE
from cppn.study.curve import curve
from cppn.study.curves import PLAIN, WITH_SLOPES, chapter, picture
from cppn.study.figures import _sign, panels, style
from cppn.study.folder import MANIFEST
from cppn.study.notation import written
from cppn.study.settings import Settings
from cppn.study.slopes import remarks, table

TWINS = {
    "sigmoid": torch.sigmoid, "tanh": torch.tanh, "relu": torch.relu, "leakyrelu:slope=0.1": lambda x: torch.nn.functional.leaky_relu(x, 0.1),
    "elu": torch.nn.functional.elu, "silu": torch.nn.functional.silu, "gelu": torch.nn.functional.gelu, "mish": torch.nn.functional.mish,
}  # fmt: skip


def studied(folder: Path, *flags: str) -> list[str]:
    cli.main(["study", "curves", "-q", "-o", str(folder), *flags], standalone_mode=False)
    return sorted(path.name for path in folder.iterdir() if path.name != MANIFEST)


@pytest.mark.parametrize("text", TWINS)
def test_values_and_slopes_are_those_of_torchs_own(text):
    one = curve(text, -5, 5, 1000)
    x = torch.linspace(-5, 5, 1000, dtype=torch.float64, requires_grad=True)
    y = TWINS[text](x)
    y.sum().backward()
    np.testing.assert_allclose(one.x, x.detach().numpy(), atol=1e-12)
    np.testing.assert_allclose(one.y, y.detach().numpy(), rtol=1e-7, atol=1e-8)
    np.testing.assert_allclose(one.slope, x.grad.numpy(), rtol=1e-6, atol=1e-7)
    assert one.gaps == 0


@pytest.mark.parametrize("text", [n for n in CATALOGUE if n not in ("step", "sawtooth")])
def test_every_slope_of_the_catalogue_agrees_with_differences(text):
    one = curve(text, -2.03, 2, 4001)
    middle = (one.y[2:] - one.y[:-2]) / (one.x[2:] - one.x[:-2])
    wrong = np.abs(middle - one.slope[1:-1]) > 1e-3 * (1 + np.abs(middle))
    assert wrong.mean() < 0.02, "but for kinks"


@pytest.mark.parametrize(
    ("text", "jumps"),
    [
        ("1/x", [0]), ("1/(x*x)", [0]), ("tan(x)", [-np.pi / 2, np.pi / 2]), ("step", [0]), ("abs(x)", []),
        ("sigmoid", []), ("tanh(500*x)", []), ("sin(40*x)", []), ("sqrt(abs(x))", []), ("exp(-400*x*x)", []),
    ],
)  # fmt: skip
def test_lines_are_broken_at_poles_and_jumps_alone(text, jumps):
    one = curve(text, -2, 2, 100)
    np.testing.assert_allclose(one.x[one.jumps], jumps, atol=0.05)


def test_where_there_is_no_value_there_is_no_slope():
    one = curve("log(x)", -5, 5, 100)
    assert np.isnan(one.slope[:50]).all()
    assert np.isfinite(one.slope[50:]).all()


@pytest.mark.parametrize(
    "text", ["relu", "leakyrelu:slope=0.1", "selu", "abs", "relu6", "hardtanh", "hardswish", "triangle"]
)
@pytest.mark.parametrize("points", [100, 101])
def test_a_kink_has_the_slopes_of_both_sides(text, points):
    one = curve(text, -7, 7, points)
    assert one.kinks
    beside = [curve(text, k.x - 1e-9, k.x + 1e-9, 2).slope for k in one.kinks]
    np.testing.assert_allclose([(k.left, k.right) for k in one.kinks], beside, rtol=1e-6)
    if text in TWINS:
        x = torch.tensor([one.kinks[0].x - 1e-9, one.kinks[0].x + 1e-9], dtype=torch.float64, requires_grad=True)
        TWINS[text](x).sum().backward()
        np.testing.assert_allclose(x.grad.numpy(), beside[0])


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("relu", [0]), ("relu6", [0, 6]), ("hardtanh", [-1, 1]), ("hardswish", [-3, 3]), ("max(x-0.3, sin(0*x))", [0.3]),
        ("triangle", [-2 * np.pi, -np.pi, 0, np.pi, 2 * np.pi]), ("elu:alpha=2", [0]),
        ("elu", []), ("celu:alpha=3", []), ("tanh(900*x)", []), ("sin(40*x)", []), ("step", []), ("sqrt(abs(x))", []),
        ("mish", []), ("softplus", []), ("softsign", []), ("1/x", []), ("3", []),
    ],
)  # fmt: skip
def test_kinks_are_where_the_slope_jumps_and_nowhere_else(text, places):
    np.testing.assert_allclose([k.x for k in curve(text, -7, 7, 200).kinks], places, atol=1e-9)


@pytest.mark.parametrize("text", ["elu", "celu", "mish", "softplus"])
def test_where_two_branches_meet_smoothly_the_slope_is_that_of_both(text):
    one = curve(text, -1, 1, 5)
    assert one.x[2] == 0
    np.testing.assert_allclose(one.slope[2], curve(text, -1e-7, 1e-7, 2).slope.mean(), rtol=1e-6)


CLOSED = {  # of x from −5 to 5: values, slopes, kinks
    "sigmoid": ((1 / (1 + np.exp(5)), 1 / (1 + np.exp(-5))), (np.exp(-5) / (1 + np.exp(-5)) ** 2, 0.25), "none"),
    "tanh": ((np.tanh(-5), np.tanh(5)), (1 / np.cosh(5) ** 2, 1), "none"), "relu": ((0, 5), (0, 1), "0"),
    "leakyrelu:slope=0.1": ((-0.5, 5), (0.1, 1), "0"), "elu": ((np.exp(-5) - 1, 5), (np.exp(-5), 1), "none"),
    "x*x/4": ((0, 6.25), (-2.5, 2.5), "none"), "hardtanh": ((-1, 1), (0, 1), "−1, 1"),
}  # fmt: skip


def test_the_table_tells_what_is_known_of_each():
    for row, (values, slopes, kinks) in zip(table([*CLOSED], -5, 5).to_dict(), CLOSED.values(), strict=True):
        assert row["values"] == " to ".join(map(written, values))
        assert row["gradient"] == " to ".join(map(written, slopes))
        most = max(map(abs, slopes))
        assert (row["largest_slope"], row["largest_slope_to_depth"]) == pytest.approx((most, most**10))
        assert row["kinks"] == kinks
        assert row["zero_centred"] == ("yes" if row["activation"] in ("tanh", "hard tanh") else "no")
    flat = {row["activation"]: row["zero"] for row in table([*CLOSED], -5, 5).to_dict()}
    assert (flat["ReLU"], flat["sigmoid"], flat["hard tanh"]) == ("−5 to 0", "nowhere", "−5 to −1, 1 to 5")


def test_remarks_are_made_only_of_what_the_numbers_bear():
    assert remarks(["tanh", "x*2", "sqrt(-1-x*x)"], -5, 5) == ["sqrt(-1-x*x) or its slope is no number at 100% of x."]
    (said,) = remarks(["sigmoid"], -5, 5)
    assert "here is at most 0.25: through 10 layers a gradient keeps at most 9.54 × 10⁻⁷" in said


def heights(chapter, name):
    from matplotlib import pyplot

    (plate,) = [plate for plate in chapter.plates if plate.name == name]
    figure = plate.draw()
    found = [axes.get_ylim() for axes in figure.axes if axes.axison]
    pyplot.close(figure)
    return found


def test_all_panels_have_one_range_unless_told_otherwise():
    (shared,) = set(heights(chapter(WITH_SLOPES, gradients=True), "gradients"))
    assert shared == pytest.approx((-1.5, 5.3), abs=0.01)
    assert set(heights(chapter(PLAIN), "curves")) == {(-1.5, 1.5)}
    assert set(heights(chapter(PLAIN, y_range=(-2, 3)), "curves")) == {(-2, 3)}
    assert len(set(heights(chapter(WITH_SLOPES, gradients=True, y_range="each"), "gradients"))) > 1


def test_a_kink_is_drawn_as_a_step():
    from matplotlib import pyplot

    figure = chapter(["relu"], gradients=True, points=100).plates[0].draw()
    x, slope = figure.axes[0].lines[1].get_data()
    pyplot.close(figure)
    assert set(slope[np.isfinite(slope)]) == {0, 1}
    before, behind = slope[x < 0], slope[x > 0]
    assert (before == 0).all()
    assert (behind == 1).all()
    np.testing.assert_array_equal(slope[x == 0], [0, np.nan, 1])


def test_lines_differ_in_grey():
    assert len({str(style(i)["linestyle"]) for i in range(7)}) == 7
    assert len({str(style(i)) for i in range(49)}) == 49


def test_the_foot_is_as_wide_as_the_figure():
    figure, _ = panels(1, 1)
    _sign(figure, Settings("curves", {f"setting_{i}": "of some length" for i in range(9)}).words)
    assert max(map(len, figure._supxlabel.get_text().splitlines())) < 60
    figure.draw_without_rendering()
    assert figure._supxlabel.get_window_extent().x1 < figure.bbox.x1


def test_what_lies_outside_and_what_is_nowhere_a_number_is_said(tmp_path):
    acts = "1/x,sqrt(-1-x*x),1/x"
    studied(tmp_path, "--act", acts, "--gradients", "--format", "svg")
    assert "it reaches from −39900 to 200" in (tmp_path / "gradients.svg").read_text()
    assert "no number" in (tmp_path / "strip.svg").read_text()
    assert (tmp_path / "curve-1-x.svg").read_text().count(">1/x</text>") == 1
    told = json.loads((tmp_path / "gradients.json").read_text())["curves"]
    assert [one["activation"] for one in told] == ["1/x", "sqrt(-1-x*x)"]


def test_a_hint_names_the_whole_command(run):
    assert "(`cppn study curves --help` tells more)" in run("study", "curves", "--format", "jpg", fails=True).stderr


@pytest.mark.parametrize("study", ["curves", "gradients"])
def test_an_unknown_name_leaves_no_folder(run, tmp_path, study):
    assert "did you mean 'tanh'" in run("study", study, "--act", "tahn", fails=True).stderr
    assert list(tmp_path.iterdir()) == []


def test_where_there_is_no_number_there_is_a_gap():
    one = curve("log(x)", -5, 5, 100)
    assert one.gaps == 50
    assert curve("3", -1, 1, 10).slope.tolist() == [0] * 10
    kink = curve("sqrt(abs(x))", -1, 1, 3)
    assert not np.isfinite(kink.slope[1]) or kink.slope[1] == 0


def test_the_original_figures_are_drawn_with_their_data(tmp_path):
    names = studied(tmp_path)
    assert {"curves.png", "curves.json", "strip.png", "strip.json", "curve-relu.png", "curve-relu.json"} <= set(names)
    told = json.loads((tmp_path / "curves.json").read_text())
    assert [one["activation"].partition(":")[0] for one in told["curves"]] == list(PLAIN)
    versions = told["settings"].pop("versions")
    assert told["settings"] == {"study": "curves", "range": [-5, 5], "points": 100}
    assert versions["torch"] == torch.__version__
    tanh = told["curves"][1]
    np.testing.assert_allclose(tanh["y"], np.tanh(np.linspace(-5, 5, 100)), rtol=1e-8)
    assert tanh["formula"] == "tanh(x)"
    for name in names:
        if name.endswith(".png"):
            drawn = pixels(tmp_path / name)
            assert drawn.shape[1] > 700
            assert 0.5 < (drawn[..., :3].min(axis=2) > 250).mean() < 0.999 or name == "strip.png", "ink on white paper"
    recipe = json.loads((tmp_path / "strip.json").read_text())["pictures"][1]["recipe"]
    assert cppn.Recipe(**recipe) == picture("tanh", 1)


def test_slopes_come_in_a_grid_of_two_by_three(tmp_path):
    assert "gradients.png" in studied(tmp_path, "--gradients")
    told = json.loads((tmp_path / "gradients.json").read_text())
    assert len(told["curves"]) == len(WITH_SLOPES) == 6
    assert told["settings"]["points"] == 1000
    sigmoid = told["curves"][0]
    assert max(sigmoid["slope"]) == pytest.approx(0.25, abs=1e-4)
    drawn = pixels(tmp_path / "gradients.png")
    assert 1.4 < drawn.shape[1] / drawn.shape[0] < 2.2


def test_ones_own_formulas_are_studied_and_gaps_are_said(tmp_path):
    names = studied(
        tmp_path, "--act", "sin(3*x)*exp(-x*x),log(x)", "--range", "-2,2", "--points", "50", "--format", "svg"
    )
    assert "curves.svg" in names
    told = json.loads((tmp_path / "curves.json").read_text())["curves"]
    assert told[1]["not finite"] == 25
    assert told[1]["y"][0] is None
    text = (tmp_path / "curves.svg").read_text()
    assert "25 points are no numbers" in text
    assert "cppn study curves · x from −2 to 2 · points 50" in text
    before = (tmp_path / "curves.svg").read_bytes()
    studied(tmp_path, "--act", "sin(3*x)*exp(-x*x),log(x)", "--range", "-2,2", "--points", "50", "--format", "svg")
    assert (tmp_path / "curves.svg").read_bytes() == before, "the same figure is the same file"


@pytest.mark.parametrize(
    ("flags", "told"),
    [
        (["--act", "tanhh"], "did you mean 'tanh'"),
        (["--act", "sin(", "-q"], "it cannot be read"),
        (["--range", "5,-5"], "the first is below the second"),
        (["--range", "5"], "is not a pair"),
        (["--y-range", "5,-5"], "the first is below the second"),
        (["--y-range", "all"], "is not a"),
        (["--points", "1"], "2 to 1000000 are legal"),
        (["-o", "no/no"], "the folder does not exist"),
    ],
)
def test_a_mistake_is_told_in_one_line(tmp_path, monkeypatch, flags, told):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(CppnError) as error:
        cli.main(["study", "curves", *flags], standalone_mode=False)
    assert told in str(error.value)
    assert "\n" not in str(error.value)
    assert not list(tmp_path.rglob("*.png"))


def test_it_prints_the_files(tmp_path, run):
    told = json.loads(run("study", "curves", "--act", "tanh", "--json").stdout)
    assert told["curves"][0]["y"][0] == pytest.approx(np.tanh(-5))
    assert told["files"][0] == "studies/curve-tanh.png"
    assert all((tmp_path / name).exists() for name in told["files"])
