"""The audit sample: searches drawn at random, judged by staff, so that a promise can be checked.

Every search that was decided and showed a solution is drawn with the same probability, whatever was decided
and whatever the visitor did: clicks alone come from those who click.
"""

import random
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kb import locales
from kb.errors import Invalid, NotFound
from kb.tables import VERDICTS, Audit, Judgement, Search, SearchShown, Solution, SolutionText, now

Verdict = Literal["right", "wrong", "unclear"]

LONGEST_NAME = 200
# Not the generator that a seed can repeat: nobody may know beforehand which search is drawn.
_random = random.SystemRandom()


@dataclass(frozen=True, slots=True)
class Waiting:
    """A drawn search that nobody has judged, with the solution that was shown first.

    `title` and `body` as they stand now; None where that text is not in the database any more.
    """

    search: str
    at: datetime
    text: str
    language: str | None
    country: str | None
    solution: str
    solution_language: str
    title: str | None
    body: str | None


@dataclass(frozen=True, slots=True)
class Judged:
    """One judgement, for the history of a search."""

    verdict: str
    judge: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Audited:
    """What judging a search came to: was the first solution right, and how probable was that said to be?

    `number` is that of the last judgement: it grows with time.
    """

    probability: float
    right: bool
    language: str | None
    number: int


@dataclass(frozen=True, slots=True)
class Tally:
    """How many searches were drawn under one decision, and what became of them."""

    drawn: int
    waiting: int
    unclear: int
    judged_before: int  # under an earlier decision or another embedder: they prove nothing of this one


def drawn(share: float) -> bool:
    """Draw lots for one search."""
    return _random.random() < share


def waiting(session: Session, limit: int | None = None) -> list[Waiting]:
    """Return the drawn searches that nobody has judged, the oldest first."""
    query = (
        select(Search, SearchShown, SolutionText.title, SolutionText.body)
        .join(Audit, Audit.search_id == Search.id)
        .join(SearchShown, (SearchShown.search_id == Search.id) & (SearchShown.position == 1))
        .outerjoin(Solution, Solution.key == SearchShown.solution_key)
        .outerjoin(
            SolutionText,
            (SolutionText.solution_id == Solution.id) & (SolutionText.language == SearchShown.language),
        )
        .where(~select(Judgement.id).where(Judgement.audit_id == Audit.id).exists())
        .order_by(Search.at, Search.id)
        .limit(limit)
    )
    return [
        Waiting(
            search.key, search.at, search.text, search.language, search.country,
            shown.solution_key, shown.language, title, body,
        )
        for search, shown, title, body in session.execute(query)
    ]  # fmt: skip


def judge(session: Session, search: str, verdict: Verdict, judge: str, *, at: datetime | None = None) -> None:
    """Record whether the first solution solves what was asked; the same person may think again."""
    name = " ".join(judge.split())[:LONGEST_NAME]
    if verdict not in VERDICTS:
        raise Invalid(f"A judgement is {', '.join(VERDICTS[:-1])} or {VERDICTS[-1]}.", "verdict")
    if not name:
        raise Invalid("Please say who judges.", "judge")
    audit = _drawn(session, search)
    last = session.scalars(
        select(Judgement)
        .where(Judgement.audit_id == audit, Judgement.judge == name)
        .order_by(Judgement.id.desc())
    ).first()
    if last is None or last.verdict != verdict:
        session.add(Judgement(audit_id=audit, verdict=verdict, judge=name, at=at or now()))
        session.flush()


def history(session: Session, search: str) -> tuple[Judged, ...]:
    """Return all that was ever judged of a drawn search, oldest first."""
    audit = _drawn(session, search)
    rows = session.scalars(select(Judgement).where(Judgement.audit_id == audit).order_by(Judgement.id))
    return tuple(Judged(each.verdict, each.judge, each.at) for each in rows)


def outcomes(session: Session, decision: str, embedder: str) -> tuple[Audited, ...]:
    """Return what was judged of searches that this decision and embedder made, in the order they were asked.

    Where people disagree it counts as wrong, so that no promise rests on a quarrel. Where all say "unclear"
    it is left out: the promise is about questions that a person can judge.
    """
    query = (
        select(Audit.id, Search.probability, Search.language)
        .join(Search, Search.id == Audit.search_id)
        .where(Audit.decision == decision, Search.embedder == embedder)
        .order_by(Search.at, Search.id)
    )
    said = _said(session)
    found = []
    for audit, probability, language in session.execute(query):
        verdicts, number = said.get(audit, (set(), 0))
        if verdicts & {"right", "wrong"}:
            tongue = locales.primary(language) if language else None
            found.append(Audited(probability, "wrong" not in verdicts, tongue, number))
    return tuple(found)


def tally(session: Session, decision: str, embedder: str) -> Tally:
    """Count the drawn searches of this decision and embedder, and those that were judged under others."""
    rows = session.execute(
        select(Audit.id, Audit.decision, Search.embedder).join(Search, Search.id == Audit.search_id)
    ).all()
    said = _said(session)
    own = {audit for audit, *made_by in rows if made_by == [decision, embedder]}
    return Tally(
        drawn=len(own),
        waiting=len(own - set(said)),
        unclear=sum(said[audit][0] == {"unclear"} for audit in own & set(said)),
        judged_before=len(set(said) - own),
    )


def last_judgement(session: Session) -> int:
    """Return the number of the last judgement; 0 before the first one."""
    return session.scalar(select(func.max(Judgement.id))) or 0


def _drawn(session: Session, search: str) -> int:
    query = select(Audit.id).join(Search, Search.id == Audit.search_id)
    found = session.scalars(query.where(Search.key == search)).first()
    if found is None:
        raise NotFound("No such search was drawn to be judged.")
    return found


def _said(session: Session) -> dict[int, tuple[set[str], int]]:
    """Return for each judged audit the last word of each person, and the number of the last judgement."""
    rows: Iterable[Judgement] = session.scalars(select(Judgement).order_by(Judgement.id))
    words: dict[int, dict[str, str]] = {}
    last: dict[int, int] = {}
    for row in rows:
        words.setdefault(row.audit_id, {})[row.judge] = row.verdict
        last[row.audit_id] = row.id
    return {audit: (set(each.values()), last[audit]) for audit, each in words.items()}
