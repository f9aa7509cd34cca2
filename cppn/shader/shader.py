"""A field as a shader: GLSL that depends on the network's shape alone, and the numbers that it draws with.

The text is made from the same definitions and the same folding as every engine's. Weights lie in a texture and
parameters in uniforms, so that a network whose weights, frequencies, steps or levels have changed needs no new shader.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..draw.drawing import developed
from ..engines.fold import fold
from ..errors import CppnError
from ..field.color import MODES, NO_TURN, PALETTE_LENGTH, TURNED, to_srgb
from ..field.glsl_ops import GlslOps, helpers
from ..network.develop import Field
from ..recipe import Recipe
from ..recipe.view import Frame
from .stages import stages_text

WIDEST = 256  # units of a layer: shaders keep two layers in registers or slower
MOST_TEXELS = 1 << 20  # of weights, four numbers each
ROW = 1024  # texels of a row of the weights' texture; every WebGL 2 takes twice as many
_COLOUR = 11  # parameters that colours take: gains and offsets of three outputs, invert, and a turn of the hues
_PLANE = Frame(1, 1, 0.0, 0.0, 1.0, 0.0, 0.0, 1.0)  # pixels are the plane's own units


@dataclass(frozen=True)
class Shader:
    """What a graphics card needs to draw a field.

    `source`: GLSL ES 3.00 functions around `vec3 picture(vec2 p)`, the sRGB colour at a point of the plane; it calls
    `vec4 weight(int)`, `float parameter(int)` and `vec3 entry(int)`, an entry of the palette, which whoever uses it
    supplies. Fields of the same shape have the same source.
    """

    source: str
    weights: NDArray[np.float32]  # (texels, 4)
    parameters: NDArray[np.float32]  # (n,)
    table: NDArray[np.float32] | None  # (512, 3), a palette's


class NoShaderError(CppnError):
    """The recipe is right, but too large for any card."""


def shader(field: Field) -> Shader:
    """The shader of a field.

    Errors: NoShaderError for networks that are too large for one.
    """
    widths = field.network.widths[1:]
    if max(widths) > WIDEST:
        raise NoShaderError(f"a layer of {max(widths)} units", where="shader", legal=f"at most {WIDEST} are legal")
    folded = fold(field, _PLANE, turns=False, counts=False)
    stages = stages_text(folded.network, _COLOUR)
    if len(stages.weights) > MOST_TEXELS:
        raise NoShaderError(
            f"{4 * len(stages.weights)} weights", where="shader", legal=f"at most {4 * MOST_TEXELS} are legal"
        )
    color = field.color
    parameters = [*_padded(folded.gain), *_padded(folded.offset), float(color.invert), *(color.turn or NO_TURN)]
    for activation in folded.network.activations:
        parameters += activation.parameters.values()
    table = None if color.table is None else color.table.astype(np.float32)
    source = helpers() + stages.source + _colour(color.mode)
    return Shader(source, stages.weights, np.array(parameters, np.float32), table)


def is_drawable(recipe: Recipe) -> str:
    """Why no card draws this recipe, or nothing."""
    try:
        shader(developed(recipe)[1])
    except CppnError as error:
        return str(error)
    return ""


def _padded(numbers: NDArray[np.float64]) -> list[float]:
    """Three of them."""
    return [*numbers.tolist(), 0.0, 0.0][:3]


def _colour(mode: str) -> str:
    ops = GlslOps()
    numbers = [ops.value(f"parameter({i})") for i in range(_COLOUR)]
    gains, offsets, invert, turn = numbers[:3], numbers[3:6], numbers[6], numbers[7:]
    raw = [ops.value(f"o.{lane}") for lane in "xyz"]
    leveled = [gain * value + offset for gain, value, offset in zip(gains, raw, offsets, strict=True)][: MODES[mode]]
    colour = to_srgb(mode, leveled, (0, 1, 2), invert > 0.5, ops, turn if mode in TURNED else None)
    channels = ", ".join(ops.text(c) for c in (colour * 3)[:3])
    lines = "\n  ".join([*ops.lines, f"return vec3({channels});"])
    palette = f"""
vec3 palette(float t) {{
  float at = t * {PALETTE_LENGTH - 1}.0;
  int i = int(min(at, {PALETTE_LENGTH - 2}.0));
  return mix(entry(i), entry(i + 1), at - float(i));
}}
"""
    return f"{palette * (mode == 'palette')}\nvec3 picture(vec2 p) {{\n  vec4 o = network(p);\n  {lines}\n}}\n"
