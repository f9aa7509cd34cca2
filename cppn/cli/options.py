"""The flags of `cppn render`, by what they are about."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from ..recipe.fields import FIELDS
from ..recipe.kinds import Color, Flag, Length, Many, Number, Text, Whole, Word
from . import types

if TYPE_CHECKING:
    from ..fit.optimizer import Learning

_Command = Callable[..., Any]


def together(*options: _Command) -> _Command:
    """One decorator for several flags, shown in the help in this order."""

    def decorate(command: _Command) -> _Command:
        for option in reversed(options):
            command = option(command)
        return command

    return decorate


def field(flag: str, name: str = "", *, more: str = "", **settings: Any) -> _Command:
    """The flag of a field of the recipe: its help is what is told of the field, its default, and what more there is."""
    key = name or flag.partition("/")[0].removeprefix("--").replace("-", "_")
    one = FIELDS[key]
    if isinstance(one.kind, Word):
        settings["type"] = click.Choice([str(word) for word in one.kind.words])
    text = f"{one.about.removesuffix('.')}{_shown(one.default)}{more}."
    return click.option(flag, *filter(None, [name]), help=text, **settings)


def of_kind(name: str) -> _Command:
    """The flag of a field, as its kind says."""
    if isinstance(FIELDS[name].kind, Flag):
        return field(f"--{name}/--no-{name}", default=None)
    if isinstance(FIELDS[name].kind, Many):
        return field(f"--{name}", type=types.WARPS, metavar="WARP,…")
    kinds: dict[type, tuple[Any, str]] = {
        Number: (types.NUMBER, "N"), Whole: (types.WHOLE, "N"), Length: (None, "LENGTH"), Color: (None, "#HEX"),
        Text: (None, "NAME"),
    }  # fmt: skip
    kind, metavar = kinds.get(type(FIELDS[name].kind), (None, None))
    return field("--" + name.replace("_", "-"), type=kind, metavar=metavar)


def _shown(default: Any) -> str:
    """What a field is where nobody says it, in brackets."""
    if default is None or isinstance(default, bool):
        return ""
    values = default if isinstance(default, tuple) else (default,)
    return f" ({','.join(f'{one:g}' if isinstance(one, float) else str(one) for one in values)})"


# of the network: its shape, activations and weights
shape = together(
    click.option(
        "--act",
        type=types.ACTIVATIONS,
        multiple=True,
        metavar="ACT[,ACT…]",
        help="Activation: NAME, NAME:key=value,… or a formula in x; one for all affine maps, or one each. sin*4|tanh "
        "are those of one layer's units.",
    ),
    click.option("--freq", type=types.NUMBER, metavar="F", help="Frequency of the activations that have one."),
    click.option("--r", type=types.NUMBER, metavar="R", help="Growth rate of the logistic map (clamp, cos)."),
    click.option("--iters", type=types.NUMBER, metavar="N", help="Steps of the logistic map (clamp, cos)."),
    field("--hidden", type=types.WIDTHS, metavar="N,N,…", more=", or none"),
    click.option(
        "--graph",
        type=types.GRAPH,
        metavar="nodes=N,links=N",
        help="Nodes and links instead of layers, drawn from the seed; form=layered, small-world or dense.",
    ),
    field("--init"),
    field("--gain", type=types.NUMBER, metavar="G"),
    field("--inputs", type=types.INPUTS, metavar="IN,IN,…"),
    field("--residual/--no-residual", default=None),
    click.option("--seed", type=types.WHOLE, metavar="N", help="Seed of the weights; by default a new one."),
)
latents = field("--latent", type=types.LATENT, metavar="N|Z,Z,…")
network = together(shape, latents)


# of the look: colour and view
look = together(
    click.option("--gray", "mode", flag_value="gray", help="Shades of grey (the default)."),
    click.option("--rgb", "mode", flag_value="rgb", help="Red, green and blue."),
    field("--color", "mode"),
    click.option(
        "--palette",
        type=types.PALETTE,
        metavar="NAME|#HEX,…",
        help="Colours: a name that `cppn palettes` or cmap knows, or stops, each with its share or place: #e9dcc3*4,…",
    ),
    field("--flat/--no-flat", default=None),
    field("--equal/--no-equal", default=None),
    field("--across", type=types.PALETTE, metavar="NAME|#HEX,…"),
    field("--tone", metavar="FORMULA"),
    field("--hue", type=types.NUMBER, metavar="DEGREES"),
    field("--invert/--no-invert", default=None),
    field("--levels", type=types.PAIR, metavar="LOW,HIGH"),
    field("--each/--no-each", default=None),
    field("--extent", type=types.NUMBER, metavar="E"),
    field("--center", type=types.PAIR, metavar="X,Y"),
    field("--zoom", type=types.NUMBER, metavar="Z"),
    field("--rotate", type=types.NUMBER, metavar="DEGREES"),
    field("--stretch/--no-stretch", default=None),
    *(of_kind(name) for name, one in FIELDS.items() if one.section in ("space", "finish")),
)


# of the engine and the machine
machine = together(
    click.option("--engine", metavar="NAME", help="halide, torch or reference."),
    click.option(
        "--device",
        metavar="NAME",
        help="cpu, gpu, cuda, cuda:1, metal, vulkan, opencl, d3d12, mps; `cppn devices` lists them.",
    ),
    click.option("--threads", type=types.WHOLE, metavar="N", help="Threads (one a core)."),
    click.option("--max-memory", type=types.BYTES, metavar="SIZE", help="Memory that may be taken (1GB)."),
)


# of the drawing: size, quality, engine, files
drawing = together(
    click.option(
        "--size",
        type=types.SIZE,
        metavar="SIZE",
        help="1920x1080, 4k, iphone-15, a2@300dpi, 50x70cm@240dpi, … (1024x1024).",
    ),
    click.option("--bleed", metavar="LENGTH", help="More beyond each edge, for trimming: 3mm, 0.125in, 40px."),
    click.option(
        "--aa",
        type=types.SAMPLES,
        metavar="N|auto",
        help="Anti-aliasing: N×N samples a pixel (1); auto: as many as each pixel needs.",
    ),
    click.option(
        "--dither/--no-dither",
        default=None,
        help="Break up bands of colour by fine noise; unasked where they would show.",
    ),
    machine,
    click.option("--count", type=types.WHOLE, default=1, metavar="N", help="Draw N pictures, of seeds in a row."),
    click.option(
        "-o",
        "--output",
        metavar="FILE|FOLDER",
        help="Where to: .png, .tif, .jpg, .webp, .avif, .dzi, .npy, of strokes .svg; {seed} stands for the seed.",
    ),
    click.option("--bits", type=types.WHOLE, metavar="N", help="8, 16 (PNG, TIFF, NPY) or 32 (TIFF, NPY)."),
    click.option("--quality", type=types.WHOLE, metavar="Q", help="Of JPEG, WebP, AVIF and tiles, 1 to 100 (92)."),
    click.option("--compression", metavar="C", help="PNG: 0 to 9 (3). TIFF: none, lzw, deflate (default)."),
    click.option("--dpi", type=types.NUMBER, metavar="D", help="Pixels an inch, for print."),
    click.option("--pyramid", is_flag=True, help="TIFF: put smaller copies into the file."),
    click.option(
        "--resume", is_flag=True, help="Go on from where this drawing was broken off, or start it so that it can."
    ),
    click.option("--json", "as_json", is_flag=True, help="Print what was drawn as JSON."),
    click.option("--quiet", "-q", is_flag=True, help="Print nothing but errors."),
    click.option(
        "--dry-run", is_flag=True, help="Tell the room on disk, memory and time it would take; write nothing."
    ),
)


# of training: the network and its steps
training = together(
    click.option("--hidden", type=types.WIDTHS, metavar="N,N,…", help="Widths of the hidden layers (8,8,8)."),
    click.option("--residual", is_flag=True, help="Add each hidden layer's input to its output, from the second on."),
    click.option("--steps", type=types.WHOLE, default=4001, show_default=True, metavar="N", help="Steps of training."),
    click.option("--batch", type=types.WHOLE, default=1000, show_default=True, metavar="N", help="Points of a step."),
    click.option("--device", metavar="NAME", help="cpu, cuda, cuda:1, mps."),
)


# of learning: how a step changes the weights
learning = together(
    click.option("--optimizer", default="adam", show_default=True, metavar="NAME", help="adam, adamw or sgd."),
    click.option("--lr", type=types.NUMBER, default=0.01, show_default=True, metavar="R", help="Learning rate."),
    click.option("--momentum", type=types.NUMBER, default=0.9, show_default=True, metavar="M", help="Of sgd."),
    click.option("--weight-decay", type=types.NUMBER, default=0.0, metavar="D", help="Pull of the weights to zero."),
    click.option("--loss", default="mse", show_default=True, metavar="NAME", help="mse, l1 or smooth-l1."),
    click.option(
        "--dropout", type=types.NUMBER, default=0.0, metavar="P", help="Share left out before the last layer."
    ),
)


def check_training(device: str | None) -> None:
    """Errors: CppnError if torch is not installed, or there is no such device."""
    from importlib.util import find_spec

    from ..errors import failure

    if find_spec("torch") is None:
        raise failure("training needs torch, which is not installed", legal="install cppn[torch]")
    if device is not None:
        from ..engines.torch_engine import check_device

        check_device(device)


def learning_of(flags: dict[str, Any]) -> Learning:
    """What the flags of learning mean."""
    from ..fit.optimizer import Learning

    keys = ("optimizer", "lr", "momentum", "weight_decay", "loss", "dropout")
    return Learning(**{key: flags[key] for key in keys})
