"""Pictures of strokes on one colour, as SVG: the same as in pixels, with the recipe inside, or refused."""

import json
import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest
import pyvips
from conftest import Run

import cppn
from cppn.recipe import from_dict

SVG = "{http://www.w3.org/2000/svg}"
GROUND = {"mode": "palette", "palette": "#f4ecdc,#f4ecdc"}
LAYER = {
    "kind": "strokes",
    "seed": 8,
    "network": {"hidden": [8], "act": ["sin", "tanh"], "gain": 2},
    "color": {"mode": "palette", "palette": "#0f2d38*2,#1d5a64,#d9622b*.6", "hue": 40},
    "strokes": {"widths": [[6, 0.6], [2, 0.4]], "pieces": 0.3},
}


def recipe(*layers, color=GROUND, **more) -> cppn.Recipe:
    return from_dict({"color": color, "layers": layers or [LAYER], **more}, where="")


def layer(**told):
    return {**LAYER, **told}


PICTURES = {
    "strokes": recipe(),
    "round caps": recipe(layer(strokes={"widths": [[6, 1]], "caps": "round", "edge": -4, "pieces": 0.3})),
    "strokes on strokes": recipe(LAYER, layer(seed=2, color={"mode": "palette", "palette": "#fff,#fff"})),
    "margin and border": recipe(finish={"margin": 8, "border": "3px", "line_color": "#123456", "paper_color": "#ffeedd"}),
    "a border in millimetres": recipe(finish={"border": "1.5mm"}),
    "a flat negative": recipe(color={**GROUND, "flat": True, "invert": True}),
}  # fmt: skip


@pytest.mark.parametrize(("size", "bleed"), [((300, 200), 0), ((160, 280), 12)])
@pytest.mark.parametrize("name", PICTURES)
def light(pixels: np.ndarray) -> np.ndarray:
    """Linear, of sRGB in bytes (IEC 61966-2-1)."""
    encoded = pixels / 255
    return np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)


@pytest.mark.parametrize(("size", "bleed"), [((300, 200), 0), ((160, 280), 12)])
@pytest.mark.parametrize("name", PICTURES)
def test_another_program_draws_it_as_it_is_in_pixels(name, size, bleed, tmp_path):
    path = cppn.save(PICTURES[name], tmp_path / "a.svg", size=size, bleed=bleed)
    width, height = (side + 2 * bleed for side in size)
    shown = pyvips.Image.new_from_file(str(path), scale=4).numpy()  # as fine, since it mixes sRGB values
    assert shown[..., 3].min() == 255, "nothing is bare"
    averaged = light(shown[..., :3]).reshape(height, 4, width, 4, 3).mean(axis=(1, 3))
    cppn.save(PICTURES[name], tmp_path / "a.png", size=size, bleed=bleed)
    drawn = light(pyvips.Image.new_from_file(str(tmp_path / "a.png")).numpy())
    assert drawn.std() > 0.05
    difference = np.abs(averaged - drawn)
    assert difference.mean() < 0.01
    assert (difference > 0.2).mean() < 0.002


def test_it_says_what_it_shows_and_is_drawn_again_from_it(run: Run, tmp_path):
    one = recipe(name="ä <&> ]]> 画")
    (tmp_path / "a.toml").write_text(one.to_toml(), encoding="utf-8")
    run("render", "a.toml", "-o", "a.svg", "--size", "a5", "--bleed", "3mm")
    assert cppn.load(tmp_path / "a.svg") == one
    assert run("info", "a.svg").stdout.startswith("# drawn with --size 1748x2480 --dpi 300.0 --bleed 35px")
    run("render", "a.svg", "-o", "b.svg")
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()
    assert json.loads(run("render", "a.svg", "--dry-run", "--json", "-o", "c.svg").stdout)["disk"] == pytest.approx(
        (tmp_path / "a.svg").stat().st_size, rel=0.01
    )
    assert sorted(one.name for one in tmp_path.iterdir()) == ["a.svg", "a.toml", "b.svg"]


