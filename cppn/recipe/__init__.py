"""The whole description of a picture, as text."""

from .model import ColorRecipe, NetworkRecipe, Recipe, from_dict
from .view import View

__all__ = ["ColorRecipe", "NetworkRecipe", "Recipe", "View", "from_dict"]
