"""What the main experiment comes to: tables beside the original's, status in words, sentences, and one page of all."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ...field.activations import parse_activation
from ..chapter import Plate
from ..figures import COLOURS, legend, lines, logarithmic, panels, style
from ..notation import written
from ..originals import DEPTH
from ..tables import Column, Table
from .learning import Outcome, summary
from .pages import LEAST, epoch_map, finite, losses, median, start, target

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_FAR = 1000.0  # times, from which on the first hidden layer's gradient is said to vanish, or to explode
_FELT = 1e-3  # the norm of a gradient above which a layer learns
_NOTHING = 0.9  # of the targets' variance, from which on nothing is said to be learned
_BARS = "▁▂▃▄▅▆▇█"


def status(ratio: float, error: float, outcome: Outcome) -> str:
    """How the gradient reaches hidden layer 1 at the start, and what is learned in the end, in words by a rule."""
    if not np.isfinite(error):
        return "no number"
    fits, nothing = _bounds(outcome)
    way = "vanishing" if ratio > _FAR else "exploding" if ratio < 1 / _FAR else "stable"
    end = "learned" if error <= fits else "nothing learned" if error >= nothing else "partly learned"
    return f"{way if not np.isnan(ratio) else 'no gradient'}, {end}"


def _bounds(outcome: Outcome) -> tuple[float, float]:
    """The errors up to which the sine is said to be learned, and from which on nothing is."""
    setting = outcome.setting
    return 2 * setting.noise**2, _NOTHING * float(np.var(setting.noisy(np.sin(setting.x))))


def _rule(outcome: Outcome) -> str:
    fits, nothing = _bounds(outcome)
    return (
        "A gradient is the norm of that of a layer's weights; the ratio is that of hidden layer "
        f"{outcome.setting.layers} to that of hidden layer 1. Status: vanishing, where the ratio at the start is above "
        f"{_FAR:g}; exploding, where it is below {1 / _FAR:g}; learned, where the final error is at most {fits:.3g}, "
        f"twice that of the noise; nothing learned, where it is at least {nothing:.3g}, {_NOTHING:g} of the targets' "
        "variance."
    )


def tables(outcome: Outcome) -> list[Table]:
    """The main table, what the training's dynamics come to, and bars of the first gradients."""
    return [_ends(outcome), _dynamics(outcome), _bars(outcome)]


def _medians(outcome: Outcome) -> list[tuple[float, float, float]]:
    """Of each activation final error, and gradient ratio at the start and later."""
    setting = outcome.setting
    values = (outcome.final, outcome.ratios(), outcome.ratios(outcome.at))
    with np.errstate(invalid="ignore"):
        return [
            (float(np.median(e[part])), float(np.median(s[part])), float(np.median(a[part])))
            for part in map(setting.of, range(len(setting.acts)))
            for e, s, a in [values]
        ]


def _ends(outcome: Outcome) -> Table:
    setting, later = outcome.setting, int(outcome.epochs[outcome.at])
    ends = f"L{setting.layers}/L1"
    columns = (
        Column("activation", "activation"), Column("final_mse", "final MSE", ".4f"),
        Column("ratio_start", f"{ends} at the start", ".3g"), Column("ratio_later", f"{ends} at epoch {later}", ".3g"),
        Column("original_final_mse", "original final MSE", ".3f"), Column("original_ratio", "original L10/L1", ".3g"),
        Column("status", "status"),
    )  # fmt: skip
    rows = []
    for act, title, (error, ratio, at) in zip(setting.acts, setting.titles, _medians(outcome), strict=True):
        original = DEPTH.get(str(parse_activation(act)), (None, None))
        rows.append([title, error, ratio, at, *original, status(ratio, error, outcome)])
    medians = f"Numbers are {setting.over('medians over the seeds ' + setting.named)}, weights as init {setting.init} "
    note = f"{medians}draws them. {_rule(outcome)}"
    return Table("depth-table", f"Through {setting.layers} hidden layers", columns, rows, note)


def _dynamics(outcome: Outcome) -> Table:
    setting = outcome.setting
    columns = (
        Column("activation", "activation"), Column("halved", "error halved at epoch", "d"),
        Column("tenth", "error below 0.1 at epoch", "d"),
        Column("reached", f"layer 1's gradient above {_FELT:g} at epoch", "d"),
        Column("largest", "largest gradient of layer 1", ".2g"), Column("when", "at epoch", "d"),
        Column("dead_start", "dead units, start %", ".1f"),
        Column("dead_end", "end %", ".1f"),
    )  # fmt: skip
    rows = []
    for i, title in enumerate(setting.titles):
        part = setting.of(i)
        error = np.median(outcome.losses[:, part], axis=1)
        first = median(outcome.gradients[:, 0], part)
        seen = np.isfinite(first).any()
        top = int(np.nanargmax(finite(first))) if seen else 0
        looked = _epoch_of(first > _FELT)
        reached = None if looked is None else int(outcome.epochs[looked])
        dead = [100 * float(outcome.dead[look, :, part].mean()) for look in (0, -1)]
        rows.append(
            [
                title, _epoch_of(error <= error[0] / 2), _epoch_of(error < 0.1), reached,
                first[top] if seen else None, int(outcome.epochs[top]) if seen else None, *dead,
            ]
        )  # fmt: skip
    return Table("depth-dynamics", "How training goes", columns, rows, f"{setting.over('Medians over the seeds')}.")


