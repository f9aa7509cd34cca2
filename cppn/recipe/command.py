"""The command that draws a recipe."""

from __future__ import annotations

import shlex
from typing import Any

from .fields import FIELDS, Told
from .model import Recipe


def command(recipe: Recipe, width: int, height: int, aa: object = 1) -> str | None:
    """The `cppn render` command with every flag that this recipe needs; None if no flags say its weights or layers."""
    network, color = recipe.network, recipe.color
    if network.weights is not None or network.blend or network.graph is not None or recipe.layers:
        return None
    flags = {"act": ",".join(network.act), "hidden": _text(network.hidden) or "none"}
    if network.random is not None:
        del flags["hidden"]
        flags["graph"] = ",".join(f"{key}={value}" for key, value in network.random.to_dict().items())
    flags |= {"palette": color.palette} if color.palette is not None else {"color": color.mode}
    if color.palette is not None and color.mode != "palette":
        flags["color"] = color.mode
    if color.levels is None and color.measured is not None:
        flags["levels"] = _text(color.measured)
    flags |= {name: _text(value) for name, one in FIELDS.items() if (value := _told(recipe, name, one)) is not None}
    flags |= {"seed": str(recipe.seed), "size": f"{width}x{height}", "aa": str(aa)}
    # `=` because a value may begin with a minus
    return "cppn render " + " ".join(
        f"--{name.replace('_', '-')}" + f"={shlex.quote(value)}" * bool(value) for name, value in flags.items()
    )


def _told(recipe: Recipe, name: str, one: Told) -> Any:
    """What a flag has to say of a field; None if nothing."""
    value = getattr(getattr(recipe, one.section), name)
    return value if one.flag and name != "hidden" and value != one.default else None


def _text(value: Any) -> str:
    """A value as a flag takes it; of what is on, nothing."""
    if isinstance(value, bool):
        return ""
    if isinstance(value, tuple):
        # one latent number alone would say how many of them
        return ",".join(map(str, value)) + "," * (len(value) == 1 and isinstance(value[0], float))
    return str(value)
