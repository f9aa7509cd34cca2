"""Pictures as people have them are read as their makers see them."""

import io
import shutil
import struct
from pathlib import Path

import numpy as np
import pytest
import pyvips
from PIL import Image, ImageCms

import cppn
from cppn.errors import CppnError
from cppn.files.pictures import read_picture

CORNERS = np.array([[(200, 40, 40), (40, 180, 60)], [(50, 60, 210), (128, 128, 128)]], np.uint8)
COLOUR = CORNERS.repeat(32, axis=0).repeat(48, axis=1)
GRAY = np.asarray(Image.fromarray(COLOUR).convert("L"))[..., None]
KINDS = {"u": 1, "i": 2, "f": 3}  # of TIFF's sample formats


def levels(path: Path) -> np.ndarray:
    return 255 * read_picture(path).pixels


def write_tiff(
    path: Path, numbers: np.ndarray, photometric: int, *, separate: bool = False, extra: tuple[int, ...] = ()
) -> None:
    """An uncompressed TIFF of one strip for each plane (TIFF 6.0)."""
    height, width, channels = numbers.shape
    planes = [plane.tobytes() for plane in np.moveaxis(numbers, -1, 0)] if separate else [numbers.tobytes()]
    starts = [8 + sum(map(len, planes[:k])) for k in range(len(planes) + 1)]
    far = b""

    def entry(tag: int, letter: str, *values: int) -> bytes:
        nonlocal far
        packed = struct.pack(f"<{len(values)}{letter}", *values)
        if len(packed) > 4:
            packed, far = struct.pack("<I", starts[-1] + len(far)), far + packed
        return struct.pack("<HHI", tag, {"H": 3, "I": 4}[letter], len(values)) + packed.ljust(4, b"\0")

    entries = [
        entry(256, "I", width), entry(257, "I", height), entry(258, "H", *[8 * numbers.itemsize] * channels),
        entry(259, "H", 1), entry(262, "H", photometric), entry(273, "I", *starts[:-1]), entry(277, "H", channels),
        entry(278, "I", height), entry(279, "I", *map(len, planes)), entry(284, "H", 1 + separate),
        *([entry(338, "H", *extra)] if extra else []), entry(339, "H", *[KINDS[numbers.dtype.kind]] * channels),
    ]  # fmt: skip
    directory = struct.pack("<H", len(entries)) + b"".join(entries) + bytes(4)
    path.write_bytes(b"II*\0" + struct.pack("<I", starts[-1] + len(far)) + b"".join(planes) + far + directory)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_pictures_are_turned_as_their_exif_says(tmp_path, orientation):
    upright = COLOUR.repeat(20, axis=0).repeat(20, axis=1)
    exif = Image.Exif()
    exif[0x0112] = orientation
    image = Image.fromarray(upright)
    back = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}  # what undoes it: one of Pillow's Transpose
    if orientation > 1:
        image = image.transpose(Image.Transpose(back[orientation]))
    image.save(tmp_path / "photo.jpg", exif=exif, quality=95)
    read = levels(tmp_path / "photo.jpg")
    assert read.shape == upright.shape
    assert np.abs(read - upright).mean() < 2


