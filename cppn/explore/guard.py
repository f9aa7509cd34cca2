"""The guard before the server: only this machine's own page is answered, and only in small pieces."""

from __future__ import annotations

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LARGEST_BODY = 16 << 20  # bytes of a request
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


class Guard:
    """An application that lets through to another only what a page of its own asks, at a port of this machine.

    Without it any page in the same browser could ask, by this address or by a name of its own that leads here.
    """

    def __init__(self, app: ASGIApp, port: int) -> None:
        self._app = app
        self._hosts = {f"{name}:{port}" for name in ("127.0.0.1", "localhost", "[::1]")}
        if port == 80:  # which browsers leave out
            self._hosts |= {"127.0.0.1", "localhost", "[::1]"}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request: with a refusal, or as the application does."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":  # nothing else is spoken here
            return
        taken = 0

        async def counted() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > LARGEST_BODY:
                raise HTTPException(413, _TOO_LARGE)
            return message

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers[name] = value
            await send(message)

        refused = self._fault(scope["method"], Headers(scope=scope))
        if refused is not None:
            status, text = refused
            await JSONResponse({"error": text}, status)(scope, counted, sent)
            return
        await self._app(scope, counted, sent)

    def _fault(self, method: str, headers: Headers) -> tuple[int, str] | None:
        """Why a request is refused, and the status that says so; None if it is not."""
        hosts, origins = headers.getlist("host"), headers.getlist("origin")
        if len(hosts) != 1 or hosts[0].lower() not in self._hosts:
            return 403, "this address is not the server's own"
        if any(origin.lower() not in {f"http://{host}" for host in self._hosts} for origin in origins):
            return 403, "only the server's own page may ask"
        if any(site not in ("same-origin", "none") for site in headers.getlist("sec-fetch-site")):
            return 403, "only the server's own page may ask"
        if method not in ("POST", "PUT", "PATCH"):
            return None
        if headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
            return 415, "what is sent here is application/json"
        length = headers.get("content-length")
        if length is None:
            return None if "transfer-encoding" in headers else (411, "the length of what is sent is not told")
        if not length.isdecimal() or len(length) > 18:
            return 400, "the length of what is sent is no number"
        return (413, _TOO_LARGE) if int(length) > LARGEST_BODY else None


_TOO_LARGE = f"what is sent is too large; at most {LARGEST_BODY >> 20} MiB are taken"
