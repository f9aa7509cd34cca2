"""Processes of the program that begin with everything loaded: a server that forks one for each that a test asks for.

Loading what the program uses and compiling Halide's own runtime takes a second and a half, which most tests are not
about. A process that comes from here is one of its own in all else: its arguments, folder, environment, files, signals
and exit status. Run as a script it is the server; `Forge` is what tests ask.
"""

from __future__ import annotations

import atexit
import gc
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import traceback
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

_MOST = 1 << 16  # bytes of a request
# what is loaded beforehand; not pyvips, whose threads would not be there in a child
MODULES = (
    "PIL.Image", "av", "cmap", "cppn.__main__", "cppn.cli.animate", "cppn.cli.fit", "cppn.cli.gallery",
    "cppn.cli.mosaic", "cppn.cli.render", "cppn.draw.estimate", "cppn.draw.saving", "cppn.engines.halide.engine",
    "cppn.engines.torch_engine", "cppn.files.sinks.films", "cppn.fit.ensemble", "cppn.fit.photo", "cppn.gallery.build",
    "cppn.mosaic", "cppn.motion.film", "cppn.search.invent", "cppn.study.figures", "matplotlib.figure",
    "safetensors.torch", "tomli_w",
)  # fmt: skip


class Started:
    """A process of the program, with what `subprocess.Popen` has of use."""

    def __init__(self, args: Sequence[str], pid: int, status: IO[bytes], stdout: IO[str], stderr: IO[str]) -> None:
        self.args, self.pid, self.stdout, self.stderr = list(args), pid, stdout, stderr
        self.returncode: int | None = None
        self._status = status
        self._ended = threading.Event()
        threading.Thread(target=self._watch, daemon=True).start()

    def _watch(self) -> None:
        line = self._status.readline()
        self.returncode = int(line) if line else -signal.SIGKILL
        self._status.close()
        self._ended.set()

    def poll(self) -> int | None:
        """The exit status; None while it runs."""
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """The exit status, once there is one."""
        if not self._ended.wait(timeout):
            raise subprocess.TimeoutExpired(self.args, timeout or 0)
        assert self.returncode is not None
        return self.returncode

    def send_signal(self, number: int) -> None:
        """Send a signal, if it still runs."""
        if self.returncode is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """End it at once."""
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def communicate(self, timeout: float | None = None) -> tuple[str, str]:
        """All that it still says, once it has ended."""
        said: dict[str, str] = {}
        readers = [
            threading.Thread(target=lambda name=name, file=file: said.update({name: file.read()}), daemon=True)
            for name, file in (("stdout", self.stdout), ("stderr", self.stderr))
        ]
        for reader in readers:
            reader.start()
        try:
            self.wait(timeout)
        except subprocess.TimeoutExpired:
            self.kill()
            raise
        for reader in readers:
            reader.join()
        self.stdout.close()
        self.stderr.close()
        return said["stdout"], said["stderr"]

    def close(self) -> None:
        """End it, if it still runs, and let go of what it said."""
        self.kill()
        self.wait()
        self.stdout.close()
        self.stderr.close()

    def __enter__(self) -> Started:
        return self

    def __exit__(self, *error: object) -> None:
        self.wait()
        self.stdout.close()
        self.stderr.close()


class Forge:
    """The server, started with the first process that is asked for."""

    def __init__(self) -> None:
        self._socket: socket.socket | None = None
        self._server: subprocess.Popen[bytes] | None = None

    def start(self, args: Sequence[str], cwd: Path, env: Mapping[str, str] | None = None) -> Started:
        """Start `cppn ARGS` in a folder; what it says can be read from `stdout` and `stderr`."""
        if self._socket is None:
            self._socket, theirs = socket.socketpair()
            with theirs:
                number = theirs.fileno()
                words = [sys.executable, __file__, str(number)]
                self._server = subprocess.Popen(words, pass_fds=[number], stdin=subprocess.DEVNULL)
        pipes = [os.pipe() for _ in range(3)]  # status, stdout, stderr
        request = json.dumps([list(args), str(cwd), dict(os.environ if env is None else env)]).encode()
        socket.send_fds(self._socket, [request], [write for _, write in pipes])
        for _, write in pipes:
            os.close(write)
        status = os.fdopen(pipes[0][0], "rb")
        stdout, stderr = (os.fdopen(read, encoding="utf-8", errors="replace") for read, _ in pipes[1:])
        return Started(["cppn", *args], int(status.readline()), status, stdout, stderr)

    def close(self) -> None:
        """End the server; what it has started goes on."""
        if self._socket is not None and self._server is not None:
            self._socket.close()
            self._server.wait()


def serve(ours: socket.socket) -> None:
    """Fork for every request, until nobody is there to ask. Returns in the processes that are to be the program."""
    _load()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the tests
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while True:
        request, files, _, _ = socket.recv_fds(ours, _MOST, 3)
        if not request:
            os._exit(0)
        if os.fork() == 0:
            ours.close()
            return _watch(request, files)
        for file in files:
            os.close(file)


def _watch(request: bytes, files: list[int]) -> None:
    """Fork the program, and tell its number and its exit status. Returns in the program."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    status, stdout, stderr = files
    if (pid := os.fork()) == 0:
        args, cwd, env = json.loads(request)
        os.close(status)
        os.dup2(stdout, 1)
        os.dup2(stderr, 2)
        os.close(stdout)
        os.close(stderr)
        # as the interpreter would make them: those of the server were of other files
        sys.stdout = os.fdopen(1, "w", encoding="utf-8", closefd=False)
        sys.stderr = os.fdopen(2, "w", encoding="utf-8", errors="backslashreplace", buffering=1, closefd=False)
        os.chdir(cwd)
        os.environ.clear()
        os.environ.update(env)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        sys.argv = ["cppn", *args]
        return
    os.close(stdout)
    os.close(stderr)
    os.write(status, b"%d\n" % pid)
    _, ended = os.waitpid(pid, 0)
    os.write(status, b"%d\n" % os.waitstatus_to_exitcode(ended))
    os._exit(0)


def _be_the_program() -> None:
    """Run it, and end as the interpreter does, but for taking down all that was loaded, which takes a second."""
    from cppn.__main__ import main

    code = 1
    try:
        main()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        traceback.print_exc()
    threading._shutdown()  # type: ignore[attr-defined]  # waits for threads, as at any end
    atexit._run_exitfuncs()
    for file in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            file.flush()
    os._exit(code)


def _load() -> None:
    from importlib import import_module

    for name in MODULES:
        import_module(name)
    import halide as hl
    import numpy as np

    x, nothing = hl.Var("x"), hl.Func("nothing")
    nothing[x] = hl.cast(hl.Int(32), 0)
    gc.collect()
    gc.freeze()  # what is there already is nobody's garbage, and is not looked through by every child
    nothing.realize(hl.Buffer(np.zeros(4, np.int32)))  # Halide's own runtime is compiled with the first pipeline


if __name__ == "__main__":
    sys.path[0] = str(Path(__file__).parents[1])
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    serve(socket.socket(fileno=int(sys.argv[1])))
    _be_the_program()
