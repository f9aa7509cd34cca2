"""Layers: what lies on a picture, each with a network, colours and a mask of its own."""

from __future__ import annotations

from itertools import pairwise
from typing import Any, Literal, get_args

from ..errors import CppnError
from .fields import LENGTH
from .kinds import Color, Flag, Length, Many, Number, Row, Text, Whole, Word
from .parts import SEED, ColorRecipe, FinishRecipe, NetworkRecipe, SpaceRecipe
from .schema import Field, Section, Table, field
from .view import View

MOST_LAYERS = 64
Shape = Literal["all", "level", "disc", "ring", "box", "polygon", "horizon"]
Blend = Literal["normal", "multiply", "screen", "overlay", "soft-light", "add"]
_FAR = 1e4  # hundredths of the shorter side


class MaskRecipe(Section):
    """Where a layer is: everywhere, where a network's value is high, or in a shape whose edge a network may roughen.

    Places and sizes are hundredths of the picture's shorter side, from its middle to the right and upwards.
    """

    shape: Shape = field(Word(*get_args(Shape)), "all", "What it is: below a `horizon`; of a `level`, where f is high.")
    at: tuple[float, float] = field(
        Row(Number(-_FAR, _FAR), Number(-_FAR, _FAR)),
        (0.0, 0.0),
        "Its middle; of a horizon, how high it lies.",
        ["[0, 10]"],
    )
    size: float = field(Number(0, _FAR), 25.0, "Its radius, or half its height.", ["15"])
    aspect: float = field(Number(1e-3, 1e3), 1.0, "Of a box, its width over its height.", ["1.6"])
    width: float = field(Number(0, _FAR), 4.0, "Of a ring, how wide it is.")
    sides: int = field(Whole(3, 60), 6, "Of a polygon.")
    turn: float = field(Number(-1e6, 1e6), 0.0, "Degrees by which it is turned counterclockwise.")
    share: float = field(Number(0, 1), 0.5, "Of a level: how much of the area it covers.")
    level: float | None = field(Number(), None, "That level, found once on a fixed grid, written by the program.")
    rough: float = field(Number(0, _FAR), 0.0, "How far its edge is moved to and fro by the mask's network.", ["8"])
    scale: float = field(Number(1e-6, 1e6), 1.0, "How much finer that network's plane is than the picture's.")
    octaves: int = field(Whole(1, 8), 1, "How often that network is asked, each time finer and fainter.", ["4"])
    seed: int = field(SEED, 0, "Draws the weights of the mask's network.")
    network: NetworkRecipe = field(Table(NetworkRecipe), NetworkRecipe(hidden=(12, 12), act=("sin", "sin", "sin")))
    soft: float | str = field(Length(50), 0.0, "How wide its edge is from nothing to all.", ["2"])
    invert: bool = field(Flag(), False, "All but that.")

    @property
    def takes_network(self) -> bool:
        """Does it ask one?"""
        return self.shape == "level" or (self.rough > 0 and self.shape != "all")


class StrokesRecipe(Section):
    """Strokes that follow a field and never touch: its tone is their angle, its palette's swatches their colours.

    Measures are hundredths of the picture's shorter side.
    """

    turns: float = field(Number(-100, 100), 1.0, "How often they turn round while the tone goes from 0 to 1.", ["0.5"])
    widths: tuple[tuple[float, float], ...] = field(
        Many(Row(Number(0.1, 40), Number(0, 1000)), 1, 12), ((5.5, 0.5), (2.75, 0.24), (1.4, 0.15), (0.7, 0.11)),
        "Widths, the widest first, each with its share of the area that strokes cover.", ["[[3, 1], [1, 1]]"],
    )  # fmt: skip
    gap: float = field(Number(0.2, 20), 0.55, "How far they stay from each other.")
    length: tuple[float, float] = field(Row(Number(0.1, 500), Number(0.1, 500)), (0.9, 90.0), "The least and the most.")
    edge: float = field(Number(-40, 49), 5.0, "How far they stay inside the picture; below 0 they run out of it.")
    pieces: float = field(Number(0, 1), 0.08, "How many of them are cut into pieces of two colours.")
    caps: Literal["butt", "round"] = field(Word("butt", "round"), "butt", "Their ends.")
    fill: float = field(Number(0, 1), 0.6, "The share of the area that they cover, if there is room.")
    most: int = field(Whole(0, 20_000), 4000, "Of them in all.")

    def _check(self) -> None:
        if any(a[0] <= b[0] for a, b in pairwise(self.widths)) or any(not share for _, share in self.widths):
            raise CppnError("widths that do not fall, or have no share", where="widths", legal="write the widest first")
        if self.length[0] > self.length[1]:
            raise CppnError(
                f"{self.length[0]:g} is above {self.length[1]:g}", where="length", legal="write [least, most]"
            )


