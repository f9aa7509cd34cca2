"""The version of the program, which is in every file it writes."""

__version__ = "0.1.0"
