"""What the command line's words mean: pure parsers as click types, with completion."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Callable
from typing import Any

import click
from click.shell_completion import CompletionItem

from ..errors import CppnError, shorten


class Parsed(click.ParamType[Any]):
    """A parser that raises CppnError, with what the shell may complete."""

    def __init__(
        self, name: str, parser: Callable[[str], Any], complete: Callable[[], list[str]] | None = None
    ) -> None:
        self.name, self._parser, self._complete = name, parser, complete

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if not isinstance(value, str):
            return value
        try:
            return self._parser(value)
        except CppnError as error:
            flag = param.opts[0] if param and param.opts[0].startswith("-") else ""
            raise error.within(flag, instead_of=[flag.lstrip("-")]) from None

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        head, comma, tail = incomplete.rpartition(",")
        names = self._complete() if self._complete else []
        return [CompletionItem(head + comma + name) for name in names if name.startswith(tail)]


def number(text: str) -> float:
    """A finite number."""
    try:
        value = float(text)
    except ValueError:
        raise CppnError(f"{shorten(text)!r} is not a number") from None
    if not math.isfinite(value):
        raise CppnError(f"{shorten(text)!r} is not a finite number")
    return value


def whole(text: str) -> int:
    """A whole number."""
    try:
        return int(text)
    except ValueError:
        raise CppnError(f"{shorten(text)!r} is not a whole number") from None


def samples(text: str) -> int | str:
    """Samples a side, or `auto`."""
    return "auto" if text.strip().lower() == "auto" else whole(text)


def pace(text: str) -> Any:
    """Frames a second: `30`, `23.976`, `30000/1001`."""
    from fractions import Fraction

    try:
        value = Fraction(text.strip()).limit_denominator(100_000)
    except (ValueError, ZeroDivisionError):
        raise CppnError(
            f"{shorten(text)!r} is no number of frames a second", legal='write "30" or "30000/1001"'
        ) from None
    if value <= 0:
        raise CppnError(f"{shorten(text)!r} frames a second", legal="it is above 0")
    return value


def seconds(text: str) -> float:
    """A time: `6`, `6s`, `1.5min`."""
    match = re.fullmatch(r"\s*(\d{1,9}(?:\.\d{1,9})?)\s*(s|min)?\s*", text)
    if match is None:
        raise CppnError(f"{shorten(text)!r} is no time", legal='write "6s" or "1.5min"')
    return float(match[1]) * (60 if match[2] == "min" else 1)


def eased(parser: Callable[[str], Any]) -> Callable[[str], tuple[Any, str | None]]:
    """A value and, after an @, its easing."""

    def parse(text: str) -> tuple[Any, str | None]:
        from ..motion.easing import easing

        body, _, name = text.partition("@")
        if name:
            easing(name)
        return parser(body), name or None

    return parse


def parameter_sweep(text: str) -> tuple[str, list[tuple[float, ...]]]:
    """A parameter path and the values it goes through: `freq=2:9`, `center=0,0:1,2:0,0`."""
    name, equals, body = text.partition("=")
    values = [numbers(part) for part in body.split(":")]
    if not equals or len(values) < 2 or not all(values):
        raise CppnError(f"cannot read {shorten(text)!r}", legal='write "freq=2:9", or "r=3.4:4:3.4"')
    return name.strip(), values


def numbers(text: str) -> tuple[float, ...]:
    """Numbers separated by commas."""
    return tuple(number(part) for part in text.split(",") if part.strip())


def pair(text: str) -> tuple[float, float]:
    """Two numbers separated by a comma."""
    values = numbers(text)
    if len(values) != 2:
        raise CppnError(f"{shorten(text)!r} is not a pair", legal='write two numbers, "0.5,-1"')
    return values[0], values[1]


def widths(text: str) -> tuple[int, ...]:
    """The widths of hidden layers, separated by commas; `none` for no hidden layer."""
    if text.strip().lower() in ("none", "0", ""):
        return ()
    try:
        return tuple(int(part) for part in text.split(","))
    except ValueError:
        raise CppnError(f"{shorten(text)!r} is not a list of widths", legal='write "64,64,64" or "none"') from None


def words(text: str) -> tuple[str, ...]:
    """Texts separated by commas outside of brackets."""
    from ..field.activations import split_list

    return tuple(split_list(text))


def graph(text: str) -> dict[str, Any]:
    """What a random graph is like: `nodes=24,links=60,form=small-world`."""
    from ..recipe.graph import RandomGraphRecipe

    told: dict[str, Any] = {}
    for part in filter(None, (piece.strip() for piece in text.split(","))):
        key, _, value = (side.strip() for side in part.partition("="))
        told[key] = int(value) if re.fullmatch(r"[+-]?\d{1,9}", value) else value
    return RandomGraphRecipe(**told).to_dict()


def latent(text: str) -> int | tuple[float, ...]:
    """How many latent numbers to draw (`8`), or the numbers themselves (`0.5,-1`; a single one as `0.5,`)."""
    return int(text) if re.fullmatch(r"\s*[+-]?\d+\s*", text) else numbers(text)


def size(text: str) -> Any:
    """A picture's width and height, and its resolution if it is one on paper."""
    from ..recipe.view import parse_size

    return parse_size(text)


