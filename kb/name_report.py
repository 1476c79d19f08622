"""What an editor asks about product names: which never matched, and which unknown ones people use."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from kb import catalogue, documents
from kb.names.endings import compound_tails
from kb.names.pieces import pieces
from kb.names.unknown import Candidate, candidates
from kb.products import NameBook, Product, ProductMatch
from kb.tables import Inquiry, Search

# A name is shown when so many different people used it: fewer are typing errors and names of persons. In
# languages that write every noun with a capital most unknown words are nouns; they must be used by more.
# Measured on the 516 questions and tickets of the demo company after two of its eight products were taken
# out: twelve names are shown, all of these two, and one German noun; three nouns if 4 people were enough.
LEAST_PEOPLE = 3
LEAST_PEOPLE_NOUN = 6
EXAMPLE_LENGTH = 160  # characters: two lines of a terminal
_PAGE = 1000  # searches read at once


@dataclass(frozen=True, slots=True)
class SilentName:
    """A name that no recorded search was matched by, with the countries it is listed for."""

    code: str
    product: str
    name: str
    countries: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class UnknownName:
    """What looks like a name and is none of the catalogue's: how many people used it, where, and how."""

    name: str
    people: int
    countries: tuple[tuple[str, int], ...]
    example: str


@dataclass(frozen=True, slots=True)
class NameReport:
    """Both lists; `searches` and `people` are what they were made from."""

    searches: int
    people: int
    silent: tuple[SilentName, ...]
    unknown: tuple[UnknownName, ...]


@dataclass(slots=True)
class _Use:
    """Who wrote a candidate, and how; people of no known country are under None."""

    people: dict[int | str, str | None] = field(default_factory=dict)
    written: Counter[str] = field(default_factory=Counter)
    words: tuple[str, ...] = ()
    example: str = ""
    sure: bool = False
    noun: bool = True


@dataclass(frozen=True, slots=True)
class _Asked:
    text: str
    language: str | None
    country: str | None
    person: int | str


def report(session: Session, progress: Callable[[int], object] = lambda _: None) -> NameReport:
    """Read all recorded searches again, with the names as they are today.

    A person is one visitor where the visitor is known, else one inquiry. A word that stands in a published
    solution is no unknown name. `progress` is told of each search that was read.
    """
    products = catalogue.load(session)
    book = NameBook(products)
    fired: set[tuple[str, str]] = set()
    uses: dict[str, _Use] = defaultdict(_Use)
    searches, people = 0, set()
    for asked in _searches(session):
        matches = book.find(asked.text, asked.country, asked.language)
        fired.update((match.code, match.via) for match in matches)
        _note(uses, asked, matches)
        people.add(asked.person)
        searches += 1
        progress(1)
    known = _published_words(session) if uses else frozenset()
    return NameReport(searches, len(people), _silent(products, fired), _unknown(uses, known, products))


def _searches(session: Session) -> Iterator[_Asked]:
    """Yield all searches, the oldest first, page by page."""
    columns = (Search.id, Search.text, Search.language, Search.country, Inquiry.id, Inquiry.visitor)
    query = select(*columns).join(Inquiry, Inquiry.id == Search.inquiry_id).order_by(Search.id)
    last = 0
    while rows := session.execute(query.where(Search.id > last).limit(_PAGE)).all():
        for _, text, language, country, inquiry, visitor in rows:
            yield _Asked(text, language, country, visitor or inquiry)
        last = rows[-1][0]


def _note(uses: dict[str, _Use], asked: _Asked, matches: tuple[ProductMatch, ...]) -> None:
    taken = [(match.start, match.end) for match in matches]
    for candidate in candidates(asked.text, asked.language, taken):
        use = uses["".join(candidate.words)]
        use.people.setdefault(asked.person, asked.country)
        use.written[candidate.written] += 1
        use.words = candidate.words
        use.example = use.example or _shortened(asked.text, candidate)
        use.sure |= candidate.sure
        use.noun &= candidate.noun


def _shortened(text: str, candidate: Candidate) -> str:
    """Return a text with the candidate in it that fits on two lines."""
    if len(text) <= EXAMPLE_LENGTH:
        return text
    start = max(text.index(candidate.written) - EXAMPLE_LENGTH // 2, 0)
    start = text.rfind(" ", 0, start) + 1
    end = start + EXAMPLE_LENGTH
    return ("…" if start else "") + text[start:end].strip() + ("…" if end < len(text) else "")


def _published_words(session: Session) -> frozenset[str]:
    """Return all words of what is published, folded."""
    words: set[str] = set()
    for document in documents.documents(session):
        words.update(piece.text for piece in pieces(f"{document.title}\n{document.text}"))
    return frozenset(words)


def _silent(products: tuple[Product, ...], fired: set[tuple[str, str]]) -> tuple[SilentName, ...]:
    found = []
    for product in products:
        places: dict[str, list[str]] = {product.name: []}
        for name in product.names:
            places.setdefault(name.name, []).extend([name.country] if name.country else [])
        found += [
            SilentName(product.code, product.name, name, tuple(sorted(set(countries))))
            for name, countries in places.items()
            if (product.code, name) not in fired
        ]
    return tuple(found)


def _unknown(
    uses: dict[str, _Use], known: frozenset[str], products: tuple[Product, ...]
) -> tuple[UnknownName, ...]:
    ours = {pieces(name)[0].text for each in products for name in _written(each) if pieces(name)}
    found = [_told(use) for use in uses.values() if _counts(use, known, ours)]
    return tuple(sorted(found, key=lambda name: (-name.people, name.name)))


def _written(product: Product) -> list[str]:
    return [product.name, *(name.name for name in product.names)]


def _counts(use: _Use, known: frozenset[str], ours: set[str]) -> bool:
    """Tell whether enough people used a word that no solution uses, or a number of our own product."""
    if not (use.sure or use.noun) or len(use.people) < (LEAST_PEOPLE if use.sure else LEAST_PEOPLE_NOUN):
        return False
    letters = [word for word in use.words if not word[0].isdigit()]
    if len(letters) < len(use.words) and letters[0] in ours:
        return True
    if all(word in known for word in letters):
        return False
    return use.sure or not any(tail in known for tail in compound_tails(letters[0]))


def _told(use: _Use) -> UnknownName:
    countries = Counter(country for country in use.people.values() if country)
    ranked = sorted(countries.items(), key=lambda each: (-each[1], each[0]))
    return UnknownName(use.written.most_common(1)[0][0], len(use.people), tuple(ranked), use.example)
