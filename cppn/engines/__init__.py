"""How a field is computed: engines behind one small interface, and the choice between them."""

from __future__ import annotations

import importlib.util
import os
from functools import lru_cache

from ..errors import CppnError, failure, unknown
from .adaptive import AdaptivePlan
from .base import Engine, Pixels, Plan, Quality

__all__ = ["NAMES", "AdaptivePlan", "Engine", "Pixels", "Plan", "Quality", "available", "choose", "cores"]

NAMES = {
    "halide": "the CPU, fused and vectorised: the fastest without a graphics card",
    "torch": "any torch device: cpu, cuda, mps",
    "reference": "NumPy in float64: the slow oracle that the others are compared with",
}
MOST_THREADS = 1024


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def available() -> list[str]:
    """The engines whose libraries are installed here."""
    return [name for name in NAMES if name == "reference" or importlib.util.find_spec(name) is not None]


@lru_cache(maxsize=16)
def choose(name: str | None = None, device: str | None = None, threads: int | None = None) -> Engine:
    """The engine for the job: the named one; else torch for a device other than the CPU; else Halide, else torch.

    Errors: CppnError for unknown names, engines that are not installed, devices that are not there, bad thread counts.
    """
    if name is not None and name not in NAMES:
        raise unknown("engine", name, NAMES)
    if threads is not None and not 1 <= threads <= MOST_THREADS:
        raise CppnError(f"{threads} threads", where="threads", legal=f"1 to {MOST_THREADS} are legal")
    here = available()
    if name is None:
        name = (
            "torch" if device not in (None, "cpu") else next(n for n in ("halide", "torch", "reference") if n in here)
        )
    elif name != "torch" and device not in (None, "cpu"):
        raise CppnError(
            f"the {name} engine draws on the CPU only", where=f"device {device!r}", legal="use --engine torch"
        )
    if name not in here:
        raise failure(
            f"the {name} engine is not installed",
            where="engine",
            legal=f"install cppn[{name}], or use {', '.join(here)}",
        )
    match name:
        case "halide":
            from .halide_engine import HalideEngine

            return HalideEngine(threads or cores())
        case "torch":
            from .torch_engine import TorchEngine

            return TorchEngine(device or "cpu", threads or cores())
        case _:
            from .reference import ReferenceEngine

            return ReferenceEngine()
