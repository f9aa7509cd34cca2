"""Where the boxes of a mosaic lie, and what is written beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..errors import CppnError
from ..network.stages import Network

GAP = 2  # pixels between boxes, and around them
MOST_PIXELS = 400_000_000
MOST_CELL = 8192
_INK = (235, 235, 235)
_NOTHING = 1e-6  # of the scale's length: rounding errors
_SMALLEST = 10  # pixels of a line of text


@dataclass(frozen=True)
class Layout:
    """Where the boxes of a mosaic lie."""

    widths: tuple[int, ...]  # boxes of each row
    cell: int
    header: int = 0  # pixels above each row, for labels
    footer: int = 0  # pixels below all rows, for the bar of colours

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the mosaic in pixels."""
        pitch = self.cell + GAP
        height = len(self.widths) * (pitch + self.header) + GAP + self.footer
        return max(self.widths) * pitch + GAP, height

    def corner(self, row: int, unit: int) -> tuple[int, int]:
        """Left and top of a box."""
        pitch = self.cell + GAP
        return GAP + unit * pitch, GAP + row * (pitch + self.header) + self.header


def layout(network: Network, cell: int, *, targets: int = 0, labelled: bool = False, bar: bool = False) -> Layout:
    """The layout of a network's mosaic. `targets`: boxes beside the outputs; `labelled`: with a line above each row.

    Errors: CppnError for boxes and mosaics that are too small or too large.
    """
    if not 1 <= cell <= MOST_CELL:
        raise CppnError(f"boxes of {cell} pixels", where="cell", legal=f"1 to {MOST_CELL} are legal")
    line = max(_SMALLEST, min(24, cell // 6))
    *widths, outputs = network.widths
    made = Layout((*widths, outputs + targets), cell, line * labelled, (line + 2 * GAP) * bar)
    width, height = made.size
    if width * height > MOST_PIXELS:
        raise CppnError(
            f"a mosaic of {width}x{height} pixels", where="cell",
            legal="draw smaller boxes, or one unit with --unit LAYER/UNIT",
        )  # fmt: skip
    return made


def write_labels(out: NDArray[np.uint8], plan: Layout, labels: Sequence[str]) -> None:
    """Put a line above each row."""
    from PIL import Image, ImageDraw, ImageFont

    image = Image.fromarray(out)
    pen, font = ImageDraw.Draw(image), ImageFont.load_default(plan.header - 3)
    for row, label in enumerate(labels[: len(plan.widths)]):
        left, top = plan.corner(row, 0)
        pen.text((left, top - plan.header + 1), label, fill=_INK, font=font)
    out[:] = np.asarray(image)


def write_bar(out: NDArray[np.uint8], plan: Layout, table: NDArray[np.uint8], levels: tuple[float, float]) -> None:
    """Put a bar of the colours below all rows, between the values at its ends, beyond which colours do not change."""
    from PIL import Image, ImageDraw, ImageFont

    image = Image.fromarray(out)
    pen, font = ImageDraw.Draw(image), ImageFont.load_default(plan.footer - 2 * GAP - 3)
    low, high = (f"{end:.3g}" if abs(end) > _NOTHING * (levels[1] - levels[0]) else "0" for end in levels)
    low, high = f"{low} or less", f"{high} or more"  # Pillow's own font has no minus sign
    width, height = plan.size
    middle = height - GAP - plan.footer / 2
    left, right = GAP + 2, width - GAP - 2
    room = int(pen.textlength(low, font)), int(pen.textlength(high, font))
    if right - left > 3 * sum(room):  # else the bar is alone
        pen.text((left, middle), low, fill=_INK, font=font, anchor="lm")
        pen.text((right, middle), high, fill=_INK, font=font, anchor="rm")
        left, right = left + room[0] + 6, right - room[1] - 6
    out[:] = np.asarray(image)
    at = np.linspace(0, len(table), max(1, right - left), endpoint=False).astype(np.intp)
    thick = max(2, plan.footer - 4 * GAP)
    top = int(middle - thick / 2)
    out[top : top + thick, left : left + len(at)] = table[at]
