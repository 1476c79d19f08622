"""The ticket pages without a browser: what is kept, what is refused, what is told."""

import re
from html import unescape

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from kb import db, routing, tickets, tracking
from kb.tables import Customer, Ticket
from kb.tables.tickets import TICKET_KINDS, TICKET_STATES
from service.tickets.texts import TEXTS

FORM = {"key": "a-key-of-mine", "kind": "problem", "subject": "It squeaks", "description": "At night."}


def send(client: TestClient, **changes: str) -> str:
    answer = client.post("/tickets", data=FORM | changes)
    assert answer.status_code == 303, answer.text
    return re.fullmatch(r"/tickets/(.{14})/received", answer.headers["location"])[1]  # type: ignore[index]


def test_a_ticket_keeps_all_that_was_known(client: TestClient):
    path = client.post("/searches", data={"q": "The Highmoor squeaks", "country": "GB"}).headers["location"]
    client.post(f"{path}/outcome", data={"solution": "flat-tyre", "kind": "rejected"})
    client.post(f"{path}/none")
    form = unescape(client.get(f"/tickets/new?search={path.rsplit('/', 1)[1]}").text)
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', form))
    assert hidden["country"] == "GB"
    number = send(client, **hidden, name="Ana", email="ana@example.com")
    with db.reading(client.app.state.services.sessions) as session:  # type: ignore[attr-defined]
        ticket = session.scalars(select(Ticket).where(Ticket.number == tracking.parse(number))).one()
        assert (ticket.channel, ticket.kind, ticket.country) == ("web", "problem", "GB")
        assert ticket.rejected == ["flat-tyre"]
        assert [product.code for product in ticket.products] == ["SUV"]
        assert ticket.search_id is not None
        assert session.get_one(Customer, ticket.customer_id).name == "Ana"


def test_the_same_form_twice_is_one_ticket(bare: TestClient):
    assert send(bare) == send(bare)


def test_the_same_form_with_another_text_asks_first(bare: TestClient):
    number = send(bare)
    answer = bare.post("/tickets", data=FORM | {"description": "By day too."})
    assert answer.status_code == 409
    assert number in answer.text
    assert "By day too.</textarea>" in answer.text
    assert 'value="a-key-of-mine"' not in answer.text


def test_a_form_with_mistakes_comes_back_whole(blank: TestClient):
    sent = {"subject": '"><b>', "description": "</textarea>x", "name": "Ana", "email": "no", "phone": "abc"}
    answer = blank.post("/tickets", data=FORM | sent)
    assert answer.status_code == 422
    assert "<b>" not in answer.text.split("<main")[1]
    html = unescape(answer.text)
    for name in ("subject", "name", "email", "phone"):
        assert f'name="{name}"' in html
        assert f'value="{sent[name]}"' in html
    assert "</textarea>x</textarea>" in html
    assert 'value="a-key-of-mine"' in html


def test_a_form_from_a_search_that_is_gone_is_still_filed(bare: TestClient):
    assert send(bare, search="gone")
    assert 'name="subject" value=""' in bare.get("/tickets/new?search=gone").text


@pytest.mark.parametrize("hidden", [{"country": "Q9"}, {"language": "klingon"}])
def test_a_hidden_field_that_is_wrong_is_said_above_the_form(blank: TestClient, hidden: dict[str, str]):
    answer = blank.post("/tickets", data=FORM | hidden)
    assert answer.status_code == 422
    assert TEXTS["problems_title"] in answer.text


def test_the_status_follows_the_ticket(bare: TestClient):
    number = send(bare)
    with db.transaction(bare.app.state.services.sessions) as session:  # type: ignore[attr-defined]
        tickets.change_status(session, number, "answered", actor="ana", why="wrote back")
    html = bare.get(f"/status/{number}").text
    assert "<h1>Answered</h1>" in html
    assert tickets.NEXT_STEPS["answered"] in html
    assert re.findall(r"<strong>(\w+)</strong> <time", html) == ["Received", "Answered"]
    assert "It squeaks" not in html


def test_the_status_says_with_which_team_a_ticket_is_and_since_when(bare: TestClient):
    number = send(bare)
    assert TEXTS["with_team"] not in bare.get(f"/status/{number}").text
    with db.transaction(bare.app.state.services.sessions) as session:  # type: ignore[attr-defined]
        routing.assign_team(session, number, "Washing <care>", actor="Olga Agent", why="a seal")
        tickets.change_status(session, number, "answered", actor="Olga Agent", why="wrote back")
    html = bare.get(f"/status/{number}").text
    history = re.findall(r"<strong>(.+?)</strong> <time[^>]*>(since )?", html[html.index("<ol") :])
    assert history == [
        ("Received", ""),
        ("With the team <bdi>Washing &lt;care&gt;</bdi>", "since "),
        ("Answered", ""),
    ]
    assert "<p>With the team <strong><bdi>Washing &lt;care&gt;</bdi></strong></p>" in html
    assert "Olga" not in html
    assert "seal" not in html


def test_every_state_and_kind_has_words():
    assert set(TEXTS["states"]) == set(TICKET_STATES)
    assert set(TEXTS["kinds"]) == set(TICKET_KINDS)


def test_unknown_and_deleted_numbers_are_told_the_same(bare: TestClient):
    number, other = send(bare), tracking.display(tracking.new())
    with db.transaction(bare.app.state.services.sessions) as session:  # type: ignore[attr-defined]
        tickets.delete(session, number, actor="ana", why="asked for")
    for path in ("/status/{}", "/tickets/{}/received"):
        deleted, unknown = bare.get(path.format(number)), bare.get(path.format(other))
        assert deleted.status_code == unknown.status_code == 404
        assert deleted.text.replace(number, "") == unknown.text.replace(other, "")
        assert TEXTS["unknown"] in deleted.text


def test_a_look_up_leads_to_the_status_or_keeps_what_was_typed(bare: TestClient):
    number = send(bare)
    found = bare.post("/status", data={"number": f" {number.lower()} "})
    assert (found.status_code, found.headers["location"]) == (303, f"/status/{number}")
    mistyped = bare.post("/status", data={"number": "K7M2 <b>"})
    assert mistyped.status_code == 422
    assert "“&lt;” never stands in a tracking number" in mistyped.text
    assert 'value="K7M2 &lt;b&gt;"' in mistyped.text
    assert bare.post("/status", data={}).status_code == 422
