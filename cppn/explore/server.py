"""The server of the live page: what it asks is checked, done by the library, and answered; one port of this machine."""

from __future__ import annotations

import io
import socket
import sys
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

import uvicorn
from PIL import Image
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from .. import web
from ..draw.drawing import render
from ..engines import Quality
from ..errors import CppnError, failure, shorten
from ..export import export
from ..files.names import check_place, free_path, make_folder
from ..files.naming import file_name
from ..recipe import Recipe
from ..recipe.model import parse_json, validated
from ..recipe.schema import Section
from ..recipe.view import parse_size
from ..search.breed import cross, mutate, offspring
from ..version import __version__
from . import requests as asked
from .guard import Guard
from .jobs import Queue, QueueFullError, plain_name
from .library import Library, Lineage
from .payloads import catalogue, shader_bytes, told

PAGE = Path(__file__).parent / "page"
_TYPES = {
    ".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml", ".png": "image/png",
}  # fmt: skip
_LAST_WORDS = 3  # seconds that answers may still take when the server ends
Asked = TypeVar("Asked", bound=Section)


class Explorer:
    """What the page works with: a recipe to begin with, the output folder and the queue of drawings.

    `read` makes of a `cppn render` command its recipe; `quit` ends the server.
    """

    def __init__(
        self, recipe: Recipe, name: str, folder: Path, *, read: Callable[[str], Recipe] | None = None,
        quit: Callable[[], None] = lambda: None,
    ) -> None:  # fmt: skip
        self.recipe, self.name, self.folder, self.read, self.quit = recipe, name, folder, read, quit
        self.kept, self.queue = Library(folder), Queue(folder)
        self._one = threading.Lock()  # a preview at a time: each takes all cores

    def start(self) -> Response:
        """All that the page needs to begin."""
        lineage, notice = self.kept.lineage()
        return JSONResponse(
            {
                "recipe": told(self.recipe), "name": self.name, "version": __version__, "folder": str(self.folder),
                "kept": self.kept.told(), "lineage": lineage, "notice": notice, "catalogue": catalogue(),
            }
        )  # fmt: skip

    def shader(self, want: asked.Shown) -> Response:
        """What a graphics card draws a recipe with."""
        return Response(shader_bytes(want.recipe, self.read), media_type="application/octet-stream")

    def load(self, want: asked.Source) -> Response:
        """The recipe of a name or a text."""
        recipe, name = asked.read_source(want.source)
        return JSONResponse({"recipe": told(recipe), "name": name})

    def breed(self, want: asked.OffspringRequest) -> Response:
        """Children of a recipe, or of two."""
        first, *second = want.parents
        children = []
        for seed in offspring(want.seed, want.count):
            if second:
                children.append(cross(first, second[0], want.strength, want.locks, seed))
            else:
                children.append(mutate(first, want.strength, want.locks, seed))
        return JSONResponse({"children": [told(child) for child in children]})

    def preview(self, want: asked.Preview) -> Response:
        """A picture as PNG, which is nowhere kept."""
        with self._one:
            pixels = render(want.recipe, (want.width, want.height))
        file = io.BytesIO()
        Image.fromarray(pixels[:, :, 0] if pixels.shape[2] == 1 else pixels).save(file, "png", compress_level=1)
        return Response(file.getvalue(), media_type="image/png")

    def draw(self, want: asked.DrawingRequest) -> Response:
        """A new drawing in the queue."""
        size = parse_size(want.size)
        job = self.queue.add(want.recipe, size, Quality(want.aa, want.bits), want.format)
        return JSONResponse({"id": job.id}, 202)

    def jobs(self) -> Response:
        """How far the drawings are."""
        return JSONResponse({"jobs": self.queue.told()})

    def cancel(self, key: str) -> Response:
        """Call a drawing off."""
        return JSONResponse({}) if self.queue.cancel(key) else _missing("drawing", key)

    def export(self, want: asked.Export) -> Response:
        """A picture for another program, written into the folder."""
        make_folder(self.folder)
        stem = plain_name(want.recipe.name) or file_name(want.recipe, None, (1, 1))
        path = free_path(self.folder / f"{stem}.{want.format}")
        return JSONResponse({"file": str(export(want.recipe, path))})

    def keep(self, want: asked.Keeping) -> Response:
        """Keep a recipe in the folder."""
        return JSONResponse(self.kept.add(want.recipe, want.name, want.parents))

    def list_kept(self) -> Response:
        """The recipes that were kept."""
        return JSONResponse({"kept": self.kept.told()})

    def thumbnail(self, name: str) -> Response:
        """A kept recipe's picture, 256 pixels a side."""
        data = self.kept.thumbnail(name)
        return _missing("kept recipe", name) if data is None else Response(data, media_type="image/png")

    def forget(self, name: str) -> Response:
        """Remove a kept recipe."""
        return JSONResponse({}) if self.kept.remove(name) else _missing("kept recipe", name)

    def lineage(self) -> Response:
        """The tree of what came from what."""
        return JSONResponse({"nodes": self.kept.lineage()[0]})

    def keep_lineage(self, want: Lineage) -> Response:
        """Keep the tree of what came from what."""
        self.kept.write_lineage(want)
        return JSONResponse({})


