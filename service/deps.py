"""What a request may ask for: the services that the application was wired with.

What FastAPI is to call is a coroutine although it waits for nothing: plain functions are run in a thread of
the pool, and each such change of thread costs a search half a millisecond.
"""

from dataclasses import dataclass
from typing import Annotated, cast
from urllib.parse import quote

from fastapi import Depends, Header, Request
from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker

from kb.settings import Settings
from service.known_problems import KnownProblems
from service.live_index import LiveIndex
from service.pages import Pages
from service.reader import Reader, accepted, choose
from service.recorder import Recorder
from service.sites import SITE_HEADER, Sites
from service.throttle import Misses, Votes


@dataclass(frozen=True)
class Services:
    """Everything that lives as long as the application."""

    settings: Settings
    engine: Engine
    sessions: sessionmaker[Session]
    index: LiveIndex
    misses: Misses
    votes: Votes
    recorder: Recorder
    sites: Sites
    known: KnownProblems


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


async def _from_site(
    request: Request,
    key: Annotated[
        str | None,
        Header(
            alias=SITE_HEADER, description="key of the site that asks; kept if the page is one of that site"
        ),
    ] = None,
) -> str | None:
    """Return the key of the site that a page belongs to; what it only says of itself does not count."""
    return await services(request).sites.claimed(key, request.headers.get("origin"))


ServicesNeeded = Annotated[Services, Depends(_services)]
PagesNeeded = Annotated[Pages, Depends(_pages)]
ReaderNeeded = Annotated[Reader, Depends(_reader)]
FromSite = Annotated[str | None, Depends(_from_site)]
Address = Annotated[str, Depends(_address)]
