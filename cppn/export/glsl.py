"""A recipe as one shader for Shadertoy, its numbers written in as constants."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ..draw.drawing import developed
from ..errors import CppnError
from ..files.provenance import Provenance, marked
from ..recipe import Recipe
from ..recipe.view import View
from ..shader.shader import Shader, shader
from ..version import __version__

MOST_CONSTANTS = 4096  # of four numbers each: what Direct3D, on which browsers on Windows draw, holds of a shader's


def glsl(recipe: Recipe) -> str:
    """The text of a shader, GLSL ES 3.00, with `mainImage`; Shadertoy supplies `iResolution`, which lays the view.

    Errors: CppnError for networks that are too large for constants.
    """
    recipe, field = developed(recipe)
    made = shader(field)
    tables = {"vec4 WEIGHTS": made.weights, "float PARAMETERS": made.parameters}
    if made.table is not None:
        tables["vec3 PALETTE"] = made.table
    if (count := sum(map(len, tables.values()))) > MOST_CONSTANTS:
        raise CppnError(
            f"the network takes {4 * count} numbers", where="a shader",
            legal=f"at most {4 * MOST_CONSTANTS} fit; export a page, .html",
        )  # fmt: skip
    parts = [_head(recipe), *(_constants(name, values) for name, values in tables.items()), _access(made), made.source]
    return "\n".join([*parts, _main(field.view)])


def _head(recipe: Recipe) -> str:
    about = [" ".join(text.split()).rstrip("\\ ") for text in (recipe.name, recipe.description)]
    lines = [
        *filter(None, about), f"made by cppn {__version__}; paste it into shadertoy.com/new",
        "`cppn render` draws this file again, from the recipe in the next line",
        marked(Provenance(recipe, {}).to_json()),
    ]  # fmt: skip
    return "".join(f"// {line}\n" for line in lines)


def _constants(name: str, values: NDArray[np.float32]) -> str:
    kind = name.split()[0]
    rows = [_vector(kind, row) for row in values.reshape(len(values), -1)]
    # several a line, so that the file can be read and its lines stay short
    lines = [", ".join(rows[i : i + 4]) for i in range(0, len(rows), 4)]
    return f"const {name}[{len(rows)}] = {kind}[{len(rows)}](\n" + ",\n".join(f"  {line}" for line in lines) + "\n);\n"


def _vector(kind: str, row: Sequence[np.float32] | NDArray[np.float32]) -> str:
    numbers = ", ".join(str(value) for value in row)  # the shortest text that is this float32
    return numbers if kind == "float" else f"{kind}({numbers})"


def _access(made: Shader) -> str:
    entry = "vec3 entry(int k) { return PALETTE[k]; }\n" if made.table is not None else ""
    return (
        "vec4 weight(int k) { return WEIGHTS[k]; }\nfloat parameter(int k) { return PARAMETERS[k]; }\n" + entry
    )  # fmt: skip


def _main(view: View) -> str:
    half, angle = view.extent / view.zoom, math.radians(-view.rotate)
    cos, sin = half * math.cos(angle), half * math.sin(angle)
    turn = _vector("mat2", np.array([cos, sin, -sin, cos], np.float32))
    side = "iResolution.xy" if view.stretch else "min(iResolution.x, iResolution.y)"
    return f"""\
void mainImage(out vec4 fragColor, in vec2 fragCoord) {{
  vec2 half_size = 0.5 * iResolution.xy, side = vec2({side});
  vec2 p = {_vector("vec2", np.array(view.center, np.float32))} + {turn} * (2.0 * (fragCoord - half_size) / side);
  vec2 across = {turn} * vec2(2.0 / side.x, 0.0), down = {turn} * vec2(0.0, -2.0 / side.y);
  vec2 pixel = vec2(fragCoord.x - half_size.x, half_size.y - fragCoord.y);
  fragColor = vec4(picture(p, pixel, across, down, half_size), 1.0);
}}
"""
