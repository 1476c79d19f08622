import threading
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from kb import catalogue, customers, db, incidents, tickets
from kb.customers import Person
from kb.errors import Conflict, NotFound
from kb.incidents import OpenIncident
from kb.products import Product
from kb.tables import Incident, IncidentFollower
from kb.tickets import NewTicket

MOMENT = datetime(2026, 5, 1, 12, tzinfo=UTC)


def add(
    session: Session, key: str, *codes: str, language: str = "en", state: str = "open", day: int = 0
) -> int:
    catalogue.save(session, [Product("k1", "One"), Product("k2", "Two")], actor="a", why="b")
    row = Incident(key=key, title=f"Title {key}", text=f"Text {key}", language=language, state=state)
    row.created_at = MOMENT + timedelta(days=day)
    row.products = catalogue.rows(session, codes)
    session.add(row)
    session.flush()
    return row.id


def person(session: Session, name: str) -> int:
    return customers.find_or_create(session, Person(email=f"{name}@example.org"))


def test_those_about_the_products_come_first_then_the_readers_language_then_the_most_followed(
    session: Session,
):
    general = add(session, "general", language="de")
    add(session, "other", "k2", language="de")
    add(session, "english", "k1", day=3)
    older = add(session, "older", "k1", "k2", language="de-AT")
    add(session, "newer", "k1", language="de", day=1)
    followed = add(session, "followed", "k1", language="de")
    add(session, "solved", "k1", language="de", state="resolved")
    for incident, names in ((general, "abc"), (followed, "ab")):
        for name in names:
            incidents.follow(session, incident, person(session, name), at=MOMENT)
    found = incidents.open_incidents(session, ["k1"], "de-CH")
    assert [each.key for each in found] == ["followed", "newer", "older", "english", "general"]
    assert found[2] == OpenIncident(
        older, "older", "Title older", "Text older", "de-AT", ("k1", "k2"), 0, MOMENT
    )
    assert [each.followers for each in found] == [2, 0, 0, 0, 3]
    assert [each.key for each in incidents.open_incidents(session)] == [
        "general", "followed", "english", "newer", "other", "older",
    ]  # fmt: skip
    assert [each.key for each in incidents.open_incidents(session, ["k9"])] == ["general"]


def test_a_customer_follows_once_and_may_add_their_ticket_later(session: Session):
    incident, ana = add(session, "i1"), person(session, "ana")
    assert incidents.follow(session, incident, ana, at=MOMENT)
    report = NewTicket("problem", "S", "D", email="ana@example.org")
    number, second = (tickets.open_ticket(session, report).number for _ in range(2))
    assert not incidents.follow(session, incident, ana, number)
    assert not incidents.follow(session, incident, ana, second)
    row = session.scalars(select(IncidentFollower)).one()
    assert (row.customer_id, row.at) == (ana, MOMENT)
    assert row.ticket_id == session.scalars(select(func.min(tickets.Ticket.id))).one()


def test_merged_records_are_one_follower(session: Session):
    incident, ana, other = add(session, "i1"), person(session, "ana"), person(session, "ana.b")
    incidents.follow(session, incident, ana)
    customers.merge(session, ana, other, actor="ben", why="same person")
    assert not incidents.follow(session, incident, other)
    assert incidents.open_incidents(session)[0].followers == 1


def test_what_cannot_be_followed_gets_a_sentence(session: Session):
    ana = person(session, "ana")
    with pytest.raises(Conflict, match=r"^This problem is solved already\.$"):
        incidents.follow(session, add(session, "i1", state="resolved"), ana)
    with pytest.raises(NotFound, match=r"^There is no such incident\.$"):
        incidents.follow(session, 999, ana)
    incident = add(session, "i2")
    with pytest.raises(NotFound, match=r"^There is no such customer\.$"):
        incidents.follow(session, incident, 999)
    theirs = tickets.open_ticket(session, NewTicket("problem", "S", "D", email="ben@example.org")).number
    with pytest.raises(NotFound, match=r"^There is no ticket with this number\.$"):
        incidents.follow(session, incident, ana, theirs)
    assert incidents.open_incidents(session)[0].followers == 0


def test_many_windows_at_once_are_one_follower(sessions: sessionmaker[Session]):
    with db.transaction(sessions) as session:
        incident, ana = add(session, "i1"), person(session, "ana")
    said: list[bool] = []

    def follow() -> None:
        with db.transaction(sessions) as session:
            said.append(incidents.follow(session, incident, ana))

    threads = [threading.Thread(target=follow) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(said) == [False] * 7 + [True]
