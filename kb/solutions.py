"""Solutions: drafted, published, revised and withdrawn, each language for itself; and their phrasings."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import select, update
from sqlalchemy.orm import Session, selectinload

from kb import catalogue, history, locales, watermarks
from kb.errors import Conflict, NotFound
from kb.tables import Phrasing, Product, Solution, SolutionText, insert_many, now

Kind = Literal["article", "ticket"]
State = Literal["draft", "published", "withdrawn"]
Source = Literal["ticket", "search", "import", "editor"]

# Translations that change within this time belong to one edition: an import writes them one after another,
# and a translator needs a while.
SAME_EDITION = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class SolutionView:
    """A solution as a reader sees it; `body` is Markdown, `languages` are all it can be read in.

    `newer` is the language whose text changed long after this one, where there is one: a translation that
    has not followed may be out of date.
    """

    id: str
    language: str
    languages: tuple[str, ...]
    title: str
    body: str
    products: tuple[str, ...]
    updated_at: datetime
    visibility: str
    kind: str
    newer: str | None = None


@dataclass(frozen=True, slots=True)
class NewText:
    """A solution in one language, as it is to be shown. `products` None: leave them as they are."""

    id: str
    language: str
    title: str
    body: str
    products: tuple[str, ...] | None = None
    visibility: str = "public"


@dataclass(frozen=True, slots=True)
class NewPhrasing:
    """Another way to put the problem that solution `id` solves; `origin` is unique within the solution."""

    id: str
    text: str
    language: str
    source: Source
    origin: str


def get(session: Session, id: str, language: str | None, may_see: frozenset[str]) -> SolutionView:
    """Return a published solution in the reader's language, else in English, else in any."""
    row = _known(session, [id]).get(id)
    texts = {text.language: text for text in row.texts if text.state == "published"} if row else {}
    if row is None or row.visibility not in may_see or not texts:
        raise NotFound("There is no such solution.")
    text = texts[locales.closest(language, sorted(texts)) or ""]
    return SolutionView(
        id=row.key,
        language=text.language,
        languages=tuple(sorted(texts)),
        title=text.title,
        body=text.body,
        products=tuple(product.code for product in row.products),
        updated_at=text.updated_at,
        visibility=row.visibility,
        kind=row.kind,
        newer=_newer(text, texts.values()),
    )


def put(
    session: Session,
    texts: Sequence[NewText],
    *,
    kind: Kind,
    actor: str,
    why: str,
    state: State = "published",
    revive: bool = False,
    at: datetime | None = None,
) -> set[str]:
    """Write solutions, and return the ids of those that changed.

    What was withdrawn stays withdrawn unless `revive` is given: somebody decided so.
    """
    moment = at or now()
    known = _known(session, {text.id for text in texts})
    products = _products(session, texts)
    before: dict[str, dict[str, Any]] = {}
    for text in texts:
        row = known.get(text.id)
        if row is None:
            row = _new(text, kind, moment)
            known[text.id] = row
        before.setdefault(text.id, _state(row))
        taken_over = kind == "article" and before[text.id]["kind"] == "ticket"
        _write(row, text, products, state, revive or taken_over, moment)
    if kind == "article":
        _take_over(known, texts)
    return _settle(session, known, before, actor, why, moment)


def draft(session: Session, text: NewText, *, actor: str, why: str, at: datetime | None = None) -> None:
    """Keep a text for review; it cannot be found before it is published."""
    row = _known(session, [text.id]).get(text.id)
    if row and any(each.language == text.language and each.state != "draft" for each in row.texts):
        raise Conflict("This solution was published before; revise it instead.")
    put(session, [text], kind="ticket", actor=actor, why=why, state="draft", at=at)


def publish(
    session: Session, id: str, language: str | None, *, actor: str, why: str, at: datetime | None = None
) -> None:
    """Make the drafted or withdrawn texts of a solution searchable, in one language or in all."""
    _change_state(session, id, language, "published", actor, why, at)


def withdraw(
    session: Session, id: str, language: str | None, *, actor: str, why: str, at: datetime | None = None
) -> None:
    """Take a solution out of search, in one language or in all."""
    _change_state(session, id, language, "withdrawn", actor, why, at)


def revise(session: Session, text: NewText, *, actor: str, why: str, at: datetime | None = None) -> None:
    """Replace the text of a solution that came from tickets; an article is revised as an article."""
    row = _existing(session, text.id)
    if row.kind == "article":
        raise Conflict("This solution is an article; change the article and publish it.")
    state = next((each.state for each in row.texts if each.language == text.language), None)
    if state is None:
        raise NotFound(f"This solution has no text in “{text.language}”.")
    kept: State = "draft" if state == "draft" else "published"
    put(session, [text], kind="ticket", actor=actor, why=why, state=kept, at=at)


def add_phrasing(
    session: Session,
    id: str,
    text: str,
    language: str,
    *,
    source: Source = "editor",
    origin: str | None = None,
    at: datetime | None = None,
) -> bool:
    """Let another way to put the problem lead to this solution; False when it did already."""
    _existing(session, id)
    origin = origin or f"{source}:{hashlib.sha256(text.encode()).hexdigest()[:16]}"
    return bool(add_phrasings(session, [NewPhrasing(id, text, language, source, origin)], at=at))


