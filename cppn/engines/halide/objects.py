"""Objects: a shape compiled to machine code that another process can link; a process that makes one after another."""

from __future__ import annotations

import json
import os
import select
from contextlib import suppress
from typing import Any

import halide as hl

from ..kernels.compiler import NO, YES, receive, send
from .build import build
from .pipeline import machine
from .shape import from_text

_WAIT = 60.0  # seconds for the next request
_FUNCTION = "kernel"


def make_object(shape: str) -> bytes:
    """An object, after a line that tells its arguments and its strip, for `calling`."""
    built = build(from_text(shape))
    arguments = [[name, *_kind(one)] for name, one in built.arguments.items()]
    target = machine().without_feature(hl.TargetFeature.JIT).with_feature(hl.TargetFeature.NoRuntime)
    file = os.memfd_create("kernel")
    try:
        path, pipeline = f"/proc/self/fd/{file}", hl.Pipeline(list(built.outputs))
        pipeline.compile_to_object(path, list(built.arguments.values()), _FUNCTION, target)
        data = os.pread(file, os.fstat(file).st_size, 0)
    finally:
        os.close(file)
    return json.dumps({"strip": built.strip, "arguments": arguments}).encode() + b"\n" + data


def _kind(argument: Any) -> tuple[str, int]:
    kind = "int32" if argument.type() == hl.Int(32) else "float32"
    return kind, argument.dimensions() if isinstance(argument, hl.ImageParam) else 0


def serve() -> None:
    """Answer the texts of shapes on standard input with objects, until there are no more."""
    answers = os.dup(1)
    os.dup2(2, 1)  # what a library says is no answer
    while select.select([0], [], [], _WAIT)[0] and (shape := receive(0)) is not None:
        try:
            answer = YES + make_object(shape.decode())
        except Exception as error:
            answer = NO + str(error).encode()
        with suppress(BrokenPipeError):  # nobody waits for it any more
            send(answers, answer)
