"""Genomes of Picbreeder are drawn as their definition says, and read as something hostile. All here are our own."""

from __future__ import annotations

import colorsys
import io
import re
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import cppn
from cppn.network.develop import develop_network

NODES = """
<node type="in" label="x"><marking branch="1" id="0"/><activation>identity(x)</activation></node>
<node type="in" label="y"><marking branch="1" id="1"/><activation>identity(x)</activation></node>
<node type="in" label="d"><marking branch="1" id="2"/><activation>identity(x)</activation></node>
<node type="in" label="bias"><marking branch="1" id="3"/><activation>identity(x)</activation></node>
<node type="hidden"><marking branch="1" id="4"/><activation>gaussian(x)</activation></node>
<node type="hidden"><marking branch="2" id="4"/><activation>sin(x)</activation></node>
<node type="hidden"><marking branch="2" id="9"/><activation>cos(x)</activation></node>
<node type="hidden"><marking branch="2" id="10"/><activation>step(x)</activation></node>
"""
LINKS = [
    ("1_0", "1_4", 2.1), ("1_1", "1_4", -0.7), ("1_4", "2_4", 3.0), ("1_2", "2_4", 4.0), ("1_3", "2_4", 0.3),
    ("2_4", "2_9", 1.5), ("1_1", "2_9", 2.5), ("1_0", "2_10", 1.0), ("2_4", "2_10", -0.5),
]  # fmt: skip
OUT = '<node type="out" label="{}"><marking branch="3" id="{}"/><activation>{}(x)</activation></node>'
GREY = OUT.format("ink", 5, "sigmoid"), [("2_9", "3_5", 2.0), ("2_10", "3_5", -0.6), ("3_5", "1_0", 9.0)]
COLOUR = (
    OUT.format("hue", 5, "identity") + OUT.format("saturation", 6, "gaussian") + OUT.format("brightness", 7, "tanh"),
    [("2_4", "3_5", 0.8), ("2_9", "3_6", 1.1), ("2_9", "3_7", 2.0), ("3_5", "3_7", 0.4), ("2_10", "3_7", 0.5)],
)


def genome(out=GREY, links=LINKS, nodes=NODES, around="<genome>{}</genome>") -> str:
    told = "".join(
        '<link><marking branch="9" id="{}"/><source branch="{}" id="{}"/><target branch="{}" id="{}"/><weight>{}</weight></link>'
        .format(i, *source.split("_"), *target.split("_"), weight)
        for i, (source, target, weight) in enumerate([*links, *out[1]])
    )  # fmt: skip
    return around.format(f"<nodes>{out[0]}{nodes}</nodes><links>{told}</links>")


def by_hand(size: int) -> dict[str, np.ndarray]:
    """The values of the nodes over the square, its first row at y = −1."""
    x, y = np.meshgrid(np.linspace(-1, 1, size), np.linspace(-1, 1, size))
    d = 1.4 * np.hypot(x, y)
    first = 2 * np.exp(-((2.1 * x - 0.7 * y) ** 2)) - 1
    second = np.sin(3 * first + 4 * d + 0.3)
    third = np.cos(1.5 * second + 2.5 * y)
    step = (x - 0.5 * second > 0).astype(float)
    ink = 2 / (1 + np.exp(-(2 * third - 0.6 * step))) - 1
    hue, saturation = 0.8 * second, 2 * np.exp(-((1.1 * third) ** 2)) - 1
    return {"ink": ink, "hue": hue, "saturation": saturation, "brightness": np.tanh(2 * third + 0.4 * hue + 0.5 * step)}


def drawn(text: str, folder: Path, size: int = 33) -> np.ndarray:
    path = folder / "a genome.xml"
    path.write_text(text)
    recipe = cppn.load(path)
    assert recipe.name == "a genome"
    # at any size both ends would lie on pixels' middles; the recipe holds for 256 pixels
    return cppn.render(recipe.change({"view": {"extent": size / (size - 1)}}), (size, size), engine="reference")


def test_grey_is_the_amount_of_ink(tmp_path):
    expected = np.minimum(abs(by_hand(33)["ink"]), 1) * 255
    assert np.abs(drawn(genome(), tmp_path)[..., 0] - expected).max() < 0.51


def test_colours_are_hsv(tmp_path):
    values = by_hand(33)
    hsv = (values["hue"] + 1) % 1, values["saturation"].clip(0, 1), np.minimum(abs(values["brightness"]), 1)
    expected = np.array(
        [[colorsys.hsv_to_rgb(*point) for point in zip(*row, strict=True)] for row in zip(*hsv, strict=True)]
    )
    assert np.abs(drawn(genome(COLOUR), tmp_path) - 255 * expected).max() < 0.51


def test_the_recipe_holds_for_pictures_of_256_pixels(tmp_path):
    (tmp_path / "a.xml").write_text(genome())
    expected = np.minimum(abs(by_hand(256)["ink"]), 1) * 255
    found = cppn.render(cppn.load(tmp_path / "a.xml"), (256, 256), dither=False)[..., 0]
    assert (np.abs(found - expected) > 1).mean() < 0.001  # at the step, either side


