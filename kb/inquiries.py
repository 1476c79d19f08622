"""Searches with what was shown and decided, grouped into inquiries; and what visitors said of it."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from kb.errors import Invalid, NotFound
from kb.tables import (
    Audit,
    Inquiry,
    Outcome,
    Search,
    SearchShown,
    Site,
    Solution,
    insert_many,
    insert_numbered,
    now,
)

OutcomeKind = Literal["opened", "solved", "rejected"]

# What follows within this time, from the same visitor, is the same matter (the definition of an inquiry).
SAME_MATTER = timedelta(minutes=30)
LONGEST_REASON = 1_000

# 128 bits: enough that nobody finds the search of somebody else by trying.
_KEY_BYTES = 16


@dataclass(frozen=True, slots=True)
class Shown:
    """One solution as it was shown; the first one comes first."""

    id: str
    language: str
    score: float
    probability: float


@dataclass(frozen=True, slots=True)
class SearchRecord:
    """One submitted query with its result.

    `visitor` is an opaque id, given only with consent; `previous` is the search that the same page came from.
    Either keeps searches on one matter together. `decision` names what decided it; with an `audit_share` it
    was drawn to be judged, with that probability.
    """

    text: str
    language: str | None
    country: str | None
    products: tuple[str, ...]
    shown: tuple[Shown, ...]
    action: str
    probability: float
    threshold: float
    certified: bool
    degraded: str | None
    snapshot: str
    embedder: str
    visitor: str | None = None
    previous: str | None = None
    customer_id: int | None = None
    site: str | None = None
    decision: str = ""
    audit_share: float | None = None


@dataclass(frozen=True, slots=True)
class NewSearch:
    """A search that is yet to be recorded, under the id that it was given."""

    key: str
    at: datetime
    record: SearchRecord


@dataclass(frozen=True, slots=True)
class Said:
    """What a visitor did with a solution or said of it; without a solution: of all that was shown."""

    solution: str | None
    kind: str
    reason: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class RecordedSearch:
    """A search as it was recorded, with all that was said of it since, oldest first."""

    key: str
    at: datetime
    text: str
    language: str | None
    country: str | None
    products: tuple[str, ...]
    action: str
    probability: float
    shown: tuple[Shown, ...]
    outcomes: tuple[Said, ...]


def new_key() -> str:
    """Return a public id for a search."""
    return secrets.token_urlsafe(_KEY_BYTES)


def record_search(session: Session, search: SearchRecord, *, at: datetime | None = None) -> str:
    """Record a search and return its public id."""
    new = NewSearch(new_key(), at or now(), search)
    record_searches(session, [new])
    return new.key


def record_searches(session: Session, new: Sequence[NewSearch]) -> None:
    """Record searches, the oldest first, with few statements for those that continue nothing."""
    alone = [each for each in new if not (each.record.previous or each.record.visitor)]
    rows = [_new_inquiry(session, each) for each in alone]
    _insert(session, alone, insert_numbered(session, Inquiry, rows))
    for each in new:
        if each.record.previous or each.record.visitor:
            inquiry = _inquiry(session, each) or _begin(session, each)
            _insert(session, [each], [inquiry.id])


def record_outcome(
    session: Session,
    search_id: str,
    solution_id: str | None,
    kind: OutcomeKind,
    reason: str | None = None,
    *,
    at: datetime | None = None,
) -> None:
    """Record what a visitor did with a solution or said of it; saying it twice counts once."""
    search = _search(session, search_id)
    if kind not in ("opened", "solved", "rejected"):
        raise Invalid("An outcome is opened, solved or rejected.", "kind")
    if solution_id is None and kind != "rejected":
        raise Invalid(f"Please say which solution was {kind}.", "solution")
    if solution_id and not session.scalars(select(Solution.id).where(Solution.key == solution_id)).first():
        raise NotFound("There is no such solution.")
    reason = (reason or "").strip()[:LONGEST_REASON] or None
    moment = at or now()
    if not _said_last(session, search.id, solution_id, kind, reason):
        session.add(
            Outcome(search_id=search.id, solution_key=solution_id, kind=kind, reason=reason, at=moment)
        )
    inquiry = session.get_one(Inquiry, search.inquiry_id)
    inquiry.last_at = max(inquiry.last_at, moment)
    session.flush()


def recall(session: Session, search_id: str) -> RecordedSearch:
    """Return a recorded search with what was said of it."""
    search = _search(session, search_id)
    said = session.scalars(
        select(Outcome).where(Outcome.search_id == search.id).order_by(Outcome.at, Outcome.id)
    )
    return RecordedSearch(
        key=search.key,
        at=search.at,
        text=search.text,
        language=search.language,
        country=search.country,
        products=tuple(search.products),
        action=search.action,
        probability=search.probability,
        shown=tuple(Shown(e.solution_key, e.language, e.score, e.probability) for e in search.shown),
        outcomes=tuple(Said(each.solution_key, each.kind, each.reason, each.at) for each in said),
    )


def unrecorded(new: NewSearch) -> RecordedSearch:
    """Return a search that is yet to be recorded as `recall` will: nothing was said of it so far."""
    record = new.record
    return RecordedSearch(
        key=new.key,
        at=new.at,
        text=record.text,
        language=record.language,
        country=record.country,
        products=record.products,
        action=record.action,
        probability=record.probability,
        shown=record.shown,
        outcomes=(),
    )


def _search(session: Session, key: str) -> Search:
    query = select(Search).where(Search.key == key).options(selectinload(Search.shown))
    search = session.scalars(query).first()
    if search is None:
        raise NotFound("There is no such search.")
    return search


def _inquiry(session: Session, new: NewSearch) -> Inquiry | None:
    """Return the inquiry that a search continues."""
    search = new.record
    query = select(Inquiry).where(Inquiry.last_at >= new.at - SAME_MATTER).order_by(Inquiry.last_at.desc())
    found = None
    if search.previous:
        earlier = select(Search.inquiry_id).where(Search.key == search.previous)
        found = session.scalars(query.where(Inquiry.id.in_(earlier))).first()
    if found is None and search.visitor:
        found = session.scalars(query.where(Inquiry.visitor == search.visitor)).first()
    if found is not None:
        found.last_at = max(found.last_at, new.at)
        found.customer_id = found.customer_id or search.customer_id
        session.flush()
    return found


def _begin(session: Session, new: NewSearch) -> Inquiry:
    """Begin an inquiry."""
    return session.get_one(Inquiry, insert_numbered(session, Inquiry, [_new_inquiry(session, new)])[0])


def _new_inquiry(session: Session, new: NewSearch) -> dict[str, Any]:
    return {
        "visitor": new.record.visitor,
        "customer_id": new.record.customer_id,
        "site_id": _site(session, new.record.site),
        "started_at": new.at,
        "last_at": new.at,
    }


def _insert(session: Session, new: Sequence[NewSearch], inquiries: Sequence[int]) -> None:
    copied = (
        "text", "language", "country", "action", "probability", "threshold", "certified", "degraded",
        "snapshot", "embedder",
    )  # fmt: skip
    rows = [
        {name: getattr(each.record, name) for name in copied}
        | {"key": each.key, "inquiry_id": inquiry, "at": each.at, "products": list(each.record.products)}
        for each, inquiry in zip(new, inquiries, strict=True)
    ]
    numbers = insert_numbered(session, Search, rows)
    shown = [
        {
            "search_id": number,
            "position": position,
            "solution_key": hit.id,
            "language": hit.language,
            "score": hit.score,
            "probability": hit.probability,
        }
        for each, number in zip(new, numbers, strict=True)
        for position, hit in enumerate(each.record.shown, start=1)
    ]
    insert_many(session, SearchShown, shown)
    drawn = [
        {"search_id": number, "share": each.record.audit_share, "decision": each.record.decision}
        for each, number in zip(new, numbers, strict=True)
        if each.record.audit_share is not None
    ]
    insert_many(session, Audit, drawn)


def _site(session: Session, key: str | None) -> int | None:
    return session.scalars(select(Site.id).where(Site.key == key)).first() if key else None


def _said_last(session: Session, search: int, solution: str | None, kind: str, reason: str | None) -> bool:
    last = session.scalars(
        select(Outcome)
        .where(Outcome.search_id == search, Outcome.solution_key == solution)
        .order_by(Outcome.at.desc(), Outcome.id.desc())
    ).first()
    return last is not None and (last.kind, last.reason) == (kind, reason)
