"""A linked kernel, called as Halide's compiled functions are. Source: HalideRuntime.h, halide_buffer_t."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np

from .base import Numbers, Region, Run
from .linking import Linked

_CODES = {"i": 0, "u": 1, "f": 2}  # halide_type_code_t, by NumPy's kinds
_NUMBERS: dict[str, Any] = {"float32": ctypes.c_float, "int32": ctypes.c_int32}
ENTRY = "kernel_argv"  # takes one array, of pointers to all arguments


class Argument(NamedTuple):
    """`dimensions`: of an array; 0 of a number."""

    name: str
    kind: str
    dimensions: int


class _Dimension(ctypes.Structure):
    _fields_ = [
        ("min", ctypes.c_int32), ("extent", ctypes.c_int32), ("stride", ctypes.c_int32), ("flags", ctypes.c_uint32),
    ]  # fmt: skip


class _Buffer(ctypes.Structure):
    _fields_ = [
        ("device", ctypes.c_uint64), ("interface", ctypes.c_void_p), ("host", ctypes.c_void_p),
        ("flags", ctypes.c_uint64), ("code", ctypes.c_uint8), ("bits", ctypes.c_uint8), ("lanes", ctypes.c_uint16),
        ("dimensions", ctypes.c_int32), ("dim", ctypes.POINTER(_Dimension)), ("padding", ctypes.c_void_p),
    ]  # fmt: skip


class LinkedKernel:
    """`arguments`: in the order in which the code takes them; the outputs come after them. Holds nothing of a drawing.

    Errors: LinkError if the code cannot be linked.
    """

    def __init__(self, code: bytes, arguments: Sequence[Argument], strip: int) -> None:
        self._linked, self._arguments, self.strip = Linked(code), arguments, strip
        self._entry = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p)(self._linked.address(ENTRY))

    @contextmanager
    def bound(self, arrays: Mapping[str, Region], numbers: Numbers) -> Iterator[Run]:
        given: list[Any] = [
            _buffer(arrays[name]) if dimensions else _NUMBERS[kind](numbers[name])
            for name, kind, dimensions in self._arguments
        ]
        places = [ctypes.addressof(one) for one in given]

        def run(*outputs: Region) -> None:
            made = [_buffer(one) for one in outputs]
            pointers = (ctypes.c_void_p * (len(places) + len(made)))(*places, *map(ctypes.addressof, made))
            if code := self._entry(pointers):
                raise RuntimeError(f"a kernel failed with {code}")

        yield run
        del given  # until here the code reads them


def _buffer(region: Region) -> Any:
    array, count = region.array, region.array.ndim
    corner = region.corner or (0,) * count
    sizes = zip(corner, array.shape[::-1], array.strides[::-1], strict=True)
    dims = (_Dimension * count)(*(_Dimension(low, extent, step // array.itemsize, 0) for low, extent, step in sizes))
    kind: np.dtype[Any] = array.dtype
    return _Buffer(
        0, None, array.ctypes.data, 0, _CODES[kind.kind], 8 * kind.itemsize, 1, count,
        ctypes.cast(dims, ctypes.POINTER(_Dimension)), None,
    )  # fmt: skip
