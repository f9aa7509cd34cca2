"""cppn draws coordinate networks: small networks that map each point of the plane to a colour.

import cppn
recipe = cppn.load("readme/cosine-1")
pixels = cppn.render(recipe, size=(640, 480))
cppn.save(recipe, "cosine.png", size=(1920, 1080))
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from .version import __version__

if TYPE_CHECKING:
    from .draw.drawing import render
    from .draw.saving import save, save_array
    from .errors import CppnError
    from .files.presets import presets
    from .files.sources import load
    from .recipe import ColorRecipe, FinishRecipe, LayerRecipe, MaskRecipe, NetworkRecipe, Recipe, SpaceRecipe
    from .recipe.view import View

_HOMES = {
    "CppnError": "errors",
    "ColorRecipe": "recipe",
    "FinishRecipe": "recipe",
    "LayerRecipe": "recipe",
    "MaskRecipe": "recipe",
    "NetworkRecipe": "recipe",
    "SpaceRecipe": "recipe",
    "Recipe": "recipe",
    "View": "recipe",
    "load": "files.sources",
    "presets": "files.presets",
    "render": "draw.drawing",
    "save": "draw.saving",
    "save_array": "draw.saving",
}
__all__ = [
    "ColorRecipe", "CppnError", "FinishRecipe", "LayerRecipe", "MaskRecipe", "NetworkRecipe", "Recipe", "SpaceRecipe",
    "View", "__version__", "load", "presets", "render", "save", "save_array",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    # modules are loaded where they are used: `cppn --help` would otherwise take half a second
    if name not in _HOMES:
        raise AttributeError(f"module 'cppn' has no attribute {name!r}")
    value = getattr(import_module(f".{_HOMES[name]}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
