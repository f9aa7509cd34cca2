"""The house style of figures, and figures as files."""

from __future__ import annotations

import io
import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from ..errors import CppnError, failure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_Place = Literal["outside right center", "outside upper center"]
FORMATS = ("png", "svg", "pdf")
# Okabe and Ito's colours, which the colour-blind tell apart (2008), yellow left out as too light for lines; with
# dashes beside them, because a lecture may be printed in grey
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00", "#000000")
DASHES: tuple[Any, ...] = (
    "-", (0, (5, 1.5)), (0, (1.2, 1.2)), (0, (5, 1.5, 1.2, 1.5)), (0, (10, 2)), (0, (4, 1.2, 1, 1.2, 1, 1.2)),
    (0, (1.2, 3)),
)  # fmt: skip
_LETTERS = 17  # of the foot in an inch, about
_LINE = 0.13  # inches of a line of it
_STYLE: dict[Any, Any] = {
    "figure.dpi": 100, "savefig.dpi": 200, "figure.facecolor": "white", "font.size": 10, "axes.titlesize": 11,
    "axes.spines.top": False, "axes.spines.right": False, "axes.grid": True, "grid.color": "#e3e3e3",
    "grid.linewidth": 0.7, "axes.axisbelow": True, "lines.linewidth": 1.8, "legend.frameon": False,
    "svg.hashsalt": "cppn", "svg.fonttype": "none", "font.family": "DejaVu Sans",
}  # fmt: skip


def style(index: int) -> dict[str, Any]:
    """Colour and dashes of line `index`; no two of the first 49 lines share both."""
    return {"color": COLOURS[index % len(COLOURS)], "linestyle": DASHES[(index + index // len(COLOURS)) % len(DASHES)]}


def logarithmic(axis: Axes) -> None:
    """A logarithmic y axis, where something that is drawn is above zero."""
    if np.isfinite(axis.dataLim.minposy):
        axis.set_yscale("log")


def panels(
    rows: int, columns: int, *, width: float = 3.2, height: float = 2.5, **more: Any
) -> tuple[Figure, list[Axes]]:
    """A figure of rows × columns panels, each so many inches, and the panels in reading order.

    Errors: CppnError if matplotlib is not installed.
    """
    try:
        import matplotlib
    except ImportError:
        raise failure("figures need matplotlib, which is not installed", legal="install cppn[study]") from None
    matplotlib.use("Agg")
    from matplotlib import pyplot

    with matplotlib.rc_context(_STYLE):
        figure, axes = pyplot.subplots(
            rows, columns, figsize=(columns * width, rows * height + 0.35), squeeze=False, layout="constrained", **more
        )
    return figure, list(axes.ravel())


def legend(figure: Figure, handles: Sequence[Any], *, place: _Place = "outside right center", columns: int = 1) -> None:
    """A legend of labelled lines beside the panels, where it hides none of them; its lines long enough for dashes."""
    figure.legend(handles=list(handles), loc=place, ncols=columns, fontsize=8, frameon=False, handlelength=3.6)


def lines(axes: Axes) -> list[Any]:
    """The labelled lines of a panel, for a legend."""
    return list(axes.get_legend_handles_labels()[0])


def encoded(figure: Figure, form: str, foot: str) -> bytes:
    """A figure as a file of png, svg or pdf, with a line at its foot; it is closed. The same figure is the same file.

    Errors: CppnError for other formats.
    """
    import matplotlib
    from matplotlib import pyplot

    if form not in FORMATS:
        raise CppnError(f"unknown format {form!r}", where="format", legal=f"{', '.join(FORMATS)} are legal")
    with matplotlib.rc_context(_STYLE):
        _sign(figure, foot)
        file = io.BytesIO()
        dated = {"svg": {"Date": None}, "pdf": {"CreationDate": None}}.get(form, {})
        figure.savefig(file, format=form, metadata=dated)
        pyplot.close(figure)
    return file.getvalue()


def still(figure: Figure, foot: str) -> NDArray[np.uint8]:
    """A figure with a line at its foot as pixels, (height, width, 3), of even sides as films want them."""
    import matplotlib
    from matplotlib import pyplot

    with matplotlib.rc_context(_STYLE):
        _sign(figure, foot)
        file = io.BytesIO()
        figure.savefig(file, format="rgba", dpi=100)
        width, height = (int(side) for side in figure.get_size_inches() * 100)
        pyplot.close(figure)
    pixels = np.frombuffer(file.getvalue(), np.uint8).reshape(height, width, 4)
    return np.ascontiguousarray(pixels[: height // 2 * 2, : width // 2 * 2, :3])


def _sign(figure: Figure, foot: str) -> None:
    width, height = figure.get_size_inches()
    lines = textwrap.wrap(foot, int(width * _LETTERS))
    figure.set_size_inches(width, height + _LINE * (len(lines) - 1))
    figure.supxlabel("\n".join(lines), fontsize=7, color="#666666", x=0.01, ha="left")


def numbers(values: NDArray[Any] | Sequence[float], digits: int = 9) -> Any:
    """Numbers for JSON, nested as they are in the array. JSON knows none that are not finite: those are null."""
    array = np.asarray(values)
    if array.ndim != 1:
        return [numbers(part, digits) for part in array]
    return [float(f"{value:.{digits}g}") if np.isfinite(value) else None for value in array]


def number(value: Any) -> float | None:
    """A number for JSON; null if it is not finite."""
    return float(f"{value:.9g}") if np.isfinite(value) else None
