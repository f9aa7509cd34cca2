"""`cppn activations`: the catalogue."""

from __future__ import annotations

import json

import click


@click.command("activations", short_help="List the activations.")
@click.option("--json", "as_json", is_flag=True, help="JSON.")
def command(as_json: bool) -> None:
    """List the activations with formulas, parameters and sources.

    Write one as NAME or NAME:key=value,…; or write a formula in x of your own, which may use the same parameters.
    """
    from ..field.activations import ALIASES, CATALOGUE, PARAMETERS
    from ..field.formula import FUNCTIONS

    if as_json:
        click.echo(
            json.dumps(
                {
                    name: {
                        "formula": entry.formula, "about": entry.about, "source": entry.source, "span": entry.span,
                        "aliases": [alias for alias, target in ALIASES.items() if target == name],
                        "parameters": {
                            key: {"default": value, "low": PARAMETERS[key].low, "high": PARAMETERS[key].high,
                                  "meaning": PARAMETERS[key].meaning}
                            for key, value in entry.defaults.items()
                        },
                    }
                    for name, entry in CATALOGUE.items()
                },
                indent=2,
            )
        )  # fmt: skip
        return
    for name, entry in CATALOGUE.items():
        given = ",".join(f"{key}={value:g}" for key, value in entry.defaults.items())
        others = [alias for alias, target in ALIASES.items() if target == name]
        also = f" Also called {', '.join(others)}." if others else ""
        click.echo(f"{click.style(name + (':' + given if given else ''), bold=True)}\n    {entry.formula}")
        click.echo(f"    {entry.about[0].upper()}{entry.about[1:]} ({entry.source}).{also}")
    click.echo("\nParameters:")
    for name, parameter in PARAMETERS.items():
        click.echo(f"    {name:<6} {parameter.low:g} to {parameter.high:g}: {parameter.meaning}")
    click.echo(
        f"\nIn formulas: x, pi, the parameters, + - * / **, < >, {', '.join(FUNCTIONS)}, iterate(body, steps, start)"
    )
