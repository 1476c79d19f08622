"""Refuse bodies that are too large, with our own sentence and headers (the framework's limit has neither)."""

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# A pasted text of 1 MB grows to at most 3 MB when a browser escapes it for a form in most scripts, and then
# still reaches the page that can say what to do about it; whatever is larger is refused.
MAX_BODY = 4 * 1024 * 1024
# A browser that is answered before it has sent everything shows a broken connection instead of the answer, so
# that what is somewhat too large is read to its end and thrown away.
MAX_DISCARDED = 8 * MAX_BODY


class BodyLimit:
    """Raise 413 inside the application as soon as a body is known to be too large."""

    def __init__(self, app: ASGIApp, limit: int = MAX_BODY) -> None:
        self.app = app
        self.limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with a `receive` that counts."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        announced = _announced(scope)
        counted = 0

        async def count() -> Message:
            nonlocal counted
            if announced > self.limit:
                await _discard(receive, announced)
                raise HTTPException(413)
            message = await receive()
            counted += len(message.get("body", b""))
            if counted > self.limit:
                raise HTTPException(413)
            return message

        await self.app(scope, count, send)


def _announced(scope: Scope) -> int:
    length = Headers(scope=scope).get("content-length", "")
    return int(length) if length.isascii() and length.isdigit() else 0


async def _discard(receive: Receive, announced: int) -> None:
    if announced > MAX_DISCARDED:
        return
    more = True
    while more:
        message = await receive()
        more = message["type"] == "http.request" and message.get("more_body", False)
