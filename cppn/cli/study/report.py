"""`cppn study report`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from .. import options, types
from ..progress import count_bar
from ..render import as_flags
from . import output

_ENDINGS = (".html", ".pdf", ".ipynb")


@click.command("report", short_help="All studies on one page, as a PDF or as a notebook.")
@click.option(
    "-o",
    "--output",
    default="lecture.html",
    show_default=True,
    metavar="FILE",
    help="Where to: .html, .pdf (through Chromium), or .ipynb, a notebook that runs it again.",
)
@click.option("--act", type=types.ACTIVATIONS, multiple=True, metavar="ACT,…", help="Which (each study's own).")
@click.option("--data", metavar="fashion-mnist|FOLDER", help="Images to classify (patches of the presets).")
@click.option("--seed", type=types.WHOLE, default=42, show_default=True, metavar="N", help="Of all weights.")
@click.option("--quick", is_flag=True, help="Smaller experiments, in about a minute.")
@output.fresh
@output.tables
@click.option("--json", "as_json", is_flag=True, help="Print files and numbers as JSON.")
@click.option("--quiet", "-q", is_flag=True, help="Print nothing but errors.")
def command(**flags: Any) -> None:
    """Every study with its figures, tables, formulas, films and a few sentences, in one file that needs nothing else.

    A notebook is written at once; it runs the studies when its cells are run.

    \b
      cppn study report -o lecture.html
      cppn study report --quick --act relu,"sin(3*x)" -o lecture.pdf
      cppn study report --data fashion-mnist --table latex -o lecture.html
    """
    options.check_training(None)
    from ...errors import CppnError
    from ...files.atomic import write_bytes
    from ...files.names import check_folder

    path = Path(flags["output"])
    if path.suffix.lower() not in _ENDINGS:
        raise CppnError("a report is no such file", where=str(path), legal=f"{', '.join(_ENDINGS)} are legal")
    check_folder(path)
    acts = output.named(flags["act"], ())
    from ...study.chapter import write_tables
    from ...study.folder import Folder
    from ...study.report.contents import CONTENTS, Request
    from ...study.report.notebook import notebook
    from ...study.report.page import page
    from ...study.report.pdf import browser, to_pdf

    with as_flags(command):
        request = Request(acts, flags["seed"], flags["data"], flags["quick"], flags["fresh"])
        images = request.data()
    title, opening = "What activation functions do", _opening(request, images.name)
    if path.suffix.lower() == ".ipynb":
        write_bytes(path, notebook(request, list(CONTENTS), title, opening).encode())
        output.tell([path], flags)
        return
    if path.suffix.lower() == ".pdf":
        browser()
    beside = Folder(path.parent) if flags["tables"] else None
    chapters = []
    with count_bar(len(CONTENTS), "chapter", flags["quiet"]) as progress:
        for make in CONTENTS.values():
            chapters.append(make(request))
            progress(1)
    text = page(chapters, title=title, opening=opening)
    write_bytes(path, to_pdf(text) if path.suffix.lower() == ".pdf" else text.encode())
    paths = [path]
    if beside is not None:
        paths += [one for chapter in chapters for one in write_tables(chapter, beside, flags["tables"])]
    output.tell(paths, flags, {chapter.name: dict(chapter.found) for chapter in chapters})


def _opening(request: Any, images: str) -> str:
    from ...field.activations import parse_activation

    which = ", ".join(parse_activation(act).title for act in request.acts)
    studied = f"The activations studied here are {which}." if which else "Each study has its own choice of activations."
    said = (
        "Curves and slopes, differentiation by hand, gradients and values inside a classifier, what it learns, what "
        "becomes of deep networks, and pictures of hidden units. Figures, tables and sentences are made of the numbers "
        f"of one run, at seed {request.seed}, with {images} to classify. {studied}"
    )
    if request.quick:
        said += " This is the quick report: experiments are smaller than the originals' and end earlier."
    return said
