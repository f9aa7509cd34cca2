"""`python -m cppn`."""

from .cli import main

main()
