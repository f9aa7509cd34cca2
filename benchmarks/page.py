"""The page of measurements, docs/performance.md, and what they were measured on."""

from __future__ import annotations

import platform
from pathlib import Path

DOCS = Path(__file__).parent.parent / "docs"
PAGE = DOCS / "performance.md"
FITTING = DOCS / "fitting.md"


def write_part(name: str, text: str, page: Path = PAGE) -> None:
    """Replace what stands between a part's marks."""
    start, end = f"<!-- measured: {name} -->", f"<!-- end: {name} -->"
    head, found, rest = page.read_text(encoding="utf-8").partition(start)
    tail = rest.partition(end)[2]
    if not found:
        raise SystemExit(f"{page} has no {start}")
    page.write_text(f"{head}{start}\n{text}\n{end}{tail}", encoding="utf-8")


def machine() -> str:
    """The processor, its cores and vector instructions, in words."""
    name, flags = platform.processor() or platform.machine(), ""
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        lines = dict(line.split(":", 1) for line in cpuinfo.read_text().splitlines() if ":" in line)
        lines = {key.strip(): value.strip() for key, value in lines.items()}
        name = lines.get("model name", name)
        flags = next((f", {f.upper()}" for f in ("avx512f", "avx2") if f in lines.get("flags", "")), "")
    from cppn.engines import cores

    return f"{name}, {cores()} cores{flags}; Python {platform.python_version()}"
