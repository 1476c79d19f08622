"""Tickets for programs."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import httpx2
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import func, select

from kb import db, routing, tickets, tracking
from kb.settings import Settings
from kb.tables import Ticket
from service.app import create_app
from service.tickets.texts import TEXTS

Make = Callable[..., dict[str, object]]
KEY = {"Idempotency-Key": "3f1c0a52-key"}


def file(client: TestClient, body: dict, key: str = KEY["Idempotency-Key"]) -> httpx2.Response:
    return client.post("/api/v1/tickets", json=body, headers={"Idempotency-Key": key})


def count(client: TestClient) -> int:
    with db.reading(client.app.state.services.sessions) as session:
        return session.scalar(select(func.count()).select_from(Ticket))


def test_a_ticket_gets_a_number_that_shows_its_status(bare: TestClient, ticket: Make):
    answer = file(bare, ticket(kind="bug", customer={"name": "Ana", "email": "ana@example.com"}))
    assert answer.status_code == 201
    made = answer.json()
    number = made["number"]
    assert tracking.display(tracking.parse(number)) == number
    assert made == {"number": number, "created": True, "status": f"http://127.0.0.1:8000/status/{number}"}
    assert answer.headers["location"] == f"/api/v1/tickets/{number}"
    status = bare.get(answer.headers["location"])
    assert status.status_code == 200
    shown = status.json()
    assert (shown["number"], shown["kind"], shown["state"]) == (number, "bug", "open")
    assert [step["state"] for step in shown["history"]] == ["open"]
    assert shown["next_step"]
    assert "Ana" not in status.text
    assert "squeaks" not in status.text


def test_the_status_names_the_team_and_never_who_did_something(bare: TestClient, ticket: Make):
    with db.transaction(bare.app.state.services.sessions) as session:
        rules = [routing.Rule("Bugs", kind="bug")]
        routing.replace_rules(session, rules, actor="Olga Agent", why="first list")
    number = file(bare, ticket(kind="bug")).json()["number"]
    with db.transaction(bare.app.state.services.sessions) as session:
        routing.assign_team(session, number, "Hinges", actor="Olga Agent", why="it squeaks")
    answer = bare.get(f"/api/v1/tickets/{number}")
    shown = answer.json()
    assert shown["team"] == "Hinges"
    assert [(step["state"], step["team"]) for step in shown["history"]] == [
        ("open", None),
        (None, "Bugs"),
        (None, "Hinges"),
    ]
    assert [step["at"] for step in shown["history"]][-1] == shown["last_change"]
    assert "Olga" not in answer.text
    assert "squeaks" not in answer.text
    assert (
        bare.get(f"/api/v1/tickets/{file(bare, ticket(), 'key-number-3').json()['number']}").json()["team"]
        is None
    )


def test_the_same_key_with_the_same_content_is_the_same_ticket(bare: TestClient, ticket: Make):
    first, second = file(bare, ticket()), file(bare, ticket())
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json()["number"] == second.json()["number"]
    assert second.json()["created"] is False
    assert count(bare) == 1


def test_the_same_key_with_other_content_is_a_conflict(bare: TestClient, ticket: Make):
    file(bare, ticket())
    answer = file(bare, ticket(description="Something else."))
    assert answer.status_code == 409
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"] == "urn:precedent:problem:conflict"
    assert count(bare) == 1


def test_another_key_is_another_ticket(bare: TestClient, ticket: Make):
    assert file(bare, ticket(), "key-number-1").json() != file(bare, ticket(), "key-number-2").json()
    assert count(bare) == 2


def test_a_key_is_required(blank: TestClient, ticket: Make):
    answer = blank.post("/api/v1/tickets", json=ticket())
    assert answer.status_code == 422
    assert answer.json()["detail"] == "“Idempotency-Key” is missing."


@pytest.mark.parametrize("key", ["short", "with space in it", "ü" * 10, "x" * 201])
def test_a_key_that_is_none_is_refused(blank: TestClient, ticket: Make, key: str):
    answer = blank.post("/api/v1/tickets", json=ticket(), headers={b"Idempotency-Key": key.encode()})
    assert answer.status_code == 422
    assert "Idempotency-Key" in answer.json()["detail"]
    assert count(blank) == 0


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"subject": " "}, "subject", "“subject” is empty."),
        ({"subject": "x" * 201}, "subject", "“subject” is longer than 200 characters."),
        ({"description": "x" * 20_001}, "description", "“description” is longer than 20000 characters."),
        ({"kind": "praise"}, "kind", "“kind” must be one of 'problem', 'bug' or 'request'."),
        ({"customer": {"email": "nobody"}}, "customer.email", "“nobody” is not an e-mail address."),
        ({"customer": {"age": 3}}, "customer.age", "“customer.age” is not a field that we know."),
        ({"country": "Q9"}, "country", "“Q9” is not a country; give two letters of ISO 3166, such as ES."),
    ],
)
def test_what_is_not_right_is_said_of_its_field(
    blank: TestClient, ticket: Make, changes: dict, field: str, sentence: str
):
    answer = file(blank, ticket(**changes))
    assert answer.status_code == 422
    assert answer.json()["errors"] == [{"field": field, "detail": sentence}]
    assert count(blank) == 0


def test_a_mistyped_number_is_told_apart_from_an_unknown_one(bare: TestClient, ticket: Make):
    number = file(bare, ticket()).json()["number"]
    wrong = number[:-1] + ("0" if number[-1] != "0" else "1")
    mistyped = bare.get(f"/api/v1/tickets/{wrong}")
    assert mistyped.status_code == 422
    assert mistyped.json()["type"] == "urn:precedent:problem:mistyped-number"
    unknown = bare.get(f"/api/v1/tickets/{tracking.display(tracking.new())}")
    assert unknown.status_code == 404
    assert unknown.json()["detail"] == TEXTS["unknown"]


def test_a_number_may_be_written_in_any_way(bare: TestClient, ticket: Make):
    number = file(bare, ticket()).json()["number"]
    for typed in (number.lower(), number.replace("-", ""), f" {number} ", number.replace("0", "o")):
        assert bare.get(f"/api/v1/tickets/{typed}").json()["number"] == number


def test_unknown_and_deleted_numbers_answer_alike(bare: TestClient, ticket: Make):
    number = file(bare, ticket()).json()["number"]
    with db.transaction(bare.app.state.services.sessions) as session:
        tickets.delete(session, number, actor="ana", why="asked for")
    deleted = bare.get(f"/api/v1/tickets/{number}")
    unknown = bare.get(f"/api/v1/tickets/{tracking.new()}")
    assert deleted.status_code == unknown.status_code == 404
    assert deleted.content == unknown.content
    assert dict(deleted.headers) == dict(unknown.headers)


def test_guessing_is_stopped_and_says_when_to_come_back(blank: TestClient, ticket: Make):
    number = file(blank, ticket()).json()["number"]
    statuses = [blank.get(f"/api/v1/tickets/{tracking.new()}").status_code for _ in range(11)]
    assert statuses == [404] * 10 + [429]
    stopped = blank.get(f"/api/v1/tickets/{number}")
    assert stopped.status_code == 429
    assert 1 <= int(stopped.headers["retry-after"]) <= 60
    assert stopped.json()["detail"].startswith("Too many unknown tracking numbers were tried.")
    assert blank.get(f"/status/{number}").status_code == 429
    assert blank.get("/api/v1/tickets/mistyped").status_code == 422


def test_a_hundred_at_once_with_one_key_are_one_ticket(settings: Settings, running, ticket: Make):
    app: FastAPI = create_app(settings)

    async def post_all(address: str) -> list[httpx2.Response]:
        limits = httpx2.Limits(max_connections=100)
        async with httpx2.AsyncClient(base_url=address, limits=limits, timeout=60) as client:
            posts = (client.post("/api/v1/tickets", json=ticket(), headers=KEY) for _ in range(100))
            return await asyncio.gather(*posts)

    with running(app, settings) as address:
        with ThreadPoolExecutor(1) as thread:  # the browser of other tests has an event loop in this one
            answers = thread.submit(lambda: asyncio.run(post_all(address))).result()
        with db.reading(app.state.services.sessions) as session:
            numbers = session.scalars(select(Ticket.number)).all()
    assert sorted(answer.status_code for answer in answers) == [200] * 99 + [201]
    assert {answer.json()["number"] for answer in answers} == {tracking.display(numbers[0])}
    assert len(numbers) == 1
