"""Studies: what activation functions do, as figures for a lecture and numbers to check them by."""
