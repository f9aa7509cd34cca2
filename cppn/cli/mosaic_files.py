"""Where `cppn mosaic` writes: names that are given, and names beside them that take no file's place."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Places:
    """Where one network's mosaic and film go, and whether each name is the program's own, or one that was given."""

    still: Path
    still_is_own: bool
    film: Path
    film_is_own: bool


def places_of(name: str, flags: dict[str, Any], *, alone: bool) -> Places:
    """A file's own name for one network, else a name beside the others."""
    from ..files.names import free_path

    output, film, stem = flags["output"], flags["film"], name if name.startswith("mosaic") else f"mosaic-{name}"

    def named(text: str) -> tuple[Path, bool]:
        path = Path(text)
        if alone:
            return path, False
        return path.with_name(f"{path.stem}-{stem.removeprefix('mosaic-')}{path.suffix}"), True

    folder = Path(output) if output and (output.endswith(("/", "\\")) or Path(output).is_dir()) else None
    if output and not folder:
        path, own = named(output)
    else:
        unit = f"-unit-{flags['unit'].strip().replace('/', '-')}" if flags["unit"] else ""
        path, own = (folder or Path()) / f"{stem}{unit}.png", True
    if film:
        return Places(free_path(path) if own else path, own, *named(film))
    if is_film(output):
        return Places(free_path(path.with_suffix(".png")), True, free_path(path) if own else path, own)
    if own:
        path = free_path(path, *[lambda one: one.with_suffix(".gif")] * flags["film_wanted"])
    return Places(path, own, free_path(path.with_suffix(".gif")), True)


def is_film(output: str | None) -> bool:
    """Does a name's ending mean a film? .png is a mosaic's."""
    from ..files.sinks.film_formats import FILM_FORMATS

    return Path(output or "").suffix.lower() in FILM_FORMATS.keys() - {".png"}
