"""Imported tickets as rows: looked up and written a batch at a time, changes kept as revisions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from kb import customers, history, tracking
from kb.customers import Person
from kb.history import Effect
from kb.tables import (
    Product,
    Ticket,
    TicketEvent,
    TicketMessage,
    insert_many,
    insert_numbered,
    now,
    ticket_products,
)

Message = tuple[str, bool, str, datetime]  # author, public, text, at

# What an import may change on a ticket that is there already.
_FIELDS = (
    "subject",
    "description",
    "state",
    "kind",
    "channel",
    "language",
    "country",
    "created_at",
    "solved_at",
    "resolution",
    "solution_key",
)


@dataclass(frozen=True, slots=True)
class ImportedTicket:
    """A ticket of another system, checked; `key` is its id there, `digest` stands for the whole row."""

    key: str
    subject: str
    description: str
    state: str
    kind: str
    channel: str
    language: str | None
    country: str | None
    products: tuple[str, ...]
    created_at: datetime
    solved_at: datetime | None
    person: Person | None
    messages: tuple[Message, ...]
    resolution: str | None
    solution_key: str | None
    digest: str


def save(
    session: Session,
    items: Sequence[ImportedTicket],
    *,
    codes: dict[str, int],
    reviewed: bool,
    actor: str,
    why: str,
    at: datetime | None = None,
) -> list[Effect]:
    """Write a batch, and say of each ticket what became of it."""
    moment = at or now()
    known = {
        row.key: row for row in session.scalars(select(Ticket).where(Ticket.key.in_([i.key for i in items])))
    }
    new = [item for item in items if item.key not in known]
    _add(session, new, codes, reviewed, actor, why, moment)
    effects: list[Effect] = []
    for item in items:
        row = known.get(item.key)
        if row is None:
            effects.append("added")
        elif row.digest == item.digest and (row.reviewed or not reviewed):
            effects.append("unchanged")
        else:
            _change(session, row, item, codes, reviewed, actor, why, moment)
            effects.append("changed")
    session.flush()
    return effects


def _add(
    session: Session,
    items: Sequence[ImportedTicket],
    codes: dict[str, int],
    reviewed: bool,
    actor: str,
    why: str,
    at: datetime,
) -> None:
    if not items:
        return
    owners = _owners(session, items, at)
    rows = [_row(item, owner, reviewed, at) for item, owner in zip(items, owners, strict=True)]
    numbers = insert_numbered(session, Ticket, rows)
    pairs = list(zip(numbers, items, strict=True))
    insert_many(session, TicketEvent, [event for n, item in pairs for event in _events(n, item, actor, why)])
    insert_many(session, TicketMessage, [_message(n, each) for n, item in pairs for each in item.messages])
    links = [{"ticket_id": n, "product_id": codes[code]} for n, item in pairs for code in item.products]
    insert_many(session, ticket_products, links)


def _change(
    session: Session,
    row: Ticket,
    item: ImportedTicket,
    codes: dict[str, int],
    reviewed: bool,
    actor: str,
    why: str,
    at: datetime,
) -> None:
    old, new = _described(session, row), _wanted(item)
    differing = history.differences(old, new) | (
        {"reviewed": [row.reviewed, reviewed]} if row.reviewed != reviewed else {}
    )
    if "state" in differing:
        moved = {"old": row.state, "new": item.state, "at": item.solved_at or at}
        session.add(TicketEvent(ticket_id=row.id, kind="state", actor=actor, why=why, **moved))
    for name in _FIELDS:
        setattr(row, name, getattr(item, name))
    row.digest, row.reviewed, row.updated_at = item.digest, reviewed, at
    if "products" in differing:
        session.execute(delete(ticket_products).where(ticket_products.c.ticket_id == row.id))
        links = [{"ticket_id": row.id, "product_id": codes[code]} for code in item.products]
        insert_many(session, ticket_products, links)
    if "messages" in differing:
        session.execute(delete(TicketMessage).where(TicketMessage.ticket_id == row.id))
        insert_many(session, TicketMessage, [_message(row.id, each) for each in item.messages])
    owner = customers.find_or_create(session, item.person, at=at) if item.person else row.customer_id
    if owner != row.customer_id:
        differing["customer_id"] = [row.customer_id, owner]
        row.customer_id = owner
    history.record(session, "ticket", row.id, differing, actor=actor, why=why, at=at)


def _owners(session: Session, items: Sequence[ImportedTicket], at: datetime) -> list[int | None]:
    people = [item.person for item in items if item.person]
    found = iter(customers.find_or_create_many(session, people, at=at))
    return [next(found) if item.person else None for item in items]


def _row(item: ImportedTicket, owner: int | None, reviewed: bool, at: datetime) -> dict[str, Any]:
    return {name: getattr(item, name) for name in _FIELDS} | {
        "key": item.key,
        "number": tracking.new(),
        "customer_id": owner,
        "rejected": [],
        "reviewed": reviewed,
        "confirmed": False,
        "digest": item.digest,
        "updated_at": item.solved_at or item.created_at,
    }


def _events(number: int, item: ImportedTicket, actor: str, why: str) -> list[dict[str, Any]]:
    """Say when the ticket came, and when it reached its state: all that an imported row tells."""
    common = {"ticket_id": number, "kind": "state", "actor": actor, "why": why}
    opened = common | {"old": None, "new": "open", "at": item.created_at}
    if item.state == "open":
        return [opened]
    return [opened, common | {"old": "open", "new": item.state, "at": item.solved_at or item.created_at}]


def _message(number: int, message: Message) -> dict[str, Any]:
    author, public, text, at = message
    return {"ticket_id": number, "author": author, "public": public, "text": text, "at": at}


def _described(session: Session, row: Ticket) -> dict[str, Any]:
    fields = {name: history.plain(getattr(row, name)) for name in _FIELDS}
    link = ticket_products.c
    codes = session.scalars(
        select(Product.code)
        .join(ticket_products, link.product_id == Product.id)
        .where(link.ticket_id == row.id)
    )
    messages = [[m.author, m.public, m.text, history.plain(m.at)] for m in row.messages]
    return {**fields, "products": sorted(codes), "messages": messages}


def _wanted(item: ImportedTicket) -> dict[str, Any]:
    fields = {name: history.plain(getattr(item, name)) for name in _FIELDS}
    messages = [[author, public, text, history.plain(at)] for author, public, text, at in item.messages]
    return {**fields, "products": sorted(item.products), "messages": messages}
