"""A folder that studies write into: they take the place of their own earlier files, and of nothing else."""

from __future__ import annotations

import hashlib
import itertools
import json
from collections.abc import Mapping
from pathlib import Path

from ..errors import failure
from ..files.atomic import write_bytes, write_text
from ..files.names import make_folder

MANIFEST = ".cppn-studies.json"  # in the folder: the files that studies wrote, with their SHA-256
_MOST_BYTES = 1 << 22  # of it


class Folder:
    """A folder, made if need be. A file in it is a study's own if it is, byte for byte, what a study wrote there.

    Errors: CppnError if it cannot be made or written in, or holds another program's file of the manifest's name.
    """

    def __init__(self, path: Path) -> None:
        make_folder(path)
        self.path = path
        self._written()

    def write(self, stem: str, parts: Mapping[str, bytes]) -> list[Path]:
        """Write files that belong together, by their endings, as `stem.png` and `stem.json`; returns the paths.

        Where one of the names is taken by anything else, all go to the first of `stem-2`, `stem-3`, … that is free.
        Errors: CppnError if they cannot be written; none appears half-written.
        """
        written = self._written()
        for number in itertools.count(1):
            paths = [self.path / f"{stem}{f'-{number}' if number > 1 else ''}{ending}" for ending in parts]
            if all(self._free(path, written) for path in paths):
                break
        for path, data in zip(paths, parts.values(), strict=True):
            write_bytes(path, data)
            written[path.name] = _digest(data)
        write_text(self.path / MANIFEST, json.dumps(written, indent=0) + "\n")
        return paths

    def _free(self, path: Path, written: Mapping[str, str]) -> bool:
        if not path.exists() and not path.is_symlink():
            return True
        try:
            return path.is_file() and path.name in written and _digest(path.read_bytes()) == written[path.name]
        except OSError:
            return False

    def _written(self) -> dict[str, str]:
        path = self.path / MANIFEST
        try:
            with path.open("rb") as file:
                text = file.read(_MOST_BYTES + 1)
            found = json.loads(text) if len(text) <= _MOST_BYTES else None
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, RecursionError):
            found = None
        if not isinstance(found, dict) or not all(isinstance(value, str) for value in found.values()):
            what = "it is no list of files that studies wrote"
            raise failure(what, where=str(path), legal="remove it, or name another folder with -o")
        return found


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
