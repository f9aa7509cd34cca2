"""The whole description of a picture, as text."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .model import ColorRecipe, FinishRecipe, NetworkRecipe, Recipe, SpaceRecipe, from_dict
    from .view import View

__all__ = ["ColorRecipe", "FinishRecipe", "NetworkRecipe", "Recipe", "SpaceRecipe", "View", "from_dict"]


def __getattr__(name: str) -> Any:
    # `fields` is read by every help, and the model takes 0.2 s to load
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(".view" if name == "View" else ".model", __name__), name)
    globals()[name] = value
    return value
