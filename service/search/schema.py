"""What goes in and out of search over HTTP."""

from collections.abc import Iterable
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from indexer.results import SearchResult
from kb.incidents import OpenIncident
from service.fields import Country, Language
from service.search.view import how_sure

SEARCH_EXAMPLE: Final[dict[str, Any]] = {
    "query": "El Montero no arranca en frío",
    "country": "ES",
    "language": "es",
    "limit": 3,
}
ANSWER_EXAMPLE: Final[dict[str, Any]] = {
    "search": "p7Zk3x0Qw1uJfT5b2mVn9A",
    "query": "El Montero no arranca en frío",
    "language": "es",
    "products": [{"code": "PAJ", "name": "Mitsubishi Pajero", "matched": "Montero", "via": "Montero"}],
    "decision": {
        "action": "answer",
        "probability": 0.93,
        "threshold": 0.71,
        "certified": False,
        "explanation": "Solves it in about 9 of 10 cases like this; "
        "not yet checked on this help desk’s own questions.",
    },
    "solutions": [
        {
            "id": "cold-start",
            "title": "El motor no arranca en frío",
            "snippet": "Compruebe primero las bujías de precalentamiento …",
            "language": "es",
            "score": 4.21,
            "probability": 0.93,
            "products": ["PAJ"],
            "why": ["speaks of Mitsubishi Pajero"],
        }
    ],
    "incidents": [],
    "cut": False,
    "degraded": None,
}


class SearchRequest(BaseModel):
    """A problem as somebody typed it."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [SEARCH_EXAMPLE]})

    query: str = Field(description="the problem in any language; the first 2,000 characters are searched")
    country: Country = None
    language: Language = None
    limit: int = Field(3, ge=1, le=10)
    previous: str | None = Field(
        None, max_length=100, description="id of the search before, when this one is about the same matter"
    )


class RecognisedProduct(BaseModel):
    """A product that the query names; `matched` as it was typed, `via` the name that it stands for."""

    code: str
    name: str
    matched: str
    via: str


class DecisionOut(BaseModel):
    """What to do: show the answer, ask, or offer the ticket form."""

    action: Literal["answer", "ask", "escalate"]
    probability: float = Field(description="that the first solution solves the problem")
    threshold: float = Field(description="from which on it is an answer")
    certified: bool = Field(description="whether own judged questions prove the threshold of this answer")
    explanation: str = Field(description="the probability in plain words, and whether it was checked here")


class SolutionHit(BaseModel):
    """One solution that was found."""

    id: str
    title: str
    snippet: str
    language: str
    score: float
    probability: float
    products: list[str]
    why: list[str]


class IncidentOut(BaseModel):
    """A problem that is known and not solved yet; a ticket may name its `id`, to hear when it is."""

    id: int
    title: str
    text: str
    language: str
    products: list[str] = Field(description="codes; none when it is about no one of them")
    since: str

    @classmethod
    def of(cls, incident: OpenIncident) -> "IncidentOut":
        """Return an incident for programs."""
        return cls(
            id=incident.id,
            title=incident.title,
            text=incident.text,
            language=incident.language,
            products=list(incident.products),
            since=incident.since.isoformat(),
        )


class SearchAnswer(BaseModel):
    """What was found, and how sure we are."""

    model_config = ConfigDict(json_schema_extra={"examples": [ANSWER_EXAMPLE]})

    search: str = Field(description="id of this search, for its outcome and for a ticket")
    query: str
    language: str | None
    products: list[RecognisedProduct]
    decision: DecisionOut
    solutions: list[SolutionHit]
    incidents: list[IncidentOut] = Field(
        description="known open problems that this may be, the likeliest first"
    )
    cut: bool = Field(description="whether the query was longer than 2,000 characters")
    degraded: str | None = Field(description="why less was searched than usual, if so")

    @classmethod
    def of(cls, key: str, result: SearchResult, incidents: Iterable[OpenIncident] = ()) -> "SearchAnswer":
        """Return a result under the public id of its search."""
        hits = [
            SolutionHit(
                id=hit.id, title=hit.title, snippet=hit.snippet, language=hit.language, score=hit.score,
                probability=hit.probability, products=list(hit.products), why=list(hit.why),
            )
            for hit in result.hits
        ]  # fmt: skip
        products = [
            RecognisedProduct(code=each.code, name=each.name, matched=each.matched, via=each.via)
            for each in result.products
        ]
        chosen = result.decision
        decision = DecisionOut(
            action=chosen.action,
            probability=chosen.probability,
            threshold=chosen.threshold,
            certified=chosen.certified,
            explanation=how_sure(chosen),
        )
        return cls(
            search=key, query=result.query, language=result.language, products=products, decision=decision,
            solutions=hits, incidents=[IncidentOut.of(each) for each in incidents],
            cut=result.cut, degraded=result.degraded,
        )  # fmt: skip


class SuggestionOut(BaseModel):
    """A title that may be what is being typed."""

    id: str
    language: str
    title: str


class Suggestions(BaseModel):
    """Titles for what is being typed."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "suggestions": [
                        {"id": "cold-start", "language": "es", "title": "El motor no arranca en frío"}
                    ]
                }
            ]
        }
    )

    suggestions: list[SuggestionOut]


class BlockOut(BaseModel):
    """One element of a text: `p`, `ol`, `li`, `strong` and the like, with texts and elements inside it."""

    model_config = ConfigDict(from_attributes=True)

    tag: str
    href: str | None = Field(None, description="of a link: where it leads")
    start: int | None = Field(None, description="of a numbered list that does not begin at 1")
    children: list["str | BlockOut"]


class SolutionOut(BaseModel):
    """A solution, whole; its text as Markdown without HTML, and the same as a tree that needs no parser."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "cold-start",
                    "language": "es",
                    "languages": ["en", "es"],
                    "title": "El motor no arranca en frío",
                    "body": "Gire la **llave** …",
                    "blocks": [
                        {
                            "tag": "p",
                            "children": ["Gire la ", {"tag": "strong", "children": ["llave"]}, " …"],
                        }
                    ],
                    "products": ["PAJ"],
                    "kind": "article",
                    "updated_at": "2026-11-20T09:12:00Z",
                }
            ]
        }
    )

    id: str
    language: str
    languages: list[str]
    title: str
    body: str
    blocks: list[str | BlockOut] = Field(description="the body as elements and texts, cleaned")
    products: list[str]
    kind: str
    updated_at: str


class OutcomeRequest(BaseModel):
    """What somebody did with a solution, or said of it; without a solution: of all that was shown."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"kind": "solved", "solution": "cold-start"},
                {"kind": "rejected", "solution": None, "reason": "other-problem"},
            ]
        },
    )

    kind: Literal["opened", "solved", "rejected"]
    solution: str | None = Field(None, max_length=500)
    reason: str | None = Field(None, max_length=500)
