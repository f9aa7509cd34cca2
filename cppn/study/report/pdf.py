"""The report on paper: the page, printed by the Chromium that is there."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from ...errors import failure

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
_SECONDS = 300


def browser() -> str:
    """The Chromium that is there.

    Errors: CppnError if there is none.
    """
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        legal = f"install Chromium, so that one of these is on the PATH: {', '.join(BROWSERS)}; or write .html"
        raise failure("a PDF needs Chromium, which is not installed", legal=legal)
    return found


def to_pdf(page: str) -> bytes:
    """A page's HTML as a PDF file's bytes.

    Errors: CppnError if there is no Chromium, or it fails.
    """
    program = browser()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source, made = folder / "report.html", folder / "report.pdf"
        source.write_text(page, encoding="utf-8")
        # root may not use the sandbox; the page is our own, holds no script and asks for nothing
        sandbox = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
        command = [
            program, "--headless", "--disable-gpu", *sandbox, f"--user-data-dir={folder / 'profile'}",
            "--no-first-run", "--no-pdf-header-footer", f"--print-to-pdf={made}", source.as_uri(),
        ]  # fmt: skip
        try:
            done = subprocess.run(command, capture_output=True, stdin=subprocess.DEVNULL, timeout=_SECONDS, check=False)  # noqa: S603  no shell, our own words
        except (OSError, subprocess.TimeoutExpired) as error:
            raise failure(f"{Path(program).name} could not print the report: {type(error).__name__}") from None
        if not made.is_file():
            said = done.stderr.decode(errors="replace").strip().splitlines()[-1:] or ["it says nothing"]
            raise failure(f"{Path(program).name} could not print the report: {said[0][:200]}")
        return made.read_bytes()
