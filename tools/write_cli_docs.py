"""Write docs/cli.md from the program's own help and catalogues."""

from __future__ import annotations

from pathlib import Path

import click

from cppn.cli import COMMANDS, cli
from cppn.field.activations import ALIASES, CATALOGUE, PARAMETERS
from cppn.recipe.view import SIZES

PAGE = Path(__file__).parent.parent / "docs" / "cli.md"


def page() -> str:
    """The reference in Markdown."""
    parts = ["# Command line", "Written by `python tools/write_cli_docs.py` from the program itself."]
    context = click.Context(cli, info_name="cppn", terminal_width=100, help_option_names=["-h", "--help"])
    parts += [f"```\n{cli.get_help(context).rstrip()}\n```"]
    for name in COMMANDS:
        command = cli.get_command(context, name)
        assert command is not None
        inner = click.Context(command, parent=context, info_name=name, terminal_width=100)
        parts += [f"## cppn {name}", f"```\n{command.get_help(inner).rstrip()}\n```"]
    parts += ["## Activations", "`NAME`, `NAME:key=value,…`, or a formula in x.", activations()]
    parts += ["Parameters:", "\n".join(f"- `{k}`, {p.low:g} to {p.high:g}: {p.meaning}" for k, p in PARAMETERS.items())]
    parts += ["## Sizes", "Each also with `-portrait` or `-landscape`.", sizes()]
    return "\n\n".join(parts) + "\n"


def activations() -> str:
    lines = ["| name | formula | | source |", "|---|---|---|---|"]
    for name, entry in CATALOGUE.items():
        given = ",".join(f"{key}={value:g}" for key, value in entry.defaults.items())
        others = "".join(f", `{alias}`" for alias, target in ALIASES.items() if target == name)
        lines.append(
            f"| `{name}{':' + given if given else ''}`{others} | `{entry.formula}` | {entry.about} | {entry.source} |"
        )
    return "\n".join(lines)


def sizes() -> str:
    return ", ".join(f"`{name}` {width}×{height}" for name, (width, height) in SIZES.items())


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    print(PAGE)
