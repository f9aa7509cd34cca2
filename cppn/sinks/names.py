"""Names that are free."""

from __future__ import annotations

import itertools
import re
from pathlib import Path


def free_path(path: Path) -> Path:
    """The path, or the first of `name-2`, `name-3`, … that is free."""
    if not path.exists():
        return path
    stem = re.sub(r"-\d{1,4}$", "", path.stem)
    return next(p for i in itertools.count(2) if not (p := path.with_name(f"{stem}-{i}{path.suffix}")).exists())
