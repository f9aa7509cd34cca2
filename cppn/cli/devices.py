"""`cppn devices`: the graphics cards that pictures can be drawn on."""

from __future__ import annotations

import json

import click


@click.command("devices", short_help="List the graphics cards.")
@click.option("--measure", is_flag=True, help="Measure the best card beside the processor, and keep what is seen.")
@click.option("--json", "as_json", is_flag=True, help="JSON: all that is known.")
def command(measure: bool, as_json: bool) -> None:
    """List the interfaces to graphics cards, what is behind each, and why one is missing.

    `--device gpu` draws on the best card, `--device NAME` on one of these. Without either, a card draws only where
    `--measure` has shown that it is faster than the processor.
    """
    from ..engines import devices

    if measure:
        from ..draw.measure import measure as measure_card

        devices.keep_measured(measure_card())
    found, kept = devices.interfaces(), devices.measured()
    if as_json:
        told = [
            {
                "interface": one.api,
                "missing": one.missing,
                "devices": [
                    {"name": device.name, "about": device.about, "card": device.is_card} for device in one.devices
                ],
            }
            for one in found
        ]
        click.echo(json.dumps({"interfaces": told, "measured": kept and kept._asdict()}, indent=2))
        return
    for one in found:
        for device in one.devices:
            imitated = "" if device.is_card else ", a processor: " + ("for tests" if device.is_trusted else "not used")
            click.echo(f"{device.name:<10} {device.about}{imitated}")
        if one.missing:
            click.echo(f"{one.api:<10} none: {one.missing}")
    if kept is not None:
        draws = kept.device if kept.is_faster else "the processor"
        click.echo(
            f"measured: {kept.device} {kept.card:.3g} s, the processor {kept.processor:.3g} s; {draws} draws"
            " where --device is not given"
        )
