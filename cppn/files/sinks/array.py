"""NumPy's own file: the bare numbers, for programs. It holds no recipe."""

from __future__ import annotations

from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from .base import Sink


class ArraySink(Sink):
    """A `.npy` file of shape (height, width, channels)."""

    def __init__(self, path: Path, shape: tuple[int, int, int], dtype: np.dtype[Any], *_: Any) -> None:
        super().__init__(path)
        self._header = {"descr": npy.dtype_to_descr(dtype), "fortran_order": False, "shape": shape}
        self._rows = shape[0]
        self._file: BinaryIO

    def open(self) -> None:
        self._file = self.part.open("wb")
        npy.write_array_header_2_0(self._file, self._header)

    def write(self, band: NDArray[Any]) -> None:
        try:
            self._file.write(np.ascontiguousarray(band).data)
        except OSError as error:
            raise self.failed(error.strerror or str(error)) from None
        self._rows -= len(band)

    def close(self) -> None:
        self._file.close()
        if self._rows:
            raise self.failed(f"{self._rows} rows are missing")

    def abandon(self) -> None:
        self._file.close()
