"""Before the queue: who is refused at once, and when a request is given up."""

import asyncio
from collections.abc import Callable

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lectern.heavy.wire import MOST_BYTES
from lectern.problem import RETRY_AFTER_SECONDS


class Gate:
    """Nobody comes in before the release is warm, nor when `most` are inside, nor with a body over the limit.

    After `seconds` a request gets 504: a worker that died never answers what it was working on.
    """

    def __init__(self, app: ASGIApp, path: str, ready: Callable[[], bool], most: int, seconds: float) -> None:
        self._app, self._path, self._ready, self._most, self._seconds = app, path, ready, most, seconds
        self._inside = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or refuse it."""
        if scope["type"] != "http" or scope["path"] != self._path:
            await self._app(scope, receive, send)
            return
        code, why = self._refused(dict(scope["headers"]))
        if code:
            await refuse(code, why)(scope, receive, send)
            return
        self._inside += 1
        try:
            await self._timed(scope, receive, send)
        finally:
            self._inside -= 1

    def _refused(self, headers: dict[bytes, bytes]) -> tuple[int, str]:
        size = headers.get(b"content-length", b"")
        if not size.isdigit():
            return 411, "The request must say its Content-Length."
        if len(size) > 12 or int(size) > MOST_BYTES:
            return 413, f"The body is over the limit of {MOST_BYTES:,} bytes."
        if not self._ready():
            return 503, "The model is not ready yet."
        return (503, f"{self._inside} requests are being worked on.") if self._inside >= self._most else (0, "")

    async def _timed(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun = False

        async def sent(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await asyncio.wait_for(self._app(scope, receive, sent), self._seconds)
        except TimeoutError:
            if not begun:
                await refuse(504, "The answer took too long.")(scope, receive, send)


def refuse(code: int, why: str) -> JSONResponse:
    """A problem document; 503 says when to come again."""
    headers = {"Retry-After": str(RETRY_AFTER_SECONDS)} if code == 503 else {}
    document = {"type": "about:blank", "title": "The endpoint refuses", "status": code, "detail": why}
    return JSONResponse(document, code, headers, "application/problem+json")
