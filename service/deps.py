"""What a request may ask for: the services that the application was wired with.

What FastAPI is to call is a coroutine although it waits for nothing: plain functions are run in a thread of
the pool, and each such change of thread costs a search half a millisecond.
"""

from dataclasses import dataclass
from typing import Annotated, cast
from urllib.parse import quote

from fastapi import Depends, Request
from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker

from kb.settings import Settings
from service.live_index import LiveIndex
from service.pages import Pages
from service.reader import Reader, accepted, choose
from service.recorder import Recorder
from service.throttle import Misses


@dataclass(frozen=True)
class Services:
    """Everything that lives as long as the application."""

    settings: Settings
    engine: Engine
    sessions: sessionmaker[Session]
    index: LiveIndex
    misses: Misses
    recorder: Recorder


def services(request: Request) -> Services:
    """Return the services of the running application."""
    return cast(Services, request.app.state.services)


def pages(request: Request) -> Pages:
    """Return the templates and assets."""
    return cast(Pages, request.app.state.pages)


def reader(request: Request) -> Reader:
    """Tell who reads: the address says it, else the browser, else the settings."""
    base = request.scope.get("root_path", "")
    said = (*([base[1:]] if base else ()), *accepted(request.headers.get("accept-language", "")))
    path = quote(request.scope["path"].removeprefix(base)) + (
        f"?{request.url.query}" if request.url.query else ""
    )
    return choose(
        said, services(request).settings, base=base, path=path if request.method in ("GET", "HEAD") else ""
    )


async def _services(request: Request) -> Services:
    return services(request)


async def _pages(request: Request) -> Pages:
    return pages(request)


async def _reader(request: Request) -> Reader:
    return reader(request)


async def _address(request: Request) -> str:
    """Return the caller's network address; proxies that we trust have been taken out of it."""
    return request.client.host if request.client else "unknown"


ServicesNeeded = Annotated[Services, Depends(_services)]
PagesNeeded = Annotated[Pages, Depends(_pages)]
ReaderNeeded = Annotated[Reader, Depends(_reader)]
Address = Annotated[str, Depends(_address)]