def swapped() -> bytes:
    """A profile whose first channel is sRGB's green: sRGB's own with two names exchanged."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    for one, other in ((b"rXYZ", b"gXYZ"), (b"rTRC", b"gTRC")):
        i, j = profile.index(one, 128), profile.index(other, 128)
        profile[i : i + 4], profile[j : j + 4] = other, one
    return bytes(profile)


@pytest.mark.parametrize("ending", ["png", "jpg", "tif", "webp"])
def test_an_embedded_profile_is_followed(tmp_path, ending):
    path = tmp_path / f"photo.{ending}"
    more = {"lossless": True} if ending == "webp" else {"quality": 97} if ending == "jpg" else {}
    Image.fromarray(COLOUR[..., [1, 0, 2]]).save(path, icc_profile=swapped(), **more)
    read = read_picture(path)
    assert np.abs(255 * read.pixels - COLOUR).mean() < 2
    assert any("profile" in note for note in read.notes)


@pytest.mark.parametrize("space", ["adobe", "p3", "prophoto"])
def test_wide_gamuts_are_as_lcms_has_them(tmp_path, space):
    """libvips' own transformation against Pillow's, of profiles made of primaries and a gamma."""
    profile = matrix_profile(*SPACES[space])
    muted = (0.3 * COLOUR + 90).astype(np.uint8)
    Image.fromarray(muted).save(tmp_path / "wide.png", icc_profile=profile)
    theirs = ImageCms.profileToProfile(
        Image.fromarray(muted), ImageCms.ImageCmsProfile(io.BytesIO(profile)), ImageCms.createProfile("sRGB"),
        renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
    )  # fmt: skip
    assert np.abs(levels(tmp_path / "wide.png") - np.asarray(theirs)).max() < 1.01
    deep = pyvips.Image.new_from_array(muted.astype(np.uint16) * 257).copy(interpretation="rgb16")
    deep.set_type(pyvips.GValue.blob_type, "icc-profile-data", bytes(profile))
    deep.write_to_file(str(tmp_path / "deep.png"))
    assert np.abs(levels(tmp_path / "deep.png") - np.asarray(theirs)).max() < 2
    assert np.abs(levels(tmp_path / "wide.png") - muted).max() > 3


# the columns of the matrix to XYZ (D50), and the gamma
SPACES = {
    "adobe": ([(0.60974, 0.31111, 0.01947), (0.20528, 0.62567, 0.06087), (0.14919, 0.06322, 0.74457)], 2.19921875),
    "p3": ([(0.51512, 0.2412, -0.00105), (0.29198, 0.69225, 0.04189), (0.15710, 0.06657, 0.78407)], 2.2),
    "prophoto": ([(0.79767, 0.28804, 0.0), (0.13519, 0.71188, 0.0), (0.03134, 0.00009, 0.82491)], 1.8),
}


def matrix_profile(columns, gamma: float) -> bytes:
    """An ICC 2.1 profile of three primaries and one gamma."""

    def xyz(values) -> bytes:
        return b"XYZ \0\0\0\0" + struct.pack(">3i", *(round(65536 * value) for value in values))

    curve = b"curv\0\0\0\0" + struct.pack(">IH", 1, round(256 * gamma)) + b"\0\0"
    name = b"made for a test\0"
    tags = {
        b"desc": b"desc\0\0\0\0" + struct.pack(">I", len(name)) + name + bytes(78 + (-len(name)) % 4),
        b"wtpt": xyz((0.9642, 1.0, 0.8249)), **dict(zip((b"rXYZ", b"gXYZ", b"bXYZ"), map(xyz, columns), strict=True)),
        b"rTRC": curve, b"gTRC": curve, b"bTRC": curve,
    }  # fmt: skip
    table, body = b"", b""
    for key, data in tags.items():
        table += struct.pack(">4sII", key, 132 + 12 * len(tags) + len(body), len(data))
        body += data.ljust(-(-len(data) // 4) * 4, b"\0")
    white = (63190, 65536, 54061)
    head = struct.pack(
        ">I4xI4s4s4s12x4s28x3i48x", 132 + len(table) + len(body), 0x02100000, b"mntr", b"RGB ", b"XYZ ", b"acsp", *white
    )
    return head + struct.pack(">I", len(tags)) + table + body


def test_a_damaged_profile_is_left_aside_and_said(tmp_path):
    Image.fromarray(COLOUR).save(tmp_path / "odd.jpg", quality=97, subsampling=0, icc_profile=swapped()[:300])
    read = read_picture(tmp_path / "odd.jpg")
    assert np.abs(255 * read.pixels - COLOUR).mean() < 1
    assert any("damaged" in note for note in read.notes)


@pytest.mark.parametrize("separate", [False, True])
@pytest.mark.parametrize("kind", ["<u1", "<u2", "<u4", "<f4"])
def test_tiff_files_of_all_depths_are_read(tmp_path, kind, separate):
    largest = np.iinfo(kind).max if kind[1] == "u" else 1
    path = tmp_path / "photo.tif"

    def stored(shares: np.ndarray) -> np.ndarray:
        return (np.rint(shares * largest) if largest > 1 else shares).astype(kind)

    write_tiff(path, stored(COLOUR / 255), 2, separate=separate)
    assert np.abs(levels(path) - COLOUR).max() < 0.01
    for photometric, numbers in ((1, GRAY / 255), (0, 1 - GRAY / 255)):  # black is zero, white is zero
        write_tiff(path, stored(numbers), photometric)
        assert np.abs(levels(path) - GRAY).max() < 0.01


@pytest.mark.parametrize("separate", [False, True])
def test_cielab_is_read_in_8_bits(tmp_path, separate):
    to_lab = (ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"))
    lab = np.array(ImageCms.profileToProfile(Image.fromarray(COLOUR), *to_lab, outputMode="LAB"))
    write_tiff(tmp_path / "lab.tif", lab, 8, separate=separate)  # numpy has a and b with a sign, as TIFF does
    assert np.abs(levels(tmp_path / "lab.tif") - COLOUR).max() < 4  # of 8 bits


@pytest.mark.parametrize(
    ("numbers", "photometric", "said"),
    [
        (GRAY.astype("<f4"), 1, "go from 74 to 128"), (GRAY / 255, 1, "floats of 64 bits"),
        (GRAY.astype("<i2"), 1, "have signs"), (COLOUR, 9, "colours of kind 9"),
        (np.full_like(GRAY, np.nan, "<f4"), 1, "nan"), (COLOUR, 6, "YCbCr"), (COLOUR, 5, "3 inks"),
        (np.dstack([COLOUR, COLOUR[..., :1]]), 8, "CIELAB with transparency"),
        (np.dstack([COLOUR, GRAY]).astype("<f4"), 5, "CMYK in floats"), (COLOUR, 34892, "colours of kind 34892"),
    ],
)  # fmt: skip
def test_what_would_be_misread_is_refused_with_a_reason(tmp_path, numbers, photometric, said):
    write_tiff(tmp_path / "odd.tif", numbers, photometric)
    with pytest.raises(CppnError, match=said):
        read_picture(tmp_path / "odd.tif")


@pytest.mark.parametrize("photometric", [0, 1, 2])
@pytest.mark.parametrize("kind", ["u1", "<u2", "<u4", "<f4"])
def test_transparency_and_the_masks_of_painting_programs_are_told_apart(tmp_path, photometric, kind):
    largest = 1 if kind == "<f4" else np.iinfo(kind).max
    shares = (COLOUR if photometric == 2 else GRAY) / 255
    alpha = np.linspace(0, 1, GRAY.size).reshape(GRAY.shape)
    over_white = 255 * (alpha * shares + 1 - alpha)

    def stored(*channels: np.ndarray) -> np.ndarray:
        colour = (1 - shares) if photometric == 0 else shares
        numbers = np.dstack([colour, *channels]) * np.float64(largest)
        return (numbers if kind == "<f4" else numbers.round()).astype(kind)

    path = tmp_path / "a.tif"
    write_tiff(path, stored(alpha), photometric, extra=(2,))
    assert np.abs(levels(path) - over_white).max() < 2
    write_tiff(path, stored(alpha, alpha[::-1]), photometric, extra=(2, 0))
    assert np.abs(levels(path) - over_white).max() < 2
    write_tiff(path, stored(alpha[::-1], alpha), photometric, extra=(0, 0))
    assert np.abs(levels(path) - 255 * shares).max() < 0.51


@pytest.mark.parametrize("mode", ["gray", "rgb"])
def test_the_programs_own_floats_are_read_as_they_were_drawn(tmp_path, mode):
    recipe = cppn.load("cosine-2").change({"color": {"mode": mode}})
    drawn = cppn.render(recipe, (40, 30), bits=32)
    cppn.save(recipe, tmp_path / "own.tif", size=(40, 30), bits=32)
    assert np.array_equal(read_picture(tmp_path / "own.tif").pixels, drawn)


@pytest.mark.parametrize("ending", ["bmp", "tga", "ppm", "pcx", "qoi", "jp2", "sgi", "ico", "dds"])
def test_what_libvips_does_not_know_pillow_reads(tmp_path, ending):
    path = tmp_path / f"photo.{ending}"
    image = Image.fromarray(COLOUR)
    if ending == "qoi":  # which Pillow does not write
        path.write_bytes(
            b"qoif"
            + struct.pack(">IIBB", 96, 64, 3, 0)
            + b"".join(bytes([0xFE, *pixel]) for pixel in COLOUR.reshape(-1, 3).tolist())
            + bytes(7)
            + b"\1"
        )
    else:
        image.save(path, **({"sizes": [(96, 64)]} if ending == "ico" else {}))
    assert np.abs(levels(path) - COLOUR).max() < 1


@pytest.mark.parametrize("ending", ["pgm", "ppm"])
def test_sixteen_bits_are_read_from_portable_maps(tmp_path, ending):
    numbers = (GRAY if ending == "pgm" else COLOUR).astype(">u2") * 257
    head = f"{'P5' if ending == 'pgm' else 'P6'}\n96 64\n65535\n".encode()
    (tmp_path / f"a.{ending}").write_bytes(head + numbers.tobytes())
    assert np.abs(levels(tmp_path / f"a.{ending}") - numbers / 257).max() < 1.01


def test_cmyk_is_read(tmp_path):
    """libvips' profile is one of print: near, not equal."""
    Image.fromarray(COLOUR).convert("CMYK").save(tmp_path / "print.tif")
    read = levels(tmp_path / "print.tif")
    assert np.abs(read - COLOUR).mean() < 30
    assert read[0, 0].argmax() == 0
    assert read[0, -1].argmax() == 1
    assert read[-1, 0].argmax() == 2
    for path in tmp_path.glob("*"):
        assert pyvips.Image.new_from_file(str(path)).interpretation == "cmyk"
    shutil.rmtree(tmp_path)
