"""Answer one query: search, look again at what may be shown, record."""

from dataclasses import replace

from indexer.decide import Decision
from indexer.results import SearchResult, Suggestion
from kb import audits, documents, inquiries
from kb.db import reading, transaction
from kb.errors import Invalid, NotFound, Unavailable
from kb.incidents import OpenIncident
from kb.text import normalise
from service.deps import Services
from service.forms import clean
from service.logs import log
from service.search.texts import TEXTS

# What is kept of a typed text with its search, so that a ticket can be made of it; a ticket takes as much.
KEPT = 20_000
SHOWN = 3


def readable(text: str) -> str:
    """Return the text that can be searched with, or raise Invalid with a sentence."""
    text = clean(text)
    if wrong := fault(text):
        raise Invalid(TEXTS[wrong], "query")
    return text


def fault(text: str) -> str | None:
    """Return the key of the sentence about a text that cannot be searched with."""
    if not text:
        return "empty"
    return None if any(letter.isalnum() for letter in text) else "wordless"


def search(
    services: Services,
    text: str,
    *,
    country: str | None,
    language: str | None,
    may_see: frozenset[str],
    limit: int = SHOWN,
) -> SearchResult:
    """Search; whatever is down, the result says so and nothing is raised."""
    country = country or services.settings.default_country
    try:
        result = services.index.search(text, country=country, language=language, limit=limit, may_see=may_see)
    except Unavailable as error:
        return nothing(text, language, str(error))
    return _still_visible(services, result, may_see)


def known(
    services: Services, text: str, country: str | None, language: str | None, result: SearchResult
) -> tuple[OpenIncident, ...]:
    """Return the known open problems that this may be; none while search is down."""
    if is_down(result):
        return ()
    products = frozenset(each.code for each in result.products)
    return services.known.fitting(text, products, country or services.settings.default_country, language)


def suggest(
    services: Services,
    typed: str,
    *,
    country: str | None,
    language: str | None,
    may_see: frozenset[str],
    limit: int,
) -> tuple[Suggestion, ...]:
    """Return titles for what is being typed, as far as they may be shown now."""
    country = country or services.settings.default_country
    found = services.index.suggest(typed, country=country, language=language, limit=limit, may_see=may_see)
    with reading(services.sessions) as session:
        seen = documents.visible(session, [(each.id, each.language) for each in found], may_see)
    return tuple(each for each in found if (each.id, each.language) in seen)


def nothing(text: str, language: str | None, reason: str) -> SearchResult:
    """Return the result of a search that could not take place."""
    normal = normalise(text)
    decision = Decision("escalate", probability=0.0, threshold=1.0, certified=False)
    return SearchResult(normal.text, language, (), decision, (), reason, normal.cut, "", "")


def is_down(result: SearchResult) -> bool:
    """Say whether nothing was searched at all."""
    return not result.snapshot


def record(
    services: Services,
    text: str,
    country: str | None,
    result: SearchResult,
    previous: str | None = None,
    site: str | None = None,
) -> str:
    """Record what was asked and shown, draw lots for the audit, and return the public id of the search."""
    share = services.settings.audit_share
    search = inquiries.SearchRecord(
        text=text[:KEPT],
        language=result.language,
        country=country or services.settings.default_country,
        products=tuple(each.code for each in result.products),
        shown=tuple(inquiries.Shown(hit.id, hit.language, hit.score, hit.probability) for hit in result.hits),
        action=result.decision.action,
        probability=result.decision.probability,
        threshold=result.decision.threshold,
        certified=result.decision.certified,
        degraded=result.degraded,
        snapshot=result.snapshot,
        embedder=result.embedder,
        previous=previous or None,
        site=site,
        decision=result.decision.version,
        audit_share=share if _is_decided(result) and audits.drawn(share) else None,
    )
    log.info("search", action=search.action, solutions=len(search.shown), snapshot=search.snapshot)
    return services.recorder.record(search)


def recall(services: Services, key: str) -> inquiries.RecordedSearch:
    """Return a recorded search, or raise NotFound with a sentence."""
    if waiting := services.recorder.recall(key):
        return waiting
    try:
        with reading(services.sessions) as session:
            return inquiries.recall(session, key)
    except NotFound as error:
        raise NotFound(TEXTS["gone"]) from error


def say(
    services: Services, key: str, solution: str | None, kind: inquiries.OutcomeKind, reason: str | None = None
) -> None:
    """Record what a visitor did with a solution or said of it."""
    services.recorder.settle(key)
    with transaction(services.sessions) as session:
        inquiries.record_outcome(session, key, solution, kind, reason)


def _is_decided(result: SearchResult) -> bool:
    """Say whether the classifier spoke of the solution that is shown first."""
    return bool(result.hits and result.decision.version)


def _still_visible(services: Services, result: SearchResult, may_see: frozenset[str]) -> SearchResult:
    """Leave out what was withdrawn since the index was made; without its first hit it is no answer."""
    with reading(services.sessions) as session:
        seen = documents.visible(session, [(hit.id, hit.language) for hit in result.hits], may_see)
    hits = tuple(hit for hit in result.hits if (hit.id, hit.language) in seen)
    if hits == result.hits:
        return result
    decision = result.decision
    if not hits:
        decision = replace(decision, action="escalate", probability=0.0)
    elif hits[0] != result.hits[0]:
        action = "ask" if decision.action == "answer" else decision.action
        probability = hits[0].probability
        decision = replace(decision, action=action, probability=probability, certified=False, version="")
    return replace(result, hits=hits, decision=decision)
