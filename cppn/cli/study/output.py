"""Where the figures of a study go, and what is told of them."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import click

from .. import options

together = options.together(
    click.option(
        "--format",
        "form",
        type=click.Choice(["png", "svg", "pdf"]),
        default="png",
        show_default=True,
        help="Of figures.",
    ),
    click.option("-o", "--output", default="studies", show_default=True, metavar="FOLDER", help="Where to."),
    click.option("--json", "as_json", is_flag=True, help="Print files and numbers as JSON."),
    click.option("--quiet", "-q", is_flag=True, help="Print nothing but errors."),
)
fresh = click.option("--fresh", is_flag=True, help="Train anew, even if the result of these settings is kept.")


def named(given: Sequence[Sequence[str]], default: Sequence[str]) -> tuple[str, ...]:
    """The activations that the flags name, each once; `all` stands for the catalogue's.

    Errors: CppnError for what is none, before anything else is done.
    """
    from ...field.activations import CATALOGUE, parse_activation

    texts = [act for several in given for act in several]
    found = [act for text in texts for act in (CATALOGUE if text == "all" else [text])]
    for act in found:
        parse_activation(act)
    return tuple(dict.fromkeys(found)) or tuple(default)


def folder(output: str) -> Path:
    """The folder, made if need be."""
    from ...sinks.names import make_folder

    made = Path(output)
    make_folder(made)
    return made


def spread(found: dict[str, Any], flags: dict[str, Any], of: Callable[[dict[str, Any]], float | None]) -> None:
    """Print a number of each map, a line for each activation, where neither --json nor --quiet was asked for."""
    if flags["as_json"] or flags["quiet"]:
        return
    for row in found["activations"]:
        told = ["no number" if (std := of(one)) is None else f"{std:.2e}" for one in row["maps"]]
        click.echo(f"{row['activation']:<20} σ " + "  ".join(f"{text:>9}" for text in told), err=True)


def tell(paths: Sequence[Path], flags: dict[str, Any], found: dict[str, Any] | None = None) -> None:
    """Print the files, or with --json the numbers too."""
    if flags["as_json"]:
        click.echo(json.dumps({"files": [str(path) for path in paths], **(found or {})}))
    elif not flags["quiet"]:
        for path in paths:
            click.echo(str(path))
