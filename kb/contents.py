"""The table of contents of what readers may see: by product and kind, page by page, and every address."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, or_, select
from sqlalchemy.orm import Session

from kb.locales import primary
from kb.solutions import Kind
from kb.tables import Product, Solution, SolutionText, solution_products

# Solutions in one part of the list of addresses. The protocol of sitemaps allows 50,000 addresses and 50 MB
# a file: 1,000 solutions in 50 languages reach the first, in 20 languages with their alternates 49 MB.
SOLUTIONS_A_PART = 1_000


@dataclass(frozen=True, slots=True)
class Choice:
    """Which solutions are listed: those of a product, those of none (`general`), of one kind, or all."""

    product: str | None = None
    general: bool = False
    kind: Kind | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a list: a solution in the reader's language, else in English, else in any."""

    id: str
    language: str
    title: str


@dataclass(frozen=True, slots=True)
class Counts:
    """How many solutions can be read: by code of the product, without one, and by kind."""

    products: Mapping[str, int]
    general: int
    kinds: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the list of all addresses, and when a text of it last changed."""

    number: int
    changed: datetime


@dataclass(frozen=True, slots=True)
class Addressed:
    """A solution with its languages, and when the text in each last changed."""

    id: str
    languages: Mapping[str, datetime]


def counts(session: Session, may_see: frozenset[str]) -> Counts:
    """Count what can be read; a solution in two languages is one, one for two products counts for both."""
    linked = select(Product.code, func.count()).join(solution_products).join(Solution)
    products = _readable(linked, Choice(), may_see).group_by(Product.code)
    kinds = _readable(select(Solution.kind, func.count()), Choice(), may_see).group_by(Solution.kind)
    return Counts(
        products=dict(session.execute(products).all()),
        general=total(session, Choice(general=True), may_see),
        kinds=dict(session.execute(kinds).all()),
    )


def total(session: Session, choice: Choice, may_see: frozenset[str]) -> int:
    """Count the solutions of a choice."""
    query = _readable(select(func.count()).select_from(Solution), choice, may_see)
    return int(session.execute(query).scalar_one())


def entries(
    session: Session, choice: Choice, language: str, may_see: frozenset[str], *, start: int, limit: int
) -> tuple[Entry, ...]:
    """Return `limit` solutions of a choice by title, from number `start` on."""
    place = func.row_number().over(
        partition_by=SolutionText.solution_id, order_by=(_rank(language), SolutionText.language)
    )
    texts = select(Solution.key, SolutionText.language, SolutionText.title, place.label("place"))
    texts = texts.join(SolutionText.solution).where(SolutionText.state == "published")
    best = _readable(texts, choice, may_see).subquery()
    query = (
        select(best.c.key, best.c.language, best.c.title)
        .where(best.c.place == 1)
        .order_by(func.lower(best.c.title), best.c.key)
    )
    return tuple(Entry(*row) for row in session.execute(query.offset(start).limit(limit)))


def parts(session: Session) -> tuple[Part, ...]:
    """Return the parts of the list of all public addresses that hold any."""
    number = (Solution.id // SOLUTIONS_A_PART).label("number")
    query = select(number, func.max(SolutionText.updated_at)).join(SolutionText.solution)
    query = query.where(*_public()).group_by(number).order_by(number)
    return tuple(Part(*row) for row in session.execute(query))


def part(session: Session, number: int) -> tuple[Addressed, ...]:
    """Return the public solutions of one part; a solution never moves to another."""
    first = number * SOLUTIONS_A_PART
    query = select(Solution.key, SolutionText.language, SolutionText.updated_at).join(SolutionText.solution)
    query = query.where(*_public(), Solution.id.between(first, first + SOLUTIONS_A_PART - 1))
    found: dict[str, dict[str, datetime]] = {}
    for key, language, changed in session.execute(query.order_by(Solution.id, SolutionText.language)):
        found.setdefault(key, {})[language] = changed
    return tuple(Addressed(key, languages) for key, languages in found.items())


def _public() -> tuple[ColumnElement[bool], ...]:
    return Solution.visibility == "public", SolutionText.state == "published"


def _readable(
    query: Select[*tuple[Any, ...]], choice: Choice, may_see: frozenset[str]
) -> Select[*tuple[Any, ...]]:
    """Narrow a query over solutions to those of a choice that can be read."""
    query = query.where(
        Solution.visibility.in_(sorted(may_see)), Solution.texts.any(SolutionText.state == "published")
    )
    if choice.product is not None:
        query = query.where(Solution.products.any(Product.code == choice.product))
    if choice.general:
        query = query.where(~Solution.products.any())
    return query.where(Solution.kind == choice.kind) if choice.kind else query


def _rank(language: str) -> ColumnElement[int]:
    """Put texts in the order in which kb.locales.closest prefers their languages."""
    tag, tongue = SolutionText.language, primary(language)
    return case(
        (tag == language, 0),
        (tag == tongue, 1),
        (tag.startswith(f"{tongue}-", autoescape=True), 2),
        (or_(tag == "en", tag.startswith("en-")), 3),
        else_=4,
    )
