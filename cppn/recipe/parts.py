"""The sections of a recipe: network, color, space, finish."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from ..errors import CppnError
from ..field.color import FLAT, MODES, PALETTED
from ..field.inputs import expand_inputs, parse_input
from ..field.mixes import parse_mix
from ..field.palettes import MOST_SWATCHES, palette_stops, palette_table
from ..field.symmetry import parse_symmetry
from ..field.tone import OUTPUTS, parse_tone
from ..field.warps import parse_warp
from ..limits import DEEPEST, LARGEST_SEED, MOST_WEIGHTS
from .fields import Halftone, Initialisation, LayerWeights, Mode, told
from .graph import GraphRecipe, RandomGraphRecipe
from .kinds import Whole
from .schema import Section, Table, field

SEED = Whole(0, LARGEST_SEED)


class NetworkRecipe(Section):
    """The network: its shape, activations, and where its weights come from."""

    hidden: tuple[int, ...] = told("hidden")
    act: tuple[str, ...] = told("act")
    inputs: tuple[str, ...] = told("inputs")
    latent: int | tuple[float, ...] = told("latent")
    init: Initialisation = told("init")
    gain: float = told("gain")
    residual: bool = told("residual")
    weights: tuple[LayerWeights, ...] | str | None = told("weights")
    blend: tuple[tuple[int, float], ...] = told("blend")
    graph: GraphRecipe | None = field(Table(GraphRecipe), None, "Nodes and links instead of layers.")
    random: RandomGraphRecipe | None = field(
        Table(RandomGraphRecipe), None, "The same, drawn from the seed; `act` says of which nodes, and of the outputs.",
        ["{ nodes = 24, links = 60 }"],
    )  # fmt: skip

    def to_dict(self) -> dict[str, Any]:
        """As of any section; a blend of nothing is left out, and what layers alone have, of a graph."""
        data = super().to_dict()
        left_out = ["blend"] if not self.blend else []
        if self.is_graph:
            left_out += ["hidden", "residual", "init"]
        if self.graph is not None:
            left_out += ["act", "gain"]
        return {key: value for key, value in data.items() if key not in left_out}

    @property
    def is_graph(self) -> bool:
        """Are there nodes and links instead of layers?"""
        return self.graph is not None or self.random is not None

    def _check(self) -> None:
        if self.is_graph:
            self._check_graph()
            return
        maps = len(self.hidden) + 1
        if len(self.hidden) >= DEEPEST:
            raise CppnError(
                f"{len(self.hidden)} hidden layers", where="hidden", legal=f"at most {DEEPEST - 1} are legal"
            )
        if len(self.act) not in (1, maps):
            raise CppnError(
                f"{len(self.act)} activations for {maps} affine maps", where="act", legal=f"write 1 or {maps} of them"
            )
        self._parse()
        if not self.inputs:
            raise CppnError("a network needs an input", where="inputs", legal='write inputs = ["x", "y"]')
        if self.residual and len(set(self.hidden)) > 1:
            raise CppnError(
                f"residual connections between layers of {', '.join(map(str, self.hidden))} units",
                where="residual", legal="give all hidden layers the same width",
            )  # fmt: skip
        widths = (len(expand_inputs(self.inputs)) + self.latent_length, *self.hidden, 3)
        if sum(a * b for a, b in pairwise(widths)) > MOST_WEIGHTS:
            raise CppnError(
                "the network is too large", where="hidden", legal=f"at most {MOST_WEIGHTS} weights are legal"
            )

    def _check_graph(self) -> None:
        if self.graph is not None and self.random is not None:
            raise CppnError(
                "a graph that is told, and one that is drawn", where="random", legal="leave one of them out"
            )
        if len(self.act) > 2:
            raise CppnError(
                f"{len(self.act)} activations for a graph", where="act", legal='write ["sin|tanh|gauss", "tanh"]'
            )
        if self.blend:
            raise CppnError("a blend of graphs", where="blend", legal="layers alone can be blended")
        self._parse()

    def _parse(self) -> None:
        """Errors: CppnError for activations and inputs that cannot be read."""
        for texts, where, parse in ((self.act, "act", parse_mix), (self.inputs, "inputs", _parse_inputs)):
            for text in texts:
                try:
                    parse(text)
                except CppnError as error:
                    raise error.within(where) from None

    @property
    def acts(self) -> tuple[str, ...]:
        """The activations, one for each affine map."""
        return self.act * (len(self.hidden) + 1) if len(self.act) == 1 else self.act

    @property
    def latent_length(self) -> int:
        """How many latent inputs there are."""
        return self.latent if isinstance(self.latent, int) else len(self.latent)


def _parse_inputs(text: str) -> None:
    for member in expand_inputs([text]):
        parse_input(member)


class ColorRecipe(Section):
    """How outputs become a colour."""

    mode: Mode = told("mode")
    palette: str | None = told("palette")
    hue: float = told("hue")
    invert: bool = told("invert")
    tone: str | None = told("tone")
    flat: bool = told("flat")
    equal: bool = told("equal")
    across: str | None = told("across")
    levels: tuple[float, float] | None = told("levels")
    each: bool = told("each")
    ranges: tuple[tuple[float, float], ...] | None = told("ranges")
    measured: tuple[float, float] | None = told("measured")
    curve: tuple[float, ...] | None = told("curve")

    def to_dict(self) -> dict[str, Any]:
        """As of any section; what is off is left out of those that older versions do not know."""
        data = super().to_dict()
        return {key: value for key, value in data.items() if value or key not in ("flat", "equal", "each")}

    def _check(self) -> None:
        self._check_palette("palette", self.palette, self.mode in PALETTED)
        self._check_palette("across", self.across, self.mode == "ramps")
        if self.tone is not None:
            try:
                missing = parse_tone(self.tone).names & {*OUTPUTS[self.outputs :]}
                if missing:
                    raise CppnError(
                        f"{self.mode} mode has no {', '.join(sorted(missing))}",
                        legal=f"it has {', '.join(OUTPUTS[: self.outputs])}",
                    )
            except CppnError as error:
                raise error.within("tone") from None
        for name in ("flat", "equal"):
            if getattr(self, name) and self.palette is None:
                raise CppnError(f"{name} colours in {self.mode} mode", where=name, legal="give a palette too")
        if self.flat and (self.equal or self.mode not in FLAT):
            raise CppnError(
                f"flat colours {'that are equal too' if self.equal else f'in {self.mode} mode'}", where="flat",
                legal=f"legal in {', '.join(FLAT)}, without `equal`",
            )  # fmt: skip
        if self.flat and self.palette and (count := len(palette_stops(self.palette))) > MOST_SWATCHES:
            raise CppnError(f"{count} swatches", where="palette", legal=f"at most {MOST_SWATCHES} are legal with flat")
        if self.curve is not None and not all(a <= b for a, b in pairwise(self.curve)):
            raise CppnError("its values do not grow", where="curve")
        if self.ranges is not None and len(self.ranges) < self.outputs:
            raise CppnError(f"{len(self.ranges)} pairs", where="ranges", legal=f"{self.mode} takes {self.outputs}")
        if self.each and self.levels is not None:
            raise CppnError("levels for all outputs, and for each", where="each", legal="leave one of them out")
        ranges = (("ranges", one) for one in self.ranges or ())
        for name, levels in (("levels", self.levels), ("measured", self.measured), *ranges):
            if levels is not None and not levels[0] < levels[1]:
                raise CppnError(f"{levels[0]:g} is not below {levels[1]:g}", where=name)

    def _check_palette(self, name: str, text: str | None, is_taken: bool) -> None:
        if text is None and is_taken:
            raise CppnError("no palette is named", where=name, legal=f'write {name} = "viridis"')
        if text is not None and not is_taken:
            raise CppnError(
                f"a palette in {self.mode} mode", where=name, legal='write mode = "palette" or leave it out'
            )
        if text is not None:
            try:
                palette_table(text)
                if self.mode == "duotone" and len(palette_stops(text)) < 3:
                    raise CppnError("a paper and two inks are three colours")
            except CppnError as error:
                raise error.within(name) from None

    @property
    def outputs(self) -> int:
        """How many outputs of the network the colour takes."""
        return MODES[self.mode]


class SpaceRecipe(Section):
    """Where in the plane the network is asked: symmetric, seamless, warped, in octaves. As it is unless asked for."""

    symmetry: str = told("symmetry")
    cell: float = told("cell")
    swap: bool = told("swap")
    tile: bool = told("tile")
    before: tuple[str, ...] = told("before")
    warp: tuple[str, ...] = told("warp")
    octaves: int = told("octaves")
    persistence: float = told("persistence")
    lacunarity: float = told("lacunarity")

    def _check(self) -> None:
        if self.symmetry:
            try:
                parse_symmetry(self.symmetry)
            except CppnError as error:
                raise error.within("symmetry") from None
        for name in ("before", "warp"):
            for text in getattr(self, name):
                try:
                    parse_warp(text)
                except CppnError as error:
                    raise error.within(name) from None
        if self.tile and (self.symmetry or self.before):
            other = "symmetry" if self.symmetry else "before"
            raise CppnError(f"a tile with `{other}`", where="tile", legal="take one of them; `warp` goes with both")
        if self.swap and not self.symmetry:
            raise CppnError("no symmetry whose half could swap colours", where="swap", legal='write symmetry = "p4m"')

    @property
    def is_plain(self) -> bool:
        """Is the network asked where the picture is?"""
        return not (self.symmetry or self.tile or self.before or self.warp or self.octaves > 1)


class FinishRecipe(Section):
    """What is done with the colours: edges, light, screens, paper. Nothing unless asked for.

    Lengths are numbers of hundredths of the picture's shorter side, so that a picture is the same at any size; or
    pixels (`"2px"`) or millimetres (`"0.4mm"`) of the finished picture.
    """

    line: float | str = told("line")
    line_color: str = told("line_color")
    shadow: float = told("shadow")
    shadow_width: float | str = told("shadow_width")
    rim: float = told("rim")
    relief: float = told("relief")
    gloss: float = told("gloss")
    light: float = told("light")
    altitude: float = told("altitude")
    contours: int = told("contours")
    contour_width: float | str = told("contour_width")
    contour_color: str = told("contour_color")
    halftone: Halftone = told("halftone")
    screen: float | str = told("screen")
    screen_angle: float = told("screen_angle")
    ink: str | None = told("ink")
    paper_color: str = told("paper_color")
    grain: float = told("grain")
    grain_size: float | str = told("grain_size")
    paper: float = told("paper")
    fibre: float = told("fibre")
    vignette: float = told("vignette")
    margin: float | str = told("margin")
    border: float | str = told("border")

    @property
    def is_plain(self) -> bool:
        """Is nothing done?"""
        return self == FinishRecipe()

    @property
    def is_physical(self) -> bool:
        """Is a length told in millimetres?"""
        return any(isinstance(value, str) and value.endswith("mm") for value in self.__dict__.values())
