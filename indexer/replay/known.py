"""What was known when: the solutions of past tickets and articles, and since when each could be found."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from kb.imports import PastArticle, PastTicket

ALWAYS = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Solved:
    """Something that became findable at a moment: a solved ticket or an article, under a solution's `key`."""

    at: datetime
    key: str
    ticket: PastTicket | None
    article: PastArticle | None


def key_of(ticket: PastTicket) -> str:
    """Return the solution that a ticket belongs to: its label, else one of its own, as in an import."""
    return ticket.solution or f"ticket-{ticket.id}"


def solved(tickets: Sequence[PastTicket], articles: Sequence[PastArticle]) -> list[Solved]:
    """Return all that became known, in the order of time."""
    found = [Solved(article.created_at or ALWAYS, article.id, None, article) for article in articles]
    found += [Solved(each.solved_at, key_of(each), each, None) for each in tickets if each.solved_at]
    return sorted(found, key=lambda each: (each.at, each.key, each.ticket.id if each.ticket else ""))


def first_solved(steps: Iterable[Solved]) -> dict[str, datetime]:
    """Return since when each solution was known."""
    first: dict[str, datetime] = {}
    for step in steps:
        first[step.key] = min(step.at, first.get(step.key, step.at))
    return first


def was_known(ticket: PastTicket, first: dict[str, datetime]) -> bool | None:
    """Tell whether a ticket's labelled solution was known before it came in; None without a label.

    What was solved at the very moment is not known yet: a tie never counts in our favour.
    """
    if ticket.solution is None:
        return None
    return ticket.solution in first and first[ticket.solution] < ticket.created_at
