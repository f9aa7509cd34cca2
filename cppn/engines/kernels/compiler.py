"""Compiling in processes of their own: Halide holds Python's lock while it makes an object.

A compiler is a process that has Halide loaded and makes one object after another, so that this process goes on
drawing, compiles on several cores, and ends at once when it is told to. It ends when this one does, or when nobody has
asked it for a while.
"""

from __future__ import annotations

import atexit
import json
import os
import struct
import subprocess
import sys
import threading
from contextlib import suppress

from ..workers import cores, in_forked_children

_HOME = "cppn.engines.halide.objects"  # whose `serve` answers
_BEGIN = f"import sys, json; sys.path[:] = json.loads(sys.argv[1]); from {_HOME} import serve; serve()"
YES, NO = b"+", b"-"  # before what an answer holds
_LENGTH = struct.Struct("<I")  # before every message
_MOST_BYTES = 1 << 26  # of a message


class CompilerError(Exception):
    """No object could be made that way."""


class _Compiler:
    def __init__(self) -> None:
        if not sys.executable or getattr(sys, "frozen", False):  # a program with Python inside is no interpreter
            raise OSError("there is no interpreter")
        # nothing of the user's is read at its start, and Ctrl-C is for this process alone
        command = [sys.executable, "-I", "-c", _BEGIN, json.dumps(sys.path)]
        self._process = subprocess.Popen(  # noqa: S603  this interpreter, no shell, nothing of a user's
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True, bufsize=0
        )
        self._pipes = [pipe for pipe in (self._process.stdin, self._process.stdout) if pipe]

    def ask(self, request: bytes) -> bytes:
        """What it answers. Errors: OSError if it has ended."""
        into, out = self._pipes
        send(into.fileno(), request)
        answer = receive(out.fileno())
        if answer is None:
            raise OSError("no answer")
        return answer

    def kill(self) -> None:
        """End it at once; who waits for its answer hears of it."""
        with suppress(OSError):
            self._process.kill()

    def end(self) -> None:
        """End it, with all that it takes."""
        self.kill()
        self._close()
        self._process.wait()

    def disown(self) -> None:
        """It is another process's."""
        self._close()
        self._process.returncode = 0

    def _close(self) -> None:
        for pipe in self._pipes:
            with suppress(OSError):
                pipe.close()


def compiled(shape: str) -> bytes:
    """What `serve` answers to the text of a shape.

    Errors: CompilerError if there is no compiler, or it cannot compile this.
    """
    with _pool.places:
        for fresh in (False, True):  # an idle one may have ended of itself
            compiler = None
            try:
                compiler = _pool.take(fresh)
                answer = compiler.ask(shape.encode())
            except (OSError, ValueError) as error:
                failed: Exception = error
                if compiler is not None:
                    _pool.end(compiler)
                continue
            _pool.idle.append(compiler)
            if answer[:1] != YES:
                raise CompilerError(answer[1:].decode(errors="replace"))
            return answer[1:]
    raise CompilerError(f"the compiler has ended: {failed}")


class _Pool:
    """As many compilers as there are cores, begun when they are needed."""

    def __init__(self) -> None:
        self.places = threading.BoundedSemaphore(cores())
        self.idle: list[_Compiler] = []  # whose `pop` and `append` are atomic
        self._all: list[_Compiler] = []
        self._closed = False

    def take(self, fresh: bool) -> _Compiler:
        if not fresh:
            with suppress(IndexError):
                return self.idle.pop()
        if self._closed:
            raise OSError("the program ends")
        compiler = _Compiler()
        self._all.append(compiler)
        return compiler

    def end(self, compiler: _Compiler) -> None:
        self._all.remove(compiler)
        compiler.end()

    def close(self) -> None:
        """End all of them; those that are at work are ended by who waits for them."""
        self._closed = True
        while self.idle:
            self.end(self.idle.pop())
        for compiler in self._all:
            compiler.kill()

    def let_go(self) -> None:
        """They are another process's."""
        for compiler in self._all:
            compiler.disown()


_pool = _Pool()


def _forget() -> None:  # a parent's compilers answer the parent
    global _pool
    _pool.let_go()
    _pool = _Pool()


in_forked_children(_forget)
atexit.register(lambda: _pool.close())


def send(pipe: int, data: bytes) -> None:
    """Write a message whole."""
    left = memoryview(_LENGTH.pack(len(data)) + data)
    while left:
        left = left[os.write(pipe, left) :]


def receive(pipe: int) -> bytes | None:
    """Read a message; None where there are no more. Errors: OSError if it is cut off, or longer than any is."""
    start = _read(pipe, _LENGTH.size)
    if not start:
        return None
    (length,) = _LENGTH.unpack(start.ljust(_LENGTH.size, b"\xff"))
    data = _read(pipe, length) if length <= _MOST_BYTES else b""
    if len(data) < length:
        raise OSError("a message that is cut off")
    return data


def _read(pipe: int, length: int) -> bytes:
    parts = []
    while length and (part := os.read(pipe, length)):
        parts.append(part)
        length -= len(part)
    return b"".join(parts)
