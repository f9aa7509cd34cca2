"""How a field is computed: engines behind one small interface, and the choice between them."""

from __future__ import annotations

import importlib
import importlib.util
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from ..errors import CppnError, failure, unknown
from ..network.develop import Field
from .adaptive import AdaptivePlan
from .base import Engine, Pixels, Plan, Quality
from .devices import APIS, GPU, measured
from .workers import cores

__all__ = ["KINDS", "AdaptivePlan", "Engine", "Pixels", "Plan", "Quality", "able", "available", "choose", "cores"]


CPU = "cpu"


@dataclass(frozen=True)
class Kind:
    """A kind of engine: the module and class that it is, and the library that it needs.

    `devices`: what it draws on, numbers aside. `memory`: bytes of a process before it draws, the peaks of whole
    processes rounded up; `pixel`: bytes that it holds for each pixel of a band.
    """

    about: str
    home: str
    memory: int
    pixel: int = 0
    library: str = ""
    devices: tuple[str, ...] = (CPU,)
    compiles: bool = False


# the best first
KINDS = {
    "halide": Kind(
        "the CPU, fused and vectorised: the fastest without a graphics card", "halide.engine:HalideEngine",
        190_000_000, library="halide", compiles=True,
    ),
    "gpu": Kind(
        # 242 MB over OpenCL; what a card's driver takes besides was not seen
        "graphics cards, fused: CUDA, Metal, Direct3D 12, Vulkan, OpenCL", "halide.gpu:GpuEngine", 400_000_000,
        library="halide", devices=(GPU, *APIS), compiles=True,
    ),
    "torch": Kind(
        "any torch device: cpu, cuda, mps", "torch_engine:TorchEngine", 480_000_000, library="torch",
        devices=(CPU, "cuda", "mps"),
    ),
    "reference": Kind(
        "NumPy in float64: the slow oracle that the others are compared with", "reference:ReferenceEngine",
        160_000_000, 64,
    ),
}  # fmt: skip
MOST_THREADS = 1024


def available() -> list[str]:
    """The engines whose libraries are installed here."""
    return [name for name, kind in KINDS.items() if not kind.library or importlib.util.find_spec(kind.library)]


@lru_cache(maxsize=16)
def choose(name: str | None = None, device: str | None = None, threads: int | None = None) -> Engine:
    """The engine for the job: the named one; else the best for the device; else as `_automatic` says.

    Errors: CppnError for unknown names, engines that are not installed, devices that are not there, bad thread counts.
    """
    if name is not None and name not in KINDS:
        raise unknown("engine", name, KINDS)
    if threads is not None and not (isinstance(threads, int) and 1 <= threads <= MOST_THREADS):
        raise CppnError(f"{threads} threads", where="threads", legal=f"1 to {MOST_THREADS} are legal")
    here = available()
    if name is None and device is None:
        name, device = _automatic(here)
    base = (_first_device(name) if device is None else device).partition(":")[0]
    able = [one for one, kind in KINDS.items() if base in kind.devices]
    if not able or (base == CPU and device not in (None, CPU)):  # there is one processor
        names = sorted({one for kind in KINDS.values() for one in kind.devices})
        raise unknown("device", device or base, names, where="device")
    if name is None:
        name = next((one for one in able if one in here), able[0])
    elif name not in able:
        raise CppnError(
            f"the {name} engine draws on {' and '.join(KINDS[name].devices)} only", where=f"device {device!r}",
            legal=f"use --engine {' or '.join(able)}",
        )  # fmt: skip
    if name not in here:
        library = KINDS[name].library
        raise failure(
            f"the {name} engine is not installed",
            where="engine",
            legal=f"install {'cppn[torch]' if library == 'torch' else library}, or use {', '.join(here)}",
        )
    module, _, home = KINDS[name].home.partition(":")
    make = getattr(importlib.import_module(f".{module}", __package__), home)
    engine: Engine = make(device or KINDS[name].devices[0], threads or cores())
    return engine


def _first_device(name: str | None) -> str:
    return KINDS[name].devices[0] if name else CPU


def _automatic(here: Sequence[str]) -> tuple[str, str]:
    """The engine and device for those who name none: a card only where it was measured to be faster."""
    if "gpu" in here and (card := measured()) is not None and card.is_faster:
        return "gpu", card.device
    name = next(one for one in KINDS if one in here and CPU in KINDS[one].devices)
    return name, CPU


def able(engine: Engine, field: Field) -> Engine:
    """The engine, or the best that does not compile where it would take longer to than anybody waits."""
    if engine.takes(field):
        return engine
    name = next(one for one in available() if not KINDS[one].compiles and CPU in KINDS[one].devices)
    _tell_once(name)
    return choose(name, threads=engine.threads)


@lru_cache
def _tell_once(name: str) -> None:
    """A film prepares for each frame."""
    logging.getLogger("cppn").warning("cppn: this network is long to compile: the %s engine draws it", name)
