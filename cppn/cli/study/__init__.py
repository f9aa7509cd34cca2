"""`cppn study`: what activation functions do, as figures and numbers; each study is a module here."""

from __future__ import annotations

from importlib import import_module

import click

STUDIES = {
    "curves": "Activations as curves, with slopes, and as art.",
    "depth": "Gradients and learning in deep networks.",
    "classify": "Ten classes of pictures, learned with each activation.",
    "gradients": "Gradients of each weight matrix before training.",
    "outputs": "Values of each layer before training.",
}


class _Studies(click.Group):
    """The studies, none of which is imported before it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(STUDIES)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in STUDIES:
            return None
        command: click.Command = import_module(f".{name}", __name__).command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in STUDIES and not args[0].startswith("-"):
            from ...errors import unknown

            raise unknown("study", args[0], STUDIES)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Studies"):
            formatter.write_dl(list(STUDIES.items()))


@click.group("study", cls=_Studies, short_help="Study activation functions.")
def command() -> None:
    """Study activation functions: figures for a lecture, with their data as JSON beside them.

    \b
      cppn study curves
      cppn study curves --gradients --act sigmoid,tanh,"sin(3*x)" -o figures/
      cppn study depth --seeds 5 --json
      cppn study classify --data fashion-mnist
      cppn study gradients --act sigmoid,relu,"x*sigmoid(2*x)"
    """
