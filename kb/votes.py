"""What readers say of a solution that they came to without a search: from a list, or from a search engine."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kb import solutions
from kb.errors import Invalid
from kb.inquiries import LONGEST_REASON
from kb.tables import VOTES, Vote, now

VoteKind = Literal["solved", "rejected"]


@dataclass(frozen=True, slots=True)
class Tally:
    """How many readers said that a solution helped, and how many that it did not."""

    solved: int
    rejected: int


def cast(
    session: Session,
    solution: str,
    language: str,
    kind: VoteKind,
    may_see: frozenset[str],
    reason: str | None = None,
    *,
    at: datetime | None = None,
) -> None:
    """Record what a reader said of the solution in the language that they read it in."""
    if kind not in VOTES:
        raise Invalid("A vote is solved or rejected.", "kind")
    read = solutions.get(session, solution, language, may_see)
    reason = (reason or "").strip()[:LONGEST_REASON] or None
    session.add(Vote(solution_key=read.id, language=read.language, kind=kind, reason=reason, at=at or now()))
    session.flush()


def tally(session: Session, solution: str) -> Tally:
    """Count what readers said of a solution in all its languages."""
    query = select(Vote.kind, func.count()).where(Vote.solution_key == solution).group_by(Vote.kind)
    return Tally(**{"solved": 0, "rejected": 0, **dict(session.execute(query).all())})
