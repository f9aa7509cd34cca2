"""`cppn study autodiff`."""

from __future__ import annotations

from typing import Any

import click

from .. import options, types
from ..render import as_flags
from . import output


def _vector(text: str) -> tuple[float, ...]:
    """Numbers, separated by commas."""
    from ...errors import CppnError, shorten

    try:
        return tuple(float(part) for part in text.split(","))
    except ValueError:
        raise CppnError(f"{shorten(text)!r} is no list of numbers", legal="write them as in 1,2,3") from None


@click.command("autodiff", short_help="Differentiation by torch, by hand and by differences.")
@click.option(
    "--x",
    type=types.Parsed("x,x,…", _vector),
    default="1,2,3",
    show_default=True,
    metavar="X,X,…",
    help="Where to differentiate: up to 12 numbers.",
)
@output.together
def command(**flags: Any) -> None:
    """What backward does: xᵀx against x⊙x, gradients that add up, and detach.

    Each gradient is computed by torch, by hand and by differences; the graphs are torch's own.
    """
    options.check_training(None)
    from ...study.autodiff import chapter

    with as_flags(command):
        found = chapter(flags["x"])
    output.publish(found, output.folder(flags["output"]), flags)
