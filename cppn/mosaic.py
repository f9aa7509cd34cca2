"""Mosaics: every unit of a network as a small picture, a row for each layer.

The first row shows the inputs, the last the outputs. Each box shows one unit over the recipe's view, scaled by its own
least and largest value.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .develop import develop_network
from .drawing import draw
from .engines import Engine, Quality
from .engines.reference import outputs
from .errors import CppnError, shorten
from .field.activations import parse_activation
from .field.color import palette_table
from .network import Layer, Network, write_weights
from .recipe import Recipe
from .view import frame

GAP = 2  # pixels between boxes, and around them
_GRID = 100  # points a side on which a large box's range is measured
_LARGE = 200  # pixels a side from which on an engine draws a box: below, compiling takes longer than drawing
MOST_PIXELS = 400_000_000
MOST_CELL = 8192


@dataclass(frozen=True)
class Layout:
    """Where the boxes of a mosaic lie."""

    widths: tuple[int, ...]  # units of each row
    cell: int
    header: int = 0  # pixels above each row, for labels

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the mosaic in pixels."""
        pitch = self.cell + GAP
        return max(self.widths) * pitch + GAP, len(self.widths) * (pitch + self.header) + GAP

    def corner(self, row: int, unit: int) -> tuple[int, int]:
        """Left and top of a box."""
        pitch = self.cell + GAP
        return GAP + unit * pitch, GAP + row * (pitch + self.header) + self.header