class LayerRecipe(Section):
    """A layer: a picture of its own, where it is, and how it is laid on what is below."""

    name: str = field(Text(200), "", "What it is called.")
    kind: Literal["field", "strokes"] = field(
        Word("field", "strokes"), "field", "A field of colours, or strokes along it."
    )
    strokes: StrokesRecipe = field(Table(StrokesRecipe), StrokesRecipe(), "Of a layer of strokes.")
    seed: int = field(SEED, 0, "Draws its network's weights.")
    network: NetworkRecipe = field(Table(NetworkRecipe), NetworkRecipe())
    color: ColorRecipe = field(Table(ColorRecipe), ColorRecipe())
    space: SpaceRecipe = field(Table(SpaceRecipe), SpaceRecipe())
    finish: FinishRecipe = field(Table(FinishRecipe), FinishRecipe())
    view: View | None = field(Table(View), None, "What of the plane it shows; else what the picture shows.")
    mask: MaskRecipe = field(Table(MaskRecipe), MaskRecipe())
    blend: Blend = field(
        Word(*get_args(Blend)), "normal",
        "How its colours meet those below: `multiply`, `screen` and `add` of light, `overlay` and `soft-light` of sRGB "
        "values, as in CSS.",
    )  # fmt: skip
    opacity: float = field(Number(0, 1), 1.0, "How much of it is seen.", ["0.6"])
    shadow: float = field(Number(0, 1), 0.0, "How dark the shadow is that it throws on what is below.", ["0.5"])
    shadow_width: float | str = field(LENGTH, 3.0, "How far that shadow reaches.")
    rim: float = field(Number(0, 1), 0.0, "How bright its lit edge is.")
    haze: float = field(Number(0, 1), 0.0, "How much of its colour is lost in the distance.", ["0.4"])
    haze_color: str = field(Color(), "#e9dcc3", "What it is lost in.")
    layers: tuple[LayerRecipe, ...] = ()  # what lies on it, inside its mask

    def to_dict(self) -> dict[str, Any]:
        """Without what is as usual, network and colours aside."""
        parts = {name: getattr(self, name) for name in ("space", "finish", "mask", "strokes")}
        data = super().to_dict() | {name: part.unusual() for name, part in parts.items()}
        usual = Section.to_dict(LayerRecipe())
        return {
            key: value
            for key, value in data.items()
            if key in ("network", "color") or (value if key in parts else value != usual.get(key))
        }

    def _check(self) -> None:
        if self.kind == "strokes" and self.color.palette is None:
            raise CppnError("strokes without colours", where="color.palette", legal='write palette = "harbour-dawn"')
        if self.count > MOST_LAYERS:
            raise CppnError(f"{self.count} layers", where="layers", legal=f"at most {MOST_LAYERS} are legal")

    @property
    def count(self) -> int:
        """It, and those on it."""
        return 1 + sum(layer.count for layer in self.layers)


LayerRecipe.fields["layers"] = Field(
    Many(Table(LayerRecipe), most=MOST_LAYERS), (), "What lies on it, inside its mask."
)
LAYERS = Many(Table(LayerRecipe), most=MOST_LAYERS)
