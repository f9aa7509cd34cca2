"""Picture files carry their recipe, appear whole or not at all, and are read as something hostile."""

import base64
import json
import re
import struct
import threading
import zlib
from pathlib import Path

import av
import numpy as np
import pytest
import pyvips
from conftest import differences, pixels, small
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

import cppn
from cppn.draw.drawing import draw
from cppn.draw.saving import write_picture
from cppn.files import xmp
from cppn.files.provenance import Provenance, read_provenance
from cppn.files.sinks import open_sink
from cppn.network.develop import develop_network
from cppn.network.weights import write_weights

ENDINGS = (".png", ".jpg", ".jpeg", ".webp", ".avif")
RECIPE = small("tanh", mode="rgb", extent=2, name="ä <&> \"'\\ 画", description="line\nbreak")


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("mode", ["gray", "rgb"])
def test_every_format_holds_the_picture_and_its_recipe(tmp_path, ending, mode):
    recipe = RECIPE.change({"color": {"mode": mode}})
    lossy = {} if ending == ".png" else {"quality": 95}
    path = cppn.save(recipe, tmp_path / f"a{ending}", size=(90, 60), **lossy)
    assert cppn.load(path) == recipe
    drawn = cppn.render(recipe, (90, 60))
    read = pixels(path)
    if ending == ".png":
        assert np.array_equal(read, drawn)
    else:
        assert np.abs(np.broadcast_to(read, (90 * 0 + 60, 90, 3)).astype(int) - drawn).mean() < 4
    assert list(tmp_path.iterdir()) == [path]


def test_a_picture_drawn_from_a_picture_is_the_same_picture(tmp_path):
    first = cppn.save(RECIPE, tmp_path / "a.png", size=(120, 80))
    again = cppn.save(cppn.load(first), tmp_path / "b.png", size=(120, 80))
    assert np.array_equal(pixels(first), pixels(again))
    double = cppn.render(cppn.load(first), (240, 160)).astype(float)
    averaged = double.reshape(80, 2, 120, 2, 3).mean((1, 3))
    assert differences(averaged, pixels(first), 2) < 0.002


def test_an_array_is_saved_as_it_is(tmp_path):
    array = np.random.default_rng(0).integers(0, 256, (600, 31, 3), dtype=np.uint8)
    assert np.array_equal(pixels(cppn.save(array, tmp_path / "a.png", recipe=RECIPE)), array)
    assert cppn.load(tmp_path / "a.png") == RECIPE
    assert np.array_equal(pixels(cppn.save(array[:, :, 0], tmp_path / "b.png"))[:, :, 0], array[:, :, 0])
    with pytest.raises(cppn.CppnError, match="there is no recipe in this picture"):
        cppn.load(tmp_path / "b.png")
    with pytest.raises(cppn.CppnError, match="is no picture"):
        cppn.save(array.astype(float), tmp_path / "c.png")
    with pytest.raises(cppn.CppnError, match="PNG cannot hold 32 bits; NPY, TIFF can"):
        cppn.save(array.astype(np.float32), tmp_path / "c.png")


def test_other_programs_see_the_recipe_as_text(tmp_path):
    path = cppn.save(RECIPE, tmp_path / "a.png", size=(20, 20))
    with Image.open(path) as image:
        data = json.loads(image.text["cppn"])
        assert image.text["Software"] == f"cppn {cppn.__version__}"
    assert data["recipe"] == RECIPE.to_dict()
    assert data["drawing"] == {"width": 20, "height": 20, "aa": 1, "bits": 8, "dither": False, "engine": "halide"}


def test_an_interrupted_drawing_leaves_nothing_and_keeps_what_was_there(tmp_path):
    path = tmp_path / "a.png"
    path.write_bytes(b"precious")
    drawing = draw(RECIPE, (300, 5000))
    with pytest.raises(KeyboardInterrupt):
        write_picture(drawing.job, path, progress=lambda pixels: (_ for _ in ()).throw(KeyboardInterrupt))
    assert path.read_bytes() == b"precious"
    assert list(tmp_path.iterdir()) == [path]
    assert "cppn-write" not in {thread.name for thread in threading.enumerate()}


def test_too_few_bands_are_no_picture(tmp_path):
    with (
        pytest.raises(cppn.CppnError, match="could not be written: rows are missing"),
        open_sink(tmp_path / "a.png", (50, 50, 3), np.dtype(np.uint8)) as sink,
    ):
        sink.write(np.zeros((20, 50, 3), np.uint8))
    assert list(tmp_path.iterdir()) == []