def add_phrasings(
    session: Session, phrasings: Sequence[NewPhrasing], *, at: datetime | None = None
) -> set[str]:
    """Add phrasings or change those of the same origin; return the ids of the solutions that changed."""
    moment = at or now()
    numbers = _numbers(session, {each.id for each in phrasings})
    wanted = {(numbers[each.id], each.origin): each for each in phrasings}
    changed = set()
    for row in session.scalars(
        select(Phrasing).where(
            Phrasing.solution_id.in_(set(numbers.values())), Phrasing.origin.in_({o for _, o in wanted})
        )
    ):
        new = wanted.pop((row.solution_id, row.origin), None)
        if new and (row.text, row.language) != (new.text, new.language):
            row.text, row.language = new.text, new.language
            changed.add(new.id)
    insert_many(session, Phrasing, [_phrasing(n, each, moment) for (n, _), each in wanted.items()])
    changed |= {each.id for each in wanted.values()}
    _stamp(session, changed)
    return changed


def withdraw_phrasings(session: Session, origin: str) -> set[str]:
    """Take all phrasings of one origin out of search; return the ids of their solutions."""
    rows = session.scalars(
        select(Phrasing)
        .where(Phrasing.origin == origin, Phrasing.state != "withdrawn")
        .options(selectinload(Phrasing.solution))
    ).all()
    for row in rows:
        row.state = "withdrawn"
    changed = {row.solution.key for row in rows}
    _stamp(session, changed)
    return changed


def _newer(text: SolutionText, texts: Iterable[SolutionText]) -> str | None:
    last = max(texts, key=lambda each: each.updated_at)
    return last.language if last.updated_at - text.updated_at > SAME_EDITION else None


def _known(session: Session, keys: Iterable[str]) -> dict[str, Solution]:
    query = select(Solution).where(Solution.key.in_(set(keys)))
    options = (selectinload(Solution.texts), selectinload(Solution.products))
    return {row.key: row for row in session.scalars(query.options(*options))}


def _existing(session: Session, key: str) -> Solution:
    row = _known(session, [key]).get(key)
    if row is None:
        raise NotFound("There is no such solution.")
    return row


def _numbers(session: Session, keys: set[str]) -> dict[str, int]:
    query = select(Solution.key, Solution.id).where(Solution.key.in_(keys))
    return dict(session.execute(query).all())


def _products(session: Session, texts: Sequence[NewText]) -> dict[str, Product]:
    codes = {code for text in texts for code in text.products or ()}
    return {row.code: row for row in catalogue.rows(session, codes)} if codes else {}


def _new(text: NewText, kind: Kind, at: datetime) -> Solution:
    # The empty lists spare a query for each later look at them.
    return Solution(
        key=text.id, kind=kind, visibility=text.visibility, created_at=at, stamp=0, products=[], texts=[]
    )


def _write(
    row: Solution, text: NewText, products: dict[str, Product], state: State, revive: bool, at: datetime
) -> None:
    row.visibility = text.visibility
    if text.products is not None and {each.code for each in row.products} != set(text.products):
        row.products = [products[code] for code in sorted(set(text.products))]
    old = next((each for each in row.texts if each.language == text.language), None)
    if old is None:
        row.texts.append(
            SolutionText(language=text.language, title=text.title, body=text.body, state=state, updated_at=at)
        )
        return
    if (old.title, old.body) != (text.title, text.body):
        old.title, old.body, old.updated_at = text.title, text.body, at
    if old.state != "withdrawn" or revive:
        old.state = state


def _take_over(rows: dict[str, Solution], texts: Sequence[NewText]) -> None:
    """Let articles replace what tickets said under the same key; the revisions keep their words."""
    written = {(text.id, text.language) for text in texts}
    for key, row in rows.items():
        if row.kind == "ticket":
            row.kind = "article"
            row.texts = [text for text in row.texts if (key, text.language) in written]


def _state(row: Solution) -> dict[str, Any]:
    """Describe what readers and search see of a solution, to tell whether it changed."""
    return {
        "kind": row.kind,
        "visibility": row.visibility,
        "products": sorted(each.code for each in row.products),
        **{f"title.{text.language}": text.title for text in row.texts},
        **{f"body.{text.language}": text.body for text in row.texts},
        **{f"state.{text.language}": text.state for text in row.texts},
    }


def _settle(
    session: Session,
    rows: dict[str, Solution],
    before: dict[str, dict[str, Any]],
    actor: str,
    why: str,
    at: datetime,
) -> set[str]:
    """Write down what changed since `before`, and tell search."""
    differing = {key: history.differences(old, _state(rows[key])) for key, old in before.items()}
    changed = {key for key, fields in differing.items() if fields}
    if not changed:
        return changed
    stamp = watermarks.grow(session)
    for key in changed:
        rows[key].stamp = stamp
    session.add_all(rows[key] for key in sorted(changed))
    session.flush()
    revisions = {}
    for key in sorted(changed):
        # A first text stands in its own row; it is written down here once another one replaces it.
        fields = {n: pair for n, pair in differing[key].items() if pair[0] is not None or n[:5] == "state"}
        revisions[rows[key].id] = fields
    history.record_many(session, "solution", revisions, actor=actor, why=why, at=at)
    return changed


def _change_state(
    session: Session, key: str, language: str | None, state: State, actor: str, why: str, at: datetime | None
) -> None:
    row = _existing(session, key)
    before = _state(row)
    texts = [text for text in row.texts if language in (None, text.language)]
    if not texts:
        raise NotFound(f"This solution has no text in “{language}”.")
    for text in texts:
        text.state = state
    _settle(session, {key: row}, {key: before}, actor, why, at or now())


def _phrasing(number: int, new: NewPhrasing, at: datetime) -> dict[str, Any]:
    return {
        "solution_id": number,
        "origin": new.origin,
        "source": new.source,
        "state": "published",
        "language": new.language,
        "text": new.text,
        "created_at": at,
    }


def _stamp(session: Session, keys: set[str]) -> None:
    if keys:
        stamp = watermarks.grow(session)
        session.flush()
        session.execute(update(Solution).where(Solution.key.in_(keys)).values(stamp=stamp))
