"""The report as a Jupyter notebook that runs it again, with the same settings."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from ..chapter import Chapter
from ..tables import as_markdown, as_text
from .contents import Request


def notebook(request: Request, studies: Sequence[str], title: str, opening: str) -> str:
    """The notebook's JSON (nbformat 4.5): a heading and a cell of code for each study."""
    cells = [
        _cell("markdown", "title", f"# {title}\n\n{opening}"),
        _cell(
            "code", "request",
            "from cppn.study.report.contents import CONTENTS, Request\n"
            "from cppn.study.report.notebook import show\n\n"
            f"request = {request!r}",
        ),
    ]  # fmt: skip
    for name in studies:
        cells.append(_cell("markdown", f"{name}-text", f"## {name.capitalize()}"))
        cells.append(_cell("code", name, f'show(CONTENTS["{name}"](request))'))
    told: dict[str, Any] = {
        "nbformat": 4, "nbformat_minor": 5, "cells": cells,
        "metadata": {
            "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"},
            "language_info": {"name": "python"},
        },
    }  # fmt: skip
    return json.dumps(told, ensure_ascii=False, indent=1) + "\n"


def _cell(kind: str, name: str, text: str) -> dict[str, Any]:
    cell: dict[str, Any] = {"cell_type": kind, "id": name, "metadata": {}, "source": text.splitlines(keepends=True)}
    return cell | ({"execution_count": None, "outputs": []} if kind == "code" else {})


def show(chapter: Chapter) -> None:
    """Show a chapter: in a notebook as figures and tables, elsewhere as text."""
    try:
        from IPython.display import Markdown, display
    except ImportError:
        for table in chapter.tables:
            print(as_text(table))
        print("\n".join(chapter.remarks))
        return
    display(Markdown(" ".join(chapter.remarks)))
    for table in chapter.tables:
        display(Markdown(f"**{table.title}**\n\n{as_markdown(table)}"))
    for plate in chapter.plates:
        display(plate.draw())
