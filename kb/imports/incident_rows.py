"""Imported incidents as rows: looked up and written a batch at a time, changes kept as revisions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from kb import customers, history
from kb.customers import Person
from kb.history import Effect
from kb.tables import Incident, IncidentFollower, Product, now

# What an import may change on an incident that is there already.
_FIELDS = ("title", "text", "language", "state", "created_at", "resolved_at", "solution_id")


@dataclass(frozen=True, slots=True)
class ImportedFollower:
    """Somebody who follows an incident, perhaps with a ticket about it."""

    person: Person
    ticket_id: int | None
    at: datetime


@dataclass(frozen=True, slots=True)
class ImportedIncident:
    """An incident of another system, checked; `key` is its id there."""

    key: str
    title: str
    text: str
    language: str
    products: tuple[str, ...]
    state: str
    created_at: datetime
    resolved_at: datetime | None
    solution_id: int | None
    followers: tuple[ImportedFollower, ...]


def save(
    session: Session,
    items: Sequence[ImportedIncident],
    *,
    codes: dict[str, int],
    actor: str,
    why: str,
    at: datetime | None = None,
) -> list[Effect]:
    """Write a batch, and say of each incident what became of it."""
    moment = at or now()
    query = (
        select(Incident)
        .where(Incident.key.in_([item.key for item in items]))
        .options(selectinload(Incident.products), selectinload(Incident.followers))
    )
    known = {row.key: row for row in session.scalars(query)}
    effects: list[Effect] = []
    for item in items:
        row = known.get(item.key)
        new = row is None
        if row is None:
            row = Incident(key=item.key)
            session.add(row)
        changes = _write(session, row, item, codes, moment)
        if changes and not new:
            history.record(session, "incident", row.id, changes, actor=actor, why=why, at=moment)
        effects.append("added" if new else "changed" if changes else "unchanged")
    session.flush()
    return effects


def _write(
    session: Session, row: Incident, item: ImportedIncident, codes: dict[str, int], at: datetime
) -> dict[str, Any]:
    """Bring an incident up to date, and return what changed."""
    old, new = _described(row), _wanted(item)
    for name in _FIELDS:
        setattr(row, name, getattr(item, name))
    if old["products"] != new["products"]:
        row.products = [session.get_one(Product, codes[code]) for code in new["products"]]
    before, after = _follow(session, row, item, at)
    return history.differences(old | {"followers": before}, new | {"followers": after})


def _follow(session: Session, row: Incident, item: ImportedIncident, at: datetime) -> tuple[Any, Any]:
    """Add followers and bring them up to date; who follows without standing in the file goes on doing so."""
    followers = {customers.root(session, each.customer_id): each for each in row.followers}
    before = [_follower(each) for each in row.followers]
    owners = customers.find_or_create_many(session, [each.person for each in item.followers], at=at)
    seen: set[int] = set()
    for wanted, owner in zip(item.followers, owners, strict=True):
        if owner in seen:
            continue  # one person under two names; the first one counts
        seen.add(owner)
        follower = followers.get(owner)
        if follower is None:
            follower = IncidentFollower(customer_id=owner)
            row.followers.append(follower)
        follower.at, follower.ticket_id = wanted.at, wanted.ticket_id or follower.ticket_id
    return before, [_follower(each) for each in row.followers]


def _follower(row: IncidentFollower) -> list[Any]:
    return [row.customer_id, row.ticket_id, history.plain(row.at)]


def _described(row: Incident) -> dict[str, Any]:
    fields = {name: history.plain(getattr(row, name)) for name in _FIELDS}
    return {**fields, "products": sorted(product.code for product in row.products)}


def _wanted(item: ImportedIncident) -> dict[str, Any]:
    fields = {name: history.plain(getattr(item, name)) for name in _FIELDS}
    return {**fields, "products": sorted(item.products)}
