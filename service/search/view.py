"""What the search pages show, in the words that people read."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from markupsafe import Markup

from indexer.decide import Decision
from indexer.results import SAME_REPORT, SAME_TEXT, SAME_TITLE, Hit, SearchResult
from kb import locales
from kb.incidents import OpenIncident
from kb.inquiries import RecordedSearch
from kb.products import Product, ProductMatch
from kb.solutions import SolutionView
from service.pages import segment
from service.search.texts import TEXTS

# How the reasons of search are said in the words of the pages; the first one ends with a name.
_ABOUT = "it is about the "
_REASONS = {SAME_TITLE: "title", SAME_TEXT: "text", SAME_REPORT: "report"}
# What of a solution search engines show below its title.
_SUMMARY = 160


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

    @property
    def wrong(self) -> bool:
        """Say whether something is not right."""
        return bool(self.problem or self.country_problem or self.language_problem)

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
    known: tuple[OpenIncident, ...]


def results(
    recorded: RecordedSearch,
    result: SearchResult,
    down: bool,
    products: Mapping[str, Product],
    notices: Iterable[str],
    t: Mapping[str, Any] = TEXTS,
    known: Iterable[OpenIncident] = (),
) -> ResultsPage:
    """Put a result into words; solutions that were already rejected move to the end."""
    said = {each.solution for each in recorded.outcomes}
    rejected = {each.solution for each in recorded.outcomes if each.kind == "rejected" and each.solution}
    hits = sorted(result.hits, key=lambda hit: hit.id in rejected)
    action, words = _verdict(result, hits, rejected, down)
    named = {each.code for each in result.products}  # these stand above the cards already
    others = {code: product for code, product in products.items() if code not in named}
    cards = [_hit(hit, recorded.key, result.language, hit.id in rejected, others, t) for hit in hits]
    return ResultsPage(
        key=recorded.key,
        recorded=recorded,
        action=action,
        headline=t["headline"][words],
        lead=t["lead"].get(words, t["lead"][action]),
        how=how_sure(result.decision, t),
        hits=tuple(cards),
        products=tuple(_name(each, products.get(each.code), recorded.country) for each in result.products),
        notices=(*_notices(result, down, t), *notices),
        product_names=tuple(dict.fromkeys(each.name for each in result.products)),
        touched=tuple(card for card, hit in zip(cards, hits, strict=True) if hit.id in said),
        known=tuple(known),
    )


def solution_address(solution: str, search: str | None, language: str | None = None) -> str:
    """Return the address of a solution page, in the course of a search where there is one."""
    asked = {name: value for name, value in (("search", search), ("language", language)) if value}
    return f"/solutions/{segment(solution)}" + (f"?{urlencode(asked)}" if asked else "")


def structured(solution: SolutionView, body: str, address: str, products: list[str]) -> dict[str, Any]:
    """Describe a solution as schema.org does: an article answers many people's question, a ticket one's."""
    answer = {"@type": "Answer", "text": body}
    question: dict[str, Any] = {"@type": "Question", "name": solution.title, "acceptedAnswer": answer}
    if solution.kind == "ticket":
        answer |= {"url": address, "datePublished": solution.updated_at.isoformat()}
        question |= {"answerCount": 1, "text": solution.title}
    return {
        "@context": "https://schema.org",
        "@type": "QAPage" if solution.kind == "ticket" else "FAQPage",
        "url": address,
        "inLanguage": solution.language,
        "dateModified": solution.updated_at.isoformat(),
        "about": [{"@type": "Product", "name": name} for name in products],
        "mainEntity": question if solution.kind == "ticket" else [question],
    }


def summary(text: Markup) -> str:
    """Return the beginning of a cleaned text without its tags, cut at a word."""
    plain = " ".join(text.striptags().split())
    return plain if len(plain) <= _SUMMARY else plain[:_SUMMARY].rsplit(" ", 1)[0] + "…"


def how_sure(decision: Decision, t: Mapping[str, Any] = TEXTS) -> str:
    """Say how often the first solution is right, never "always", and whether that was checked here."""
    tenths = round(decision.probability * 10)
    share = t[{0: "how_few", 10: "how_many"}.get(tenths, "how_about")].format(count=tenths)
    checked = t["how_verified"] if decision.certified else t["how_unverified"]
    return str(t["how_chance"].format(share=share, checked=checked))


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


def _notices(result: SearchResult, down: bool, t: Mapping[str, Any]) -> Iterable[str]:
    if result.cut:
        yield t["cut"]
    if result.degraded and not down:
        yield t["degraded"]


def _name(match: ProductMatch, product: Product | None, country: str | None) -> NameView:
    """Say where the product is called so, if that is one place: the reader's country, or the only one."""
    if match.via.casefold() == match.name.casefold():
        return NameView(None, None, match.name)
    places = {each.country for each in product.names if each.name == match.via} if product else set()
    place = country if country in places else next(iter(places)) if len(places) == 1 else None
    return NameView(match.via, place, match.name)


def _reason(why: str, t: Mapping[str, Any]) -> str:
    if why.startswith(_ABOUT):
        return str(t["why"]["product"].format(name=why.removeprefix(_ABOUT)))
    return str(t["why"][_REASONS.get(why, "words")])


def _hit(
    hit: Hit,
    key: str,
    language: str | None,
    rejected: bool,
    products: Mapping[str, Product],
    t: Mapping[str, Any],
) -> HitView:
    return HitView(
        title=hit.title,
        snippet=hit.snippet,
        language=hit.language,
        address=solution_address(hit.id, key, hit.language),
        products=tuple(products[code].name for code in hit.products if code in products),
        why=tuple(_reason(why, t) for why in hit.why),
        translated=bool(language) and locales.primary(hit.language) != locales.primary(language or ""),
        rejected=rejected,
    )
