"""What reviewed, solved tickets give to search: solutions of their own, or phrasings of an article.

A ticket belongs to the group of its `solution_key`. Where an article with this key was published, the words
of the group's customers lead to the article. Else the group makes one solution: in each language the
resolution of its oldest ticket, so that neither the order of imports nor later tickets change what is shown.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, select
from sqlalchemy.orm import Session

from kb import solutions
from kb.solutions import NewPhrasing, NewText
from kb.tables import Product, Solution, Ticket, ticket_products
from kb.text import detect_language

SOLVED = ("solved", "closed", "shipped")

# Groups and tickets that are held in memory at once.
_GROUPS = 200
_TICKETS = 1000


def publish(
    session: Session, keys: Iterable[str], *, actor: str, why: str, at: datetime | None = None
) -> set[str]:
    """Bring the solutions and phrasings of these groups up to date; return the ids that changed."""
    ordered = sorted(set(keys))
    changed: set[str] = set()
    for start in range(0, len(ordered), _GROUPS):
        group = ordered[start : start + _GROUPS]
        articles = set(
            session.scalars(select(Solution.key).where(Solution.key.in_(group), Solution.kind == "article"))
        )
        texts = _texts(session, [key for key in group if key not in articles])
        changed |= solutions.put(session, texts, kind="ticket", actor=actor, why=why, at=at)
        changed |= _phrase(session, group, at)
    return changed


def language_of(language: str | None, *texts: str | None) -> str:
    """Return the language of a ticket; where nobody said it, the one it seems to be in."""
    return language or detect_language("\n".join(text for text in texts if text)) or "en"


def _searchable(keys: list[str]) -> Select[*tuple[Any, ...]]:
    return select(
        Ticket.id,
        Ticket.key,
        Ticket.number,
        Ticket.solution_key,
        Ticket.subject,
        Ticket.description,
        Ticket.resolution,
        Ticket.language,
    ).where(
        Ticket.solution_key.in_(keys),
        Ticket.reviewed,
        Ticket.state.in_(SOLVED),
        Ticket.deleted_at.is_(None),
    )


def _texts(session: Session, keys: list[str]) -> list[NewText]:
    """Choose the oldest resolution in each language of each group."""
    query = _searchable(keys).where(Ticket.resolution.is_not(None))
    chosen: dict[tuple[str, str], Row[*tuple[Any, ...]]] = {}
    query = query.order_by(Ticket.created_at, Ticket.key, Ticket.id)
    for row in session.execute(query.execution_options(yield_per=_TICKETS)):
        language = language_of(row.language, row.subject, row.description, row.resolution)
        chosen.setdefault((row.solution_key, language), row)
    codes = _codes(session, {key for key, _ in chosen})
    return [
        NewText(key, language, row.subject, row.resolution, codes.get(key, ()))
        for (key, language), row in chosen.items()
    ]


def _codes(session: Session, keys: set[str]) -> dict[str, tuple[str, ...]]:
    link = ticket_products.c
    query = (
        select(Ticket.solution_key, Product.code)
        .join(ticket_products, link.ticket_id == Ticket.id)
        .join(Product, Product.id == link.product_id)
        .where(Ticket.solution_key.in_(keys), Ticket.reviewed, Ticket.deleted_at.is_(None))
        .distinct()
    )
    grouped: dict[str, tuple[str, ...]] = {}
    for key, code in session.execute(query):
        grouped[str(key)] = (*grouped.get(str(key), ()), code)
    return grouped


def _phrase(session: Session, keys: list[str], at: datetime | None) -> set[str]:
    known = set(session.scalars(select(Solution.key).where(Solution.key.in_(keys))))
    changed: set[str] = set()
    for rows in _pages(session, [key for key in keys if key in known]):
        changed |= solutions.add_phrasings(session, [_phrasing(row) for row in rows], at=at)
    return changed


def _pages(session: Session, keys: list[str]) -> Iterator[list[Row[*tuple[Any, ...]]]]:
    last = 0
    while rows := session.execute(
        _searchable(keys).where(Ticket.id > last).order_by(Ticket.id).limit(_TICKETS)
    ).all():
        yield list(rows)
        last = rows[-1].id


def _phrasing(row: Row[*tuple[Any, ...]]) -> NewPhrasing:
    text = f"{row.subject}\n{row.description}" if row.description != row.subject else row.subject
    language = language_of(row.language, row.subject, row.description)
    return NewPhrasing(row.solution_key, text, language, "ticket", f"ticket:{row.id}")
