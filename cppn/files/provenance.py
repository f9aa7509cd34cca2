"""The recipe inside a picture file: how it is put there and, from files that may be hostile, read back.

PNG has a text chunk named `cppn`. JPEG, WebP, AVIF, TIFF, GIF and SVG carry an XMP packet, Deep Zoom a comment in its
descriptor, MP4 and WebM a comment near their beginning; of what is exported, a page has an element of its own, a shader
a comment, and an ONNX network a property, which is the last thing in the file.
All hold the same ASCII JSON:
`{"cppn": <version of the program>, "recipe": {…}, "drawing": {"width": …, "height": …, "aa": …, …}}`.
"""

from __future__ import annotations

import json
import os
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from ..errors import CppnError, failure, shorten
from ..recipe import Recipe, from_dict
from ..recipe.model import LARGEST_TEXT, parse_json
from . import xmp
from .tiff_tags import MAGICS, XMP, read_tag

KEY = "cppn"
_PNG = b"\x89PNG\r\n\x1a\n"
_AVIF = (b"avif", b"avis", b"mif1")  # brands of pictures in boxes, as films are
_FILMS = (b"GIF8", b"\x1a\x45\xdf\xa3")  # GIF, and Matroska, of which WebM is a kind
HTML_OPEN, HTML_CLOSE = b'<script type="application/json" id="recipe">', b"</script>"
_MOST_CHUNKS = 1 << 20
_MOST_OF_MOVIE = 3 * LARGEST_TEXT  # its tables of frames come before the recipe
_FAR = 1 << 62  # bytes


@dataclass(frozen=True)
class Provenance:
    """What a file says of the picture in it: its recipe and how it was drawn; of a film also what moves."""

    recipe: Recipe
    drawing: dict[str, Any]
    timeline: dict[str, Any] | None = None  # all of it but its recipe

    def to_json(self) -> str:
        """One line of ASCII, free of the signs that XML reserves."""
        from ..version import __version__

        data = {"cppn": __version__, "recipe": self.recipe.to_dict(), "drawing": self.drawing}
        if self.timeline is not None:
            data["timeline"] = self.timeline
        text = json.dumps(data, ensure_ascii=True, separators=(",", ":"))
        for sign in "&<>":
            text = text.replace(sign, f"\\u{ord(sign):04x}")
        return text


def marked(text: str) -> str:
    """A provenance's JSON between marks by which it is found again."""
    return f"{xmp.OPEN.decode()}{text}{xmp.CLOSE.decode()}"


def read_provenance(path: Path) -> Provenance:
    """What the picture file says of itself.

    Errors: CppnError if it is no picture, carries no recipe, or one that is broken, too large or of a newer version.
    """
    where = str(path)
    try:
        with path.open("rb") as file:
            text = _find(file, path, where)
    except OSError as error:
        raise failure(f"cannot be read: {error.strerror or error}", where=where) from None
    data = parse_json(text, where=where)
    if not isinstance(data, dict):
        raise CppnError("there is no recipe in it", where=where)
    drawing, timeline = (data[key] if isinstance(data.get(key), dict) else None for key in ("drawing", "timeline"))
    return Provenance(from_dict(data.get("recipe"), where=where), _check_drawing(drawing or {}), timeline)


def is_foreign(path: Path) -> bool:
    """Is something there that is not known to be of this program: neither empty nor with a recipe inside?"""
    try:
        read_provenance(path)
    except CppnError:
        return path.exists() and (path.is_dir() or path.stat().st_size > 0)
    return False


def _find(file: BinaryIO, path: Path, where: str) -> bytes:
    """The JSON in the file, whatever kind of file it is."""
    head = file.read(12)
    if head.startswith(_PNG):
        file.seek(len(_PNG))
        return _from_png(file, where)
    if head[:4] in MAGICS:
        return _in_xmp(read_tag(file, XMP, LARGEST_TEXT) or b"", where)
    suffix = path.suffix.lower()
    if head[4:8] == b"ftyp" and head[8:] not in _AVIF:
        return _between(_movie_box(file), where)
    if suffix in (".dzi", ".html", ".glsl") or head.startswith(_FILMS):
        file.seek(0)
        marks = (HTML_OPEN, HTML_CLOSE) if suffix == ".html" else (xmp.OPEN, xmp.CLOSE)
        return _between(file.read(LARGEST_TEXT), where, marks)
    if suffix == ".svg":
        file.seek(0)
        return _in_xmp(file.read(LARGEST_TEXT), where)
    if suffix == ".onnx":  # the weights come first, and may be more than is read
        file.seek(max(0, file.seek(0, os.SEEK_END) - LARGEST_TEXT))
        return _between(file.read(LARGEST_TEXT), where)
    return _in_xmp(_xmp(path, where), where)


