"""The whole description of a picture, as text."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .layers import LayerRecipe, MaskRecipe, StrokesRecipe
    from .model import Recipe, from_dict
    from .parts import ColorRecipe, FinishRecipe, NetworkRecipe, SpaceRecipe
    from .view import View

_HOMES = {
    "View": ".view", "Recipe": ".model", "from_dict": ".model", "LayerRecipe": ".layers", "MaskRecipe": ".layers",
    "StrokesRecipe": ".layers",
}  # fmt: skip
__all__ = [
    "ColorRecipe", "FinishRecipe", "LayerRecipe", "MaskRecipe", "NetworkRecipe", "Recipe", "SpaceRecipe",
    "StrokesRecipe", "View", "from_dict",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    # `fields` is read by every help, and the model takes 0.2 s to load
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(_HOMES.get(name, ".parts"), __name__), name)
    globals()[name] = value
    return value
