from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from kb import documents, resolutions, solutions, tickets
from kb.solutions import NewText
from kb.tables import Ticket
from kb.tickets import NewTicket

MOMENT = datetime(2026, 5, 1, tzinfo=UTC)


def solved(session: Session, number: int, key: str, answer: str | None, **more: object) -> Ticket:
    """File a ticket, and give it what an import or a review gives it."""
    new = NewTicket("problem", f"Subject {number}", f"Description {number}", language="en")
    opened = tickets.open_ticket(session, new, at=MOMENT + timedelta(hours=number))
    ticket = session.scalars(select(Ticket).where(Ticket.number == opened.number)).one()
    given = {"state": "solved", "reviewed": True, "solution_key": key, "resolution": answer} | more
    for name, value in given.items():
        setattr(ticket, name, value)
    session.flush()
    return ticket


def publish(session: Session, *keys: str) -> set[str]:
    return resolutions.publish(session, keys, actor="ana", why="reviewed", at=MOMENT)


def test_the_oldest_resolution_is_shown_and_all_problems_lead_to_it(session: Session):
    for number, resolution in ((2, "Second."), (1, "First."), (3, None)):
        solved(session, number, "pump", resolution)
    assert publish(session, "pump", "nothing") == {"pump"}
    (document,) = documents.documents(session)
    assert (document.title, document.text) == ("Subject 1", "First.")
    assert document.phrasings == tuple(f"Subject {number}\nDescription {number}" for number in (2, 1, 3))
    assert publish(session, "pump") == set()


@pytest.mark.parametrize(
    "more", [{"reviewed": False}, {"state": "answered"}, {"deleted_at": MOMENT}, {"resolution": None}]
)
def test_what_is_not_reviewed_solved_and_there_gives_nothing(session: Session, more: dict[str, object]):
    solved(session, 1, "pump", "First.", **more)
    assert publish(session, "pump") == set()
    assert list(documents.documents(session)) == []


def test_an_article_is_not_written_over(session: Session):
    article = NewText("pump", "en", "Article", "Text")
    solutions.put(session, [article], kind="article", actor="ana", why="new")
    solved(session, 1, "pump", "First.")
    publish(session, "pump")
    (document,) = documents.documents(session)
    assert (document.title, document.phrasings) == ("Article", ("Subject 1\nDescription 1",))


def test_more_groups_and_tickets_than_fit_into_one_page(session: Session, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(resolutions, "_GROUPS", 3)
    monkeypatch.setattr(resolutions, "_TICKETS", 2)
    for number in range(20):
        solved(session, number, f"key-{number % 7}", f"Answer {number}.")
    keys = [f"key-{number}" for number in range(7)]
    assert publish(session, *keys) == set(keys)
    found = list(documents.documents(session))
    assert [(each.id, each.text) for each in found] == [(f"key-{n}", f"Answer {n}.") for n in range(7)]
    assert [len(each.phrasings) for each in found] == [3, 3, 3, 3, 3, 3, 2]
