"""Measure the studies: each as a whole process that finds nothing kept, and the report.

make bench-studies
"""

from __future__ import annotations

import os
import sys
import tempfile
import time

from mosaics import timed
from page import DOCS, machine, write_part

STUDIES = {
    "curves": ["--gradients"], "autodiff": [], "gradients": [], "classify": [], "outputs": ["--both"],
    "depth": ["--all"], "report": ["--quick"],
}  # fmt: skip


def main() -> None:
    rows, whole, caches = [], 0.0, tempfile.TemporaryDirectory()
    for name, flags in STUDIES.items():
        with tempfile.TemporaryDirectory() as folder:
            if name != "outputs":  # which shows what `classify` has trained
                os.environ["XDG_CACHE_HOME"] = caches.name + "/" + name
            where = ["-o", f"{folder}/a.html" if name == "report" else folder]
            start = time.perf_counter()
            seconds, peak = timed([sys.executable, "-m", "cppn", "study", name, *flags, *where, "-q"])
            whole += 0 if name == "report" else time.perf_counter() - start
        rows.append(f"| `{' '.join([name, *flags])}` | {seconds:.0f} | {peak:.0f} |")
        print(rows[-1], file=sys.stderr)
    text = "\n".join(
        [
            f"{machine()}; whole processes that find nothing kept, one run.", "", "| `cppn study …` | seconds | peak MB |",
            "|---|---:|---:|", *rows, "", f"All studies but the report: {whole:.0f} s.",
        ]
    )  # fmt: skip
    write_part("studies", text, DOCS / "studies.md")
    print(text)


if __name__ == "__main__":
    main()
