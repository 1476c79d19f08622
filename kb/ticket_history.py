"""The row of a tracking number, and what happened to it: states and teams in one order."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from kb import tracking
from kb.errors import NotFound
from kb.tables import Ticket, TicketEvent

EventKind = Literal["state", "team", "assignee", "read", "confirmed", "deleted"]


@dataclass(frozen=True, slots=True)
class Step:
    """One step that a customer sees: the ticket came to a state, or to a team."""

    at: datetime
    state: str | None = None
    team: str | None = None


def by_number(session: Session, text: str) -> Ticket:
    """Return the ticket of a number; a deleted one is not found, like one that never was."""
    number = tracking.parse(text)
    query = select(Ticket).where(Ticket.number == number, Ticket.deleted_at.is_(None))
    ticket = session.scalars(query).first()
    if ticket is None:
        raise NotFound("There is no ticket with this number.")
    return ticket


def note(
    ticket: Ticket, kind: EventKind, old: str | None, new: str, *, actor: str, why: str, at: datetime
) -> None:
    """Write down that something happened to a ticket."""
    ticket.events.append(TicketEvent(kind=kind, old=old, new=new, actor=actor, why=why, at=at))


def steps(ticket: Ticket) -> tuple[Step, ...]:
    """Return what a customer may know of a ticket's way, the oldest first."""
    return tuple(
        Step(event.at, state=event.new) if event.kind == "state" else Step(event.at, team=event.new)
        for event in ticket.events
        if event.kind in ("state", "team")
    )
