"""What a shape becomes before it is compiled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import halide as hl


class Built(NamedTuple):
    """A pipeline, not yet compiled.

    `outputs`: its Funcs. `arguments`: ImageParams and Params by name. `strip`: how many pixels along x it draws at
    least. `empty`: the extents of outputs that hold nothing, the fastest dimension first.
    """

    outputs: Sequence[Any]
    arguments: Mapping[str, Any]
    strip: int
    empty: Sequence[Sequence[int]]

    @property
    def images(self) -> dict[str, Any]:
        """The arguments that are arrays."""
        return {name: one for name, one in self.arguments.items() if isinstance(one, hl.ImageParam)}


def machine() -> Any:
    """This machine as a target, without Halide's checks of buffers.

    The checks are ours, where we draw: they would cost a quarter of the compiling.
    """
    return hl.get_host_target().with_feature(hl.TargetFeature.NoAsserts)


def lanes() -> int:
    """Floats in a vector of this machine."""
    return int(hl.get_host_target().natural_vector_size(hl.Float(32)))
