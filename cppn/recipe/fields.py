"""Every field of a recipe's sections: what it is where nobody says it, what it means, its range, and how it moves.

The one place that the model, the flags and their helps, the command writer, films, the recipe's reference and the live
page take these from. It loads nothing, so that a help is shown at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple, get_args

from ..limits import DEEPEST, LARGEST_SEED, LARGEST_SHARE, MOST_TERMS, WIDEST
from .kinds import Color, Either, Flag, Kind, Length, Many, Number, Row, Text, Whole, Word
from .schema import Section, Table, field, required

Scale = Literal["even", "log", "turn"]
Initialisation = Literal["torch", "normal", "xavier", "kaiming", "siren"]
Mode = Literal[
    "gray", "rgb", "hsv", "oklch", "palette", "palette+shade", "palette+hue", "palette+shade+hue", "ramps", "duotone"
]
Halftone = Literal["none", "dots", "lines", "crosses", "hatching"]


class Told(NamedTuple):
    """A field. No two fields of a recipe share a name.

    `moves`: how it goes through a film: by "even" steps; "log", by equal factors; "turn", in degrees, where 360 is 0
    again. `flag`: does a flag of its name say just this field?
    """

    section: str
    default: Any
    about: str
    kind: Kind
    moves: Scale | None = None
    flag: bool = True
    examples: Sequence[str] = ()


class LayerWeights(Section):
    """The weights of one affine map: `weight[output][input]` and `bias[output]`."""

    weight: tuple[tuple[float, ...], ...] = required(Many(Many(Number())))
    bias: tuple[float, ...] = required(Many(Number()))


LENGTH = Length(50)
_PAIR = Row(Number(), Number())

FIELDS = {
    "hidden": Told(
        "network", (64, 64, 64), f"Units of each hidden layer, at most {DEEPEST - 1} of these.",
        Many(Whole(1, WIDEST)), examples=["[32, 32]"],
    ),
    "act": Told(
        "network", ("cos",), "One activation for every affine map, or one for each: the hidden layers and the last.",
        Many(Text(), alone=True), flag=False, examples=['"tanh"', '["sin:freq=3", "tanh", "sigmoid"]'],
    ),
    "inputs": Told(
        "network", ("x", "y"),
        "x, y, r, theta, bias, formulas in them, or families of waves: fourier:features=8,scale=1,seed=0, random ones; "
        "positional:octaves=4, along the axes.",
        Many(Text()), examples=['["x", "y", "sin(4*r)"]', '["x", "y", "fourier:features=6,scale=0.5"]'],
    ),
    "latent": Told(
        "network", 0, "Numbers that every point is told, or how many of them the seed draws.",
        Either(Whole(0, WIDEST), Many(Number())), examples=["[0.5, -1]"]
    ),
    "init": Told(
        "network", "torch", "The distribution of the weights.", Word(*get_args(Initialisation)), examples=['"siren"']
    ),
    "gain": Told("network", 1.0, "Multiplies the weights that are drawn.", Number(0, 1000), "even", examples=["2"]),
    "residual": Told(
        "network", False,
        "Each hidden layer's input is added to its output, from the second on; all are then of one width.",
        Flag(),
    ),
    "weights": Told(
        "network", None,
        "Instead of the seed's: `weight` and `bias` of each map written out, or a safetensors file, in base64 or, in a "
        "recipe file, by its name beside it.",
        Either(Many(Table(LayerWeights)), Text()), flag=False, examples=['"fit.safetensors"'],
    ),
    "blend": Told(
        "network", (),
        "Pairs of a seed and a share: so much of the weights, and of the drawn latents, that this seed would draw is "
        "added, and the sum is divided by √(1 + Σ share²), so that its spread stays. Given weights and latents are "
        "kept as they are, and to such weights the others are only added.",
        Many(Row(Whole(0, LARGEST_SEED), Number(-LARGEST_SHARE, LARGEST_SHARE)), most=MOST_TERMS), flag=False,
        examples=["[[7, 0.3]]"],
    ),
    "mode": Told(
        "color", "gray", "What the outputs mean: one of them, two or three.", Word(*get_args(Mode)), flag=False,
        examples=['"oklch"'],
    ),
    "palette": Told(
        "color", None,
        "In modes that take one: a name that `cppn palettes` or cmap knows, or colours from 0 to 1, each perhaps with "
        "its share of the area (`*3`) or its place (`@0.2`).",
        Text(), flag=False, examples=['"harbour-dawn"', '"magma"', '"#0f2d38*3,#e9dcc3*4,#d9622b*.6"'],
    ),
    "across": Told(
        "color", None, "In ramps mode: the second palette.", Text(), examples=['"magma"'],
    ),
    "flat": Told(
        "color", False,
        "Swatches instead of a ramp: the palette's colours lie beside each other like paper, with crisp edges at any "
        "size, in areas as their shares say; inks lie where theirs is above a half.",
        Flag(),
    ),
    "equal": Told(
        "color", False, "The palette's ramp is spread so that its colours take areas as their shares say.", Flag(),
    ),
    "tone": Told(
        "color", None,
        "A formula that the first value goes through: in f, g and h, the outputs between their levels; dx, dy and "
        "slope, how much f changes over a hundredth of the shorter side; distance, how far it is to where f is 0.5, in "
        "these; nx, ny and nz, the normal of f as a relief; x, y, r and theta.",
        Text(), examples=['"0.5 + 0.5*sin(20*f)"', '"exp(-distance)"'],
    ),
    "curve": Told(
        "color", None,
        "The values below which 0, 1, 2, … equal parts of the area lie, found once on a fixed grid for `flat` and "
        "`equal`, written by the program and kept from then on.",
        Many(Number(), 2, 257), flag=False,
    ),
    "hue": Told(
        "color", 0.0, "Degrees by which all hues are turned; grey has none.", Number(-1e6, 1e6), "turn",
        examples=["120"],
    ),
    "invert": Told("color", False, "The negative.", Flag()),
    "levels": Told(
        "color", None,
        "Which values of the last activation become 0 and 1. Where it is not given, the activation's own range is "
        "taken; where that has none, `measured`.",
        _PAIR, moves="even", examples=["[-1, 1]"],
    ),
    "each": Told(
        "color", False, "Each output has levels of its own, between which nearly all of its values lie.", Flag(),
    ),
    "ranges": Told(
        "color", None, "Those levels, found once on a fixed grid, written by the program or by hand.",
        Many(_PAIR, 1, 3), flag=False, examples=["[[-1, 1], [0, 1], [-0.5, 0.2]]"],
    ),
    "measured": Told(
        "color", None, "The range found once on a fixed grid, written by the program and kept from then on.", _PAIR,
        flag=False,
    ),
    "symmetry": Told(
        "space", "",
        "A wallpaper group (p1 to p6m), a frieze (hop, step, sidle, jump, spinhop, spinsidle, spinjump) or a rosette "
        "(c5, d6): the picture has exactly its symmetries.",
        Text(20), examples=['"p6m"', '"d5"'],
    ),
    "cell": Told(
        "space", 4.0, "The side of its cell in the plane; of a frieze, its step.", Number(1e-6, 1e6), "log",
        examples=["2.5"],
    ),
    "swap": Told(
        "space", False, "Half of the symmetries swap colours: the first value turns into its opposite.", Flag()
    ),
    "tile": Told(
        "space", False, "Opposite edges fit together, to the bit: the picture repeats without seams.", Flag()
    ),
    "before": Told(
        "space", (), "Warps of the plane before it is made symmetric, one after another.",
        Many(Text(), most=8, alone=True),
        examples=['["logpolar"]'],
    ),
    "warp": Told(
        "space", (),
        "Warps of what the network is told, one after another: NAME or NAME:key=value,… of self, move, zoom, turn, "
        "polar, logpolar, moebius, mirror, lens, twist, wave.",
        Many(Text(), most=8, alone=True), examples=['["self:amount=0.7"]', '["twist:amount=3,radius=2", "mirror:n=3"]'],
    ),
    "octaves": Told(
        "space", 1, "The network is asked so often, each time finer and fainter, and what it says is added up.",
        Whole(1, 8), examples=["5"],
    ),
    "persistence": Told(
        "space", 0.5, "How strong each octave is, of the one before.", Number(0, 1), "even", examples=["0.6"]
    ),
    "lacunarity": Told("space", 2.0, "How much finer each octave is.", Number(1, 8), "log", examples=["2.3"]),
    "line": Told("finish", 0.0, "Width of a line between swatches.", LENGTH, examples=["0.3", '"2px"']),
    "line_color": Told("finish", "#17130f", "Its colour.", Color(), examples=['"#ffffff"']),
    "shadow": Told(
        "finish", 0.0, "How dark the shadow is that a swatch throws on those below it.", Number(0, 1), "even",
        examples=["0.5"],
    ),
    "shadow_width": Told("finish", 2.0, "How far that shadow reaches.", LENGTH),
    "rim": Told("finish", 0.0, "How bright the lit edge of a swatch is.", Number(0, 1), "even", examples=["0.3"]),
    "relief": Told(
        "finish", 0.0, "The first value is a height that throws light and shade: how steep.", Number(0, 100), "even",
        examples=["1"],
    ),
    "gloss": Told("finish", 0.0, "How much of the light a relief reflects.", Number(0, 1), "even", examples=["0.4"]),
    "light": Told(
        "finish", 135.0, "Where light comes from, degrees counterclockwise from the right.", Number(-1e6, 1e6), "turn"
    ),
    "altitude": Told("finish", 45.0, "How high it stands, degrees.", Number(5, 90), "even"),
    "contours": Told(
        "finish", 0, "Lines of equal value, so many from 0 to 1.", Whole(0, 1000), examples=["12"]
    ),
    "contour_width": Told("finish", 0.2, "Their width.", LENGTH),
    "contour_color": Told("finish", "#17130f", "Their colour.", Color()),
    "halftone": Told(
        "finish", "none", "Tone by dots, lines, crosses or hatching.", Word(*get_args(Halftone)), examples=['"dots"']
    ),
    "screen": Told("finish", 1.2, "From one of these to the next.", LENGTH),
    "screen_angle": Told("finish", 45.0, "Degrees by which they are turned.", Number(-1e6, 1e6), "turn"),
    "ink": Told("finish", None, "Their colour; else the picture's own.", Color(), examples=['"#1b2a41"']),
    "paper_color": Told("finish", "#f4ecdc", "What lies between them, and around a margin.", Color()),
    "grain": Told("finish", 0.0, "Grain as of film.", Number(0, 1), "even", examples=["0.2"]),
    "grain_size": Told("finish", 0.16, "How large a grain is.", LENGTH),
    "paper": Told("finish", 0.0, "Unevenness as of paper.", Number(0, 1), "even", examples=["0.3"]),
    "fibre": Told("finish", 0.0, "Fibres as of handmade paper.", Number(0, 1), "even", examples=["0.3"]),
    "vignette": Told("finish", 0.0, "Darker towards the corners.", Number(0, 1), "even", examples=["0.3"]),
    "margin": Told("finish", 0.0, "Width of a margin of paper around the picture.", LENGTH, examples=["6"]),
    "border": Told("finish", 0.0, "Width of a line around the picture, inside the margin.", LENGTH),
    "center": Told("view", (0.0, 0.0), "The point in the middle.", _PAIR, moves="even", examples=["[1.5, -0.5]"]),
    "extent": Told("view", 5.0, "From the middle to the nearer edge, at zoom 1.", Number(1e-9, 1e9), "log"),
    "zoom": Told("view", 1.0, "Divides the extent.", Number(1e-9, 1e9), "log", examples=["4"]),
    "rotate": Told("view", 0.0, "Degrees, counterclockwise.", Number(-1e6, 1e6), "turn", examples=["30"]),
    "stretch": Told("view", False, "Both sides span the same, as in LogisticMapDNN; else pixels are square.", Flag()),
}  # fmt: skip


def told(name: str) -> Any:
    """A field as its section has it."""
    one = FIELDS[name]
    return field(one.kind, one.default, one.about, one.examples)
