"""A known open problem is offered before the form, to who has it and to nobody else."""

import re
import time
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from fastapi.testclient import TestClient
from playwright.sync_api import Page, expect
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from kb import catalogue, db
from kb.tables import Incident, IncidentFollower, Ticket
from service.known_problems import FRESH_SECONDS

TITLE = "Navigation shows the sea since the map update of May"
HAS_IT = "since the map update my navigation shows the car in the middle of the sea"
HAS_IT_IN_GERMAN = "Seit dem Kartenupdate zeigt das Navi mein Auto mitten im Meer"
ANOTHER = "how do I change a flat tyre"


def add(sessions: sessionmaker[Session], *codes: str, state: str = "open") -> int:
    with db.transaction(sessions) as session:
        row = Incident(
            title=TITLE,
            text="After the update of the maps the position is wrong. The car drives as before.",
            language="en",
            state=state,
            created_at=datetime(2026, 5, 1, tzinfo=UTC),
            products=list(catalogue.rows(session, codes)),
        )
        session.add(row)
        session.flush()
        number = row.id
    time.sleep(FRESH_SECONDS)
    return number


def told(client: TestClient, query: str) -> list[str]:
    found = client.post("/api/v1/search", json={"query": query}).json()
    return [each["title"] for each in found["incidents"]]


@pytest.mark.parametrize("query", [HAS_IT, HAS_IT_IN_GERMAN])
def test_who_has_it_is_told(client: TestClient, sessions_of: sessionmaker[Session], query: str):
    assert told(client, query) == []
    add(sessions_of)
    assert told(client, query) == [TITLE]


def test_who_asks_something_else_is_not(client: TestClient, sessions_of: sessionmaker[Session]):
    add(sessions_of)
    assert told(client, ANOTHER) == []


def test_who_names_another_product_is_not(client: TestClient, sessions_of: sessionmaker[Session]):
    add(sessions_of, "VAC")
    assert told(client, HAS_IT) == [TITLE]
    assert told(client, f"Tarnwald: {HAS_IT}") == []


def test_what_is_resolved_is_not_told(client: TestClient, sessions_of: sessionmaker[Session]):
    add(sessions_of, state="resolved")
    assert told(client, HAS_IT) == []


def test_a_ticket_that_names_it_follows_it(
    client: TestClient, sessions_of: sessionmaker[Session], ticket: Callable[..., dict[str, object]]
):
    number = add(sessions_of)
    asked = ticket(incident=number, customer={"email": "ana@example.com"})
    filed = client.post("/api/v1/tickets", json=asked, headers={"idempotency-key": "k" * 12}).json()["number"]
    with sessions_of() as session:
        follower = session.scalars(select(IncidentFollower)).one()
        assert follower.incident_id == number
        assert session.get_one(Ticket, follower.ticket_id).number == filed.replace("-", "")


@pytest.mark.parametrize("state", ["resolved", "gone"])
def test_a_ticket_about_one_that_is_over_is_filed(
    client: TestClient,
    sessions_of: sessionmaker[Session],
    ticket: Callable[..., dict[str, object]],
    state: str,
):
    number = add(sessions_of, state="resolved") if state == "resolved" else 4711
    asked = ticket(incident=number, customer={"email": "ana@example.com"})
    filed = client.post("/api/v1/tickets", json=asked, headers={"idempotency-key": "k" * 12})
    assert filed.status_code == 201
    with sessions_of() as session:
        assert session.scalars(select(IncidentFollower)).all() == []


def test_from_the_results_page_to_a_ticket_that_follows_it(
    open_page: Callable[..., Page], known_problem: tuple[sessionmaker[Session], Incident]
):
    sessions, incident = known_problem
    page = open_page()
    page.goto("/")
    page.locator("#q").fill(HAS_IT)
    page.locator("#q").press("Control+Enter")
    expect(page.locator(".known h2")).to_have_text(TITLE)
    page.get_by_role("link", name="I have this too").click()
    expect(page.locator("form.ticket")).to_contain_text(TITLE)
    page.get_by_label("E-mail").fill("page@example.com")
    page.get_by_role("button", name="Send to us").click()
    expect(page.locator(".number")).to_have_text(re.compile(r"^\S{14}$"))
    with sessions() as session:
        assert session.scalars(select(IncidentFollower.incident_id)).all() == [incident.id]