# the settings of a drawing that are taken over when a picture is drawn again, with their types
_SETTINGS: dict[str, type] = {
    "width": int, "height": int, "bleed": int, "dpi": float, "aa": int, "bits": int, "dither": bool,
    "fps": str, "frames": int, "film": str, "frame": int,
}  # fmt: skip
_AUTO = "auto"  # of "aa"


def _check_drawing(drawing: dict[str, Any]) -> dict[str, Any]:
    kept = {key: drawing[key] for key, kind in _SETTINGS.items() if type(drawing.get(key)) is kind}
    return {**kept, "aa": _AUTO} if drawing.get("aa") == _AUTO else kept


def _movie_box(file: BinaryIO) -> bytes:
    """What an MP4 or QuickTime file says of all its tracks, wherever it stands (ISO 14496-12); nothing if cut short."""
    file.seek(0)
    for _ in range(_MOST_CHUNKS):
        head = file.read(8)
        if len(head) < 8:
            break
        length, kind = struct.unpack(">I4s", head)
        body = length - 8
        if length == 1:
            body = int.from_bytes(file.read(8), "big") - 16
        elif length == 0:
            body = file.seek(0, os.SEEK_END)
        if kind == b"moov":
            return file.read(max(0, min(body, _MOST_OF_MOVIE)))
        if body < 0 or body > _FAR:
            break
        file.seek(body, os.SEEK_CUR)
    return b""


def _from_png(file: BinaryIO, where: str) -> bytes:
    for kind, length in _chunks(file, where):
        if kind in (b"tEXt", b"zTXt", b"iTXt") and length <= LARGEST_TEXT:
            body = file.read(length)
            if len(body) < length:
                raise CppnError("the file is cut short", where=where)
            name, _, rest = body.partition(b"\0")
            if name == KEY.encode():
                return _text(kind, rest, where)
            file.seek(-length, 1)
        file.seek(length + 4, 1)
    raise _none(where)


def _chunks(file: BinaryIO, where: str) -> Iterator[tuple[bytes, int]]:
    """Kind and length of each chunk; the file stands at the chunk's body, and is to be moved beyond it."""
    for _ in range(_MOST_CHUNKS):
        head = file.read(8)
        if len(head) < 8:
            raise CppnError("the file is cut short", where=where) if head else _none(where)
        length, kind = struct.unpack(">I4s", head)
        if kind == b"IEND":
            return
        yield kind, length


def _text(kind: bytes, rest: bytes, where: str) -> bytes:
    if kind == b"tEXt":
        return rest
    if kind == b"zTXt":
        return _inflate(rest[1:], where)
    compressed, rest = rest[:1] == b"\1", rest[2:]
    rest = rest.split(b"\0", 2)[-1]  # beyond the language and the translated keyword
    return _inflate(rest, where) if compressed else rest


def _inflate(data: bytes, where: str) -> bytes:
    stream = zlib.decompressobj()
    try:
        text = stream.decompress(data, LARGEST_TEXT + 1)
    except zlib.error:
        raise CppnError("the recipe in it is damaged", where=where) from None
    if len(text) > LARGEST_TEXT:
        raise CppnError("the recipe in it is too long", where=where, legal=f"at most {LARGEST_TEXT >> 20} MiB")
    if not stream.eof:
        raise CppnError("the recipe in it is cut short", where=where)
    return text


def _xmp(path: Path, where: str) -> bytes:
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(path, formats=("JPEG", "WEBP", "AVIF")) as image:
            packet = image.info.get("xmp", b"")
    except UnidentifiedImageError:
        raise CppnError(
            "it is no picture or film that cppn can read",
            where=where,
            legal="recipe files end in .toml or .json",
        ) from None
    except OSError:
        raise
    except Exception as error:  # a foreign file may break a reader in any way
        raise CppnError(f"it cannot be read as a picture: {shorten(str(error))}", where=where) from None
    return packet.encode() if isinstance(packet, str) else bytes(packet)


def _in_xmp(packet: bytes, where: str) -> bytes:
    found = xmp.find(packet[:LARGEST_TEXT])
    if found is None:
        raise _none(where)
    return found


def _between(packet: bytes, where: str, marks: tuple[bytes, bytes] = (xmp.OPEN, xmp.CLOSE)) -> bytes:
    """What stands between our marks."""
    start = packet.find(marks[0])
    end = packet.find(marks[1], max(0, start))
    if start < 0 or end < 0:
        raise _none(where)
    return packet[start + len(marks[0]) : end]


def _none(where: str) -> CppnError:
    beside = next((one for e in (".toml", ".json") if (one := Path(where).with_suffix(e)).is_file()), None)
    legal = f"one lies beside it: {beside}" if beside else "only pictures that cppn drew carry one"
    return CppnError("there is no recipe in this picture", where=where, legal=legal)
