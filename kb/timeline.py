"""All that happened with one customer, over all channels, in its order."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from kb import customers
from kb.tables import Contact, Incident, IncidentFollower, Inquiry, Search, Ticket, TicketEvent


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing that happened; `reference` is a tracking number, the id of a search, or of a purchase.

    Of an incident it is the id of that incident in the system it was imported from.
    """

    at: datetime
    kind: str
    channel: str
    text: str
    reference: str | None


def happenings(session: Session, customer_id: int) -> tuple[Happening, ...]:
    """Return everything of a person, all merged records together, the oldest first."""
    records = customers.records(session, customer_id)
    kinds = (_tickets, _contacts, _incidents, _searches)
    found = [each for happened in kinds for each in happened(session, records)]
    return tuple(sorted(found, key=lambda each: each.at))


def _tickets(session: Session, records: tuple[int, ...]) -> list[Happening]:
    query = (
        select(Ticket, TicketEvent)
        .join(TicketEvent, TicketEvent.ticket_id == Ticket.id)
        .where(Ticket.customer_id.in_(records), Ticket.deleted_at.is_(None), TicketEvent.kind == "state")
        .order_by(TicketEvent.id)
    )
    return [
        Happening(event.at, f"ticket {event.new}", ticket.channel, ticket.subject, ticket.number)
        for ticket, event in session.execute(query)
    ]


def _contacts(session: Session, records: tuple[int, ...]) -> list[Happening]:
    query = select(Contact).where(Contact.customer_id.in_(records)).order_by(Contact.id)
    return [
        Happening(each.at, each.kind, each.channel, each.summary, each.reference)
        for each in session.scalars(query)
    ]


def _incidents(session: Session, records: tuple[int, ...]) -> list[Happening]:
    """Say when a person followed an incident, and when it was solved, once however many records follow it."""
    query = (
        select(Incident, IncidentFollower.at, Ticket.channel)
        .join(IncidentFollower, IncidentFollower.incident_id == Incident.id)
        .outerjoin(Ticket, Ticket.id == IncidentFollower.ticket_id)
        .where(IncidentFollower.customer_id.in_(records))
        .order_by(IncidentFollower.at, IncidentFollower.id)
    )
    rows: dict[int, tuple[Incident, datetime, str]] = {}
    for row, at, channel in session.execute(query):
        rows.setdefault(row.id, (row, at, channel or "web"))
    found = [Happening(at, "incident followed", via, row.title, row.key) for row, at, via in rows.values()]
    return found + [
        Happening(row.resolved_at, "incident resolved", via, row.title, row.key)
        for row, _, via in rows.values()
        if row.resolved_at
    ]


def _searches(session: Session, records: tuple[int, ...]) -> list[Happening]:
    query = (
        select(Search)
        .join(Inquiry, Inquiry.id == Search.inquiry_id)
        .where(Inquiry.customer_id.in_(records))
        .order_by(Search.id)
    )
    return [Happening(each.at, "search", "web", each.text, each.key) for each in session.scalars(query)]
