from dataclasses import replace
from datetime import UTC, datetime, timedelta

from sqlalchemy.orm import Session

from kb import customers, incidents, inquiries, tickets, timeline
from kb.customers import Person
from kb.inquiries import SearchRecord
from kb.tables import Contact, Incident
from kb.tickets import NewTicket

MOMENT = datetime(2026, 5, 1, 12, tzinfo=UTC)
SEARCH = SearchRecord("it leaks", "en", None, (), (), "escalate", 0.1, 0.6, False, None, "s1", "e1")


def hours(number: int) -> datetime:
    return MOMENT + timedelta(hours=number)


def test_everything_of_a_person_comes_in_its_order(session: Session):
    ana = customers.find_or_create(session, Person(email="ana@example.org"))
    other = customers.find_or_create(session, Person(phone="+34600123456"))
    stranger = customers.find_or_create(session, Person(email="ben@example.org"))
    customers.merge(session, other, ana, actor="ben", why="same person")
    report = NewTicket("problem", "It leaks", "At the front", email="ana@example.org")
    number = tickets.open_ticket(session, report, at=hours(2)).number
    tickets.change_status(session, number, "solved", actor="ben", why="seal", at=hours(5))
    gone = tickets.open_ticket(session, report, at=hours(2)).number
    tickets.delete(session, gone, actor="ben", why="twice")
    for customer, kind, channel, at in (
        (ana, "purchase", "store", -24),
        (other, "call", "phone", 3),
        (stranger, "return", "store", 4),
    ):
        session.add(
            Contact(
                customer_id=customer, kind=kind, channel=channel, at=hours(at), summary=kind, reference="R1"
            )
        )
    key = inquiries.record_search(session, replace(SEARCH, customer_id=ana), at=hours(1))
    session.flush()
    found = timeline.happenings(session, other)
    assert [(each.at, each.kind, each.channel, each.text, each.reference) for each in found] == [
        (hours(-24), "purchase", "store", "purchase", "R1"),
        (hours(1), "search", "web", "it leaks", key),
        (hours(2), "ticket open", "web", "It leaks", number),
        (hours(3), "call", "phone", "call", "R1"),
        (hours(5), "ticket solved", "web", "It leaks", number),
    ]


def test_an_incident_is_told_once_however_many_records_of_a_person_follow_it(session: Session):
    ana, other = (customers.find_or_create(session, Person(email=f"{name}@example.org")) for name in "ab")
    row = Incident(key="i1", title="No water", text="", language="en", state="open", created_at=hours(0))
    session.add(row)
    session.flush()
    incidents.follow(session, row.id, other, at=hours(2))
    report = NewTicket("problem", "It is dry", "No water comes.", channel="phone", email="a@example.org")
    number = tickets.open_ticket(session, report, at=hours(1)).number
    incidents.follow(session, row.id, ana, number, at=hours(1))
    customers.merge(session, other, ana, actor="ben", why="same person")
    row.state, row.resolved_at = "resolved", hours(4)
    session.flush()
    found = timeline.happenings(session, ana)
    assert [(each.at, each.kind, each.channel, each.text, each.reference) for each in found] == [
        (hours(1), "ticket open", "phone", "It is dry", number),
        (hours(1), "incident followed", "phone", "No water", "i1"),
        (hours(4), "incident resolved", "phone", "No water", "i1"),
    ]
