"""Every format holds the numbers, says what they mean and how large they are, and carries the recipe."""

import io
import itertools
import struct

import numpy as np
import pytest
import pyvips
from conftest import small
from PIL import Image, ImageCms

import cppn
from cppn.files.profile import gray_profile
from cppn.files.provenance import read_provenance
from cppn.files.sinks.stream import BrokenOff, PictureStream

EXACT = [
    (".png", 8, {}), (".png", 16, {}), (".png", 8, {"compression": "9"}), (".tif", 8, {}), (".tif", 16, {}),
    (".tiff", 32, {}), (".tif", 8, {"compression": "none"}), (".tif", 16, {"compression": "lzw", "pyramid": True}),
    (".npy", 8, {}), (".npy", 16, {}), (".npy", 32, {}),
]  # fmt: skip


def recipe(mode: str) -> cppn.Recipe:
    return small("tanh", mode=mode, extent=2, name="a -- b")


def read(path) -> np.ndarray:
    if path.suffix == ".npy":
        return np.load(path)
    image = pyvips.Image.new_from_file(str(path), access="sequential")
    array = image.numpy()
    return array[:, :, None] if array.ndim == 2 else array


@pytest.mark.parametrize("mode", ["gray", "rgb"])
@pytest.mark.parametrize(("ending", "bits", "options"), EXACT)
def test_lossless_formats_hold_exactly_what_was_drawn(tmp_path, mode, ending, bits, options):
    path = cppn.save(recipe(mode), tmp_path / f"a{ending}", size=(700, 300), bits=bits, **options)
    drawn = cppn.render(recipe(mode), (700, 300), bits=bits)
    got = read(path)
    assert got.dtype == drawn.dtype
    assert np.array_equal(got, drawn)
    if ending != ".npy":
        assert cppn.load(path) == recipe(mode)
        assert read_provenance(path).drawing["bits"] == bits


@pytest.mark.parametrize("mode", ["gray", "rgb"])
@pytest.mark.parametrize("ending", [".png", ".tif", ".jpg", ".webp", ".avif"])
def test_colour_is_tagged_and_resolution_is_written(tmp_path, mode, ending):
    path = cppn.save(recipe(mode), tmp_path / f"a{ending}", size=(64, 48), dpi=300)
    with Image.open(path) as image:
        profile, dpi = image.info.get("icc_profile"), image.info.get("dpi")
    if not (mode == "gray" and ending in (".webp", ".avif")):  # which hold grey as colour, untagged: sRGB by definition
        described = ImageCms.getProfileDescription(ImageCms.ImageCmsProfile(io.BytesIO(profile)))
        assert "srgb" in described.lower()
    if ending in (".png", ".tif", ".jpg"):
        assert [round(float(d), 1) for d in dpi] == [300, 300]


def test_the_grey_profile_has_srgbs_curve():
    profile = ImageCms.ImageCmsProfile(io.BytesIO(gray_profile()))
    assert profile.profile.xcolor_space.strip() == "GRAY"
    # D50 as other profiles have it, rounded (ICC.1:2022, 7.2.16)
    assert struct.pack(">3I", 0xF6D6, 0x10000, 0xD32D) == gray_profile()[68:80]
    # through the profile to sRGB, every grey stays what it is
    ramp = Image.frombytes("L", (256, 1), bytes(range(256)))
    through = ImageCms.profileToProfile(ramp, profile, ImageCms.createProfile("sRGB"), outputMode="RGB")
    assert np.abs(np.asarray(through).astype(int)[0] - np.arange(256)[:, None]).max() <= 1


def test_sixteen_bits_are_real(tmp_path):
    """A slow gradient shows thousands of levels."""
    ramp = cppn.Recipe(
        network=cppn.NetworkRecipe(hidden=(), act=("linear",), weights=[{"weight": [[1, 0]], "bias": [0]}]),
        color=cppn.ColorRecipe(levels=(-50_000, 50_000)),
    )
    path = cppn.save(ramp, tmp_path / "a.png", size=(6000, 2), bits=16)
    levels = np.unique(read(path))
    assert len(levels) == 6000


def test_a_pyramid_holds_smaller_copies(tmp_path):
    path = cppn.save(recipe("rgb"), tmp_path / "a.tif", size=(1500, 1000), pyramid=True)
    assert int(pyvips.Image.new_from_file(str(path)).get("n-pages")) >= 3
    half = pyvips.Image.new_from_file(str(path), page=1)
    assert (half.width, half.height) == (750, 500)


