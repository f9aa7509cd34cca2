"""The command line: each command is a module here, a thin shell over one library call, loaded when it is called."""

from __future__ import annotations

import os
import signal
import sys
from typing import NoReturn

import click

from ..errors import CppnError
from ..version import __version__
from .lazy import LazyGroup
from .stopping import end_stopped, stoppable
from .terminal import reach_every_terminal

COMMANDS = {
    "render": "Draw a picture.",
    "animate": "Draw a film or a perfect loop.",
    "gallery": "Make a folder of wallpapers.",
    "explore": "Look for pictures in the browser.",
    "export": "Make a page, a shader or a network file of a picture.",
    "wallpaper": "Set the desktop's picture.",
    "mosaic": "Show the hidden units of a network.",
    "fit": "Train a network on a picture.",
    "study": "Study activation functions.",
    "info": "Print the recipe of a picture, preset or recipe file.",
    "presets": "List the pictures that come with the program.",
    "palettes": "List the palettes, or draw them.",
    "activations": "List the activations, with formulas and parameters.",
    "devices": "List the graphics cards.",
    "cache": "List or empty what the program keeps to be quicker.",
    "completion": "Print the shell's completion script.",
}

HELP = """Draw coordinate networks: small networks that map each point of the plane to a colour.

\b
  cppn render --act cos --freq 7.9 --rgb        a new picture
  cppn render marble --size 4k -o marble.png    a preset, at any size
  cppn render marble.png --size 8k -o big.png   any picture again, from its file
  cppn animate marble -o marble.mp4             a picture in motion
  cppn explore                                  live in the browser
"""


@click.group(
    cls=LazyGroup, package=__name__, about=COMMANDS, kind="command", help=HELP,
    context_settings={"help_option_names": ["-h", "--help"]},
)  # fmt: skip
@click.version_option(__version__, message="cppn %(version)s")
def cli() -> None:
    pass


def main() -> NoReturn:
    """Run the command line; never a traceback for a user's mistake."""
    # torch's threads spin while they wait for each other: with anything else at work on two cores, a step of training
    # took 92 to 259 ms instead of 6; threads that sleep while they wait took 7
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    reach_every_terminal()
    try:
        with stoppable():
            code = cli.main(prog_name="cppn", standalone_mode=False)
        sys.stdout.flush()
        sys.exit(code if isinstance(code, int) else 0)
    except CppnError as error:
        _end(str(error), error.exit_code)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message())
        sys.exit(0)
    except click.UsageError as error:
        where = error.ctx.command_path if error.ctx else "cppn"
        _end(f"{_one_line(error.format_message())} (`{where} --help` tells more)", 2)
    except click.ClickException as error:
        _end(_one_line(error.format_message()), error.exit_code)
    except (KeyboardInterrupt, click.Abort):
        end_stopped(signal.SIGINT)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except MemoryError:
        _end("there is not enough memory", 1)
    except OSError as error:
        _end(f"{error.filename or 'the system'}: {error.strerror or error}", 1)


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _end(message: str, code: int) -> NoReturn:
    click.echo(f"cppn: {message}", err=True)
    sys.exit(code)
