"""A field as a program for graphics cards."""
