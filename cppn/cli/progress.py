"""Progress bars, on a terminal's stderr."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tqdm import tqdm


class CountBar:
    """A bar that counts things and shows how many a second."""

    def __init__(self, count: int, unit: str) -> None:
        self._bar = tqdm(
            total=count, unit=unit,
            bar_format="{l_bar}{bar}| {n_fmt}/{total_fmt} {rate_fmt} {remaining}",
            leave=False,
        )  # fmt: skip

    def __enter__(self) -> Callable[[int], Any]:
        return lambda done: self._bar.update(done)

    def __exit__(self, *error: object) -> None:
        self._bar.close()


class PixelBar:
    """A bar that counts pixels and shows Mpixel/s."""

    def __init__(self, pixels: int) -> None:
        self._bar = tqdm(
            total=pixels / 1e6,
            unit="Mpixel",
            bar_format="{l_bar}{bar}| {n:.0f}/{total:.0f} Mpixel {rate_fmt} {remaining}",
            leave=False,
        )

    def __enter__(self) -> Callable[[int], Any]:
        return lambda pixels: self._bar.update(pixels / 1e6)

    def __exit__(self, *error: object) -> None:
        self._bar.close()