def png(*chunks: tuple[bytes, bytes]) -> bytes:
    data = b"\x89PNG\r\n\x1a\n"
    for kind, body in ((b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)), *chunks):
        data += struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
    return data


END = (b"IEND", b"")
GOOD = Provenance(RECIPE, {"width": 3, "height": 2}).to_json().encode()
HOSTILE = {
    "text called png": (b"hello, this is text", "no picture or film"),
    "empty": (b"", "no picture or film"),
    "only a signature": (png()[:8], "no recipe"),
    "no recipe": (png(END), "no recipe"),
    "cut in a chunk": (png((b"tEXt", b"cppn\0" + GOOD), END)[:100], "cut short"),
    "cut in a header": (png((b"tEXt", b"other\0x"))[:-1] + b"\0\0", "cut short"),
    "not JSON": (png((b"tEXt", b"cppn\0{"), END), "not readable JSON"),
    "not a table": (png((b"tEXt", b"cppn\0[]"), END), "no recipe"),
    "no recipe in the table": (png((b"tEXt", b"cppn\0{}"), END), "no recipe"),
    "nested": (png((b"zTXt", b"cppn\0\0" + zlib.compress(b"[" * 5_000_000)), END), "not readable JSON"),
    "a bomb": (png((b"zTXt", b"cppn\0\0" + zlib.compress(b" " * (65 << 20))), END), "too long"),
    "damaged": (png((b"zTXt", b"cppn\0\0nonsense"), END), "damaged"),
    "half deflated": (png((b"zTXt", b"cppn\0\0" + zlib.compress(GOOD)[:-20]), END), "cut short"),
    "newer": (png((b"tEXt", b'cppn\0{"recipe":{"version":99}}'), END), "newer than this program"),
    "code": (
        png((b"tEXt", b'cppn\0{"recipe":{"network":{"act":["__import__(\'os\').system(\'id\')"]}}}'), END),
        "unknown function|not arithmetic",
    ),
    "a path": (png((b"tEXt", b'cppn\0{"recipe":{"network":{"weights":"/etc/passwd.safetensors"}}}'), END), "base64"),
    "a huge length": (png()[:-4] + struct.pack(">I4s", 2**31 - 1, b"tEXt") + b"cppn", "cut short|no recipe"),
    "a webp that is none": (b"RIFF\x10\0\0\0WEBPVP8 ", "no picture or film|cannot be read"),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_files_are_refused_in_one_line(case, tmp_path):
    data, message = HOSTILE[case]
    (tmp_path / "a.png").write_bytes(data)
    with pytest.raises(cppn.CppnError, match=message) as error:
        cppn.render(cppn.load(tmp_path / "a.png"), (4, 4))
    assert len(str(error.value).splitlines()) == 1
    assert len(str(error.value)) < 400


@pytest.mark.parametrize("kind", ["tEXt", "zTXt", "iTXt", "iTXt compressed"])
def test_the_recipe_is_found_in_every_kind_of_text_chunk(kind, tmp_path):
    body = {
        "tEXt": b"cppn\0" + GOOD, "zTXt": b"cppn\0\0" + zlib.compress(GOOD), "iTXt": b"cppn\0\0\0en\0cppn\0" + GOOD,
        "iTXt compressed": b"cppn\0\1\0\0\0" + zlib.compress(GOOD),
    }[kind]  # fmt: skip
    (tmp_path / "a.png").write_bytes(png((b"tEXt", b"Title\0cppn"), (kind[:4].encode(), body), END))
    provenance = read_provenance(tmp_path / "a.png")
    assert provenance.recipe == RECIPE
    assert provenance.drawing == {"width": 3, "height": 2}


@given(st.binary(max_size=300), st.integers(0, 2000), st.booleans())
def test_any_bytes_give_a_recipe_or_one_line(tmp_path_factory, noise, at, cut):
    whole = png((b"zTXt", b"cppn\0\0" + zlib.compress(GOOD)), END)
    at %= len(whole)
    path: Path = tmp_path_factory.mktemp("noise") / "a.png"
    path.write_bytes(whole[:at] + noise + (b"" if cut else whole[at + len(noise) :]))
    try:
        cppn.load(path)
    except cppn.CppnError as error:
        assert len(str(error).splitlines()) == 1


def test_recipes_with_many_weights_fit_where_they_are_said_to(tmp_path):
    big = cppn.Recipe(seed=1, network=cppn.NetworkRecipe(hidden=(128, 128), act=("tanh",)))
    written = [{"weight": layer.weight.tolist(), "bias": layer.bias.tolist()} for layer in develop_network(big).stages]
    trained = big.change({"network": {"weights": written}})
    for ending in (".png", ".webp", ".avif"):
        assert cppn.load(cppn.save(trained, tmp_path / f"a{ending}", size=(16, 16))) == trained
    with pytest.raises(cppn.CppnError, match="JPEG cannot hold a recipe with so many weights"):
        cppn.save(trained, tmp_path / "a.jpg", size=(16, 16))


@pytest.mark.parametrize("ending", [".png", ".webp", ".avif", ".tif"])
def test_other_programs_open_pictures_with_very_many_weights(tmp_path, ending):
    """Above 1 MiB of compressed text, Pillow opens no PNG."""
    network = {"hidden": [520, 520, 520], "act": ["tanh"]}
    recipe = cppn.recipe.from_dict({"seed": 1, "network": network}, where="")
    maps = develop_network(recipe).maps
    told = base64.b64encode(write_weights(maps)).decode()
    trained = recipe.change({"network": {"weights": told}})
    path = cppn.save(trained, tmp_path / f"a{ending}", size=(16, 12))
    assert path.stat().st_size > 2**20
    assert cppn.load(path) == trained
    with Image.open(path) as image:
        image.load()
        assert image.size == (16, 12)
    assert pyvips.Image.new_from_file(str(path)).avg() > 0
    with av.open(str(path)) as film:
        assert next(film.decode(video=0)).width == 16


def as_attribute(packet: bytes) -> bytes:
    """A packet as exiv2 and Adobe's toolkit write it anew: an attribute, under another prefix and namespace."""
    text = re.search(rb"<cppn:picture>(.*)</cppn:picture>", packet)[1].decode()
    escaped = text.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n<x:xmpmeta xmlns:x="adobe:ns:meta/">'
        ' <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        f'<rdf:Description rdf:about="" xmlns:ns0="urn:cppn:1/" ns0:picture="{escaped}"/></rdf:RDF></x:xmpmeta>\n'
        '<?xpacket end="w"?>' + " " * 200
    ).encode()


