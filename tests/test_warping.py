"""Layers composed, residual layers and domain warping: the pictures are what docs/domain-warping.md says they are."""

import importlib.util
import re
import shlex
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from conftest import Run, pixels

import cppn
from cppn.network.develop import develop_network

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
PAGE = (DOCS / "domain-warping.md").read_text(encoding="utf-8")
WAVES = 12


@pytest.fixture
def tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("draw_warping", ROOT / "tools" / "draw_warping.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def values(recipe: cppn.Recipe, side: int, engine: str | None = None) -> np.ndarray:
    """What the network gives, (side, side), whatever its colours."""
    plain = recipe.change({"color": {"mode": "gray", "palette": None, "levels": [-8, 8]}})
    return 16 * cppn.render(plain, (side, side), bits=32, engine=engine)[..., 0].astype(float) - 8


class Formulas:
    """f and g, from the numbers in a picture of one network: Ω, b and W = Ω·E between its layers, a in its last one."""

    def __init__(self, name: str) -> None:
        layers = develop_network(cppn.load(DOCS / name)).stages
        waves = slice(2, 2 + WAVES)
        self.omega, self.phase = layers[1].weight[waves, :2].astype(float), layers[1].bias[waves].astype(float)
        self.between, self.shown = layers[2].weight[waves, waves].astype(float), layers[-1].weight[0, -WAVES:]
        self.push, *_ = np.linalg.lstsq(self.omega, self.between, rcond=None)

    def waves(self, p: np.ndarray) -> np.ndarray:
        return np.sin(p @ self.omega.T + self.phase)

    def f(self, p: np.ndarray) -> np.ndarray:
        return self.waves(p) @ self.push.T

    def g(self, p: np.ndarray) -> np.ndarray:
        return self.waves(p) @ self.shown


@pytest.fixture
def formulas() -> Formulas:
    return Formulas("warping-layers-3.webp")


def plane(side: int) -> np.ndarray:
    """The pixels' middles, (side, side, 2), y upwards."""
    at = ((np.arange(side) + 0.5) / side * 2 - 1) * 5
    return np.stack(np.broadcast_arrays(at[None, :], -at[:, None]), axis=-1)


def test_the_waves_are_octaves_and_displace_the_plane_within_the_plane(formulas):
    lengths = np.linalg.norm(formulas.omega, axis=1)
    np.testing.assert_allclose(lengths, np.repeat([1, 2, 4, 8], 3), rtol=1e-5)
    np.testing.assert_allclose(formulas.shown, 1 / lengths, rtol=1e-5)
    np.testing.assert_allclose(np.linalg.norm(formulas.push, axis=0), 0.9 / lengths, rtol=1e-5)
    np.testing.assert_allclose(formulas.omega @ formulas.push, formulas.between, atol=1e-6)
    assert np.linalg.matrix_rank(formulas.between.astype(np.float32)) == 2
    reach = 2 * np.abs(formulas.push).sum(axis=1)
    assert "a rectangle of {:.1f} by {:.1f}".format(*reach) in PAGE


def test_a_random_network_is_no_fbm_and_displaces_a_sheet_in_a_larger_space():
    first, second, *_ = develop_network(cppn.load("readme/cosine-1")).stages
    assert np.linalg.matrix_rank(second.weight) == 64
    frequencies, amplitudes = np.linalg.norm(first.weight, axis=1), np.linalg.norm(second.weight, axis=0)
    assert abs(np.corrcoef(frequencies, amplitudes)[0, 1]) < 0.3
    assert amplitudes.max() < 1.6 * amplitudes.min(), "those of octaves fall to an eighth"
    assert np.diff(np.sort(frequencies)).max() < 0.2 * frequencies.max(), "they are spread over a range, not doubled"


COMPOSED = {
    "warping-plain": lambda f, g, p: g(p),
    "warping-layers-2": lambda f, g, p: g(f(p)),
    "warping-layers-3": lambda f, g, p: g(f(f(p))),
    "warping-residual-2": lambda f, g, p: g(p + f(p)),
    "warping-residual-3": lambda f, g, p: g((p + f(p)) + f(p + f(p))),
    "warping-3": lambda f, g, p: g(p + f(p + f(p))),
}


@pytest.mark.parametrize("name", COMPOSED)
def test_each_network_is_its_composition(name, formulas):
    expected = COMPOSED[name](formulas.f, formulas.g, plane(60))
    np.testing.assert_allclose(values(cppn.load(DOCS / f"{name}.webp"), 60, "reference"), expected, atol=2e-4)


@pytest.mark.parametrize("depth", [2, 3])
def test_the_flag_alone_leads_from_layers_to_residual_layers(depth):
    layers, residual = (cppn.load(DOCS / f"warping-{kind}-{depth}.webp") for kind in ("layers", "residual"))
    assert layers.change({"network": {"residual": True}}) == residual


def test_the_pictures_are_what_the_tool_draws(tool):
    assert {f"{name}.webp" for name in tool.PICTURES} == {path.name for path in DOCS.glob("warping-*")}
    for name, recipe in tool.PICTURES.items():
        assert cppn.load(DOCS / f"{name}.webp") == recipe
        assert f"]({name}.webp)" in PAGE
    assert sum(path.stat().st_size for path in DOCS.glob("warping-*")) < 200_000


def test_what_is_left_when_the_displacement_shrinks_is_what_the_page_says(tool, monkeypatch):
    plain = values(tool.layered(1, residual=False), 256)
    assert f"g(p) is {plain.std():.2f};" in PAGE
    rows = re.findall(r"^\| (1(?:/\d+)?) \| (.*) \|$", PAGE.partition("| displacement |")[2], re.MULTILINE)
    assert len(rows) == 3
    push = tool.PUSH
    for share, told in rows:
        monkeypatch.setattr(tool, "PUSH", push / int(share.removeprefix("1/")))
        kinds = tool.layered(3, residual=False), tool.layered(3, residual=True), tool.warped(3)
        for recipe, cell in zip(kinds, told.split(" | "), strict=True):
            drawn = values(recipe, 256)
            measured = drawn.std(), np.corrcoef(drawn.ravel(), plain.ravel())[0, 1]
            numbers = [float(number.replace("−", "-")) for number in re.findall(r"−?[\d.]+", cell)]
            np.testing.assert_allclose(numbers, measured, atol=0.006)


def test_every_command_of_the_page_runs_as_written(run: Run, tmp_path):
    (tmp_path / "docs").symlink_to(DOCS)
    lines = [line for block in re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL) for line in block.splitlines()]
    assert len(lines) == 5
    for line in lines:
        _, *words = shlex.split(line, comments=True)
        run(*words, *(["--size", "60"] if words[0] == "render" else []))
    drawn = pixels(tmp_path / "residual.png")
    assert np.array_equal(drawn, cppn.render(cppn.load(DOCS / "warping-residual-3.webp"), (60, 60), aa=3))
    assert not np.array_equal(drawn, pixels(tmp_path / "layers.png"))