@pytest.mark.parametrize(
    ("size", "dpi", "sides"),
    [
        ((2480, 3508), 300, ("210mm", "297mm")),
        ((1748, 2480), 300, ("148mm", "210mm")),
        ((300, 200), 100, ("76.2mm", "50.8mm")),
        ((300, 200), None, ("300", "200")),
    ],
)
def test_a_page_is_as_large_as_it_will_be_on_paper(size, dpi, sides, tmp_path):
    root = ET.parse(cppn.save(recipe(), tmp_path / "a.svg", size=size, dpi=dpi)).getroot()
    assert (root.get("width"), root.get("height")) == sides
    _, _, across, down = map(float, root.get("viewBox").split())
    assert across / down == pytest.approx(size[0] / size[1], rel=1e-5)
    assert min(across, down) == 100, "units are hundredths of the shorter side"


def test_what_other_programs_save_is_read_but_no_document_types(tmp_path):
    path = cppn.save(recipe(), tmp_path / "a.svg", size=(60, 40))
    tree = ET.parse(path)  # which forgets all prefixes and instructions
    tree.write(tmp_path / "b.svg", xml_declaration=True, encoding="utf-8")
    assert b"cppn:picture" not in (tmp_path / "b.svg").read_bytes()
    assert cppn.load(tmp_path / "b.svg") == recipe()
    text = path.read_text()
    hostile = {
        "typed": '<!DOCTYPE svg [<!ENTITY a "aaaa">]>' + text,
        "cut": text[: len(text) // 2],
        "bare": re.sub("<metadata>.*</metadata>", "", text),
        "none": "this is no SVG",
        "newer": text.replace('"version":1', '"version":99'),
    }
    for name, content in hostile.items():
        (tmp_path / f"{name}.svg").write_text(content)
        with pytest.raises(cppn.CppnError, match=r"no recipe in this picture|newer than this program"):
            cppn.load(tmp_path / f"{name}.svg")


@pytest.mark.parametrize(
    ("one", "told"),
    [
        (cppn.load("silk"), "a picture without strokes"),
        (recipe(color={"mode": "palette", "palette": "#fff,#000"}), "a ground of several colours"),
        (recipe(color={"mode": "gray"}), "a ground of several colours"),
        (recipe(finish={"grain": 0.1, "halftone": "dots", "margin": 3}), "finish.halftone, finish.grain;"),
        (recipe(color={**GROUND, "flat": True}, finish={"line": "2px"}), "finish.line"),
        (recipe(finish={"relief": 0.5}), "finish.relief"),
        (recipe(LAYER, {"color": GROUND}), "layers.1.kind = 'field'"),
        (recipe(layer(blend="multiply", opacity=0.5)), "layers.0.blend = 'multiply', layers.0.opacity = 0.5"),
        (recipe(layer(haze=0.5)), "layers.0.haze = 0.5"),
        (recipe(layer(mask={"shape": "disc"})), "layers.0.mask.shape = 'disc'"),
        (recipe(layer(finish={"margin": 3})), "layers.0.finish.margin"),
        (recipe(layer(layers=[LAYER])), "layers.0.layers"),
    ],
)
def test_what_is_no_shape_is_refused_and_named(one, told, tmp_path):
    with pytest.raises(cppn.CppnError, match="SVG cannot show") as error:
        cppn.save(one, tmp_path / "a.svg", size=(60, 40))
    assert told in str(error.value)
    assert "layers of strokes on a ground of one colour" in str(error.value)
    assert len(str(error.value).splitlines()) == 1
    assert not list(tmp_path.iterdir())


def test_pixels_are_refused(run: Run, tmp_path):
    with pytest.raises(cppn.CppnError, match=r"SVG holds no pixels; .*PNG"):
        cppn.save(np.zeros((4, 4, 3), np.uint8), tmp_path / "a.svg")
    for words in ("render silk -o a.svg", "render silk -o a.svg --dry-run", "animate silk --drift 1 -o %d.svg"):
        (line,) = run(*words.split(), fails=True).stderr.splitlines()
        assert "SVG" in line
    assert not list(tmp_path.iterdir())


def test_strokes_are_the_same_on_any_screen_and_paper(tmp_path):
    """Sizes in whole numbers of pixels have only about the shape that they are meant to have."""

    def paths(*size: int) -> list[str]:
        root = ET.parse(cppn.save(recipe(), tmp_path / "a.svg", size=size)).getroot()
        return [one.get("d") for one in root.findall(f"{SVG}g/{SVG}path")]

    for sizes in (((2480, 3508), (827, 1169), (113, 160)), ((1170, 2532), (148, 320)), ((1366, 768), (3840, 2160))):
        first, *others = (paths(*size) for size in sizes)
        assert all(one == first for one in others)
    assert paths(300, 200) != first
