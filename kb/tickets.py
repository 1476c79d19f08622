"""Tickets: opened once however often they are sent, tracked by number, changed only along known ways."""

import hashlib
import json
from dataclasses import asdict, dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from kb import catalogue, customers, incidents, locales, routing, solutions, ticket_history, tracking
from kb.customers import Person
from kb.errors import Conflict, Invalid, Unavailable
from kb.tables import CHANNELS, TICKET_KINDS, Incident, Search, Site, Ticket, now
from kb.ticket_history import Step, by_number, note

LONGEST_SUBJECT = 200
LONGEST_DESCRIPTION = 20_000
LONGEST_KEY = 200
MOST_REJECTED = 20

# Two tickets that draw the same number, or one customer who sends two at the same moment, take another try.
# At a million tickets a number is taken with a chance of 3e-11, so that a few tries are plenty.
_TRIES = 5

_ENDS = {"problem": {"solved"}, "bug": {"solved"}, "request": {"planned", "shipped", "declined"}}
_NEXT = {
    "open": {"answered", "closed"},
    "answered": {"closed", "reopened"},
    "solved": {"closed", "reopened"},
    "closed": {"reopened"},
    "reopened": {"answered", "closed"},
    "planned": {"answered", "closed", "reopened"},
    "shipped": {"closed", "reopened"},
    "declined": {"closed", "reopened"},
}
_OVER = {"solved", "closed", "shipped", "declined"}

NEXT_STEPS = {
    "open": "Our support team will read your report and answer it.",
    "answered": "Please read our answer, and tell us if it did not help.",
    "solved": "Nothing is left to do. If the problem comes back, reopen the ticket.",
    "closed": "Nothing is left to do.",
    "reopened": "Our support team will look at it again.",
    "planned": "It is planned. We will tell you when it is there.",
    "shipped": "It is there now. Nothing is left to do.",
    "declined": "We have decided against it. Our answer says why.",
}


@dataclass(frozen=True, slots=True)
class NewTicket:
    """A report as it comes in. `search_id` and `rejected` say what was tried before; `site` is a key."""

    kind: str
    subject: str
    description: str
    channel: str = "web"
    language: str | None = None
    country: str | None = None
    products: tuple[str, ...] = ()
    name: str | None = None
    email: str | None = None
    phone: str | None = None
    search_id: str | None = None
    rejected: tuple[str, ...] = ()
    site: str | None = None
    incident: int | None = None  # the known problem that it is one more case of


@dataclass(frozen=True, slots=True)
class OpenedTicket:
    """The number of a ticket; `created` is False when the same report came before."""

    number: str
    created: bool
    created_at: datetime


@dataclass(frozen=True, slots=True)
class TicketStatus:
    """What the number alone shows: no names of people, and nothing of what was written."""

    number: str
    state: str
    kind: str
    created_at: datetime
    last_change: datetime
    next_step: str
    history: tuple[Step, ...]
    team: str | None = None


def open_ticket(
    session: Session, new: NewTicket, key: str | None = None, *, at: datetime | None = None
) -> OpenedTicket:
    """File a report and draw its number; the same `key` with the same report gives the same ticket.

    The routing rules send it to a team at once.
    """
    new, key = _checked(new), _checked_key(key)
    digest = hashlib.sha256(json.dumps(asdict(new)).encode()).hexdigest()
    for _ in range(_TRIES):
        if key and (earlier := session.scalars(select(Ticket).where(Ticket.idempotency_key == key)).first()):
            return _repeated(earlier, digest)
        try:
            with session.begin_nested():
                return _open(session, new, key, digest, at or now())
        except IntegrityError:
            continue  # somebody else was quicker with this key, this number or this customer: look again
    raise Unavailable("The ticket could not be filed just now; please send it again.")


def status_by_number(session: Session, text: str) -> TicketStatus:
    """Return how far a ticket is. Unknown and deleted numbers answer alike; typing errors are told apart."""
    ticket = by_number(session, text)
    return TicketStatus(
        number=ticket.number,
        state=ticket.state,
        kind=ticket.kind,
        created_at=ticket.created_at,
        last_change=ticket.updated_at,
        next_step=NEXT_STEPS[ticket.state],
        history=ticket_history.steps(ticket),
        team=routing.team_of(session, ticket),
    )


def next_states(kind: str, state: str) -> frozenset[str]:
    """Return the states that a ticket of this kind can go to from `state`."""
    ends = set() if state in _OVER else _ENDS[kind] - {state}
    if state == "planned":
        ends = {"shipped", "declined"}
    return frozenset(_NEXT[state] | ends)


