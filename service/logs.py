"""Logs that an operator can read and that no customer can be found in: a fixed set of fields."""

import logging
import time
import traceback
from collections.abc import MutableMapping
from typing import Any

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# Whatever is not named here never reaches a log line. There is no field for an address, a query, a name, a
# tracking number or the words of an error, because those carry what people typed.
FIELDS = frozenset(
    {
        "event", "level", "timestamp", "method", "route", "status", "milliseconds", "request",
        "error", "where", "action", "degraded", "snapshot", "solutions", "address", "reason",
        "watermark", "searches", "texts",
    }
)  # fmt: skip

log = structlog.get_logger("precedent")


def configure(level: str) -> None:
    """Write one line of JSON an event, and take the query strings out of the lines of uvicorn."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            only_known_fields,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(),  # one system call a line
    )
    access = logging.getLogger("uvicorn.access")
    if not any(isinstance(each, WithoutQuery) for each in access.filters):
        access.addFilter(WithoutQuery())


def only_known_fields(_: object, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Drop every field that is not in FIELDS."""
    return {name: value for name, value in event.items() if name in FIELDS}


class WithoutQuery(logging.Filter):
    """Cut the query string out of an access line; uvicorn passes the address as the third argument."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Change the record in place; keep every record."""
        if isinstance(record.args, tuple) and len(record.args) == 5:
            client, method, path, version, status = record.args
            record.args = (client, method, str(path).partition("?")[0], version, status)
        return True


def trace(error: BaseException) -> str:
    """Say where an error came from, file and line of the last calls, without its words."""
    frames = traceback.extract_tb(error.__traceback__)[-4:]
    return " > ".join(f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno} {frame.name}" for frame in frames)


class RequestLog:
    """Log one line a request: the route's pattern and not the path, which may hold a number."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and log its status and time when the answer is complete."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began, status = time.perf_counter(), 0

        async def watch(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, watch)
        finally:
            spent = round((time.perf_counter() - began) * 1000, 1)
            pattern = getattr(scope.get("route"), "path", None)
            log.info("request", method=scope["method"], route=pattern, status=status, milliseconds=spent)