def sizes(text: str) -> list[Any]:
    """Several sizes, separated by commas."""
    return [size(part) for part in text.split(",")]


def span(text: str) -> list[Any]:
    """The sizes of screens side by side, separated by plus signs."""
    found = [size(part) for part in text.split("+")]
    if len(found) < 2:
        raise CppnError("one screen is no span", legal='write "3840x2160+2560x1440"')
    return found


def styles(text: str) -> list[str]:
    """Names of styles, separated by commas."""
    from ..errors import unknown
    from ..search.styles import STYLES

    names = [part.strip() for part in text.split(",")]
    for name in names:
        if name not in STYLES:
            raise unknown("style", name, STYLES)
    return names


def memory(text: str) -> int:
    """An amount of memory in bytes."""
    from ..draw.memory import parse_bytes

    return parse_bytes(text)


def _activation_names() -> list[str]:
    from ..field.activations import ALIASES, CATALOGUE

    return [*CATALOGUE, *ALIASES]


def warps(text: str) -> list[str]:
    """Warps separated by commas."""
    from ..field.warps import split_warps

    return split_warps(text)


def _warp_names() -> list[str]:
    from ..field.warps import WARPS

    return list(WARPS)


def _palette_names() -> list[str]:
    from ..field.palettes import palette_names

    return palette_names()


def _size_names() -> list[str]:
    from ..recipe.view import PAPERS, SIZES

    return [*SIZES, *PAPERS]


def _style_names() -> list[str]:
    from ..search.styles import STYLES

    return list(STYLES)


class Source(click.ParamType[Any]):
    """A preset's name or a file; of films, also a motion's name."""

    name = "source"

    def __init__(self, *, motion: bool = False) -> None:
        self._motion = motion

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        from ..files.presets import motions, presets

        names = [*presets, *(name.rpartition("/")[2] for name in presets), *_files(incomplete)]
        names += [*motions, *motions.short_names] if self._motion else []
        return [CompletionItem(name) for name in names if name.startswith(incomplete)]


def _files(start: str) -> list[str]:
    """The folders and the files that may hold a recipe, whose names begin like that.

    They are listed here because bash takes either files or words, not both.
    """
    endings = (
        ".toml",
        ".json",
        ".png",
        ".tif",
        ".tiff",
        ".jpg",
        ".jpeg",
        ".webp",
        ".avif",
        ".dzi",
        ".svg",
        ".mp4",
        ".m4v",
        ".mov",
        ".webm",
        ".gif",
        ".html",
        ".glsl",
        ".onnx",
    )
    folder, slash, _ = start.rpartition("/")
    try:
        entries = sorted(os.scandir(folder + slash or "."), key=lambda entry: entry.name)
    except OSError:
        return []
    shown = [entry for entry in entries if not entry.name.startswith(".")]
    return [f"{folder}{slash}{entry.name}/" for entry in shown if entry.is_dir()] + [
        f"{folder}{slash}{entry.name}" for entry in shown if entry.name.lower().endswith(endings)
    ]


NUMBER = Parsed("number", number)
WHOLE = Parsed("n", whole)
SAMPLES = Parsed("n|auto", samples, lambda: ["auto"])
PAIR = Parsed("x,y", pair)
WIDTHS = Parsed("n,n,…", widths)
LATENT = Parsed("n|z,z,…", latent)
BYTES = Parsed("size", memory)
SIZE = Parsed("size", size, _size_names)
SIZES = Parsed("sizes", sizes, _size_names)
SPAN = Parsed("span", span)
STYLES = Parsed("styles", styles, _style_names)
PACE = Parsed("fps", pace)
SECONDS = Parsed("seconds", seconds)
SWEEP = Parsed("sweep", eased(parameter_sweep))
EASED_NUMBER = Parsed("number", eased(number))
EASED_PAIR = Parsed("x,y", eased(pair))
ACTIVATIONS = Parsed("act", words, _activation_names)
GRAPH = Parsed("graph", graph)
INPUTS = Parsed("inputs", words, lambda: ["x", "y", "r", "theta", "bias", "fourier", "positional"])
WARPS = Parsed("warp", warps, _warp_names)
PALETTE = Parsed("palette", str, _palette_names)
