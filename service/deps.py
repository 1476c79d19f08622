"""What a request may ask for: the services that the application was wired with."""

from dataclasses import dataclass
from typing import Annotated, cast

from fastapi import Depends, Request
from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker

from kb.settings import Settings
from service.live_index import LiveIndex
from service.pages import Pages
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


def address(request: Request) -> str:
    """Return the caller's network address; proxies that we trust have been taken out of it."""
    return request.client.host if request.client else "unknown"


ServicesNeeded = Annotated[Services, Depends(services)]
PagesNeeded = Annotated[Pages, Depends(pages)]
Address = Annotated[str, Depends(address)]
