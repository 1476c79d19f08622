"""What rows said before. Every change of a record is written down here by the function that makes it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from kb.tables import Revision, insert_many, now

Subject = Literal["product", "article", "solution", "customer", "ticket", "contact", "incident", "routing"]
Effect = Literal["added", "changed", "unchanged"]


@dataclass(frozen=True, slots=True)
class Change:
    """One change: each field with what it was and what it became."""

    at: datetime
    actor: str
    why: str
    changes: Mapping[str, Any]


def record(
    session: Session,
    subject: Subject,
    subject_id: int,
    changes: Mapping[str, Any],
    *,
    actor: str,
    why: str,
    at: datetime | None = None,
) -> None:
    """Write a change down; `changes` maps a field to the old and the new value."""
    record_many(session, subject, {subject_id: changes}, actor=actor, why=why, at=at)


def record_many(
    session: Session,
    subject: Subject,
    changes: Mapping[int, Mapping[str, Any]],
    *,
    actor: str,
    why: str,
    at: datetime | None = None,
) -> None:
    """Write the changes of many rows down; `changes` maps the id of a row to its changed fields."""
    common = {"subject": subject, "at": at or now(), "actor": actor, "why": why}
    rows = [{**common, "subject_id": number, "changes": dict(fields)} for number, fields in changes.items()]
    insert_many(session, Revision, rows)


def changes(session: Session, subject: Subject, subject_id: int) -> tuple[Change, ...]:
    """Return all changes of a row, the first one first."""
    found = session.scalars(
        select(Revision)
        .where(Revision.subject == subject, Revision.subject_id == subject_id)
        .order_by(Revision.at, Revision.id)
    )
    return tuple(Change(each.at, each.actor, each.why, each.changes) for each in found)


def differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Return the fields that differ, each with its old and its new value."""
    names = [*old, *(name for name in new if name not in old)]
    return {name: [old.get(name), new.get(name)] for name in names if old.get(name) != new.get(name)}


def plain(value: Any) -> Any:
    """Return a value as a revision keeps it: JSON knows no times."""
    return value.isoformat() if isinstance(value, datetime) else value
