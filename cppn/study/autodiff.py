"""Automatic differentiation by hand: what torch computes, beside closed forms and differences, and its graphs.

After the text of "Understanding activation functions": y = xᵀx against y = x⊙x, gradients that add up, and detach.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..errors import CppnError
from .chapter import Chapter, Plate
from .figures import COLOURS, numbers, panels
from .notation import written
from .settings import Settings
from .tables import Column, Table

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Floats = NDArray[np.float64]

DEFAULT = (1.0, 2.0, 3.0)
MOST = 12  # numbers
_LARGEST = 1e6
_STEP = 1e-6  # of differences, times the size of x


@dataclass(frozen=True)
class Case:
    """One thing to see. `scalar` is what is differentiated, of x and of what stays constant when x moves.

    `passes`: how often it is differentiated without setting the gradient to zero in between.
    """

    name: str
    formula: str
    scalar: Callable[[Any, Any], Any]
    by_hand: Callable[[Floats], Floats]
    says: str
    passes: int = 1


CASES = (
    Case("dot", "xᵀx", lambda x, still: x @ x, lambda x: 2 * x, "a number: its gradient is 2x"),
    Case("square", "sum of x⊙x", lambda x, still: (x * x).sum(), lambda x: 2 * x, "a vector is summed first: 2x again"),
    Case("twice", "sum of x⊙x, twice", lambda x, still: (x * x).sum(), lambda x: 4 * x, "gradients add up: 4x", 2),
    Case("detached", "sum of x⊙detach(x)", lambda x, still: (x * still).sum(), lambda x: x, "one factor is still: x"),
)  # fmt: skip


@dataclass(frozen=True)
class Seen:
    """What came of a case: the gradient by torch, by hand and by differences, and torch's own graph."""

    case: Case
    torch: Floats
    by_hand: Floats
    differences: Floats
    nodes: tuple[str, ...]  # the functions of the graph, the result's first
    edges: tuple[tuple[int, int], ...]  # from a node to one that it hands gradients on to


def look(case: Case, x: Floats) -> Seen:
    """Differentiate a case at x in three ways."""
    at = torch.from_numpy(x.copy()).requires_grad_()
    for _ in range(case.passes):
        y = case.scalar(at, at.detach())
        torch.autograd.backward(y)
    assert at.grad is not None  # noqa: S101  backward has set it
    steps = _STEP * max(1.0, float(np.abs(x).max())) * np.eye(len(x))
    differences = [
        case.passes * (case.scalar(x + step, x) - case.scalar(x - step, x)) / (2 * step.max()) for step in steps
    ]
    return Seen(case, at.grad.numpy(), case.by_hand(x), np.array(differences), *_graph(y))


def jacobian(x: Floats) -> Floats:
    """The derivatives of x⊙x by x, (n, n), by torch: row i is that of its i-th value."""
    at = torch.from_numpy(x.copy()).requires_grad_()
    rows = [torch.autograd.grad((at * at)[i], at)[0].numpy() for i in range(len(x))]
    return np.stack(rows)


def refusal(x: Floats) -> str:
    """What torch says to a vector that is differentiated as if it were a number."""
    at = torch.from_numpy(x.copy()).requires_grad_()
    try:
        torch.autograd.backward(at * at)
    except RuntimeError as error:
        return str(error)
    return ""


def _graph(y: Tensor) -> tuple[tuple[str, ...], tuple[tuple[int, int], ...]]:
    """The functions behind a result, as torch links them."""
    found: list[Any] = [y.grad_fn]
    edges = []
    for at, node in enumerate(found):  # it grows while it is walked
        for below, _ in node.next_functions:
            if below is not None:
                if below not in found:
                    found.append(below)
                edges.append((at, found.index(below)))
    return tuple(node.name() for node in found), tuple(edges)


