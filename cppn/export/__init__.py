"""Pictures for other programs: a page that stands alone, a shader, a network file."""

from __future__ import annotations

import os
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import CppnError, failure

if TYPE_CHECKING:
    from ..recipe import Recipe

EXPORT_FORMATS = {".html": "a page", ".glsl": "a Shadertoy shader", ".onnx": "a network file"}


def export(recipe: Recipe, path: str | os.PathLike[str]) -> Path:
    """Write a picture for another program, as the file's ending says; returns the path.

    `.html`: a page that stands alone, in which the picture can be moved and zoomed. `.glsl`: a shader for Shadertoy.
    `.onnx`: the network, from points (n, 2) of the plane to sRGB colours (n, 1 or 3) in [0, 1].
    Errors: CppnError for other endings, networks that the format does not hold, and files that cannot be written.
    """
    from ..files.atomic import write_bytes
    from ..files.names import check_folder

    target = Path(path)
    ending = target.suffix.lower()
    if ending not in EXPORT_FORMATS:
        what = f"unknown export format {ending!r}" if ending else "the file name has no ending"
        legal = ", ".join(f"{key} ({meaning})" for key, meaning in EXPORT_FORMATS.items())
        raise CppnError(what, where=str(target), legal=f"{legal} are legal")
    check_folder(target)
    if ending == ".glsl":
        from .glsl import glsl

        data = glsl(recipe).encode()
    elif ending == ".onnx":
        if find_spec("onnx") is None:
            raise failure("ONNX files need onnx, which is not installed", where=str(target), legal="install cppn[onnx]")
        from .onnx_file import onnx_bytes

        data = onnx_bytes(recipe)
    else:
        from .page import page

        data = page(recipe).encode()
    write_bytes(target, data)
    return target
