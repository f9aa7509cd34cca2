"""A group of commands, none of which is imported before it is called."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import click


class LazyGroup(click.Group):
    """Commands that are modules of a package, each with one named `command`.

    `about`: their names, each with a line of help; `kind`: what one of them is called in errors.
    """

    def __init__(self, *args: Any, package: str, about: Mapping[str, str], kind: str, **more: Any) -> None:
        super().__init__(*args, **more)
        self._package, self._about, self._kind = package, about, kind

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self._about)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in self._about:
            return None
        command: click.Command = import_module(f".{name}", self._package).command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in self._about and not args[0].startswith("-"):
            from ..errors import unknown

            raise unknown(self._kind, args[0], self._about)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(self._about.items()))