def chapter(x: Sequence[float] = DEFAULT) -> Chapter:
    """The chapter of differentiation at x.

    Errors: CppnError for no numbers, too many, and such as are too large.
    """
    if not 1 <= len(x) <= MOST:
        raise CppnError(f"{len(x)} numbers", where="x", legal=f"1 to {MOST} are legal")
    if not all(abs(value) <= _LARGEST for value in x):
        raise CppnError("a number is too large, or none", where="x", legal=f"−{_LARGEST:g} to {_LARGEST:g} are legal")
    point = np.array(x, np.float64)
    seen = [look(case, point) for case in CASES]
    settings = Settings("autodiff", {"x": point.tolist()})
    found = {
        "cases": [
            {
                "name": one.case.name, "formula": one.case.formula, "torch": numbers(one.torch),
                "by hand": numbers(one.by_hand), "differences": numbers(one.differences), "nodes": list(one.nodes),
                "edges": [list(edge) for edge in one.edges],
            }
            for one in seen
        ],
        "jacobian of x⊙x": numbers(jacobian(point)), "backward of a vector": refusal(point),
    }  # fmt: skip
    title = "torch's own graphs, from the result down to x; numbers are the gradients that arrive there"
    plates = (Plate("autodiff-graphs", title, partial(_figure, seen), settings, found),)
    remarks = _remarks(seen, point)
    table = _table(seen)
    return Chapter("autodiff", "Differentiation by hand", settings, plates, (table,), remarks=remarks, found=found)


def _vector(values: Floats) -> str:
    return f"({', '.join(written(float(value), '.6g') for value in values)})"


def _table(seen: Sequence[Seen]) -> Table:
    columns = (
        Column("case", "y"), Column("torch", "∂y/∂x by torch"), Column("by_hand", "by hand"),
        Column("differences", "by differences"), Column("says", "what it shows"),
    )  # fmt: skip
    rows = [[one.case.formula, *map(_vector, (one.torch, one.by_hand, one.differences)), one.case.says] for one in seen]
    return Table("autodiff-table", "Gradients in three ways", columns, rows)


def _remarks(seen: Sequence[Seen], x: Floats) -> list[str]:
    apart = max(float(np.abs(one.torch - one.by_hand).max()) for one in seen)
    far = max(float(np.abs(one.torch - one.differences).max()) for one in seen)
    said = [
        f"torch and the closed forms differ by at most {written(apart, '.1g')}, torch and differences by "
        f"{written(far, '.1g')}."
    ]
    matrix = jacobian(x)
    if np.array_equal(matrix, np.diag(np.diag(matrix))):
        said.append(
            "The Jacobian of x⊙x is diagonal: each value depends on its own x alone, so that a sum loses nothing."
        )
    if len(x) > 1 and (refused := refusal(x)):
        said.append(f"Asked for the gradient of the vector itself, torch refuses: “{refused}”.")
    once, twice = (next(one for one in seen if one.case.name == name).torch for name in ("square", "twice"))
    if np.array_equal(twice, 2 * once):
        said.append("A second backward adds to what is there; setting x.grad to None or zero before it begins anew.")
    return said


def _figure(seen: Sequence[Seen]) -> Figure:
    figure, axes = panels(1, len(seen), width=2.7, height=3.0)
    for k, (panel, one) in enumerate(zip(axes, seen, strict=True)):
        panel.set_axis_off()
        panel.set_xlim(0, 1)
        panel.set_ylim(0, 1)
        panel.set_title(f"y = {one.case.formula}", fontsize=10)
        depths = _depths(one)
        rows = max(depths) + 1
        places = {}
        for node, depth in enumerate(depths):
            beside = [other for other, level in enumerate(depths) if level == depth]
            places[node] = ((beside.index(node) + 1) / (len(beside) + 1), 1 - (depth + 0.5) / rows)
        for above, below in one.edges:
            bend = 0.25 * (one.edges.count((above, below)) > 1)
            for side in {-bend, bend}:  # both factors may be the same x
                arrow = {"arrowstyle": "-|>", "color": "#666666", "shrinkA": 14, "shrinkB": 14}
                panel.annotate(
                    "", places[below], places[above], arrowprops={**arrow, "connectionstyle": f"arc3,rad={side}"}
                )
        for node, name in enumerate(one.nodes):
            leaf = name.endswith("AccumulateGrad")
            text = f"x.grad\n{_vector(one.torch)}" if leaf else name.removesuffix("Backward0").split("::")[-1].lower()
            box = {"boxstyle": "round,pad=0.4", "facecolor": "none", "edgecolor": COLOURS[k] if leaf else "#888888"}
            panel.text(*places[node], text, ha="center", va="center", fontsize=8, bbox=box)
    return figure


def _depths(one: Seen) -> list[int]:
    """How far below the result each node lies, by the longest way."""
    depths = [0] * len(one.nodes)
    for _ in one.nodes:
        for above, below in one.edges:
            depths[below] = max(depths[below], depths[above] + 1)
    return depths
