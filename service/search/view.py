"""What the search pages show, in the words that people read."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from indexer.decide import Decision
from indexer.results import Hit, SearchResult
from kb import locales
from kb.inquiries import RecordedSearch
from kb.products import Product, ProductMatch
from service.pages import segment
from service.search.texts import TEXTS


@dataclass(frozen=True, slots=True)
class Box:
    """The search box with what was typed into it, and what is not right about that."""

    text: str = ""
    country: str = ""
    language: str = ""
    previous: str = ""  # the search that this box stands below; both are one matter
    problem: str | None = None
    country_problem: str | None = None
    language_problem: str | None = None

    def language_choices(self, known: Mapping[str, str]) -> Iterable[tuple[str, str]]:
        """Return the languages to choose from; one that was asked for and is rare stands first."""
        if self.language and self.language not in known and not self.language_problem:
            return [(self.language, self.language), *known.items()]
        return known.items()


@dataclass(frozen=True, slots=True)
class HitView:
    """One solution as a card."""

    title: str
    snippet: str
    language: str
    address: str
    products: tuple[str, ...]
    why: tuple[str, ...]
    translated: bool
    rejected: bool


@dataclass(frozen=True, slots=True)
class NameView:
    """A recognised product: `via` is the name that was typed, unless it is the name that we use too."""

    via: str | None
    place: str | None
    name: str


@dataclass(frozen=True, slots=True)
class ResultsPage:
    """Everything that the results page says."""

    key: str
    recorded: RecordedSearch
    action: str
    headline: str
    lead: str
    how: str
    hits: tuple[HitView, ...]
    products: tuple[NameView, ...]
    notices: tuple[str, ...]
    product_names: tuple[str, ...]
    touched: tuple[HitView, ...]


def results(
    recorded: RecordedSearch,
    result: SearchResult,
    down: bool,
    products: Mapping[str, Product],
    notices: Iterable[str],
) -> ResultsPage:
    """Put a result into words; solutions that were already rejected move to the end."""
    said = {each.solution for each in recorded.outcomes}
    rejected = {each.solution for each in recorded.outcomes if each.kind == "rejected" and each.solution}
    hits = sorted(result.hits, key=lambda hit: hit.id in rejected)
    action, words = _verdict(result, hits, rejected, down)
    named = {each.code for each in result.products}  # these stand above the cards already
    others = {code: product for code, product in products.items() if code not in named}
    cards = [_hit(hit, recorded.key, result.language, hit.id in rejected, others) for hit in hits]
    return ResultsPage(
        key=recorded.key,
        recorded=recorded,
        action=action,
        headline=TEXTS["headline"][words],
        lead=TEXTS["lead"].get(words, TEXTS["lead"][action]),
        how=how_sure(result.decision),
        hits=tuple(cards),
        products=tuple(_name(each, products.get(each.code), recorded.country) for each in result.products),
        notices=(*_notices(result, down), *notices),
        product_names=tuple(dict.fromkeys(each.name for each in result.products)),
        touched=tuple(card for card, hit in zip(cards, hits, strict=True) if hit.id in said),
    )


def solution_address(solution: str, search: str | None, language: str | None = None) -> str:
    """Return the address of a solution page, in the course of a search where there is one."""
    asked = {name: value for name, value in (("search", search), ("language", language)) if value}
    return f"/solutions/{segment(solution)}" + (f"?{urlencode(asked)}" if asked else "")


def how_sure(decision: Decision) -> str:
    """Say how often the first solution is right, never "always", and whether that was checked here."""
    share = TEXTS["how_shares"][round(decision.probability * 10)]
    checked = TEXTS["how_verified"] if decision.certified else TEXTS["how_unverified"]
    return str(TEXTS["how_chance"].format(share=share, checked=checked))


def _verdict(result: SearchResult, hits: list[Hit], rejected: set[str], down: bool) -> tuple[str, str]:
    """Return the action, and the key of its words; what was rejected is no answer any more."""
    left = [hit for hit in hits if hit.id not in rejected]
    if down:
        return "escalate", "down"
    if result.decision.action == "escalate" or not left:
        return "escalate", "escalate"
    if len(left) < len(hits):
        return "ask", "ask_rest"
    if result.decision.action == "answer":
        return "answer", "answer"
    return "ask", "ask_one" if len(left) == 1 else "ask"


def _notices(result: SearchResult, down: bool) -> Iterable[str]:
    if result.cut:
        yield TEXTS["cut"]
    if result.degraded and not down:
        yield TEXTS["degraded"]


def _name(match: ProductMatch, product: Product | None, country: str | None) -> NameView:
    """Say where the product is called so, if that is one place: the reader's country, or the only one."""
    if match.via.casefold() == match.name.casefold():
        return NameView(None, None, match.name)
    places = {each.country for each in product.names if each.name == match.via} if product else set()
    place = country if country in places else next(iter(places)) if len(places) == 1 else None
    return NameView(match.via, place, match.name)


def _hit(
    hit: Hit, key: str, language: str | None, rejected: bool, products: Mapping[str, Product]
) -> HitView:
    return HitView(
        title=hit.title,
        snippet=hit.snippet,
        language=hit.language,
        address=solution_address(hit.id, key, hit.language),
        products=tuple(products[code].name for code in hit.products if code in products),
        why=hit.why,
        translated=bool(language) and locales.primary(hit.language) != locales.primary(language or ""),
        rejected=rejected,
    )
