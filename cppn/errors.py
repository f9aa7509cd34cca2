"""The one kind of error that users see."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class CppnError(Exception):
    """Something the user can act on: what was wrong, where, and what would be legal.

    `where`: a name, or the path of names that leads there: a file, a section, a key. `misuse` tells a wrong request
    (exit code 2) from a failure of the machine (exit code 1).
    """

    def __init__(self, what: str, *, where: str | Iterable[str] = (), legal: str = "", misuse: bool = True) -> None:
        self.path = tuple(filter(None, (where,) if isinstance(where, str) else where))
        self.what, self.legal, self.misuse = what, legal, misuse
        super().__init__(": ".join((*self.path, what)) + f"; {legal}" * bool(legal))

    def within(self, place: str, *, instead_of: Iterable[str] = ()) -> CppnError:
        """The same error, told as that of a place around it, or of one by another name."""
        path = self.path[1:] if self.path and self.path[0] in instead_of else self.path
        return CppnError(self.what, where=(place, *path), legal=self.legal, misuse=self.misuse)

    def below(self, name: str) -> CppnError:
        """The same error, told as that of what is in a field of this name: `network.hidden`."""
        path = (".".join((name, *self.path[:1])), *self.path[1:])
        return CppnError(self.what, where=path, legal=self.legal, misuse=self.misuse)

    @property
    def exit_code(self) -> int:
        """2 for misuse, 1 for failure."""
        return 2 if self.misuse else 1


def failure(what: str, *, where: str | Iterable[str] = (), legal: str = "") -> CppnError:
    """An error of the machine rather than of the request: a full disk, a missing device."""
    return CppnError(what, where=where, legal=legal, misuse=False)


def unknown(kind: str, name: str, legal: Iterable[str], *, where: str | Iterable[str] = ()) -> CppnError:
    """An error for a name that is not in a list, with the nearest one that is."""
    names = sorted(legal)
    lowered = {n.lower(): n for n in names}
    near = difflib.get_close_matches(name.lower()[:100], lowered, n=1, cutoff=0.6)
    listed = ", ".join(names) if len(names) <= 40 else ", ".join(names[:12]) + f" and {len(names) - 12} more"
    hint = f"did you mean {lowered[near[0]]!r}?" if near else f"legal: {listed}"
    return CppnError(f"unknown {kind} {shorten(name)!r}", where=where, legal=hint)


def shorten(text: str, limit: int = 60) -> str:
    """The text on one line, cut to `limit` characters, for quoting in an error."""
    line = " ".join(text.split())
    return line if len(line) <= limit else line[: limit - 1] + "…"