def _epoch_of(holds: NDArray[np.bool_]) -> int | None:
    return int(np.argmax(holds)) if holds.any() else None


def _bars(outcome: Outcome) -> Table:
    """Bars as text: a letter for each map, on a logarithmic scale that all activations share."""
    setting = outcome.setting
    norms = [median(outcome.gradients[0], setting.of(i)) for i in range(len(setting.acts))]
    shown = np.concatenate([one[np.isfinite(one) & (one > 0)] for one in norms])
    low, high = (np.log10(shown.min()), np.log10(shown.max())) if shown.size else (0.0, 1.0)

    def bar(norm: float) -> str:
        if not np.isfinite(norm) or norm <= 0:
            return " "
        return _BARS[round((np.log10(norm) - low) / max(high - low, 1e-9) * (len(_BARS) - 1))]

    columns = (
        Column("activation", "activation"), Column("bars", "gradients, first to last"), Column("first", "first", ".2g"),
        Column("last", "last", ".2g"),
    )  # fmt: skip
    rows = [
        [title, "".join(map(bar, one)), float(one[0]), float(one[-1])]
        for title, one in zip(setting.titles, norms, strict=True)
    ]
    scale = f"A bar for each affine map, from {written(10**low, '.1g')} to {written(10**high, '.1g')}, logarithmic."
    return Table("depth-bars", "Gradients of each map at the start", columns, rows, scale)


def remarks(outcome: Outcome) -> list[str]:
    """Sentences that the numbers bear."""
    setting, said = outcome.setting, []
    found = list(zip(setting.titles, _medians(outcome), strict=True))
    whole = [(title, error, ratio) for title, (error, ratio, _) in found if np.isfinite(error)]
    for title, _, ratio in whole:
        if ratio > _FAR:
            times = f"{written(ratio, '.2g')} times that of hidden layer 1 at the start"
            said.append(f"Through {title} the gradient of hidden layer {setting.layers} is {times}: it vanishes.")
    learned = [title for title, error, ratio in whole if status(ratio, error, outcome).endswith(", learned")]
    if learned:
        said.append(f"The sine is learned with {', '.join(learned)}.")
    said += [
        f"With {title} nothing is learned but a constant or less."
        for title, error, ratio in whole if status(ratio, error, outcome).endswith("nothing learned")
    ]  # fmt: skip
    if len(whole) > 1:
        title, error, _ = min(whole, key=lambda one: one[1])
        least = f"{written(error, '.2g')}; the noise alone has {setting.noise**2:g}"
        said.append(f"The least error is that of {title}, {least}.")
    said += [f"With {title} the loss is no number." for title, (error, *_) in found if not np.isfinite(error)]
    return said


def plate(outcome: Outcome) -> Plate:
    """The page of nine panels."""
    return Plate(
        "depth-summary", "the main results on a page", partial(_page, outcome), outcome.setting.told, summary(outcome)
    )


def _page(outcome: Outcome) -> Figure:
    setting = outcome.setting
    figure, axes = panels(3, 3, width=4.2, height=2.7)
    target(outcome, axes[0])
    for i, title in enumerate(setting.titles):
        axes[0].plot(outcome.x, finite(outcome.functions[-1, setting.of(i)][0]), **style(i), label=title)
    axes[0].set_title(f"learned, seed {setting.seeds[0]}", fontsize=10)
    axes[0].set_xlabel("x")
    axes[0].set_ylabel("y")
    losses(outcome, axes[1:2])
    start(outcome, axes[2:3])
    for one, values, label in (
        (axes[3], outcome.gradients[:, 0], "gradient of hidden layer 1"),
        (axes[4], outcome.spread[:, -1], f"spread of hidden layer {setting.layers}"),
        (axes[5], outcome.dead.mean(axis=1), "share of dead units"),
    ):
        for i in range(len(setting.acts)):
            one.plot(outcome.epochs, finite(median(values, setting.of(i))), **style(i))
        if one is not axes[5]:
            logarithmic(one)
        one.set_xlabel("epoch")
        one.set_ylabel(label)
    found = _medians(outcome)
    for one, column, label in ((axes[6], 0, "final squared error"), (axes[7], 1, f"L{setting.layers}/L1 at the start")):
        heights = finite(np.array([row[column] for row in found]))
        one.bar(range(len(found)), heights, color=[COLOURS[i % len(COLOURS)] for i in range(len(found))])
        logarithmic(one)
        one.set_xticks(range(len(found)), setting.titles, fontsize=7, rotation=25, ha="right")
        one.set_ylabel(label)
    worst = int(np.nanargmax([row[1] if np.isfinite(row[1]) else -1 for row in found]))
    norms = np.log10(np.maximum(median(outcome.gradients, setting.of(worst)), LEAST))
    image = epoch_map(outcome, axes[8], norms, "viridis", (-9, 1))
    axes[8].set_ylabel("affine map")
    axes[8].set_title(f"gradients through {setting.titles[worst]}", fontsize=10)
    figure.colorbar(image, ax=axes[8], label="log₁₀ of the norm")
    legend(figure, lines(axes[0]), place="outside upper center", columns=min(6, len(found)))
    return figure
