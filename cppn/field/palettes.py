"""Palettes: ramps and swatches with proportions, from a text or by a name of ours or of cmap."""

from __future__ import annotations

import re
import tomllib
from functools import lru_cache
from importlib.resources import files
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..errors import CppnError, shorten, unknown
from .numpy_ops import NumpyOps
from .spaces import decode, encode, linear_to_oklab, oklab_to_linear

PALETTE_LENGTH = 512  # entries of a palette's table; between them it is interpolated
MOST_STOPS = 256
MOST_SWATCHES = 24  # that are drawn with edges of their own
LARGEST_SHARE = 1000.0
_OF_RAMP = 6  # swatches of a ramp that has no colours of its own
_LEGAL = 'write "#101830,#e04030,#ffe080", with shares as "#101830*3", or places as "#101830@0.2"'


class Stop(NamedTuple):
    """A colour of a palette: sRGB in [0, 1], its share of the area, and its place from 0 to 1 if that is given."""

    color: tuple[float, ...]
    share: float = 1.0
    place: float | None = None


class SwatchSet(NamedTuple):
    """A palette of ours: its stops as text, a few words about it, and what it is like."""

    colors: str
    about: str
    tags: tuple[str, ...]


@lru_cache(maxsize=1)
def swatch_sets() -> dict[str, SwatchSet]:
    """The palettes of ours, by name."""
    told = tomllib.loads(files(__package__).joinpath("swatches.toml").read_text(encoding="utf-8"))
    return {name: SwatchSet(one["colors"], one["about"], tuple(one["tags"])) for name, one in told.items()}


@lru_cache(maxsize=64)
def palette_stops(text: str) -> tuple[Stop, ...]:
    """The colours of a palette, with their shares; of a ramp that cmap knows, a few of it, evenly spaced.

    Errors: CppnError for unknown names, bad colours, shares and places, fewer than 2 colours or more than 256.
    """
    pieces = _pieces(text)
    if pieces is not None:
        return _stops(pieces, text)
    table = _named_ramp(text.strip())
    at = np.linspace(0, len(table) - 1, _OF_RAMP).round().astype(int)
    return tuple(Stop(tuple(color)) for color in table[at].tolist())


@lru_cache(maxsize=64)
def palette_table(text: str) -> NDArray[np.float64]:
    """The table, shape (512, 3), sRGB in [0, 1], of a palette: a name, or colours like `#101830,#e04030`.

    Colours given as stops are spaced evenly, or as their places or shares say, and blended in OKLab.
    Errors: as of `palette_stops`.
    """
    pieces = _pieces(text)
    return _named_ramp(text.strip()) if pieces is None else _blend(_stops(pieces, text))


@lru_cache(maxsize=256)
def lightness(text: str) -> float:
    """The mean lightness, OKLab's L, of a palette's swatches in areas as their shares say."""
    stops = palette_stops(text)
    lab = linear_to_oklab(np.asarray(decode(np.array([stop.color for stop in stops]), NumpyOps())))
    return float(np.average(lab[:, 0], weights=[stop.share for stop in stops]))


def palette_names() -> list[str]:
    """The names of all palettes: ours, then those that cmap knows, without their namespaces."""
    import cmap

    return [*swatch_sets(), *sorted(cmap.Colormap.catalog().short_keys())]


def _pieces(text: str) -> list[str] | None:
    """The stops of a text, or of a set of ours; None for the name of a ramp."""
    pieces = [piece.strip() for piece in text.split(",")]
    if text.lstrip().startswith("#") or len(pieces) > 1:
        return pieces
    known = swatch_sets().get(text.strip().lower())
    return None if known is None else [piece.strip() for piece in known.colors.split(",")]


def _stops(pieces: list[str], text: str) -> tuple[Stop, ...]:
    where = f"palette {shorten(text)!r}"
    stops = tuple(_stop(piece, where) for piece in pieces)
    if not 2 <= len(stops) <= MOST_STOPS:
        raise CppnError(f"it has {len(stops)} colours", where=where, legal=f"2 to {MOST_STOPS} are legal")
    places = [stop.place for stop in stops if stop.place is not None]
    if places and (len(places) != len(stops) or places != sorted(places)):
        raise CppnError("its places do not grow", where=where, legal="give each colour a place, in order, or none")
    return stops


def _stop(piece: str, where: str) -> Stop:
    match = re.fullmatch(r"(#(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6}))\s*(?:([*@])\s*(\d{0,4}\.?\d{0,6}))?", piece)
    if match is None or (match[2] and match[3] in ("", ".")):
        raise CppnError(f"{shorten(piece)!r} is not a colour", where=where, legal=_LEGAL)
    color, number = rgb(match[1]), float(match[3] or 1)
    if match[2] == "@":
        if number > 1:
            raise CppnError(f"a colour at {number:g}", where=where, legal="places are 0 to 1")
        return Stop(color, place=number)
    if not 0 < number <= LARGEST_SHARE:
        raise CppnError(f"a share of {number:g}", where=where, legal=f"above 0, at most {LARGEST_SHARE:g}")
    return Stop(color, number)


def rgb(text: str) -> tuple[float, float, float]:
    """sRGB in [0, 1] of `#rgb` or `#rrggbb`, which the text must be."""
    digits = text[1:] if len(text) == 7 else "".join(2 * d for d in text[1:])
    red, green, blue = (int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4))
    return red, green, blue


def _blend(stops: tuple[Stop, ...]) -> NDArray[np.float64]:
    ops = NumpyOps()
    lab = linear_to_oklab(np.asarray(decode(np.array([stop.color for stop in stops]), ops)))
    places = [stop.place for stop in stops]
    shares = np.array([stop.share for stop in stops])
    if places[0] is not None:
        at, given = np.linspace(0, 1, PALETTE_LENGTH), np.array(places, np.float64)
    elif (shares != 1).any():  # each in the middle of its share, the first and the last at the ends
        middles = (np.cumsum(shares) - shares / 2) / shares.sum()
        at, given = np.linspace(0, 1, PALETTE_LENGTH), np.array([0.0, *middles[1:-1], 1.0])
    else:
        at, given = np.linspace(0, len(stops) - 1, PALETTE_LENGTH), np.arange(len(stops), dtype=np.float64)
    l, a, b = (np.interp(at, given, lab[:, i]) for i in range(3))  # noqa: E741  the colour space's own names
    return np.stack([encode(np.clip(c, 0, 1), ops) for c in oklab_to_linear(l, a, b)], axis=1).clip(0, 1)


def _named_ramp(name: str) -> NDArray[np.float64]:
    import cmap

    try:
        colormap = cmap.Colormap(name)
    except (ValueError, KeyError, TypeError, RuntimeError):
        raise unknown("palette", name, palette_names()) from None
    return np.asarray(colormap(np.linspace(0, 1, PALETTE_LENGTH)), dtype=np.float64)[:, :3]
