"""The table of contents of what readers may see: by product and kind, page by page, and every address."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, case, func, or_, select
from sqlalchemy.orm import Session

from kb.locales import primary
from kb.solutions import Kind
from kb.tables import Product, Solution, SolutionText, solution_products

# Solutions in one part of the list of addresses. The protocol of sitemaps allows 50,000 addresses and 50 MB
# a file: 1,000 solutions in 50 languages reach the first, in 20 languages with their alternates 49 MB.
SOLUTIONS_A_PART = 1_000

# The rank of English texts for readers of other languages; lower ones are in the reader's own language.
_ENGLISH = 3


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
    products = linked.where(*_readable(Choice(), may_see)).group_by(Product.code)
    kinds = select(Solution.kind, func.count()).where(*_readable(Choice(), may_see)).group_by(Solution.kind)
    return Counts(
        products=dict(session.execute(products).all()),
        general=total(session, Choice(general=True), may_see),
        kinds=dict(session.execute(kinds).all()),
    )


def total(session: Session, choice: Choice, may_see: frozenset[str]) -> int:
    """Count the solutions of a choice."""
    query = select(func.count()).select_from(Solution).where(*_readable(choice, may_see))
    return int(session.execute(query).scalar_one())


def entries(
    session: Session, choice: Choice, language: str, may_see: frozenset[str], *, start: int, limit: int
) -> tuple[Entry, ...]:
    """Return `limit` solutions of a choice from number `start` on: by title, the reader's language first."""
    place = func.row_number().over(
        partition_by=SolutionText.solution_id, order_by=(_rank(language), SolutionText.language)
    )
    texts = select(
        Solution.key,
        SolutionText.language,
        SolutionText.title,
        place.label("place"),
        _rank(language).label("rank"),
    )
    texts = texts.join(SolutionText.solution).where(SolutionText.state == "published")
    best = texts.where(*_chosen(choice, may_see)).subquery()
    query = (
        select(best.c.key, best.c.language, best.c.title)
        .where(best.c.place == 1)
        .order_by(case((best.c.rank < _ENGLISH, 0), else_=best.c.rank), func.lower(best.c.title), best.c.key)
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


def _chosen(choice: Choice, may_see: frozenset[str]) -> list[ColumnElement[bool]]:
    """Return what holds for the solutions of a choice; the database looks them up and does not try each."""
    found: list[ColumnElement[bool]] = [Solution.visibility.in_(sorted(may_see))]
    if choice.product is not None:
        linked = select(solution_products.c.solution_id).join(Product).where(Product.code == choice.product)
        found.append(Solution.id.in_(linked))
    if choice.general:
        found.append(Solution.id.not_in(select(solution_products.c.solution_id)))
    if choice.kind:
        found.append(Solution.kind == choice.kind)
    return found


def _readable(choice: Choice, may_see: frozenset[str]) -> list[ColumnElement[bool]]:
    published = select(SolutionText.solution_id).where(SolutionText.state == "published")
    return [*_chosen(choice, may_see), Solution.id.in_(published)]


def _rank(language: str) -> ColumnElement[int]:
    """Put texts in the order in which kb.locales.closest prefers their languages."""
    tag, tongue = SolutionText.language, primary(language)
    return case(
        (tag == language, 0),
        (tag == tongue, 1),
        (tag.startswith(f"{tongue}-", autoescape=True), 2),
        (or_(tag == "en", tag.startswith("en-")), _ENGLISH),
        else_=_ENGLISH + 1,
    )
