"""What a recipe develops into, as numbers."""
