"""`cppn completion`: let the shell complete presets, activations, palettes and sizes."""

from __future__ import annotations

import click


@click.command("completion", short_help="Print the shell's completion script.")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def command(ctx: click.Context, shell: str) -> None:
    """Print the script that lets SHELL complete presets, activations, palettes and sizes.

    \b
      cppn completion bash >> ~/.bashrc
      cppn completion zsh >> ~/.zshrc
      cppn completion fish > ~/.config/fish/completions/cppn.fish
    """
    from click.shell_completion import get_completion_class

    kind = get_completion_class(shell)
    root = ctx.find_root()
    if kind is not None:
        click.echo(kind(root.command, {}, "cppn", "_CPPN_COMPLETE").source())