def change_status(
    session: Session, number: str, state: str, *, actor: str, why: str, at: datetime | None = None
) -> None:
    """Move a ticket to another state, if a ticket of its kind can go there."""
    ticket = by_number(session, number)
    if state not in next_states(ticket.kind, ticket.state):
        raise Conflict(f"A {ticket.kind} that is {ticket.state} cannot become {state}.")
    moment = at or now()
    note(ticket, "state", ticket.state, state, actor=actor, why=why, at=moment)
    ticket.state, ticket.updated_at = state, moment
    ticket.solved_at = moment if state in ("solved", "shipped") else ticket.solved_at
    session.flush()


def delete(session: Session, number: str, *, actor: str, why: str, at: datetime | None = None) -> None:
    """Take a ticket away: its number answers like an unknown one, and search forgets its words."""
    ticket = by_number(session, number)
    ticket.deleted_at = at or now()
    note(ticket, "deleted", ticket.state, "deleted", actor=actor, why=why, at=ticket.deleted_at)
    solutions.withdraw_phrasings(session, f"ticket:{ticket.id}")
    session.flush()


def _checked(new: NewTicket) -> NewTicket:
    """Return the report in normal form, or say what is wrong with it."""
    subject, description = _text(new.subject), _text(new.description)
    if not subject:
        raise Invalid("Please say in a line what it is about.", "subject")
    if not description:
        raise Invalid("Please describe what happens.", "description")
    _limit(len(subject), LONGEST_SUBJECT, "subject")
    _limit(len(description), LONGEST_DESCRIPTION, "description")
    if new.kind not in TICKET_KINDS:
        raise Invalid(f"A ticket is one of {', '.join(TICKET_KINDS)}.", "kind")
    if new.channel not in CHANNELS:
        raise Invalid(f"A channel is one of {', '.join(CHANNELS)}.", "channel")
    name, email, phone = (_text(each or "") for each in (new.name, new.email, new.phone))
    country = locales.country(new.country) if new.country else None
    return replace(
        new,
        subject=subject,
        description=description,
        language=locales.language(new.language) if new.language else None,
        country=country,
        name=name[:LONGEST_SUBJECT] or None,
        email=customers.normal_email(email) if email else None,
        phone=customers.normal_phone(phone, country) if phone else None,
        rejected=new.rejected[:MOST_REJECTED],
    )


def _text(text: str) -> str:
    return text.encode("utf-8", "replace").decode().replace("\x00", "").strip()


def _limit(length: int, limit: int, field: str) -> None:
    if length > limit:
        raise Invalid(f"The {field} has {length:,} characters; at most {limit:,} can be sent.", field)


def _checked_key(key: str | None) -> str | None:
    if key is not None and len(key) > LONGEST_KEY:
        raise Invalid(f"An idempotency key has at most {LONGEST_KEY} characters.", "Idempotency-Key")
    return (key or "").strip() or None


def _repeated(earlier: Ticket, digest: str) -> OpenedTicket:
    if earlier.request_digest != digest:
        raise Conflict("This key was used before, for a ticket with other content.", earlier.number)
    return OpenedTicket(earlier.number, created=False, created_at=earlier.created_at)


def _open(session: Session, new: NewTicket, key: str | None, digest: str, at: datetime) -> OpenedTicket:
    ticket = Ticket(
        number=tracking.new(),
        kind=new.kind,
        state="open",
        subject=new.subject,
        description=new.description,
        channel=new.channel,
        language=new.language,
        country=new.country,
        customer_id=_customer(session, new, at),
        site_id=_site(session, new.site),
        search_id=_search(session, new.search_id),
        rejected=list(new.rejected),
        idempotency_key=key,
        request_digest=digest,
        created_at=at,
        updated_at=at,
        products=catalogue.rows(session, new.products),
    )
    session.add(ticket)
    session.flush()
    note(ticket, "state", None, "open", actor="customer", why=f"came over {new.channel}", at=at)
    session.flush()
    routing.route(session, ticket, at=at)
    if new.incident:
        _join(session, ticket, new.incident, at)
    return OpenedTicket(ticket.number, created=True, created_at=at)


def _customer(session: Session, new: NewTicket, at: datetime) -> int | None:
    person = Person(new.name, new.email, new.phone, new.country, new.language)
    if not (new.name or new.email or new.phone):
        return None
    return customers.find_or_create(session, person, at=at)


def _join(session: Session, ticket: Ticket, incident: int, at: datetime) -> None:
    """Let the customer follow a known problem; one that is solved or gone by now keeps nobody from filing."""
    row = session.get(Incident, incident)
    if row and row.state == "open" and ticket.customer_id:
        incidents.follow(session, incident, ticket.customer_id, ticket.number, at=at)


def _search(session: Session, key: str | None) -> int | None:
    """Return the search that the ticket came from; one that is gone keeps nobody from filing."""
    return session.scalars(select(Search.id).where(Search.key == key)).first() if key else None


def _site(session: Session, key: str | None) -> int | None:
    return session.scalars(select(Site.id).where(Site.key == key)).first() if key else None
