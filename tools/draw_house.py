"""Draw docs/house.svg: the rooms of the house, and which imports which, from the code itself.

python tools/draw_house.py
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from html import escape
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "cppn"
PAGE = ROOT / "docs" / "house.svg"
ROW, BOX, LEFT, WIDTH = 34, 26, 20, 860
COLOURS = ("#3b6ea8", "#b0563c", "#4f8a5b", "#8a5fa8", "#a8823b", "#3b8f95", "#a84a6e", "#6b7280")


def rooms() -> dict[str, str]:
    """Each room, from the foundations up, with what the document says of it."""
    drawing = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8").partition("\ncppn/\n")[2]
    found = re.findall(r"^  (\w+)(?:/|\.py)\s+(.*)$", drawing.partition("```")[0], re.MULTILINE)
    return {name: text.partition(":")[0].partition(";")[0] for name, text in found}


def sizes() -> Counter[str]:
    """How many lines of code each room has."""
    found: Counter[str] = Counter()
    for path in PACKAGE.rglob("*.py"):
        found[_room(path)] += len(path.read_text(encoding="utf-8").splitlines())
    return found


def imports() -> Counter[tuple[str, str]]:
    """How many modules of a room import from another, (the one, the other)."""
    found: Counter[tuple[str, str]] = Counter()
    for path in sorted(PACKAGE.rglob("*.py")):
        depth = len(path.relative_to(PACKAGE).parts)
        used = {
            node.module.split(".")[0]
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(node, ast.ImportFrom) and node.level == depth and node.module
        }
        found.update((_room(path), other) for other in used - {_room(path)})
    return found


def _room(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def picture() -> str:
    """The SVG: the foundations at the bottom, and an arc down to each room that a room uses."""
    told, lines = rooms(), sizes()
    names = list(told)
    middle = {name: 24 + ROW * (len(names) - 1 - i) for i, name in enumerate(names)}
    parts = []
    for (user, used), count in sorted(imports().items()):
        if user not in middle or used in ("errors", "version"):  # which all use
            continue
        top, bottom, x = middle[user], middle[used], LEFT + 470
        reach = 40 + 0.62 * (bottom - top)
        colour = COLOURS[names.index(user) % len(COLOURS)]
        parts.append(
            f'<path d="M{x} {top} C{x + reach:.0f} {top} {x + reach:.0f} {bottom} {x} {bottom}" fill="none" '
            f'stroke="{colour}" stroke-opacity="0.55" stroke-width="{min(6, 0.7 + 0.35 * count):.2f}"/>'
        )
    for i, name in enumerate(names):
        y, colour = middle[name], COLOURS[i % len(COLOURS)]
        parts.append(
            f'<rect x="{LEFT}" y="{y - BOX / 2:.0f}" width="470" height="{BOX}" rx="6" fill="#fff" stroke="{colour}"/>'
            f'<rect x="{LEFT}" y="{y - BOX / 2:.0f}" width="{max(3, 100 * lines[name] / max(lines.values())):.0f}" '
            f'height="{BOX}" rx="6" fill="{colour}" fill-opacity="0.22"/>'
            f'<text x="{LEFT + 10}" y="{y + 5}" font-weight="600">{name}</text>'
            f'<text x="{LEFT + 112}" y="{y + 5}" fill="#444">{escape(_short(told[name]))}</text>'
        )
    height = 24 + ROW * len(names)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" '
        'font-family="Helvetica, Arial, sans-serif" font-size="13" role="img">'
        "<title>The rooms of the house, the foundations at the bottom, and which uses which</title>"
        f'<rect width="{WIDTH}" height="{height}" fill="#fcfbf8"/>' + "".join(parts) + "</svg>\n"
    )


def _short(text: str) -> str:
    return text if len(text) <= 52 else text[:51].rsplit(" ", 1)[0] + " …"


if __name__ == "__main__":
    PAGE.write_text(picture(), encoding="utf-8")
    print(PAGE)
