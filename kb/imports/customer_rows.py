"""Imported customers as rows: found by any identity, completed, and merged where a row says so.

The site's own id counts as proved. Two records with different ids of the site are one person only if a row
lists both ids or calls the shared address or number verified: a family or a company may share a telephone.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from kb import customers, history
from kb.history import Effect
from kb.tables import Customer, Identity, now

Pair = tuple[str, str]  # kind and value of an identity

_FIELDS = ("name", "country", "language")


@dataclass(frozen=True, slots=True)
class Claim:
    """An identity as a row states it, in normal form."""

    kind: str
    value: str
    verified: bool

    @property
    def pair(self) -> Pair:
        """Return what tells it from all others."""
        return self.kind, self.value


@dataclass(frozen=True, slots=True)
class ImportedCustomer:
    """A customer of the support site, checked; the first claim is their id there."""

    name: str | None
    country: str | None
    language: str | None
    claims: tuple[Claim, ...]


@dataclass(slots=True)
class Saved:
    """What became of a batch: `merged` records, and identities that were `kept` by somebody else."""

    effects: list[Effect] = field(default_factory=list)
    merged: int = 0
    kept: int = 0


@dataclass(slots=True)
class _Batch:
    session: Session
    known: dict[Pair, Identity]
    actor: str
    why: str
    at: datetime


def save(
    session: Session,
    items: Sequence[ImportedCustomer],
    *,
    actor: str,
    why: str,
    at: datetime | None = None,
) -> Saved:
    """Write a batch, and say of each customer what became of them."""
    known = _known(session, {claim.pair for item in items for claim in item.claims})
    batch = _Batch(session, known, actor, why, at or now())
    saved = Saved()
    for item in items:
        _save(batch, item, saved)
    session.flush()
    return saved


def _save(batch: _Batch, item: ImportedCustomer, saved: Saved) -> None:
    linked = [claim for claim in item.claims if claim.pair in batch.known and _links(batch, item, claim)]
    people = [_root(batch.session, batch.known[claim.pair].customer) for claim in linked]
    record = _record(batch, item, people)
    new = record is None
    if record is None:
        record = Customer(created_at=batch.at, updated_at=batch.at)
        batch.session.add(record)
        people.append(record)
    else:
        batch.session.flush()  # a row before this one may have made it
        people.insert(0, _root(batch.session, record))
    changes = _complete(batch, record, item) | _claim(batch, record, item)
    merged = _merge(batch, people)
    person = _root(batch.session, record)
    changes |= _verify(batch, person, item)
    if changes and not new:
        record.updated_at = batch.at
        history.record(
            batch.session, "customer", record.id, changes, actor=batch.actor, why=batch.why, at=batch.at
        )
    saved.merged += merged
    saved.kept += sum(
        _root(batch.session, batch.known[claim.pair].customer) is not person for claim in item.claims
    )
    saved.effects.append("added" if new else "changed" if changes or merged else "unchanged")


def _links(batch: _Batch, item: ImportedCustomer, claim: Claim) -> bool:
    """Tell whether an identity that somebody has makes them the customer of this row."""
    if claim.kind == "host" or claim.verified:
        return True
    own = {each.value for each in item.claims if each.kind == "host"}
    owner = batch.known[claim.pair].customer
    theirs = {each.value for each in owner.identities if each.kind == "host"}
    return not theirs or bool(theirs & own)


def _record(batch: _Batch, item: ImportedCustomer, people: Sequence[Customer]) -> Customer | None:
    """Return the record that has the site's id, else one of the person that has no such id yet."""
    if host := batch.known.get(item.claims[0].pair):
        return host.customer
    return next((each for each in people if not any(i.kind == "host" for i in each.identities)), None)


def _complete(batch: _Batch, record: Customer, item: ImportedCustomer) -> dict[str, Any]:
    """Bring name, country and language up to date, and return what changed."""
    changes: dict[str, Any] = {}
    for name in _FIELDS:
        old, new = getattr(record, name), getattr(item, name)
        if new is None or new == old or _corrected_away(batch, record, name, new):
            continue
        setattr(record, name, new)
        changes[name] = [old, new]
    return changes


def _corrected_away(batch: _Batch, record: Customer, name: str, value: str) -> bool:
    """Tell whether somebody else corrected just this value: an old file does not bring it back."""
    if record.id is None or getattr(record, name) is None:
        return False
    found = [each for each in history.changes(batch.session, "customer", record.id) if name in each.changes]
    return bool(found) and found[-1].actor != batch.actor and found[-1].changes[name][0] == value


def _claim(batch: _Batch, record: Customer, item: ImportedCustomer) -> dict[str, Any]:
    """Add the identities that nobody has yet, and return the change."""
    old = [f"{each.kind} {each.value}" for each in record.identities]
    added = []
    for claim in item.claims:
        if claim.pair not in batch.known:
            row = Identity(kind=claim.kind, value=claim.value, created_at=batch.at)
            row.verified_at = batch.at if claim.verified else None
            record.identities.append(row)
            batch.known[claim.pair] = row
            added.append(f"{claim.kind} {claim.value}")
    return {"identities": [old, [*old, *added]]} if added else {}


def _merge(batch: _Batch, people: Sequence[Customer]) -> int:
    """Merge all records into the first one, and return how many that were."""
    main, *others = dict.fromkeys(people)
    if others:
        batch.session.flush()  # a new record needs its number
    apart = [each for each in others if _taken_apart(batch.session, each, main)]
    for other in (each for each in others if each not in apart):
        customers.merge(batch.session, other.id, main.id, actor=batch.actor, why=batch.why, at=batch.at)
    return len(others) - len(apart)


def _verify(batch: _Batch, person: Customer, item: ImportedCustomer) -> dict[str, Any]:
    """Note the identities that this person has proved since, and return the change."""
    proved = []
    for row in (batch.known[claim.pair] for claim in item.claims if claim.verified):
        if row.verified_at is None and _root(batch.session, row.customer) is person:
            row.verified_at = batch.at
            proved.append(f"{row.kind} {row.value}")
    return {"verified": [[], proved]} if proved else {}


def _taken_apart(session: Session, one: Customer, other: Customer) -> bool:
    """Tell whether these were merged before and somebody said that they are two people."""
    for record, target in ((one, other), (other, one)):
        moves = [
            each.changes["merged_into"]
            for each in history.changes(session, "customer", record.id)
            if "merged_into" in each.changes
        ]
        if moves and moves[-1] == [target.id, None]:
            return True
    return False


def _root(session: Session, record: Customer) -> Customer:
    if record.merged_into_id is None:
        return record
    return session.get_one(Customer, customers.root(session, record.id))


def _known(session: Session, pairs: set[Pair]) -> dict[Pair, Identity]:
    query = (
        select(Identity)
        .where(Identity.value.in_({value for _, value in pairs}))
        .options(selectinload(Identity.customer).selectinload(Customer.identities))
    )
    found = {(row.kind, row.value): row for row in session.scalars(query)}
    return {pair: row for pair, row in found.items() if pair in pairs}