@pytest.mark.parametrize("ending", [".jpg", ".webp", ".avif", ".tif"])
def test_a_recipe_that_another_program_saved_is_found(tmp_path, ending):
    path = cppn.save(RECIPE, tmp_path / f"a{ending}", size=(32, 24))
    with Image.open(path) as image:
        image.load()
        if ending == ".tif":
            tags = image.tag_v2
            tags[700] = as_attribute(bytes(tags[700]))
            image.save(tmp_path / "b.tif", tiffinfo=tags)
        else:
            image.save(tmp_path / f"b{ending}", xmp=as_attribute(image.info["xmp"]))
    assert cppn.load(tmp_path / f"b{ending}") == RECIPE


@given(st.text(st.characters(exclude_categories=("Cs", "Cc"), max_codepoint=127), min_size=1))
def test_text_is_found_as_an_element_and_as_an_attribute(text):
    safe = text.replace("&", "").replace("<", "").replace(">", "") or "x"
    assert xmp.find(xmp.packet(safe)) == safe.encode()
    assert xmp.find(as_attribute(xmp.packet(safe))) == safe.encode()


def test_packets_with_a_document_type_are_not_read():
    laughs = "".join(f'<!ENTITY l{k} "{f"&l{k - 1};" * 10}">' for k in range(1, 10))
    packet = f'<!DOCTYPE x [<!ENTITY l0 "ha">{laughs}]><x xmlns:c="urn:cppn:1"><c:picture>&l9;</c:picture></x>'
    assert xmp.find(packet.encode()) is None


def test_a_webp_files_exif_begins_as_it_should(tmp_path):
    path = cppn.save(RECIPE, tmp_path / "a.webp", size=(33, 21))
    data = path.read_bytes()
    assert struct.unpack("<I", data[4:8])[0] == len(data) - 8
    at = data.index(b"EXIF")
    assert data[at + 8 : at + 12] in (b"II*\0", b"MM\0*")
    with Image.open(path) as image:
        assert image.getexif()
    assert cppn.load(path) == RECIPE
