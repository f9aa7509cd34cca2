"""`cppn study`: what activation functions do, as figures and numbers; each study is a module here."""

from __future__ import annotations

import click

from ..lazy import LazyGroup

STUDIES = {
    "report": "All studies on one page, as a PDF or as a notebook.",
    "curves": "Activations as curves, with slopes, and as art.",
    "autodiff": "Differentiation by torch, by hand and by differences.",
    "depth": "Gradients and learning in deep networks.",
    "classify": "Ten classes of pictures, learned with each activation.",
    "gradients": "Gradients of each weight matrix before training.",
    "outputs": "Values of each layer, before and after training.",
}


@click.group(
    "study", cls=LazyGroup, package=__name__, about=STUDIES, kind="study", short_help="Study activation functions."
)
def command() -> None:
    """Study activation functions: figures for a lecture, with their data as JSON beside them.

    \b
      cppn study report --quick -o lecture.html
      cppn study curves
      cppn study curves --gradients --act sigmoid,tanh,"sin(3*x)" -o figures/
      cppn study depth --seeds 5 --json
      cppn study classify --data fashion-mnist
      cppn study gradients --act sigmoid,relu,"x*sigmoid(2*x)"
    """
