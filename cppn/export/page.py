"""A recipe as one page that stands alone: the live picture, its script and all its numbers."""

from __future__ import annotations

import base64
import html
import io
import json
import re
from hashlib import sha256
from importlib.resources import files
from string import Template

import numpy as np
from numpy.typing import NDArray

from ..draw.drawing import developed, render
from ..files.provenance import HTML_CLOSE, HTML_OPEN, Provenance
from ..recipe import Recipe
from ..shader.shader import shader
from ..version import __version__
from ..web import script

STILLS = (640, 480, 320)  # pixels a side of the picture for browsers that draw none; the first that is small enough
_SMALL = 300_000  # bytes
_MODULES = ("card.js", "picture.js")  # in the order of their imports


def page(recipe: Recipe) -> str:
    """The text of the page, HTML.

    Errors: CppnError for networks that are too large for a graphics card.
    """
    recipe, field = developed(recipe)
    made = shader(field)
    parts = [*map(script, _MODULES), files(__package__).joinpath("page.js").read_text(encoding="utf-8")]
    # one module of all: nothing is loaded, so there is nothing to import
    program = "".join(re.sub(r"^import [^;]*;\n", "", part, flags=re.MULTILINE) for part in parts)
    numbers = {
        "weights": _base64(made.weights), "parameters": _base64(made.parameters),
        "table": None if made.table is None else _base64(made.table),
    }  # fmt: skip
    title = " ".join(recipe.name.split()) or "A picture by cppn"
    template = Template(files(__package__).joinpath("page.html").read_text(encoding="utf-8"))
    return template.substitute(
        title=html.escape(title), description=html.escape(" ".join(recipe.description.split()) or title),
        version=__version__, recipe=f"{HTML_OPEN.decode()}{Provenance(recipe, {}).to_json()}{HTML_CLOSE.decode()}",
        source=made.source, numbers=json.dumps(numbers), program=program, still=_still(recipe),
        fit="fill" if recipe.view.stretch else "contain", hash=_hash(f"\n{program}"),
    )  # fmt: skip


def _base64(values: NDArray[np.float32]) -> str:
    return base64.b64encode(np.ascontiguousarray(values, "<f4").tobytes()).decode()


def _hash(text: str) -> str:
    """What a page's policy calls a script that may run."""
    return f"sha256-{base64.b64encode(sha256(text.encode()).digest()).decode()}"


def _still(recipe: Recipe) -> str:
    """The address of a small picture that holds it."""
    from PIL import Image

    for side in STILLS:
        pixels, data = render(recipe, (side, side), aa=2), io.BytesIO()
        Image.fromarray(pixels[:, :, 0] if pixels.shape[2] == 1 else pixels).save(data, "PNG", optimize=True)
        if data.tell() <= _SMALL:
            break
    return f"data:image/png;base64,{base64.b64encode(data.getvalue()).decode()}"
