"""A recipe as a shader: GLSL that depends on the network's shape alone, and the numbers that it draws with.

The text is made from the same definitions and the same folding as every engine's. Weights lie in a texture and
parameters in uniforms, so that a network whose weights, frequencies, steps or levels have changed needs no new shader.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .develop import develop
from .drawing import complete
from .engines.fold import Folded, fold
from .errors import CppnError
from .field.color import MODES, PALETTE_LENGTH, to_srgb
from .field.formula import Node, evaluate
from .field.glsl_ops import GlslOps, helpers
from .recipe import Recipe
from .view import Frame

WIDEST = 256  # units of a layer: shaders keep two layers in registers or slower
MOST_TEXELS = 1 << 20  # of weights, four numbers each
ROW = 1024  # texels of a row of the weights' texture; every WebGL 2 takes twice as many
_COLOUR = 7  # parameters that colours take: gain, offset, invert, and a turn of the hues
_PLANE = Frame(1, 1, 0.0, 0.0, 1.0, 0.0, 0.0, 1.0)  # pixels are the plane's own units


@dataclass(frozen=True)
class Shader:
    """What a graphics card needs to draw a recipe.

    `source`: GLSL ES 3.00 functions around `vec3 picture(vec2 p)`, the sRGB colour at a point of the plane; it calls
    `vec4 weight(int)`, `float parameter(int)` and `vec3 entry(int)`, an entry of the palette, which whoever uses it
    supplies. Recipes of the same shape have the same source.
    """

    source: str
    weights: NDArray[np.float32]  # (texels, 4)
    parameters: NDArray[np.float32]  # (n,)
    table: NDArray[np.float32] | None  # (512, 3), a palette's
    recipe: Recipe  # complete


class NoShaderError(CppnError):
    """The recipe is right, but too large for any card."""


def shader(recipe: Recipe) -> Shader:
    """The shader of a recipe.

    Errors: NoShaderError for networks that are too large for one; CppnError for recipes that cannot be drawn.
    """
    recipe = complete(recipe)
    field = develop(recipe)
    widths = [len(layer.bias) for layer in field.network.layers]
    if max(widths) > WIDEST:
        raise NoShaderError(f"a layer of {max(widths)} units", where="shader", legal=f"at most {WIDEST} are legal")
    folded = fold(field, _PLANE, turns=False, counts=False)
    weights = np.concatenate(list(_packed(folded)))
    if len(weights) > MOST_TEXELS:
        raise NoShaderError(f"{4 * len(weights)} weights", where="shader", legal=f"at most {4 * MOST_TEXELS} are legal")
    turn = field.turn or (0.0, 1.0, 0.0, 0.0)
    parameters = [folded.gain, folded.offset, float(field.invert), *turn]
    for layer in folded.layers:
        parameters += layer.parameters.values()
    table = None if field.table is None else field.table.astype(np.float32)
    source = helpers() + _functions(folded) + _colour(field.mode)
    return Shader(source, weights, np.array(parameters, np.float32), table, recipe)


def is_drawable(recipe: Recipe) -> str:
    """Why no card draws this recipe, or nothing."""
    try:
        shader(recipe)
    except CppnError as error:
        return str(error)
    return ""


# weights: of each layer, for each four of its units, their biases and then the columns of 4×4 matrices


def _packed(folded: Folded) -> list[NDArray[np.float32]]:
    parts = []
    for i, layer in enumerate(folded.layers):
        weight = np.hstack([folded.pixel, layer.weight]) if i == 0 else layer.weight
        rows, columns = (-(-side // 4) * 4 for side in weight.shape)
        padded = np.zeros((rows, columns))
        padded[: weight.shape[0], : weight.shape[1]] = weight
        bias = np.zeros(rows)
        bias[: len(layer.bias)] = layer.bias
        # (groups of units, groups of inputs, the input in its group, the unit in its group)
        blocks = padded.reshape(rows // 4, 4, columns // 4, 4).transpose(0, 2, 3, 1).reshape(rows // 4, -1, 4)
        parts.append(np.concatenate([bias.reshape(-1, 1, 4), blocks], axis=1).reshape(-1, 4).astype(np.float32))
    return parts


# text


def _functions(folded: Folded) -> str:
    cores: dict[tuple[Node, tuple[str, ...]], str] = {}
    text, body = "", [*_inputs(folded.features)]
    groups = [-(-(2 + len(folded.features)) // 4)]
    at, used = 0, _COLOUR
    for i, layer in enumerate(folded.layers):
        names = tuple(layer.parameters)
        if (layer.core, names) not in cores:
            cores[layer.core, names] = name = f"activation{len(cores)}"
            text += _activation(name, layer.core, names)
        units = len(layer.bias)
        groups.append(-(-units // 4))
        before = f" + h{i}[o]" if layer.residual else ""
        body += [
            f"vec4 h{i + 1}[{groups[i + 1]}];",
            f"for (int o = 0, k = {at}; o < {groups[i + 1]}; ++o) {{",
            "  vec4 z = weight(k++);",
            f"  for (int i = 0; i < {groups[i]}; ++i, k += 4)",
            f"    z += mat4(weight(k), weight(k + 1), weight(k + 2), weight(k + 3)) * h{i}[i];",
            f"  h{i + 1}[o] = {cores[layer.core, names]}(z, {used}){before};",
            "}",
        ]
        # units that fill up the last four are nothing, whatever the activation makes of nothing
        body += [f"h{i + 1}[{groups[i + 1] - 1}].{'xyzw'[lane]} = 0.0;" for lane in range((units - 1) % 4 + 1, 4)]
        at += groups[i + 1] * (1 + 4 * groups[i])
        used += len(names)
    last = len(folded.layers)
    lines = "\n  ".join(body)
    return f"{text}\nvec4 network(vec2 p) {{\n  {lines}\n  return h{last}[0];\n}}\n"


def _inputs(features: Sequence[Node]) -> list[str]:
    """The vectors h0 of the coordinates and of the inputs that are not affine in them."""
    ops = GlslOps()
    point = {"x": ops.value("p.x"), "y": ops.value("p.y")}
    values = ["p.x", "p.y", *(ops.text(evaluate(tree, point, ops)) for tree in features)]
    values += ["0.0"] * (-len(values) % 4)
    groups = [f"vec4({', '.join(values[i : i + 4])})" for i in range(0, len(values), 4)]
    return [*ops.lines, f"vec4 h0[{len(groups)}];", *(f"h0[{i}] = {group};" for i, group in enumerate(groups))]


def _activation(name: str, core: Node, names: Sequence[str]) -> str:
    ops = GlslOps("vec4")
    known = {key: ops.value(f"vec4(parameter(at + {i}))") for i, key in enumerate(names)}
    value = ops.text(evaluate(core, {**known, "x": ops.value("x")}, ops))
    return f"vec4 {name}(vec4 x, int at) {{\n  {' '.join([*ops.lines, f'return {value};'])}\n}}\n"


def _colour(mode: str) -> str:
    ops = GlslOps()
    raw = [ops.value(f"o.{lane}") for lane in "xyz"]
    gain, offset, invert, *turn = (ops.value(f"parameter({i})") for i in range(_COLOUR))
    # shaders may compare as they like with what is no number, and do: it is asked for by name
    levels = [ops.text(gain * value + offset) for value in raw[: MODES[mode]]]
    outputs = [ops.say(f"isnan({level}) ? 0.0 : clamp({level}, 0.0, 1.0)") for level in levels]
    colour = to_srgb(mode, outputs, (0, 1, 2), False, ops, turn if mode in ("rgb", "hsv", "oklch") else None)
    colour = [c + invert * (1.0 - 2.0 * c) for c in colour]
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
