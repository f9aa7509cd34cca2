"""Terminals and pipes that lack letters: what cannot be shown is written in other letters, and never raises.

Windows' code pages 437 and 1252 have no minus sign and no "≤"; the program's helps, tables and errors have both.
"""

from __future__ import annotations

import codecs
import sys
import unicodedata

_NAME = "cppn"
_OTHERWISE = {
    "−": "-", "–": "-", "—": "-", "→": "->", "←": "<-", "≤": "<=", "≥": ">=", "≠": "!=", "×": "x", "·": "*", "⊙": "*",
    "∞": "inf", "∂": "d", "√": "sqrt", "π": "pi", "σ": "sigma", "α": "alpha", "β": "beta", "⁻": "-", "’": "'",
    "▁": "_", "▂": ".", "▃": ":", "▄": "-", "▅": "=", "▆": "+", "▇": "*", "█": "#",
}  # fmt: skip


def reach_every_terminal() -> None:
    """Let standard output and error take every text, whatever their encoding. For the program, not for a library."""
    codecs.register_error(_NAME, _in_other_letters)
    for stream in (sys.stdout, sys.stderr):
        if reconfigure := getattr(stream, "reconfigure", None):
            reconfigure(errors=_NAME)


def _in_other_letters(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(map(_spelt, error.object[error.start : error.end])), error.end


def _spelt(letter: str) -> str:
    plain = _OTHERWISE.get(letter) or unicodedata.normalize("NFKD", letter).encode("ascii", "ignore").decode()
    return plain or "?"
