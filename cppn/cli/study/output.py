"""Where the figures of a study go, and what is told of them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .. import options

if TYPE_CHECKING:
    from ...study.chapter import Chapter
    from ...study.folder import Folder

tables = click.option(
    "--table",
    "tables",
    type=click.Choice(["csv", "latex", "md"]),
    multiple=True,
    help="Write the tables too; may be given again.",
)
together = options.together(
    click.option(
        "--format",
        "form",
        type=click.Choice(["png", "svg", "pdf"]),
        default="png",
        show_default=True,
        help="Of figures.",
    ),
    tables,
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


def folder(output: str) -> Folder:
    """The folder, made if need be."""
    from ...study.folder import Folder

    return Folder(Path(output))


def publish(chapter: Chapter, into: Folder, flags: dict[str, Any], more: Sequence[Path] = ()) -> None:
    """Write a chapter's figures and tables, and tell of them, and of `more` files: tables and sentences to stderr."""
    from ...study.chapter import publish
    from ...study.tables import as_text

    paths = [*publish(chapter, into, flags["form"], flags["tables"]), *more]
    if not flags["as_json"] and not flags["quiet"]:
        for table in chapter.tables:
            click.echo(f"{table.title}\n{as_text(table)}\n", err=True)
        for remark in chapter.remarks:
            click.echo(remark, err=True)
    tell(paths, flags, dict(chapter.found))


def tell(paths: Sequence[Path], flags: dict[str, Any], found: dict[str, Any] | None = None) -> None:
    """Print the files, or with --json the numbers too."""
    if flags["as_json"]:
        click.echo(json.dumps({"files": [str(path) for path in paths], **(found or {})}))
    elif not flags["quiet"]:
        for path in paths:
            click.echo(str(path))
