"""A field as a shader: GLSL that depends on the network's shape alone, and the numbers that it draws with.

The text is made from the same definitions and the same folding as every engine's. Weights lie in a texture and
parameters in uniforms, so that a network whose weights, frequencies, steps or levels have changed needs no new shader.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..compose.composition import Composition, columns, compose
from ..engines.fold import PLANE, fold
from ..errors import CppnError
from ..field.dual import Dual
from ..field.formula import evaluate
from ..field.glsl_ops import GlslOps, helpers
from ..field.ops import Value
from ..field.palettes import PALETTE_LENGTH
from ..field.program import Call
from ..field.spaces import encode
from ..network.develop import Field
from ..recipe.view import SCREEN_DPI
from .stages import stages_text

WIDEST = 256  # units of a layer: shaders keep two layers in registers or slower
MOST_TEXELS = 1 << 20  # of weights, four numbers each
ROW = 1024  # texels of a row of the weights' texture; every WebGL 2 takes twice as many


@dataclass(frozen=True)
class Shader:
    """What a graphics card needs to draw a field.

    `source`: GLSL ES 3.00 functions around `vec3 picture(vec2 p, vec2 pixel, vec2 across, vec2 down, vec2 edge)`, the
    sRGB colour at a point p of the plane: so many pixels right of and below the picture's middle, where p changes by
    `across` from one column to the next, by `down` from row to row, and whose edges are `edge` pixels away from the
    middle. It calls `vec4 weight(int)`, `float parameter(int)` and `vec3 entry(int)`, an entry of the
    palettes, which whoever uses it supplies. Fields of the same shape have the same source.
    """

    source: str
    weights: NDArray[np.float32]  # (texels, 4)
    parameters: NDArray[np.float32]  # (n,)
    table: NDArray[np.float32] | None  # (512 n, 3), palettes one after another


class NoShaderError(CppnError):
    """The recipe is right, but too large for any card."""


def shader(field: Field) -> Shader:
    """The shader of a field.

    Errors: NoShaderError for networks that are too large for one.
    """
    made = compose(field, is_open=True)
    if made.paintings:
        raise NoShaderError(
            "strokes are placed, not computed of a point", where="shader", legal="the program draws them"
        )
    widest = max(max(source.network.widths[1:]) for source in made.sources)
    if widest > WIDEST:
        raise NoShaderError(f"a layer of {widest} units", where="shader", legal=f"at most {WIDEST} are legal")
    # numbers of a program first, then each network's gains, offsets and parameters of activations
    parameters, texels = list(made.numbers.values()), 0
    networks: list[str] = []
    weights: list[NDArray[np.float32]] = []
    asked: dict[tuple[int, bool], str] = {}
    for network, is_steep in dict.fromkeys((call.network, bool(call.slopes)) for call in made.program.calls):
        folded = fold(made.sources[network], PLANE, turns=False, counts=is_steep)
        asked[network, is_steep] = name = f"network{len(networks)}"
        first = len(parameters)
        parameters += [*_padded(folded.gain), *_padded(folded.offset)]
        stages = stages_text(folded.network, name, len(parameters), texels, is_steep=is_steep)
        for activation in folded.network.activations:
            parameters += activation.parameters.values()
        networks.append(stages.source + _leveled(name, first, is_steep))
        weights.append(stages.weights)
        texels += len(stages.weights)
    if texels > MOST_TEXELS:
        raise NoShaderError(f"{4 * texels} weights", where="shader", legal=f"at most {4 * MOST_TEXELS} are legal")
    tables = [table.astype(np.float32) for table in made.tables.values()]
    source = helpers() + "".join(networks) + _picture(made, asked)
    table = np.concatenate(tables) if tables else None
    return Shader(source, np.concatenate(weights), np.array(parameters, np.float32), table)


def _padded(numbers: NDArray[np.float64]) -> list[float]:
    """Three of them."""
    return [*numbers.tolist(), 0.0, 0.0][:3]


def _leveled(name: str, first: int, is_steep: bool) -> str:
    """The network's outputs between its levels, in place of those as they are."""
    gain, offset = (f"vec4({', '.join(f'parameter({i + k})' for k in range(3))}, 0.0)" for i in (first, first + 3))
    taken, given = (", inout vec4 s, inout vec4 t", ", s, t") if is_steep else ("", "")
    slopes = "  s *= gain;\n  t *= gain;\n" * is_steep
    return f"""
vec4 leveled_{name}(vec2 p{taken}) {{
  vec4 gain = {gain}, value = {name}(p{given}) * gain + {offset};
{slopes}  return value;
}}
"""


def _picture(made: Composition, asked: Mapping[tuple[int, bool], str]) -> str:
    ops = GlslOps()
    known: dict[str, Value] = {
        "x": ops.value("p.x"), "y": ops.value("p.y"), "u": ops.value("pixel.x"), "v": ops.value("pixel.y"),
        "ux": ops.value("across.x"), "uy": ops.value("across.y"), "vx": ops.value("down.x"), "vy": ops.value("down.y"),
        "right": ops.value("edge.x"), "bottom": ops.value("edge.y"), "percent": ops.value("percent"),
        "mm": SCREEN_DPI / 25.4, "sharp": 1.0,
    }  # fmt: skip
    known |= {key: ops.value(f"parameter({i})") for i, key in enumerate(made.numbers)}
    for i, name in enumerate(made.tables):
        known |= {key: (i * PALETTE_LENGTH, k) for k, key in enumerate(columns(name))}

    def ask(call: Call, known: Mapping[str, Value]) -> list[Value]:
        name, label = asked[call.network, bool(call.slopes)], call.outputs[0]
        parts = 3 if call.slopes else 1
        if call.at is None:
            place = ["p", "vec4(across, 0.0, 0.0)", "vec4(down, 0.0, 0.0)"][:parts]
        else:
            x, y = ([ops.text(evaluate(part, known, ops)) for part in one[:parts]] for one in call.at)
            place = [f"vec2({x[0]}, {y[0]})"]
            place += [f"vec4({a}, {b}, 0.0, 0.0)" for a, b in zip(x[1:], y[1:], strict=True)]
        slopes = [f"{label}_{to}" for to in "st"[: parts - 1]]
        ops.lines += [f"vec4 {slope} = {text};" for slope, text in zip(slopes, place[1:], strict=True)]
        ops.lines.append(f"vec4 {label}_o = leveled_{name}({', '.join([place[0], *slopes])});")
        return [
            Dual(*(ops.value(f"{one}.{lane}") for one in (f"{label}_o", *slopes)))
            for lane in "xyz"[: len(call.outputs)]
        ]

    colour = made.program.run(known, ops, ask)
    if made.program.is_light:
        colour = [encode(one, ops) for one in colour]
    channels = ", ".join(ops.text(c) for c in (colour * 3)[:3])
    lines = "\n  ".join([*ops.lines, f"return vec3({channels});"])
    palette = f"""
vec3 palette(float t, int first) {{
  float at = t * {PALETTE_LENGTH - 1}.0;
  int i = int(min(at, {PALETTE_LENGTH - 2}.0));
  return mix(entry(first + i), entry(first + i + 1), at - float(i));
}}
"""
    taken, percent = "vec2 p, vec2 pixel, vec2 across, vec2 down, vec2 edge", "0.02 * min(edge.x, edge.y)"
    return f"{palette * bool(made.tables)}\nvec3 picture({taken}) {{\n  float percent = {percent};\n  {lines}\n}}\n"
