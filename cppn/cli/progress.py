"""Progress bars, on a terminal's stderr."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def count_bar(count: int, unit: str, quiet: bool) -> Iterator[Callable[[int], Any]]:
    """A bar that counts things and shows how many a second; it is told how many more are done."""
    if quiet or not count or not sys.stderr.isatty():
        yield lambda done: None
        return
    from tqdm import tqdm

    form = "{l_bar}{bar}| {n_fmt}/{total_fmt} {rate_fmt} {remaining}"
    with tqdm(total=count, unit=unit, bar_format=form, leave=False) as bar:
        yield bar.update


@contextmanager
def pixel_bar(pixels: int, quiet: bool) -> Iterator[Callable[[int], Any]]:
    """A bar that counts pixels and shows Mpixel/s; it is told how many more pixels are done."""
    if quiet or not sys.stderr.isatty():
        yield lambda pixels: None
        return
    from tqdm import tqdm

    form = "{l_bar}{bar}| {n:.0f}/{total:.0f} Mpixel {rate_fmt} {remaining}"
    with tqdm(total=pixels / 1e6, unit="Mpixel", bar_format=form, leave=False) as bar:
        yield lambda pixels: bar.update(pixels / 1e6)
