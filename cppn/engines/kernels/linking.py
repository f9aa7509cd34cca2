"""An object file brought into memory: what a linker does, for code that needs hardly anything.

ELF for x86-64, as Halide writes it for a target without a runtime: a few sections of code and constants that refer to
each other, and at most a handful of functions of the C library. Linking 25 kB takes a millisecond; llvmlite would do it
on every platform, in 25 ms, for 60 MB of download and 170 MB on disk; a system's own linker, where one is installed,
takes 20 ms and a file. Source: System V ABI, AMD64 supplement, 4.4.
"""

from __future__ import annotations

import ctypes
import mmap
import os
import struct
import sys
from functools import lru_cache
from typing import NamedTuple

_MOST_BYTES = 1 << 26
_ALIGNED = 64  # at least: the widest vector
_WRITABLE, _ALLOCATED = 1, 2  # flags of a section
_SYMBOLS, _RELOCATIONS, _NOTHING = 2, 4, 8  # types of a section
_ABSOLUTE, _RELATIVE, _CALL = 1, 2, 4  # R_X86_64_64, _PC32, _PLT32
_JUMP = b"\xff\x25\0\0\0\0"  # jmp to the address that follows
# Halide's own names for two of them: malloc(context, size) as aligned_alloc(128, size), free(context, memory)
_STUBS = {
    "halide_malloc": (b"\xbf\x80\0\0\0", "aligned_alloc"),  # mov edi, 128
    "halide_free": (b"\x48\x89\xf7", "free"),  # mov rdi, rsi
}
_KNOWN = ("memset", "memcpy", "memmove", "expf", "logf", "powf", "sinf", "cosf", "tanf", "atanf", "floorf", "roundf")


class LinkError(Exception):
    """This object, or any, cannot be linked here."""


def can_link() -> bool:
    """Is this a machine whose objects are understood here?"""
    return sys.platform == "linux" and os.uname().machine == "x86_64" and sys.maxsize > 2**32


class _Section(NamedTuple):
    name: str
    kind: int
    flags: int
    offset: int
    size: int
    link: int
    info: int
    align: int


class _Symbol(NamedTuple):
    name: str
    section: int  # 0 where it is not in this object
    value: int


class Linked:
    """An object in memory, which stays there as long as this does.

    Errors: LinkError for what is not such an object, or needs what is not known.
    """

    def __init__(self, data: bytes) -> None:
        try:
            self._link(data)
        except (struct.error, IndexError, StopIteration, ValueError, OSError) as error:
            raise LinkError(f"not an object that can be linked: {error}") from None

    def address(self, name: str) -> int:
        """Where a function begins."""
        try:
            return self._base + self._places[name]
        except KeyError:
            raise LinkError(f"no function {name}") from None

    def _link(self, data: bytes) -> None:
        if data[:7] != b"\x7fELF\2\1\1" or struct.unpack_from("<HH", data, 16) != (1, 62):
            raise ValueError("it is no ELF object for x86-64")
        sections = _sections(data)
        end, starts = 0, dict[int, int]()
        for i, one in enumerate(sections):
            if one.flags & _ALLOCATED:
                if one.flags & _WRITABLE and one.name != ".data.rel.ro":
                    raise ValueError(f"{one.name} is to be written to")
                starts[i] = _aligned(end, max(one.align, _ALIGNED))
                end = starts[i] + one.size
        symbols = _symbols(data, sections)
        self._places = {one.name: starts[one.section] + one.value for one in symbols if one.section in starts}
        stubs = {}
        for name in sorted({one.name for one in symbols if one.name and not one.section}):
            self._places[name] = _aligned(end, _ALIGNED)
            stubs[name] = _stub(name)
            end = self._places[name] + len(stubs[name])
        if end > _MOST_BYTES:
            raise ValueError("it is too large")
        self._memory = mmap.mmap(-1, max(end, 1), flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
        self._base = ctypes.addressof(ctypes.c_char.from_buffer(self._memory))
        for i, start in starts.items():
            one = sections[i]
            if one.kind != _NOTHING:
                self._memory[start : start + one.size] = data[one.offset : one.offset + one.size]
        for name, code in stubs.items():
            self._memory[self._places[name] : self._places[name] + len(code)] = code
        where = [
            starts[one.section] + one.value if one.section in starts else self._places.get(one.name, 0)
            for one in symbols
        ]
        for one in sections:
            if one.kind == _RELOCATIONS and one.info in starts:
                self._relocate(data, one, starts[one.info], where)
        _protect(self._base, end)

    def _relocate(self, data: bytes, table: _Section, start: int, where: list[int]) -> None:
        for at in range(table.offset, table.offset + table.size, 24):
            offset, info, addend = struct.unpack_from("<QQq", data, at)
            place, target, kind = start + offset, where[info >> 32] + addend, info & 0xFFFFFFFF
            if kind in (_RELATIVE, _CALL):
                struct.pack_into("<i", self._memory, place, target - place)
            elif kind == _ABSOLUTE:
                struct.pack_into("<Q", self._memory, place, self._base + target)
            else:
                raise ValueError(f"a relocation of kind {kind}")


def _aligned(at: int, to: int) -> int:
    return -(-at // to) * to


def _sections(data: bytes) -> list[_Section]:
    (table,), (size, count, names) = struct.unpack_from("<Q", data, 40), struct.unpack_from("<HHH", data, 58)
    rows = [struct.unpack_from("<IIQQQQIIQQ", data, table + i * size) for i in range(count)]
    found = []
    for name, kind, flags, _, offset, length, link, info, align, _ in rows:
        if kind != _NOTHING and offset + length > len(data):
            raise ValueError("a section beyond its end")
        found.append(_Section(_name(data, rows[names][4] + name), kind, flags, offset, length, link, info, align))
    return found


def _symbols(data: bytes, sections: list[_Section]) -> list[_Symbol]:
    table = next(one for one in sections if one.kind == _SYMBOLS)
    names = sections[table.link].offset
    found = []
    for at in range(table.offset, table.offset + table.size, 24):
        name, _, _, section, value, _ = struct.unpack_from("<IBBHQQ", data, at)
        found.append(_Symbol(_name(data, names + name), section, value))
    return found


def _name(data: bytes, at: int) -> str:
    return data[at : data.index(b"\0", at)].decode("ascii")


def _stub(name: str) -> bytes:
    """Code that jumps to a function of the C library."""
    before, function = _STUBS.get(name, (b"", name))
    if name not in _STUBS and name not in _KNOWN:
        raise ValueError(f"it needs {name}")
    library = next((one for one in (_library(None), _library("libm.so.6")) if hasattr(one, function)), None)
    if library is None:
        raise ValueError(f"it needs {function}")
    address = ctypes.cast(getattr(library, function), ctypes.c_void_p).value or 0
    return before + _JUMP + struct.pack("<Q", address)


@lru_cache
def _library(name: str | None) -> ctypes.CDLL:
    return ctypes.CDLL(name, use_errno=True)


def _protect(base: int, size: int) -> None:
    """From now on it is code, which nobody writes to."""
    protect = _library(None).mprotect
    protect.argtypes = ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int
    if protect(base, _aligned(max(size, 1), mmap.PAGESIZE), mmap.PROT_READ | mmap.PROT_EXEC):
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
