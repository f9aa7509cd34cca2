"""Bytes and seconds as people write them."""

from __future__ import annotations


def in_bytes(count: float) -> str:
    """`4.1 MB`."""
    units = ["bytes", "kB", "MB", "GB", "TB"]
    while count >= 1000 and len(units) > 1:
        count /= 1000
        del units[0]
    return f"{count:.{0 if units[0] == 'bytes' or count >= 100 else 1}f} {units[0]}"


def in_time(seconds: float) -> str:
    """`2.5 s`, `3 min 20 s`, `2 h 5 min`."""
    if seconds < 100:
        return f"{seconds:.1f} s"
    minutes, seconds = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {seconds} s"
