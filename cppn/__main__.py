"""The command `cppn`, and `python -m cppn`."""

import signal

if signal.getsignal(signal.SIGINT) == signal.default_int_handler:
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # until the command line is loaded: no traceback of half of it


def main() -> None:
    """Run the command line."""
    from .cli import main

    main()


if __name__ == "__main__":
    main()
