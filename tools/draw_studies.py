"""Draw the figures of docs/studies.md: `python tools/draw_studies.py [STUDY…]`."""

import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image

DOCS = Path(__file__).parent.parent / "docs"
WIDTH = 1200  # pixels, at most
# study: its flags, and which of its figures become which picture
STUDIES = {
    "curves": (["--gradients"], {"gradients": "gradients", "together": "together", "strip": "strip"}),
    "depth": (
        ["--all"],
        {
            "depth-summary": "depth", "depth-flow": "flow", "depth-evolution": "evolution",
            "depth-stability": "stability", "depth-capacity": "capacity",
        },
    ),
    "classify": ([], {"classify-examples": "patches", "classify-curves": "classify"}),
    "gradients": ([], {"gradient-histograms": "gradient-histograms"}),
    "outputs": ([], {"output-histograms": "outputs"}),
}  # fmt: skip


def main() -> None:
    """Draw those that are named, or all."""
    for name in sys.argv[1:] or STUDIES:
        flags, figures = STUDIES[name]
        with tempfile.TemporaryDirectory() as folder:
            command = [sys.executable, "-m", "cppn", "study", name, *flags, "-o", folder]
            subprocess.run(command, check=True)
            for figure, shown in figures.items():
                with Image.open(Path(folder) / f"{figure}.png") as picture:
                    picture.thumbnail((WIDTH, WIDTH), Image.Resampling.LANCZOS)
                    picture.convert("RGB").save(DOCS / f"studies-{shown}.png", optimize=True)


main()
