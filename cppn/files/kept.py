"""Files kept in the user's cache folder: what can be had again, but takes time.

Each kind stands in a folder of its own, private to the user, bounded in size. A file tells the digest of what it holds,
and one that is damaged, or that another user could have written, counts as not there. Nothing here fails: where a file
cannot be kept, the program says so once and goes on.
"""

from __future__ import annotations

import hashlib
import logging
import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from ..errors import CppnError, shorten
from .atomic import remove_leftovers, write_bytes

_VARIABLE, _OFF = "CPPN_CACHE", "off"
_MAGIC = b"cppn kept 1\n"
_DIGEST = 32  # bytes of SHA-256
_LONGEST = 200  # bytes of what a file says that it is
_ENDING = ".kept"


class KeptFile(NamedTuple):
    """`about`: what it says that it is. `size`: in bytes. `used`: when it was last, in seconds since 1970."""

    path: Path
    about: str
    size: int
    used: float


class Kept:
    """One kind of kept files: the folder of this name, with `most` bytes; beyond, those go that were used longest ago.

    `about`: what they are. A single file has at most a quarter of the bytes.
    """

    def __init__(self, name: str, most: int, about: str) -> None:
        self.name, self.most, self.about = name, most, about
        self._told = False

    @property
    def folder(self) -> Path | None:
        """Where the files are; None if the user wants none."""
        return None if is_off() else cache_folder() / self.name

    def has(self, key: str) -> bool:
        """Is something kept under a key?"""
        return self.folder is not None and (self.folder / (key + _ENDING)).is_file()

    def read(self, key: str) -> bytes | None:
        """What was kept under a key; None if nothing whole, that only this user can have written, is there."""
        folder = self.folder
        if folder is None:
            return None
        path = folder / (key + _ENDING)
        try:
            held = _open(folder, path, self.most)
        except OSError as error:
            if not isinstance(error, FileNotFoundError | NotADirectoryError):
                self._tell(f"not used: {error.strerror or error}", path)
            return None
        data = _contents(held)
        if data is None:
            self._tell("damaged, and made anew", path)
            return None
        with suppress(OSError):
            os.utime(path)
        return data

    def write(self, key: str, about: str, data: bytes) -> None:
        """Keep the data under a key. `about`: what they are, in a few words."""
        folder = self.folder
        if folder is None or len(data) > self.most // 4:
            return
        said = about.encode()[:_LONGEST].ljust(_LONGEST)
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            if os.name == "posix" and os.stat(folder).st_uid == os.geteuid():
                folder.chmod(0o700)
            _check(os.stat(folder))
            held = _MAGIC + hashlib.sha256(said + data).digest() + said + data
            write_bytes(folder / (key + _ENDING), held, private=True)
            self._trim(folder)
        except (OSError, CppnError) as error:
            self._tell(f"cannot be kept: {getattr(error, 'strerror', None) or error}", folder)

    def files(self) -> list[KeptFile]:
        """All that is kept, what was used last first."""
        folder = self.folder
        if folder is None:
            return []
        return sorted(_files(folder), key=lambda one: -one.used)

    def empty(self) -> int:
        """Remove all that is kept; returns how many files that were."""
        gone = 0
        for one in self.files():
            with suppress(OSError):
                one.path.unlink()
                gone += 1
        return gone

    def _trim(self, folder: Path) -> None:
        sizes = sorted((found.st_mtime, found.st_size, path) for path, found in _stats(folder))
        too_many = sum(size for _, size, _ in sizes) - self.most
        if too_many > 0:
            remove_leftovers(folder)
        for _, size, path in sizes:
            if too_many <= 0:
                break
            with suppress(OSError):  # another process may have removed it
                path.unlink()
            too_many -= size

    def _tell(self, what: str, path: Path) -> None:
        if not self._told:
            self._told = True
            logging.getLogger("cppn").warning("cppn: %s: %s", path, what)


def cache_folder() -> Path:
    """Where this user's programs keep what can be had again: on Linux ~/.cache/cppn, or below $XDG_CACHE_HOME.

    $CPPN_CACHE names another folder.
    """
    said = os.environ.get(_VARIABLE)
    if said and said.lower() != _OFF:
        return Path(said)
    from platformdirs import user_cache_path

    return user_cache_path("cppn", appauthor=False)


def is_off() -> bool:
    """Does the user want nothing kept?"""
    return os.environ.get(_VARIABLE, "").lower() == _OFF


def sources(*rooms: str) -> list[tuple[str, int, int]]:
    """The program's own files in these folders, with sizes and times: what is kept of another program is not taken."""
    package = Path(__file__).parents[1]
    return [
        (path.name, found.st_size, found.st_mtime_ns)
        for room in rooms
        for path in sorted((package / room).glob("*.*"))
        for found in (path.stat(),)
    ]


def _open(folder: Path, path: Path, most: int) -> bytes:
    """The bytes of a file that only this user can have written."""
    _check(os.stat(folder))
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)  # a pipe would be waited for
    with open(os.open(path, flags), "rb") as file:
        found = os.fstat(file.fileno())
        _check(found)
        if not stat.S_ISREG(found.st_mode) or found.st_size > most:
            raise PermissionError(0, "it is no file of this program's")
        return file.read(most)


def _check(found: os.stat_result) -> None:
    if os.name != "posix":  # folders of other systems are private by their access lists
        return
    if found.st_uid != os.geteuid():
        raise PermissionError(0, "it belongs to another user")
    if found.st_mode & 0o022:
        raise PermissionError(0, "other users can write there")


def _contents(held: bytes) -> bytes | None:
    """What a file holds after what it says that it is; None if it is damaged."""
    start = len(_MAGIC) + _DIGEST
    whole = held[:start] == _MAGIC + hashlib.sha256(held[start:]).digest()
    return held[start + _LONGEST :] if whole else None


def _stats(folder: Path) -> Iterator[tuple[Path, os.stat_result]]:
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            with suppress(OSError):
                if entry.name.endswith(_ENDING) and entry.is_file(follow_symlinks=False):
                    yield Path(entry.path), entry.stat(follow_symlinks=False)


def _files(folder: Path) -> Iterator[KeptFile]:
    start = len(_MAGIC) + _DIGEST
    for path, found in _stats(folder):
        with suppress(OSError), path.open("rb") as file:
            said = shorten(file.read(start + _LONGEST)[start:].decode("ascii", "replace"))
            yield KeptFile(path, said, found.st_size, found.st_mtime)


KERNELS = Kept("kernels", 1 << 26, "compiled kernels")
STUDIES = Kept("studies", 1 << 32, "results of studies")
DEVICES = Kept("devices", 1 << 16, "measurements of devices")
LOOKS = Kept("looks", 1 << 26, "pools of candidates that were looked at")
KINDS = (KERNELS, LOOKS, STUDIES, DEVICES)
