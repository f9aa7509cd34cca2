"""The kernel of a shape: kept from before, or compiled now and kept.

Where objects can be linked, all kernels are objects, whether they are kept or not, so that a picture has the same bits
the first time and ever after.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import logging
import threading
from collections import OrderedDict
from concurrent.futures import Future
from functools import lru_cache
from pathlib import Path

from ...files.kept import KERNELS, sources
from ...parallel import begin
from ...version import __version__
from ..halide.shape import Shape, to_text
from ..workers import in_forked_children
from .base import Kernel
from .calling import Argument, LinkedKernel
from .compiler import CompilerError, compiled
from .linking import LinkError, can_link

_MOST = 48  # in memory
_FORM = 1  # of what is kept
_SOURCES = ("engines", "engines/halide", "engines/kernels", "field")  # all that decides what is compiled


def kernel(shape: Shape) -> Future[Kernel]:
    """The kernel of a shape, as soon as it is ready; `parallel.finish` waits for it.

    Two threads that want the same one get the same.
    """
    with _table.lock:
        found = _table.kernels.get(shape)
        if found is None or (found.done() and found.exception()):
            found = _table.kernels[shape] = _have(shape)
        _table.kernels.move_to_end(shape)
        while len(_table.kernels) > _MOST:
            _table.kernels.popitem(last=False)
    return found


def _have(shape: Shape) -> Future[Kernel]:
    if not can_link():
        return begin(lambda: _jit(shape))
    text = to_text(shape)
    key = _key(text)
    kept = KERNELS.read(key) if key else None
    if kept is not None:
        try:
            ready = Future[Kernel]()
            ready.set_result(_linked(kept))
        except (LinkError, ValueError, KeyError, TypeError):  # whole, but not what this program writes
            pass
        else:
            return ready
    return begin(lambda: _made(shape, text, key))


def _made(shape: Shape, text: str, key: str | None) -> Kernel:
    try:
        data = compiled(text)
        made = _linked(data)
    except (CompilerError, LinkError) as error:
        logging.getLogger("cppn").info("cppn: compiled in this process: %s", error)
        return _jit(shape)
    if key:
        KERNELS.write(key, str(shape), data)
    return made


def _jit(shape: Shape) -> Kernel:
    from ..halide.jit import JitKernel

    return JitKernel(shape)


def _linked(data: bytes) -> Kernel:
    told, _, code = data.partition(b"\n")
    about = json.loads(told)
    return LinkedKernel(code, [Argument(*one) for one in about["arguments"]], about["strip"])


def _key(text: str) -> str | None:
    """What a kernel is kept under: a digest of all that decides its code; None where that cannot be told."""
    around = _surroundings()
    return around and hashlib.sha256(f"{around}\n{text}".encode()).hexdigest()[:40]


@lru_cache
def _surroundings() -> str | None:
    """This processor, Halide, and this program's own sources, as far as they decide what is compiled."""
    processor, compiler = _processor(), _halide()
    if processor is None or compiler is None:
        return None
    return json.dumps([_FORM, __version__, processor, compiler, sources(*_SOURCES)])


def _processor() -> list[str] | None:
    try:
        with open("/proc/cpuinfo") as file:  # its first block tells one core, and they are alike
            rows = [line.partition(":") for line in iter(file.readline, "\n") if line]
    except OSError:
        return None
    told = {name.strip(): value.strip() for name, _, value in rows}
    return [told.get(name, "") for name in ("vendor_id", "cpu family", "model", "stepping", "flags")]


def _halide() -> list[str] | None:
    """Which Halide is installed: the name of its metadata's folder, which has the version in it."""
    spec = importlib.util.find_spec("halide")
    places = [] if spec is None else spec.submodule_search_locations or []
    found = [path.name for place in places for path in Path(place).parent.glob("halide-*.dist-info")]
    return sorted(found) or None


class _Table:
    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.kernels = OrderedDict[Shape, Future[Kernel]]()


_table = _Table()


def _forget() -> None:  # what another thread of the parent was making is never ready in a child
    global _table
    _table = _Table()


in_forked_children(_forget)
