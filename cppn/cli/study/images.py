"""Which images a study looks at: the flags, and the reading of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from .. import options, types
from ..progress import count_bar

if TYPE_CHECKING:
    from ...study.data import Data

together = options.together(
    click.option(
        "--data",
        metavar="fashion-mnist|FOLDER",
        help="Fashion-MNIST, fetched once; or a folder with four IDX files of that kind (patches of the presets).",
    ),
    click.option("--size", type=types.WHOLE, metavar="N", help="How many patches to learn from (36000)."),
)


def read(flags: dict[str, Any]) -> Data:
    """The images that the flags name, drawn, fetched or read.

    Errors: CppnError if they cannot be had.
    """
    from pathlib import Path

    from ...errors import CppnError
    from ...study import data

    if flags["data"] is None:
        return data.patches(data.SIZE if flags["size"] is None else flags["size"])
    if flags["size"] is not None:
        raise CppnError("these images have a number of their own", where="--size", legal="leave out --size or --data")
    if flags["data"] != data.FASHION:
        return data.read_folder(Path(flags["data"]))
    with count_bar(sum(one.size for one in data.fashion_missing()), "byte", flags["quiet"]) as progress:
        return data.fashion(progress)
