"""The one door for the indexer: published solutions as documents."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from kb import catalogue as products_catalogue
from kb import locales, watermarks
from kb.products import Product
from kb.tables import Phrasing, Solution, SolutionText, solution_products
from kb.tables import Product as ProductRow

# Solutions read at once. A page of 500 holds a few megabytes, and a larger one is not faster.
_PAGE = 500
# Made once: it is asked in every search, and to put it together takes longer than to run it.
_VISIBLE = (
    select(Solution.key, SolutionText.language)
    .join(SolutionText.solution)
    .where(
        Solution.key.in_(bindparam("keys", expanding=True)),
        Solution.visibility.in_(bindparam("may_see", expanding=True)),
        SolutionText.state == "published",
    )
)


@dataclass(frozen=True, slots=True)
class Document:
    """What the indexer sees of a solution in one language.

    `id` is the public id of the solution and is shared by all translations of one article, so that
    (`id`, `language`) is unique. `phrasings` are indexed and never shown; of a solution in several languages
    each phrasing stands in one document, that of its own language where there is one.
    """

    id: str
    language: str
    products: tuple[str, ...]
    title: str
    text: str
    phrasings: tuple[str, ...] = ()
    visibility: str = "public"


def documents(session: Session, ids: Iterable[str] | None = None) -> Iterator[Document]:
    """Yield all published solutions in all languages by id and language, or only those of `ids`."""
    keys = _published(session) if ids is None else sorted(set(ids))
    for start in range(0, len(keys), _PAGE):
        yield from _page(session, keys[start : start + _PAGE])


def watermark(session: Session) -> int:
    """Return a number that grows with every change that search must know."""
    return watermarks.current(session)


def changed_since(session: Session, mark: int) -> tuple[str, ...]:
    """Return the ids of all solutions that changed after a watermark, withdrawn ones too."""
    return tuple(session.scalars(select(Solution.key).where(Solution.stamp > mark).order_by(Solution.key)))


def published(session: Session, ids: Iterable[str]) -> set[str]:
    """Return those of `ids` that have a published text."""
    return set(ids) & set(_published(session))


def catalogue(session: Session) -> tuple[Product, ...]:
    """Return all products with all their names, for name recognition."""
    return products_catalogue.load(session)


def visible(
    session: Session, keys: Iterable[tuple[str, str]], may_see: frozenset[str]
) -> set[tuple[str, str]]:
    """Return those (id, language) that are published now and that the reader may see."""
    wanted = set(keys)
    ids = sorted({key for key, _ in wanted})
    found: set[tuple[str, str]] = set()
    for start in range(0, len(ids), _PAGE):
        given = {"keys": ids[start : start + _PAGE], "may_see": sorted(may_see)}
        found |= {(key, language) for key, language in session.execute(_VISIBLE, given)}
    return found & wanted


def _published(session: Session) -> list[str]:
    query = select(Solution.key).where(Solution.texts.any(SolutionText.state == "published"))
    return sorted(session.scalars(query))  # sorted here: databases differ in their order of text


def _page(session: Session, keys: Sequence[str]) -> Iterator[Document]:
    found = session.execute(
        select(Solution.id, Solution.key, Solution.visibility).where(Solution.key.in_(keys))
    ).all()
    numbers = [row.id for row in found]
    codes, texts, phrasings = (
        _codes(session, numbers),
        _texts(session, numbers),
        _phrasings(session, numbers),
    )
    for row in sorted(found, key=lambda each: each.key):
        languages = [language for language, _, _ in texts[row.id]]
        shared = _share(phrasings[row.id], languages)
        for language, title, body in texts[row.id]:
            yield Document(
                row.key, language, codes[row.id], title, body, tuple(shared[language]), row.visibility
            )


def _codes(session: Session, numbers: Sequence[int]) -> dict[int, tuple[str, ...]]:
    link = solution_products.c
    query = select(link.solution_id, ProductRow.code).join(ProductRow, ProductRow.id == link.product_id)
    grouped: dict[int, tuple[str, ...]] = defaultdict(tuple)
    for number, code in session.execute(query.where(link.solution_id.in_(numbers))):
        grouped[number] = tuple(sorted((*grouped[number], code)))
    return grouped


def _texts(session: Session, numbers: Sequence[int]) -> dict[int, list[tuple[str, str, str]]]:
    text = SolutionText
    query = select(text.solution_id, text.language, text.title, text.body)
    grouped: dict[int, list[tuple[str, str, str]]] = defaultdict(list)
    for number, *rest in session.execute(
        query.where(text.solution_id.in_(numbers), text.state == "published")
    ):
        grouped[number].append((rest[0], rest[1], rest[2]))
    return defaultdict(list, {number: sorted(rows) for number, rows in grouped.items()})


def _phrasings(session: Session, numbers: Sequence[int]) -> dict[int, list[tuple[str, str]]]:
    query = (
        select(Phrasing.solution_id, Phrasing.language, Phrasing.text)
        .where(Phrasing.solution_id.in_(numbers), Phrasing.state == "published")
        .order_by(Phrasing.id)
    )
    grouped: dict[int, list[tuple[str, str]]] = defaultdict(list)
    for number, language, text in session.execute(query):
        grouped[number].append((language, text))
    return grouped


def _share(phrasings: Iterable[tuple[str, str]], languages: list[str]) -> dict[str, list[str]]:
    """Give each phrasing to the text in its language, else to the English or the first one; each once."""
    shared: dict[str, list[str]] = defaultdict(list)
    seen: set[str] = set()
    for language, text in phrasings:
        if text not in seen and (to := locales.closest(language, languages)):
            shared[to].append(text)
            seen.add(text)
    return shared