def app(explorer: Explorer, port: int) -> ASGIApp:
    """The application that answers for an explorer, behind its guard."""
    one = explorer
    routes = [
        Route("/", _get(lambda: page_file(PAGE, "index.html"))),
        Route("/page/{name}", _of_name(lambda name: page_file(PAGE, name))),
        Route("/web/{name}", _of_name(lambda name: page_file(web.FOLDER, name, (".js",)))),
        Route("/kept/{name}.png", _of_name(one.thumbnail)),
        Route("/api/start", _get(one.start)),
        Route("/api/shader", _post(asked.Shown, one.shader), methods=["POST"]),
        Route("/api/load", _post(asked.Source, one.load), methods=["POST"]),
        Route("/api/breed", _post(asked.OffspringRequest, one.breed), methods=["POST"]),
        Route("/api/preview", _post(asked.Preview, one.preview), methods=["POST"]),
        Route("/api/draw", _post(asked.DrawingRequest, one.draw), methods=["POST"]),
        Route("/api/draw", _get(one.jobs)),
        Route("/api/draw/{name}", _of_name(one.cancel), methods=["DELETE"]),
        Route("/api/export", _post(asked.Export, one.export), methods=["POST"]),
        Route("/api/keep", _post(asked.Keeping, one.keep), methods=["POST"]),
        Route("/api/kept", _get(one.list_kept)),
        Route("/api/kept/{name}", _of_name(one.forget), methods=["DELETE"]),
        Route("/api/lineage", _post(Lineage, one.keep_lineage), methods=["PUT"]),
        Route("/api/lineage", _get(one.lineage)),
        Route("/api/alive", _alive),
        Route("/api/quit", _quit(one), methods=["POST"]),
    ]
    handlers: Any = {
        HTTPException: _refused, QueueFullError: _full, CppnError: _wrong, ClientDisconnect: _gone, Exception: _failed,
    }  # fmt: skip
    return Guard(Starlette(routes=routes, exception_handlers=handlers, lifespan=_lifespan(one)), port)


# the ways of asking: what is done goes to a pool of threads, so that the next one is heard meanwhile


def _get(answer: Callable[[], Response]) -> Callable[[Request], Any]:
    async def endpoint(request: Request) -> Response:
        return await run_in_threadpool(answer)

    return endpoint


def _of_name(answer: Callable[[str], Response]) -> Callable[[Request], Any]:
    async def endpoint(request: Request) -> Response:
        return await run_in_threadpool(answer, request.path_params["name"])

    return endpoint


def _post(model: type[Asked], answer: Callable[[Asked], Response]) -> Callable[[Request], Any]:
    def checked(body: bytes) -> Response:
        return answer(validated(model, parse_json(body, where="request"), "request", 1, where=""))

    async def endpoint(request: Request) -> Response:
        return await run_in_threadpool(checked, await request.body())

    return endpoint


