"""Every field of a recipe's sections: what it is where nobody says it, what it means, its range, and how it moves.

The one place that the model, the flags and their helps, the command writer, films, the recipe's reference and the live
page take these from. It loads nothing, so that a help is shown at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple, get_args

from ..limits import DEEPEST, LARGEST_SEED, LARGEST_SHARE, MOST_TERMS, WIDEST
from .schema import Either, Flag, Kind, Many, Number, Row, Section, Table, Text, Whole, Word, field, required

Scale = Literal["even", "log", "turn"]
Initialisation = Literal["torch", "normal", "xavier", "kaiming", "siren"]
Mode = Literal["gray", "rgb", "hsv", "oklch", "palette"]


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
        "network", ("x", "y"), "x, y, r, theta, bias, or formulas in them.", Many(Text()),
        examples=['["x", "y", "sin(4*r)"]']
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
        "color", "gray", "What the outputs mean: one of them, or three.", Word(*get_args(Mode)), flag=False,
        examples=['"oklch"'],
    ),
    "palette": Told(
        "color", None, "In palette mode: a name that cmap knows, or colours from 0 to 1.", Text(), flag=False,
        examples=['"magma"', '"#101830,#e04030,#ffe080"'],
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
    "measured": Told(
        "color", None, "The range found once on a fixed grid, written by the program and kept from then on.", _PAIR,
        flag=False,
    ),
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
