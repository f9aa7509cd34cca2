"""What the numbers in a picture mean: sRGB, as ICC profiles to put into files."""

from __future__ import annotations

import struct
from functools import lru_cache

import numpy as np

from ..field.numpy_ops import NumpyOps
from ..field.spaces import decode

_CURVE = 1024  # entries of the grey curve


@lru_cache(maxsize=1)
def gray_profile() -> bytes:
    """An ICC 2.1 profile of one channel with sRGB's curve and white (ICC.1:2001-04).

    libvips has none, and a three-channel profile is not legal in a grey file.
    """
    curve = np.round(np.asarray(decode(np.linspace(0, 1, _CURVE), NumpyOps())) * 65535).astype(">u2")
    name = b"Gray with sRGB's curve"
    white = [round(v * 65536) for v in (0.9642, 1.0, 0.8249)]  # D50, to which profiles refer
    tags = {
        b"desc": b"desc\0\0\0\0" + struct.pack(">I", len(name) + 1) + name + b"\0" * (1 + 4 + 4 + 2 + 1 + 67),
        b"cprt": b"text\0\0\0\0" + b"No copyright\0",
        b"wtpt": b"XYZ \0\0\0\0" + struct.pack(">3i", *white),
        b"kTRC": b"curv\0\0\0\0" + struct.pack(">I", _CURVE) + curve.tobytes(),
    }
    table, body, start = b"", b"", 128 + 4 + 12 * len(tags)
    for key, data in tags.items():
        table += struct.pack(">4sII", key, start + len(body), len(data))
        body += data.ljust(-(-len(data) // 4) * 4, b"\0")
    head = struct.pack(
        ">I4sI4s4s4s12x4s4s24x3i48x",
        start + len(body), b"\0\0\0\0", 0x02100000, b"mntr", b"GRAY", b"XYZ ", b"acsp", b"\0\0\0\0", *white,
    )  # fmt: skip
    assert len(head) == 128  # noqa: S101  a profile's header always is
    return head + struct.pack(">I", len(tags)) + table + body