def layout(network: Network, cell: int, *, labelled: bool = False) -> Layout:
    """The layout of a network's mosaic; `labelled`: with a line above each row.

    Errors: CppnError for boxes and mosaics that are too small or too large.
    """
    if not 1 <= cell <= MOST_CELL:
        raise CppnError(f"boxes of {cell} pixels", where="cell", legal=f"1 to {MOST_CELL} are legal")
    header = max(10, min(24, cell // 6)) if labelled else 0
    made = Layout((len(network.inputs) + len(network.latent), *network.widths), cell, header)
    width, height = made.size
    if width * height > MOST_PIXELS:
        raise CppnError(
            f"a mosaic of {width}x{height} pixels", where="cell",
            legal="draw smaller boxes, or one unit with --unit LAYER/UNIT",
        )  # fmt: skip
    return made


def mosaic(
    recipe: Recipe, *, cell: int = 100, colormap: str = "jet", labels: Sequence[str] = (), engine: Engine | None = None
) -> NDArray[np.uint8]:
    """A recipe's mosaic, shape (height, width, 3). `labels`: a line above each row.

    Errors: CppnError for sizes that cannot be and unknown colour maps.
    """
    network = develop_network(recipe)
    table = (255 * palette_table(colormap) + 0.5).astype(np.uint8)
    plan = layout(network, cell, labelled=bool(labels))
    width, height = plan.size
    out = np.zeros((height, width, 3), np.uint8)
    large = cell >= _LARGE
    grid = _values(network, recipe, _GRID if large else cell)
    for row, values in enumerate(grid):
        for unit, value in enumerate(values):
            left, top = plan.corner(row, unit)
            if large:
                box = _draw(recipe, network, row, unit, value, cell, colormap, engine)
            else:
                box = table[(_unit(value) * (len(table) - 1) + 0.5).astype(np.intp)]
            out[top : top + cell, left : left + cell] = box
    if labels:
        _write(out, plan, labels)
    return out


def unit_recipe(recipe: Recipe, layer: int, unit: int, colormap: str = "jet") -> Recipe:
    """One unit of a recipe's network as a picture of its own: layer 0 holds the inputs.

    Errors: CppnError if there is no such unit.
    """
    network = develop_network(recipe)
    widths = (len(network.inputs) + len(network.latent), *network.widths)
    if not 0 <= layer < len(widths):
        raise CppnError(f"there is no layer {layer}", where="unit", legal=f"0 (inputs) to {len(widths) - 1} are legal")
    if not 0 <= unit < widths[layer]:
        raise CppnError(
            f"layer {layer} has no unit {unit}", where="unit", legal=f"it has units 0 to {widths[layer] - 1}"
        )
    values = _values(network, recipe, _GRID)[layer][unit]
    return _of_unit(recipe, network, layer, unit, _range(values), colormap)


def parse_unit(text: str) -> tuple[int, int]:
    """Layer and unit of `2/17`."""
    match = re.fullmatch(r"\s*(\d{1,6})\s*/\s*(\d{1,6})\s*", text)
    if match is None:
        raise CppnError(f"cannot read {shorten(text)!r}", where="unit", legal='write LAYER/UNIT, as "2/17"')
    return int(match[1]), int(match[2])


def _values(network: Network, recipe: Recipe, side: int) -> list[NDArray[np.float64]]:
    """All units on a grid over the recipe's square view: of each layer an array (units, side, side)."""
    laid = frame(recipe.view, side, side)
    j, i = (index.ravel() - (side - 1) / 2 for index in np.mgrid[:side, :side])
    x, y = laid.cx + laid.ux * i + laid.vx * j, laid.cy + laid.uy * i + laid.vy * j
    return [stage.reshape(len(stage), side, side) for stage in outputs(network, x, y)]


def _range(values: NDArray[np.float64]) -> tuple[float, float]:
    """The least and the largest of the values that are numbers."""
    finite = values[np.isfinite(values)]
    if not finite.size:
        return 0.0, 1.0
    low, high = float(finite.min()), float(finite.max())
    return (low, high) if low < high else (low - 0.5, low + 0.5)


def _unit(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """The values scaled to [0, 1]; those that are no numbers are 0."""
    low, high = _range(values)
    scaled: NDArray[np.float64] = np.nan_to_num((values - low) / (high - low), nan=0.0).clip(0, 1)
    return scaled


def _of_unit(
    recipe: Recipe, network: Network, layer: int, unit: int, levels: tuple[float, float], colormap: str
) -> Recipe:
    """The recipe of one unit: the layers up to its own, and a last one that picks it."""
    before = network.layers[:layer]
    width = len(before[-1].bias) if before else len(network.inputs) + len(network.latent)
    pick = np.zeros((1, width), np.float32)
    pick[0, unit] = 1
    acts = [str(one.activation) for one in before]
    last = Layer(pick, np.zeros(1, np.float32), parse_activation("linear"))
    if layer == len(network.layers) and network.residual and layer > 1:
        # the output layer has no residual connection, which it would get as a hidden one: its own row is enough
        output = before[-1]
        before, acts = before[:-1], acts[:-1]
        last = Layer(output.weight[unit : unit + 1], output.bias[unit : unit + 1], output.activation)
    return recipe.change(
        {
            "": {"name": f"{recipe.name or 'unit'} {layer}/{unit}"},
            "network": {
                "hidden": [len(one.bias) for one in before],
                "act": [*acts, str(last.activation)],
                "weights": base64.b64encode(write_weights([*before, last])).decode(),
                "blend": None,
                **({"latent": list(network.latent)} if recipe.network.blend else {}),
            },
            "color": {"mode": "palette", "palette": colormap, "invert": False, "levels": list(levels)},
        }
    )


def _draw(
    recipe: Recipe, network: Network, row: int, unit: int, values: NDArray[np.float64], cell: int, colormap: str,
    engine: Engine | None,
) -> NDArray[np.uint8]:  # fmt: skip
    """A large box, drawn by an engine."""
    one = _of_unit(recipe, network, row, unit, _range(values), colormap)
    return draw(one, (cell, cell), Quality(), engine).crop(0, 0, cell, cell)


def _write(out: NDArray[np.uint8], plan: Layout, labels: Sequence[str]) -> None:
    """Put a line above each row."""
    from PIL import Image, ImageDraw, ImageFont

    image = Image.fromarray(out)
    pen, font = ImageDraw.Draw(image), ImageFont.load_default(plan.header - 3)
    for row, label in enumerate(labels[: len(plan.widths)]):
        left, top = plan.corner(row, 0)
        pen.text((left, top - plan.header + 1), label, fill=(235, 235, 235), font=font)
    out[:] = np.asarray(image)
