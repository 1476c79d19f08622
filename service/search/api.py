"""Search for programs."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from kb import solutions
from kb.db import reading
from kb.errors import Invalid, NotFound
from service.deps import FromSite, ServicesNeeded
from service.errors import TOO_LARGE, failure, problems
from service.fields import Country, Language
from service.rich_text import blocks
from service.search import find
from service.search.schema import (
    BlockOut,
    OutcomeRequest,
    SearchAnswer,
    SearchRequest,
    SolutionOut,
    SuggestionOut,
    Suggestions,
)
from service.search.texts import TEXTS
from service.security import MaySee, Role, allow

router = APIRouter(prefix="/api/v1", tags=["search"], dependencies=[allow(Role.PUBLIC)])

_EMPTY = failure(Invalid(TEXTS["empty"], "query"))
_NO_COUNTRY = failure(Invalid("“Q9” is not a country; give two letters of ISO 3166, such as ES.", "country"))
_NO_LANGUAGE = failure(Invalid("“klingon” is not a language; give a code such as es or pt-BR.", "language"))
_NO_KIND = failure(Invalid("“kind” must be one of 'opened', 'solved' or 'rejected'.", "kind"))
_GONE = failure(NotFound(TEXTS["gone"]))
_NO_SOLUTION = failure(NotFound(TEXTS["solution_gone"]))


@router.post("/search", summary="Find solutions for a problem", responses=problems(_EMPTY, TOO_LARGE))
def search(asked: SearchRequest, services: ServicesNeeded, seen: MaySee, site: FromSite) -> SearchAnswer:
    """Return up to `limit` solutions and a decision; when search is down, `degraded` says why."""
    text = find.readable(asked.query)
    result = find.search(
        services, text, country=asked.country, language=asked.language, limit=asked.limit, may_see=seen
    )
    key = find.record(services, text, asked.country, result, asked.previous, site)
    known = find.known(services, text, asked.country, asked.language, result)
    return SearchAnswer.of(key, result, known)


@router.get("/suggest", summary="Titles for what is being typed", responses=problems(_NO_COUNTRY))
def suggest(
    services: ServicesNeeded,
    seen: MaySee,
    q: Annotated[str, Query(description="what has been typed so far", examples=["no arran"])],
    country: Annotated[Country, Query()] = None,
    language: Annotated[Language, Query()] = None,
    limit: Annotated[int, Query(ge=1, le=10)] = 5,
) -> Suggestions:
    """Return titles; this is no search, and nothing of it is recorded."""
    found = find.suggest(services, q, country=country, language=language, limit=limit, may_see=seen)
    return Suggestions(
        suggestions=[SuggestionOut(id=each.id, language=each.language, title=each.title) for each in found]
    )


@router.get(
    "/solutions/{id:anything}",
    summary="One solution",
    response_model_exclude_none=True,
    responses=problems(_NO_SOLUTION, _NO_LANGUAGE),
)
def solution(
    id: str, services: ServicesNeeded, seen: MaySee, language: Annotated[Language, Query()] = None
) -> SolutionOut:
    """Return a solution in the language that was asked for, else in English, else in any."""
    with reading(services.sessions) as session:
        found = solutions.get(session, id, language, seen)
    return SolutionOut(
        id=found.id,
        language=found.language,
        languages=list(found.languages),
        title=found.title,
        body=found.body,
        blocks=[
            each if isinstance(each, str) else BlockOut.model_validate(each) for each in blocks(found.body)
        ],
        products=list(found.products),
        kind=found.kind,
        updated_at=found.updated_at.isoformat(),
    )


@router.post(
    "/searches/{id}/outcome",
    status_code=204,
    response_class=Response,
    summary="Say how it went",
    responses=problems(_GONE, _NO_KIND, TOO_LARGE),
)
def outcome(id: str, said: OutcomeRequest, services: ServicesNeeded) -> None:
    """Record that a solution was opened, solved the problem, or was rejected."""
    find.say(services, id, said.solution, said.kind, said.reason)