def test_deep_zoom_is_a_descriptor_tiles_and_a_page(tmp_path):
    path = cppn.save(recipe("rgb"), tmp_path / "a & b.dzi", size=(1300, 700), quality=95)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a & b.dzi", "a & b.html", "a & b_files"]
    import xml.etree.ElementTree as ET

    root = ET.parse(path).getroot()
    size = root[0].attrib
    assert (size["Width"], size["Height"], root.attrib["TileSize"]) == ("1300", "700", "510")
    assert cppn.load(path) == recipe("rgb")
    page = (tmp_path / "a & b.html").read_text()
    assert "width: 1300, height: 700, tile: 510" in page
    assert 'folder: "a%20%26%20b_files"' in page
    assert "<title>a &amp; b</title>" in page
    # the finest level, put together, is the picture
    whole = np.zeros((700, 1300, 3), np.uint8)
    for row, column in itertools.product(range(2), range(3)):
        with Image.open(tmp_path / "a & b_files" / "11" / f"{column}_{row}.jpeg") as tile:
            part = np.asarray(tile)
        top, left = row * 510 - (row > 0), column * 510 - (column > 0)
        whole[top : top + part.shape[0], left : left + part.shape[1]] = part
    assert np.abs(whole.astype(int) - cppn.render(recipe("rgb"), (1300, 700))).mean() < 2
    # drawn again, it takes the old one's place
    cppn.save(recipe("gray"), path, size=(400, 300))
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a & b.dzi", "a & b.html", "a & b_files"]
    assert not (tmp_path / "a & b_files" / "11").exists()


@pytest.mark.parametrize("stem", ["v1.zip", "a.dz", "a[Q=3]", "ä #1 100%", "-"])
def test_deep_zoom_takes_any_name(tmp_path, stem):
    cppn.save(recipe("gray"), tmp_path / f"{stem}.dzi", size=(30, 20))
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted(stem + end for end in (".dzi", ".html", "_files"))
    assert sorted(p.name for p in (tmp_path / f"{stem}_files").iterdir()) == list("012345")


@pytest.mark.parametrize("name", ["a.html", "a_files"])
def test_deep_zoom_does_not_take_the_place_of_what_is_none(tmp_path, name):
    (tmp_path / name).mkdir()
    with pytest.raises(cppn.CppnError, match=f"{name} is in the way"):
        cppn.save(recipe("gray"), tmp_path / "a.dzi", size=(30, 20))
    assert [p.name for p in tmp_path.iterdir()] == [name]


WRONG = [
    ("a.jpg", {"bits": 16}, "JPEG cannot hold 16 bits; NPY, PNG, TIFF can"),
    ("a.png", {"bits": 32}, "PNG cannot hold 32 bits; NPY, TIFF can"),
    ("a.png", {"bits": 12}, "8, 16 and 32 are legal"),
    ("a.png", {"compression": "zip"}, "PNG has no compression 'zip'; legal: 0, 1"),
    ("a.tif", {"compression": "9"}, "TIFF has no compression '9'; legal: none, lzw, deflate"),
    ("a.jpg", {"compression": "9"}, "JPEG has no compression"),
    ("a.png", {"pyramid": True}, "PNG has no pyramid; TIFF has"),
    ("a.png", {"dpi": 0}, "1 to 100000"),
    ("a.jpg", {"quality": 0}, "1 to 100"),
    ("a.tif", {"bits": 16, "dither": True}, "it is for 8 bits"),
]


@pytest.mark.parametrize(("name", "options", "message"), WRONG)
def test_what_a_format_cannot_do_is_said(tmp_path, name, options, message):
    with pytest.raises(cppn.CppnError, match=message):
        cppn.save(recipe("rgb"), tmp_path / name, size=(20, 20), **options)
    assert list(tmp_path.iterdir()) == []


def test_a_broken_tiff_is_refused_in_one_line(tmp_path):
    good = cppn.save(recipe("rgb"), tmp_path / "a.tif", size=(64, 48)).read_bytes()
    for broken in (good[:4], good[:100], b"II*\0\xff\xff\xff\xff", good.replace(b"<cppn:picture>", b"<nothing here>")):
        (tmp_path / "b.tif").write_bytes(broken)
        with pytest.raises(cppn.CppnError, match="there is no recipe in this picture"):
            cppn.load(tmp_path / "b.tif")


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
@pytest.mark.parametrize("shape", [(1, 1, 1), (7, 3, 3), (1000, 600, 3), (3, 200_000, 1)])
def test_the_stream_is_a_file_that_libvips_reads(dtype, shape):
    picture = (np.random.default_rng(0).random(shape) * (255 if dtype != np.float32 else 1)).astype(dtype)
    stream = PictureStream(*shape, np.dtype(dtype), ahead=1 << 12)
    for top in range(0, shape[0], 7):
        stream.put(picture[top : top + 7])
    assert stream.complete
    data = b"".join(iter(lambda: stream.read(10_000), b""))
    assert np.array_equal(pyvips.Image.new_from_buffer(data, "").numpy().reshape(shape), picture)


def test_a_stream_that_is_broken_off_lets_both_sides_go():
    stream = PictureStream(100, 10, 3, np.dtype(np.uint8))
    stream.put(np.zeros((10, 10, 3), np.uint8))
    stream.end()
    with pytest.raises(BrokenOff):
        stream.put(np.zeros((10, 10, 3), np.uint8))
    data = b"".join(iter(lambda: stream.read(1000), b""))
    assert len(data) < 100 * 30