@pytest.mark.parametrize(
    "around",
    [
        "<genome>{}</genome>",
        "<all><genome phenotype='grey' age='3'>{}</genome></all>",
        "{}",
        '<?xml version="1.0" encoding="UTF-8" standalone="no"?>\n<cppn-data version="1.2"/>\n<data><genome><buttons count="1"/>{}</genome></data>',
    ],
)
def test_whatever_stands_around_a_genome_it_is_found(around, tmp_path):
    assert np.array_equal(drawn(genome(around=around), tmp_path), drawn(genome(), tmp_path))


def test_the_order_of_a_file_changes_no_bit(tmp_path):
    nodes = re.findall("<node.*?</node>", NODES)
    other = genome(links=LINKS[::-1], nodes="".join(nodes[::-1]))
    assert np.array_equal(drawn(other, tmp_path), drawn(genome(), tmp_path))
    stages = []
    for name, text in (("one", other), ("two", genome())):
        (tmp_path / f"{name}.xml").write_text(text)
        stages.append(develop_network(cppn.load(tmp_path / f"{name}.xml")).stages)
    assert all(np.array_equal(a.weight, b.weight) and a.links == b.links for a, b in zip(*stages, strict=True))


def archive(path: Path, **members: str) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, text in members.items():
            file.writestr(name, text)
    return path


def test_commands_take_genomes(run, tmp_path):
    archive(tmp_path / "skull.zip", inside=genome(COLOUR))
    run("render", "skull.zip", "--size", "40x40", "-o", "a.png")
    assert np.array_equal(
        cppn.render(cppn.load(tmp_path / "a.png"), (40, 40)), cppn.render(cppn.load(tmp_path / "skull.zip"), (40, 40))
    )
    assert "gaussian" not in (told := run("info", "a.png").stdout)
    assert "hue shown" in told
    run("mosaic", "skull.zip", "-o", "m.png")


HOSTILE = {
    "it has a document type": '<!DOCTYPE a [<!ENTITY b "c">]><genome>&b;</genome>',
    "no XML: ": "<genome><nodes>",
    "there is no genome in it": "<all><nodes/></all>",
    "unknown activation 'wobble'": genome().replace("gaussian(x)", "wobble(x)"),
    "a weight is no number: 'nan'": genome(links=[("1_0", "1_4", "nan")]),
    "a weight is no number: ''": genome(links=[("1_0", "1_4", "")]),
    "unknown node '7_7'": genome(links=[("7_7", "1_4", 1)]),
    "its links go round: ": genome(links=[*LINKS, ("2_9", "1_4", 1)]),
    "nested too deeply": "<a>" * 500 + "</a>" * 500,
    "there is no output 'saturation'": genome((COLOUR[0].replace("saturation", "other"), COLOUR[1])),
    "has no id": genome().replace('<marking branch="1" id="4"/>', ""),
    "too large": genome() + " " * (9 << 20),
    "at most 2000 are legal": genome(nodes=NODES + "".join(f'<node type="hidden"><marking branch="8" id="{i}"/></node>' for i in range(2100))),
}  # fmt: skip


@pytest.mark.parametrize("said", HOSTILE)
@pytest.mark.parametrize("is_packed", [False, True])
def test_what_is_wrong_is_said_in_one_line(said, is_packed, tmp_path):
    path = archive(tmp_path / "a.zip", a=HOSTILE[said]) if is_packed else tmp_path / "a.xml"
    if not is_packed:
        path.write_text(HOSTILE[said])
    with pytest.raises(cppn.CppnError, match=re.escape(said)) as caught:
        cppn.render(cppn.load(path), (8, 8))
    assert "\n" not in str(caught.value)


def test_archives_hold_one_file_of_bounded_size(tmp_path):
    with pytest.raises(cppn.CppnError, match="2 files; a genome's archive holds one"):
        cppn.load(archive(tmp_path / "two.zip", a=genome(), b=""))
    with pytest.raises(cppn.CppnError, match="too large"):
        cppn.load(archive(tmp_path / "bomb.zip", a="0" * (64 << 20)))
    (tmp_path / "none.zip").write_bytes(b"PK\3\4 nothing")
    with pytest.raises(cppn.CppnError, match="no archive"):
        cppn.load(tmp_path / "none.zip")


WHOLE = genome(COLOUR).encode()
PACKED = io.BytesIO()
with zipfile.ZipFile(PACKED, "w", zipfile.ZIP_DEFLATED) as packed:
    packed.writestr("a.xml", WHOLE)


@settings(max_examples=250, deadline=None)
@given(st.data(), st.sampled_from([("a.xml", WHOLE), ("a.zip", PACKED.getvalue())]))
def test_damaged_files_give_a_recipe_or_one_line(tmp_path_factory, data, file):
    name, whole = file
    mutated = bytearray(whole)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(mutated) - 1))
        mutated[at : at + data.draw(st.integers(0, 9))] = data.draw(st.binary(max_size=9))
    path = tmp_path_factory.mktemp("damaged") / name
    path.write_bytes(mutated)
    try:
        cppn.render(cppn.load(path), (5, 4), engine="reference")
    except cppn.CppnError as error:
        assert "\n" not in str(error)
