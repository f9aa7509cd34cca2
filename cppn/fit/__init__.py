"""Training: networks learn a target, many of them at once."""
