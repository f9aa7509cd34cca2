"""What is computed at a point, each thing written once, over any kind of value."""
