"""A few of the cases that `make fuzz` tries by the thousand, and all that were ever found.

The fuzzer runs as a process of its own: children of one in which libraries have begun threads may wait for them.
"""

import json
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
FOUND = sorted((HERE / "fuzz-cases").iterdir())


def fuzz(*words: object, code: str = "") -> subprocess.CompletedProcess[str]:
    start = (
        ["-c", f"import sys; sys.path.insert(0, {str(HERE)!r}); import fuzz\n{code}"] if code else [HERE / "fuzz.py"]
    )
    return subprocess.run([sys.executable, *map(str, (*start, *words))], capture_output=True, text=True, timeout=500)


@pytest.mark.parametrize(("kind", "count"), [("recipes", 50), ("files", 200)])
def test_nothing_raises_hangs_or_fills_the_memory(tmp_path, kind, count):
    done = fuzz("--kind", kind, "--cases", count, "--seed", 1, "--out", tmp_path / "found")
    assert done.returncode == 0, done.stderr
    counts = json.loads(done.stdout.partition(": ")[2])
    assert counts["drawn"] > count / 20
    assert counts["refused"] > count / 20


def test_what_was_found_stays_mended():
    done = fuzz(*FOUND)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("body", "word"), [("1 // 0", "raised"), ("[None for _ in iter(int, 1)]", "too slow"), ("os._exit(9)", "crashed")]
)
def test_the_fuzzer_sees_what_it_looks_for(body, word):
    code = f"""import os
fuzz.SECONDS = 0.3
fuzz._draw = lambda data: {body}
print(fuzz.tried(fuzz.Case("recipe", b"")).word)"""
    assert fuzz(code=code).stdout.strip() == word
