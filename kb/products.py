"""Product names: which product a text speaks of, under the name of any country."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from babel.languages import get_official_languages

from kb.locales import primary
from kb.names.claims import Caller, Claims
from kb.names.ordinary import Reach
from kb.names.pieces import pieces
from kb.names.spelling import Spelled, spell


@dataclass(frozen=True, slots=True)
class ProductName:
    """One name of a product; it holds for a country, a language, or everywhere."""

    name: str
    country: str | None = None
    language: str | None = None
    kind: str = "brand"


@dataclass(frozen=True, slots=True)
class Product:
    """A product with its canonical name and all its other names."""

    code: str
    name: str
    names: tuple[ProductName, ...] = ()


# Names that a company itself puts on a product today, and so the ones to speak of it by.
_OFFICIAL = ("brand", "model")


def called(product: Product, country: str | None, language: str) -> str:
    """Return the name that a product has in the reader's country, else in their language, else the canonical.

    A language says less than a country: where its countries have several names, none of them is taken.
    """
    names = [name for kind in _OFFICIAL for name in product.names if name.kind == kind]
    there = [name.name for name in names if country and name.country == country]
    tongue = primary(language)
    spoken = {name.name for name in names if name.language and primary(name.language) == tongue}
    return next(iter(there), None) or (spoken.pop() if len(spoken) == 1 else product.name)


@dataclass(frozen=True, slots=True)
class ProductMatch:
    """A product that was recognised in a text, and the name that gave it away.

    `matched` is the text as written (`start` to `end`, in characters), `via` the known name it stands
    for, in use in `country` where it belongs to one.
    """

    code: str
    name: str
    matched: str
    via: str
    start: int
    end: int
    country: str | None = None


class _Entry(NamedTuple):
    product: Product
    name: ProductName


class NameBook:
    """All names of all products, ready to be recognised in text."""

    def __init__(self, products: Iterable[Product]) -> None:
        self._entries: dict[str, list[_Entry]] = defaultdict(list)
        names: list[Spelled] = []
        for product in products:
            for name in (ProductName(product.name, kind="canonical"), *product.names):
                spelled = spell(name.name)
                names.append(spelled)
                self._entries[spelled.whole.key].append(_Entry(product, name))
                if spelled.short:
                    self._entries[spelled.short.key].append(_Entry(product, name))
        self._beside = lru_cache(maxsize=1024)(self._find_beside)
        self._claims = Claims(names)

    def find(
        self, text: str, country: str | None = None, language: str | None = None, among: Iterable[str] = ()
    ) -> tuple[ProductMatch, ...]:
        """Return the products named in `text`, in the order of their places.

        A name that several products share is resolved by `among` (codes known to be meant), then by
        `country`, then by `language`; where that leaves several, each of them is returned. A name that is an
        ordinary word is believed where the text or the caller's country or language speaks for it.
        """
        codes = frozenset(among)

        def reach(key: str) -> Reach:
            return max(_reach(entry, country, language, codes) for entry in self._entries[key])

        caller = Caller(primary(language) if language else None, reach, self._beside)
        return tuple(
            ProductMatch(
                entry.product.code,
                entry.product.name,
                text[claim.start : claim.end],
                entry.name.name,
                claim.start,
                claim.end,
                entry.name.country,
            )
            for claim in self._claims.find(text, caller)
            for entry in _resolve(self._entries[claim.key], country, language, codes)
        )

    def canonical(self, text: str, matches: Iterable[ProductMatch]) -> str:
        """Return `text` with each found name replaced by the canonical one (by all, where it stays open)."""
        names: dict[tuple[int, int], list[str]] = {}
        for match in matches:
            names.setdefault((match.start, match.end), []).append(match.name)
        parts, at = [], 0
        for (start, end), canonical in sorted(names.items()):
            before = " " if start and text[start - 1].isalnum() else ""
            after = " " if end < len(text) and text[end].isalnum() else ""
            parts += [text[at:start], before, " / ".join(canonical), after]
            at = end
        return "".join([*parts, text[at:]])

    def _find_beside(self, key: str) -> frozenset[str]:
        """Return the words of the other names of the products called so: “heater”, “espresso”."""
        products = [entry.product for entry in self._entries[key]]
        names = (name for product in products for name in (product.name, *(n.name for n in product.names)))
        return frozenset(piece.text for name in names for piece in pieces(name)) - {key}


@lru_cache(maxsize=4)
def name_book(catalogue: tuple[Product, ...]) -> NameBook:
    """Return the names of a catalogue, made once: of 2,000 products that takes a second."""
    return NameBook(catalogue)


def _resolve(
    entries: list[_Entry], country: str | None, language: str | None, codes: frozenset[str]
) -> list[_Entry]:
    """Narrow the products that share a name; one entry a product, the narrowest first."""
    steps = (
        [entry for entry in entries if entry.product.code in codes],
        [entry for entry in entries if country and entry.name.country == country],
        [entry for entry in entries if language and _speaks(entry.name, language)],
        [entry for entry in entries if entry.name.country is None and entry.name.language is None],
        entries,
    )
    chosen = next(step for step in steps if step)
    return list({entry.product.code: entry for entry in reversed(chosen)}.values())[::-1]


def _reach(entry: _Entry, country: str | None, language: str | None, codes: frozenset[str]) -> Reach:
    """Tell how far a name reaches: to a caller of its country or language, or who is known to mean it."""
    name = entry.name
    if entry.product.code in codes or (country and name.country == country):
        return Reach.HOME
    if language and _speaks(name, language):
        return Reach.HOME
    return Reach.ELSEWHERE if name.country or name.language else Reach.EVERYWHERE


def _speaks(name: ProductName, language: str) -> bool:
    tongue = primary(language).lower()
    if name.language:
        return primary(name.language).lower() == tongue
    return bool(name.country) and tongue in _official_languages(str(name.country))


@lru_cache(maxsize=256)
def _official_languages(country: str) -> frozenset[str]:
    return frozenset(get_official_languages(country, de_facto=True))