async def _alive(request: Request) -> Response:
    return JSONResponse({})


def _quit(explorer: Explorer) -> Callable[[Request], Any]:
    async def endpoint(request: Request) -> Response:
        return JSONResponse({}, background=BackgroundTask(explorer.quit))

    return endpoint


def page_file(folder: Path, name: str, endings: tuple[str, ...] = tuple(_TYPES)) -> Response:
    """A file of a folder: of those that are in it, whatever the name would lead to."""
    here = {path.name: path for path in folder.iterdir() if path.is_file()} if folder.is_dir() else {}
    path = here.get(name)
    if path is None or path.suffix not in endings:
        return _missing("file", name)
    return Response(path.read_bytes(), media_type=_TYPES[path.suffix])


# errors: one line each, whatever happened


def _missing(kind: str, name: str) -> Response:
    return _error(f"there is no {kind} {shorten(name)!r}", 404)


def _error(text: str, status: int) -> Response:
    return JSONResponse({"error": " ".join(text.split())}, status)


def _refused(request: Request, error: HTTPException) -> Response:
    words = {404: "there is no such address", 405: f"{request.method} is not for this address"}
    return JSONResponse({"error": words.get(error.status_code, error.detail)}, error.status_code, error.headers)


def _wrong(request: Request, error: CppnError) -> Response:
    return _error(str(error), 400 if error.misuse else 500)


def _full(request: Request, error: CppnError) -> Response:
    return _error(str(error), 429)


def _gone(request: Request, error: ClientDisconnect) -> Response:
    return _error("what is sent is not whole", 400)


def _failed(request: Request, error: Exception) -> Response:
    return _error(f"the program failed: {type(error).__name__}", 500)


# the server itself


def _lifespan(explorer: Explorer) -> Callable[[Starlette], Any]:
    @asynccontextmanager
    async def life(app: Starlette) -> AsyncIterator[None]:
        yield
        await run_in_threadpool(explorer.queue.stop)

    return life


class _Server(uvicorn.Server):
    """A server that says when it listens."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._ready()


def serve(
    recipe: Recipe, name: str, folder: Path, port: int, *, read: Callable[[str], Recipe] | None = None,
    ready: Callable[[str], None] = lambda address: None,
) -> None:  # fmt: skip
    """Serve the live page on a port of this machine (0: any that is free) until it is asked to quit.

    `recipe`, called `name`, is what the page begins with; `folder`, made when it is first needed, takes what is drawn
    and kept; `read` makes of a `cppn render` command its recipe; `ready` is told the page's address.
    Errors: CppnError if the port is taken or nothing can be written in the folder.
    """
    check_place(folder)
    if folder.exists():
        make_folder(folder)
    listener = _listen(port)
    port = listener.getsockname()[1]
    explorer = Explorer(recipe, name, folder, read=read)
    config = uvicorn.Config(
        app(explorer, port), log_config=None, log_level="error", access_log=False, server_header=False,
        proxy_headers=False, ws="none", lifespan="on", timeout_graceful_shutdown=_LAST_WORDS,
    )  # fmt: skip
    server = _Server(config, lambda: ready(f"http://127.0.0.1:{port}/"))
    explorer.quit = lambda: setattr(server, "should_exit", True)
    try:
        server.run(sockets=[listener])
    finally:
        explorer.queue.stop()
        listener.close()


def _listen(port: int) -> socket.socket:
    """A socket at a port of this machine that nobody else's network reaches."""
    if not 0 <= port <= 65535:
        raise CppnError(f"{port} is no port", where="--port", legal="0 to 65535 are legal, 0 for any that is free")
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        if sys.platform != "win32":  # where it would let two servers share a port
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        listener.listen()
    except OSError as error:
        listener.close()
        raise failure(
            f"port {port} is not to be had: {error.strerror}", where="--port", legal="take another, or --port 0"
        ) from None
    return listener
