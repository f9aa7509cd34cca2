"""Tables of a study: made once, written as text, CSV, LaTeX, Markdown and HTML."""

from __future__ import annotations

import csv
import html
import io
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .notation import latex, written


@dataclass(frozen=True)
class Formula:
    """A formula in a cell, as text, for LaTeX (without dollars) and for HTML (a `math` element)."""

    text: str
    latex: str
    mathml: str


@dataclass(frozen=True)
class Column:
    """A column: the key that machines read, the title that people do, and the format of its numbers.

    `form`: as of `format`; with g, powers of ten where needed. A column whose form is "" holds words.
    """

    key: str
    title: str
    form: str = ""

    @property
    def numeric(self) -> bool:
        """Does it hold numbers, which are aligned to the right?"""
        return bool(self.form)


@dataclass(frozen=True)
class Table:
    """Rows of cells under columns. A cell is text, a number, a Formula, or None where there is nothing to say.

    `title`: what it shows, in a line. `note`: what must be known to read it.
    """

    name: str
    title: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Any]]
    note: str = ""

    def to_dict(self) -> list[dict[str, Any]]:
        """The rows for JSON, by the columns' keys."""
        return [
            {
                column.key: cell.text if isinstance(cell, Formula) else cell
                for column, cell in zip(self.columns, row, strict=True)
            }
            for row in self.rows
        ]

    def cells(self) -> list[list[str]]:
        """Every cell as people read it; nothing is "–"."""
        return [[_read(cell, column) for column, cell in zip(self.columns, row, strict=True)] for row in self.rows]


def _read(cell: Any, column: Column) -> str:
    if cell is None:
        return "–"
    if isinstance(cell, Formula):
        return cell.text
    return written(cell, column.form or ".6g") if isinstance(cell, int | float) else str(cell)


def as_text(table: Table) -> str:
    """For a terminal: columns aligned, numbers to the right."""
    rows = [[column.title for column in table.columns], *table.cells()]
    widths = [max(len(row[i]) for row in rows) for i in range(len(table.columns))]
    lines = [
        "  ".join(
            cell.rjust(width) if column.numeric else cell.ljust(width)
            for cell, width, column in zip(row, widths, table.columns, strict=True)
        ).rstrip()
        for row in rows
    ]
    return "\n".join(lines)


def as_csv(table: Table) -> str:
    """For programs: the columns' keys first, numbers in full, nothing as an empty cell."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow([column.key for column in table.columns])
    for row in table.rows:
        writer.writerow(["" if cell is None else cell.text if isinstance(cell, Formula) else cell for cell in row])
    return file.getvalue()


def as_markdown(table: Table) -> str:
    """As a Markdown table."""
    head = [column.title for column in table.columns]
    rule = ["---:" if column.numeric else "---" for column in table.columns]
    body = [[cell.replace("|", "\\|") for cell in row] for row in table.cells()]
    lines = ["| " + " | ".join(row) + " |" for row in (head, rule, *body)]
    return "\n".join([*lines, *(["", table.note] if table.note else [])]) + "\n"


_LATEX = {
    "\\": r"\textbackslash{}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_", "{": r"\{", "}": r"\}",
    "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "→": r"$\to$", "×": r"$\times$", "−": "$-$",
    "∞": r"$\infty$", "·": r"$\cdot$", "≤": r"$\le$", "σ": r"$\sigma$", "α": r"$\alpha$", "β": r"$\beta$", "–": "--",
    "∈": r"$\in$", "√": r"$\surd$",
    **{raised: f"$^{plain}$" for raised, plain in zip("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789", strict=True)},
}  # fmt: skip


def as_latex(table: Table) -> str:
    """As a LaTeX table, with booktabs' rules; formulas need amsmath."""
    shape = "".join("r" if column.numeric else "l" for column in table.columns)
    rows = [[_tex(cell, column) for column, cell in zip(table.columns, row, strict=True)] for row in table.rows]
    head = [_escape(column.title) for column in table.columns]
    lines = [
        r"\begin{table}", r"\centering", rf"\caption{{{_escape(table.title)}}}", rf"\label{{tab:{table.name}}}",
        rf"\begin{{tabular}}{{{shape}}}", r"\toprule", " & ".join(head) + r" \\", r"\midrule",
        *(" & ".join(row) + r" \\" for row in rows), r"\bottomrule", r"\end{tabular}",
        *([rf"\par\smallskip {_escape(table.note)}"] if table.note else []), r"\end{table}",
    ]  # fmt: skip
    return "\n".join(lines) + "\n"


def _tex(cell: Any, column: Column) -> str:
    if isinstance(cell, Formula):
        return f"${cell.latex}$"
    if isinstance(cell, int | float):
        return f"${latex(cell, column.form or '.6g')}$"
    return _escape(_read(cell, column))


def _escape(text: str) -> str:
    return re.sub(r".", lambda match: _LATEX.get(match[0], match[0]), text)


def as_html(table: Table) -> str:
    """As an HTML table with its title; numbers have the class `number`."""

    def row(cells: Sequence[str], tag: str) -> str:
        marks = [' class="number"' if column.numeric else "" for column in table.columns]
        inner = "".join(f"<{tag}{mark}>{cell}</{tag}>" for cell, mark in zip(cells, marks, strict=True))
        return f"<tr>{inner}</tr>"

    def shown(cell: Any, column: Column) -> str:
        return cell.mathml if isinstance(cell, Formula) else html.escape(_read(cell, column))

    head = row([html.escape(column.title) for column in table.columns], "th")
    body = "\n".join(
        row([shown(cell, column) for column, cell in zip(table.columns, one, strict=True)], "td") for one in table.rows
    )
    note = f'\n<p class="note">{html.escape(table.note)}</p>' if table.note else ""
    return (
        f'<table id="{html.escape(table.name)}"><caption>{html.escape(table.title)}</caption>\n'
        f"<thead>{head}</thead>\n<tbody>\n{body}\n</tbody></table>{note}\n"
    )


# what --table names: the ending of a file, and what writes it
FORMS: Mapping[str, tuple[str, Callable[[Table], str]]] = {
    "csv": (".csv", as_csv), "latex": (".tex", as_latex), "md": (".md", as_markdown),
}  # fmt: skip
