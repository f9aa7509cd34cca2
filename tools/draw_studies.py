"""Draw the figures of docs/studies.md, and write its tables: `python tools/draw_studies.py [PART…]`.

A table stands between `<!-- table: PART/NAME -->` and `<!-- end -->`.
"""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image

DOCS = Path(__file__).parent.parent / "docs"
WIDTH = 1200  # pixels, at most
# part: the study with its flags, and which of its figures become which picture
PARTS = {
    "curves": (["curves", "--gradients"], {"gradients": "gradients", "together": "together", "strip": "strip"}),
    "autodiff": (["autodiff"], {"autodiff-graphs": "autodiff"}),
    "depth": (
        ["depth", "--all"],
        {
            "depth-summary": "depth", "depth-flow": "flow", "depth-evolution": "evolution",
            "depth-stability": "stability", "depth-capacity": "capacity", "depth-predictions": "predictions",
            "depth-distributions": "distributions",
        },
    ),
    "classify": (["classify"], {"classify-examples": "patches", "classify-curves": "classify"}),
    "fashion": (["classify", "--data", "fashion-mnist"], {"classify-examples": "fashion"}),
    "fashion-patient": (["classify", "--data", "fashion-mnist", "--patience", "4"], {}),
    "gradients": (["gradients"], {"gradient-histograms": "gradient-histograms"}),
    "outputs": (["outputs", "--both"], {"output-histograms": "outputs"}),
}  # fmt: skip


def main() -> None:
    """Draw and write those that are named, or all."""
    for part in sys.argv[1:] or PARTS:
        flags, figures = PARTS[part]
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run([sys.executable, "-m", "cppn", "study", *flags, "--table", "md", "-o", folder], check=True)
            for figure, shown in figures.items():
                with Image.open(Path(folder) / f"{figure}.png") as picture:
                    picture.thumbnail((WIDTH, WIDTH), Image.Resampling.LANCZOS)
                    picture.convert("RGB").save(DOCS / f"studies-{shown}.png", optimize=True)
            write_tables(part, Path(folder))


def write_tables(part: str, folder: Path) -> None:
    """Put the tables of a part where the page has a place for them, without their notes."""
    page = DOCS / "studies.md"

    def table(match: re.Match[str]) -> str:
        text = (folder / f"{match[1]}.md").read_text(encoding="utf-8").partition("\n\n")[0]
        return f"<!-- table: {part}/{match[1]} -->\n{text.strip()}\n<!-- end -->"

    text = page.read_text(encoding="utf-8")
    place = re.compile(rf"<!-- table: {re.escape(part)}/([\w-]+) -->\n.*?<!-- end -->", re.DOTALL)
    page.write_text(place.sub(table, text), encoding="utf-8")


main()
