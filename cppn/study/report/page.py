"""The report as one page that needs nothing else: figures, tables, formulas, films and sentences."""

from __future__ import annotations

import base64
import html
import io
import re
import tempfile
from collections.abc import Iterator, Sequence
from importlib.resources import files
from itertools import count
from pathlib import Path
from string import Template

from PIL import Image

from ..chapter import Chapter, Clip, Plate
from ..figures import encoded
from ..settings import versions
from ..tables import Table, as_html

# what a figure's ink and paper become, so that the page's own colours reach into it
_INKS = {"#000000": "--ink", "#ffffff": "--paper", "#e3e3e3": "--grid", "#666666": "--soft", "#888888": "--soft"}
_FONT = re.compile(r"'DejaVu Sans'(?:, *[^;\"]*)?")


def page(chapters: Sequence[Chapter], *, title: str, opening: str) -> str:
    """The page's HTML."""
    numbers = count(1), count(1)
    sections = "\n".join(_section(chapter, *numbers) for chapter in chapters)
    contents = "\n".join(f'<li><a href="#{one.name}">{html.escape(one.title)}</a></li>' for one in chapters)
    template = Template(files(__package__).joinpath("page.html").read_text(encoding="utf-8"))
    told = ", ".join(f"{name} {version}" for name, version in versions().items())
    return template.substitute(
        title=html.escape(title), opening=html.escape(opening), contents=contents, sections=sections,
        short=_short(chapters), beside=_beside(chapters), versions=html.escape(told),
    )  # fmt: skip


def _short(chapters: Sequence[Chapter]) -> str:
    """The first sentences of each chapter."""
    told = [
        f'<li><a href="#{one.name}">{html.escape(one.title)}</a>: {html.escape(" ".join(one.remarks[:2]))}</li>'
        for one in chapters if one.remarks
    ]  # fmt: skip
    return "\n".join(told)


def _beside(chapters: Sequence[Chapter]) -> str:
    """The tables that set the originals' numbers beside ours, and why they differ."""
    found = [
        table for chapter in chapters for table in chapter.tables
        if any(column.key.startswith("original") for column in table.columns)
    ]  # fmt: skip
    rows = [
        f'<li><a href="#{table.name}">{html.escape(table.title)}</a>. {html.escape(table.note)}</li>' for table in found
    ]
    return "\n".join(rows)


def _section(chapter: Chapter, figures: Iterator[int], tables: Iterator[int]) -> str:
    parts = [f'<section id="{chapter.name}">', f"<h2>{html.escape(chapter.title)}</h2>"]
    if chapter.remarks:
        parts.append(f"<p>{html.escape(' '.join(chapter.remarks))}</p>")
    parts.append(f'<p class="made">{html.escape(chapter.settings.words)}</p>')
    parts += [_table(table, next(tables)) for table in chapter.tables]
    parts += [_figure(plate, next(figures)) for plate in chapter.plates]
    if chapter.clips:
        films = "\n".join(_film(clip, next(figures)) for clip in chapter.clips)
        parts.append(f'<div class="films">\n{films}\n</div>')
    parts.append("</section>")
    return "\n".join(parts)


def _table(table: Table, number: int) -> str:
    numbered = as_html(table).replace("<caption>", f"<caption>Table {number}. ", 1)
    return f'<div class="table">{numbered}</div>'


def _figure(plate: Plate, number: int) -> str:
    title = html.escape(f"{plate.title[:1].upper()}{plate.title[1:]}")
    drawn = _svg(encoded(plate.draw(), "svg", "").decode(), f"f{number}-", html.escape(plate.title))
    caption = f"<figcaption>Figure {number}. {title}.</figcaption>"
    return f'<figure id="figure-{html.escape(plate.name)}">{drawn}{caption}</figure>'


def _svg(text: str, prefix: str, label: str) -> str:
    """A figure as part of a page: its ids its own, its ink and its font the page's."""
    text = text[text.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>", "", text, flags=re.DOTALL)
    text = re.sub(r"<style.*?</style>", "", text, flags=re.DOTALL)
    text = re.sub(r'\bid="([^"]*)"', _Renamed(prefix), text)
    text = re.sub(r'(href="#|url\(#)', rf"\g<1>{prefix}", text)
    for colour, name in _INKS.items():
        text = text.replace(colour, f"var({name})")
    text = _FONT.sub("var(--font)", text)
    # text without a colour of its own is ink; the size is the page's to choose
    width, height = re.findall(r'\b(?:width|height)="([\d.]+)pt"', text)[:2]
    head = f'<svg role="img" aria-label="{label}" style="max-width: {float(width) / 72:.2f}in" '
    return re.sub(r'<svg (?=.*?>)', head, text, count=1).replace(f'width="{width}pt" ', "", 1).replace(
        f'height="{height}pt" ', "", 1
    )  # fmt: skip


class _Renamed:
    """Ids behind a prefix; equal images in a figure have one id, of which the first keeps it."""

    def __init__(self, prefix: str) -> None:
        self._prefix, self._seen = prefix, set[str]()

    def __call__(self, match: re.Match[str]) -> str:
        name = f"{self._prefix}{match[1]}"
        name += f"-{len(self._seen)}" * (name in self._seen)
        self._seen.add(name)
        return f'id="{name}"'


def _film(clip: Clip, number: int) -> str:
    """A film that goes round; who wants no motion, and paper, get its last picture."""
    with tempfile.TemporaryDirectory() as folder:
        film = clip.write(Path(folder) / "film.webp").read_bytes()
    with Image.open(io.BytesIO(film)) as frames:
        frames.seek(getattr(frames, "n_frames", 1) - 1)
        width, height = frames.size
        still = io.BytesIO()
        frames.convert("RGB").save(still, "PNG")
    moving, last = (
        f"data:image/{kind};base64,{base64.b64encode(data).decode()}"
        for kind, data in (("webp", film), ("png", still.getvalue()))
    )
    title = html.escape(clip.title)
    return (
        f'<figure><picture><source media="print, (prefers-reduced-motion: reduce)" srcset="{last}">'
        f'<img src="{moving}" width="{width}" height="{height}" alt="{title}"></picture>'
        f"<figcaption>Film {number}. {title}.</figcaption></figure>"
    )
