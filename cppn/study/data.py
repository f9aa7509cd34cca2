"""Pictures in ten classes to learn from: patches that this program draws itself, or files of the MNIST family."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..draw.drawing import render
from ..errors import CppnError
from ..files.kept import cache_folder
from ..files.presets import presets
from .download import Original, fetch, missing
from .idx import CLASSES, SIDE, Bytes, find, read_pair

PRESETS = (
    "agate", "coral", "dahlia", "glacier", "ink", "marble", "ripples", "stained-glass", "walnut", "zebra",
)  # fmt: skip
GARMENTS = (
    "T-shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot",
)  # fmt: skip
FASHION = "fashion-mnist"
_FASHION_DIGEST = "ca3ab2a37f845e1b8ae23cab1b51749a"  # of its images and labels, however they are compressed
_SYSTEM = Path("/usr/share/datasets/fashion-mnist")  # where Debian's dataset-fashion-mnist puts it
SIZE = 36_000  # patches to learn from
MOST_PATCHES = 200_000
_SIDES = (32, 36, 40, 44)  # pixels of the pictures that patches are cut from
_HELD = 5  # of the places in a picture, every so many-th is for testing alone
_LUMINANCE = np.array([0.2126, 0.7152, 0.0722])  # of red, green and blue, as ITU-R BT.709 weighs them
_THROUGH = 0.5  # at most, of another patch that shines through
_CONTRAST, _SHIFT, _NOISE = (1.0, 2.5), 40.0, 40.0  # of grey levels, 0 to 255


@dataclass(frozen=True)
class Data:
    """Images of (n, 28, 28) grey levels with labels of (n,), 0 to 9, to learn from and to test by."""

    name: str
    classes: tuple[str, ...]
    images: Bytes
    labels: Bytes
    test_images: Bytes
    test_labels: Bytes

    @cached_property
    def digest(self) -> str:
        """What tells these images and labels from others."""
        found = hashlib.sha256()
        for one in fields(self)[2:]:
            found.update(np.ascontiguousarray(getattr(self, one.name)).data)
        return found.hexdigest()[:32]


def patches(size: int = SIZE, seed: int = 0) -> Data:
    """`size` patches to learn from and a sixth as many to test by, a class for each of `PRESETS`.

    Each preset is drawn small and in grey; a patch is a window of it at any place, through which another patch shines,
    of another contrast and brightness, with noise. Windows at a fifth of the places are for testing alone.
    Errors: CppnError for sizes out of range.
    """
    if not 60 <= size <= MOST_PATCHES:
        raise CppnError(f"{size} patches", where="size", legal=f"60 to {MOST_PATCHES} are legal")
    pictures = {(name, side): _grey(name, side) for name in PRESETS for side in _SIDES}
    learn, test = (_cut(pictures, count, seed, held) for count, held in ((size, False), (size // 6, True)))
    return Data(f"{size} patches", PRESETS, *learn, *test)


def _grey(name: str, side: int) -> NDArray[np.float64]:
    """A preset's luminance, 0 to 255, by the engine that gives the same everywhere."""
    drawn = render(presets[name], (side, side), aa=2, engine="reference").astype(np.float64)
    return np.asarray(drawn @ _LUMINANCE if drawn.shape[2] == 3 else drawn[..., 0])


def _cut(
    pictures: dict[tuple[str, int], NDArray[np.float64]], count: int, seed: int, held: bool
) -> tuple[Bytes, Bytes]:
    """Patches and labels, from the places that are held back for testing or from the others."""
    rng = np.random.default_rng([seed, held])
    labels = (np.arange(count) % CLASSES).astype(np.uint8)
    rng.shuffle(labels)
    sides = rng.integers(len(_SIDES), size=count)
    found, window = np.empty((count, SIDE, SIDE)), np.arange(SIDE)
    for k, side in enumerate(_SIDES):
        rows, columns = np.divmod(np.arange((side - SIDE + 1) ** 2), side - SIDE + 1)
        places = np.flatnonzero(((rows + 2 * columns) % _HELD == 0) == held)
        for label, name in enumerate(PRESETS):
            at = np.flatnonzero((labels == label) & (sides == k))
            place = places[rng.integers(len(places), size=len(at))]
            down, right = (start[place][:, None] + window for start in (rows, columns))
            found[at] = pictures[name, side][down[:, :, None], right[:, None, :]]
    through, share = rng.permutation(count), rng.uniform(0, _THROUGH, (count, 1, 1))
    found = found + share * (found[through] - found)
    found = 127.5 + (found - 127.5) * rng.uniform(*_CONTRAST, (count, 1, 1))
    found += rng.uniform(-_SHIFT, _SHIFT, (count, 1, 1)) + rng.normal(0, _NOISE, found.shape)
    return np.clip(np.rint(found), 0, 255).astype(np.uint8), labels


def read_folder(folder: Path, name: str = "") -> Data:
    """The data of the four files in a folder, plain or with .gz, that are named as MNIST's and Fashion-MNIST's.

    Errors: CppnError for files that are not there, cannot be read, or do not belong together.
    """
    if folder.is_file():
        raise CppnError("it is a file", where=str(folder), legal=f"the folder of four IDX files is legal, or {FASHION}")
    if not folder.is_dir():
        raise CppnError("there is no such folder", where=str(folder), legal=f"a folder of IDX files, or {FASHION}")
    learn, test = (
        read_pair(find(folder, f"{part}-images-idx3-ubyte"), find(folder, f"{part}-labels-idx1-ubyte"))
        for part in ("train", "t10k")
    )
    found = Data(name or folder.resolve().name, tuple(map(str, range(CLASSES))), *learn, *test)
    is_fashion = name == FASHION or found.digest == _FASHION_DIGEST
    return replace(found, name=FASHION, classes=GARMENTS) if is_fashion else found


def fashion_folder() -> Path:
    """Where Fashion-MNIST is kept once it has been fetched."""
    return cache_folder() / FASHION


def fashion_missing() -> list[Original]:
    """Which files of Fashion-MNIST have to be fetched: none where the system has a package of it."""
    return [] if _SYSTEM.is_dir() else missing(fashion_folder())


def fashion(progress: Callable[[int], object] = lambda size: None) -> Data:
    """Fashion-MNIST, of the system's package, or fetched if it is not kept; `progress` is told of fetched bytes.

    Errors: CppnError if it cannot be fetched.
    """
    if _SYSTEM.is_dir() and (found := read_folder(_SYSTEM)).name == FASHION:
        return found
    return read_folder(fetch(fashion_folder(), progress), FASHION)
