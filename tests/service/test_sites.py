"""The sites that may call us: known within a second, and written down with what comes from them."""

import time
from collections.abc import Callable, Iterator

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select, text
from sqlalchemy.orm import Session, sessionmaker

from kb import db, sites
from kb.settings import Settings
from kb.sites import Site
from kb.tables import Inquiry, Ticket
from kb.tables import Site as Row
from service.app import create_app
from service.sites import FRESH_SECONDS
from service.widget.build import texts

SHOP, FORUM = "https://shop.example.com", "https://forum.example.com"
Request = Callable[..., dict[str, object]]


@pytest.fixture
def records(bare: TestClient) -> sessionmaker[Session]:
    """Give the sessions of `bare`, which knows two sites."""
    made: sessionmaker[Session] = bare.app.state.services.sessions  # type: ignore[attr-defined]
    with db.transaction(made) as session:
        sites.add(session, Site("shop", "The shop", (SHOP,)), texts())
        sites.add(session, Site("forum", "The forum", (FORUM,)), texts())
    return made


def site_of(session: Session, table: type[Inquiry] | type[Ticket]) -> list[str | None]:
    query = select(Row.key).select_from(table).outerjoin(Row, Row.id == table.site_id).order_by(table.id)
    return list(session.scalars(query))


@pytest.mark.parametrize(
    ("headers", "recorded"),
    [
        ({"origin": SHOP, "precedent-site": "shop"}, "shop"),
        ({"origin": SHOP, "precedent-site": "forum"}, None),
        ({"origin": SHOP, "precedent-site": "unknown"}, None),
        ({"origin": SHOP}, None),
        ({"precedent-site": "shop"}, None),
        ({"origin": "http://testserver", "precedent-site": "shop"}, None),
    ],
)
def test_a_site_is_recorded_only_where_the_page_is_of_that_site(
    bare: TestClient,
    records: sessionmaker[Session],
    ticket: Request,
    headers: dict[str, str],
    recorded: str | None,
):
    search = bare.post("/api/v1/search", json={"query": "it squeaks"}, headers=headers).json()["search"]
    report, key = ticket(search=search), {"idempotency-key": "12345678"}
    assert bare.post("/api/v1/tickets", json=report, headers=headers | key).status_code == 201
    with records() as session:
        assert site_of(session, Inquiry) == site_of(session, Ticket) == [recorded]
        assert session.scalars(select(Ticket.channel)).all() == ["widget" if recorded else "api"]


@pytest.fixture
def second_server(settings: Settings, records: sessionmaker[Session]) -> Iterator[TestClient]:
    """Give another server on the database of `bare`."""
    with TestClient(create_app(settings)) as client:
        yield client


def test_what_a_command_changes_every_server_knows_within_a_second(
    bare: TestClient, second_server: TestClient, records: sessionmaker[Session]
):
    servers = (bare, second_server)
    new = "https://new.example"

    def named(client: TestClient) -> str | None:
        found = client.get("/api/v1/suggest?q=a", headers={"origin": new})
        return found.headers.get("access-control-allow-origin")

    assert [named(client) for client in servers] == [None, None]
    with db.transaction(records) as session:
        sites.add(session, Site("new", "New", (new,)), texts())
    time.sleep(FRESH_SECONDS)
    assert [named(client) for client in servers] == [new, new]
    with db.transaction(records) as session:
        sites.remove(session, "new")
    time.sleep(FRESH_SECONDS)
    assert [named(client) for client in servers] == [None, None]


def test_while_the_database_is_gone_the_sites_stay(blank: TestClient):
    services = blank.app.state.services  # type: ignore[attr-defined]
    with db.transaction(services.sessions) as session:
        sites.add(session, Site("shop", "The shop", (SHOP,)), texts())
    assert blank.get("/api/v1/sites/shop").status_code == 200
    with db.transaction(services.sessions) as session:
        session.execute(text("ALTER TABLE sites RENAME TO elsewhere"))
    time.sleep(FRESH_SECONDS)
    answer = blank.get("/api/v1/sites/shop", headers={"origin": SHOP})
    assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (200, SHOP)
