"""The command that draws a recipe."""

from __future__ import annotations

import shlex

from .model import NetworkRecipe, Recipe


def command(recipe: Recipe, width: int, height: int, aa: object = 1) -> str | None:
    """The `cppn render` command with every flag that this recipe needs; None if no flags say its weights."""
    network, color, view = recipe.network, recipe.color, recipe.view
    if network.weights is not None or network.blend:
        return None
    plain = Recipe()
    flags: list[tuple[str, str]] = [
        ("--act", ",".join(network.act)), ("--hidden", ",".join(map(str, network.hidden)) or "none"),
    ]  # fmt: skip
    if network.inputs != plain.network.inputs:
        flags.append(("--inputs", ",".join(network.inputs)))
    if network.latent != plain.network.latent:
        latent = network.latent
        flags.append(("--latent", str(latent) if isinstance(latent, int) else "".join(f"{z}," for z in latent)))
    for key in ("init", "gain"):
        if getattr(network, key) != NetworkRecipe.model_fields[key].default:
            flags.append((f"--{key}", f"{getattr(network, key)}"))
    if network.residual:
        flags.append(("--residual", ""))
    flags.append(("--palette", color.palette) if color.palette is not None else ("--color", color.mode))
    if color.hue:
        flags.append(("--hue", f"{color.hue}"))
    if color.invert:
        flags.append(("--invert", ""))
    levels = color.levels or color.measured
    if levels is not None:
        flags.append(("--levels", f"{levels[0]},{levels[1]}"))
    for key in ("extent", "zoom", "rotate"):
        if getattr(view, key) != getattr(plain.view, key):
            flags.append((f"--{key}", f"{getattr(view, key)}"))
    if view.center != plain.view.center:
        flags.append(("--center", f"{view.center[0]},{view.center[1]}"))
    if view.stretch:
        flags.append(("--stretch", ""))
    flags += [("--seed", str(recipe.seed)), ("--size", f"{width}x{height}"), ("--aa", str(aa))]
    # `=` because a value may begin with a minus
    return "cppn render " + " ".join(f"{flag}={shlex.quote(value)}" if value else flag for flag, value in flags)
