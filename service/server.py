"""Serve the application on a port."""

import gc
import socket
from collections.abc import Callable

import uvicorn
from fastapi import FastAPI

from kb import db
from kb.errors import Unavailable
from kb.settings import Settings


class BusyPortError(Unavailable):
    """Somebody else listens on the port."""

    title = "The port is taken"
    slug = "busy-port"


class AnnouncedServer(uvicorn.Server):
    """Says its address as soon as it answers there."""

    def __init__(self, config: uvicorn.Config, announce: Callable[[str], None]) -> None:
        super().__init__(config)
        self._announce = announce

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then say where; from now on there is garbage to collect."""
        await super().startup(sockets)
        # What was loaded stays until the end: the collector need not look through it again and again.
        gc.freeze()
        gc.enable()
        for listener in sockets or ():
            host, port = listener.getsockname()[:2]
            self._announce(f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}")


def serve(app: FastAPI, settings: Settings, announce: Callable[[str], None]) -> None:
    """Serve until the process is asked to stop, and `announce` the address once it answers.

    Raises BusyPortError before anything starts.
    """
    with bind(settings.host, settings.port) as listener:
        # Now, so that a database that cannot be opened is said in a sentence; uvicorn would show a traceback.
        engine = db.open_engine(settings)
        db.migrate(engine)
        engine.dispose()
        AnnouncedServer(config(app, settings), announce).run(sockets=[listener])


def config(app: FastAPI, settings: Settings) -> uvicorn.Config:
    """Return how uvicorn runs: our own log lines, forwarded addresses only from proxies that are trusted."""
    return uvicorn.Config(
        app,
        access_log=False,
        log_level="warning",
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=list(settings.trusted_proxies),
        server_header=False,
        timeout_graceful_shutdown=10,
    )


def bind(host: str, port: int) -> socket.socket:
    """Take the port; 0 takes any free one."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise BusyPortError(
            f"Cannot listen on {host}:{port} ({error.strerror}). "
            f"Stop the other program, or choose another port: PRECEDENT_PORT={port + 1}."
        ) from error
    listener.set_inheritable(True)
    return listener
