"""Serving on a port."""

from pathlib import Path

import httpx2
import pytest
from fastapi import FastAPI, Request

from kb.errors import BadDatabase
from kb.settings import Settings
from service import server


def test_a_busy_port_is_said_in_a_sentence():
    with server.bind("127.0.0.1", 0) as taken:
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(
            server.BusyPortError, match=f"Cannot listen on 127.0.0.1:{port}.*PRECEDENT_PORT={port + 1}"
        ):
            server.bind("127.0.0.1", port)


def test_a_database_that_cannot_be_opened_is_said_in_a_sentence(tmp_path: Path):
    (tmp_path / "precedent.db").mkdir()
    settings = Settings(data_dir=tmp_path, port=0)
    with pytest.raises(BadDatabase, match=r"precedent\.db cannot be opened"):
        server.serve(FastAPI(), settings, print)


def _who(request: Request) -> str:
    return request.client.host if request.client else ""


@pytest.mark.parametrize(("trusted", "seen"), [("", "127.0.0.1"), ("127.0.0.1", "203.0.113.9")])
def test_forwarded_addresses_are_believed_from_trusted_proxies_only(
    tmp_path, running, trusted: str, seen: str
):
    app = FastAPI()
    app.get("/")(_who)
    settings = Settings(data_dir=tmp_path, trusted_proxies=tuple(filter(None, [trusted])))
    with running(app, settings) as address:
        answer = httpx2.get(address, headers={"x-forwarded-for": "198.51.100.1, 203.0.113.9"})
    assert answer.json() == seen
    assert "server" not in answer.headers
