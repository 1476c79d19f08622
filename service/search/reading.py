"""The page of one solution, and what its readers say of it."""

from typing import Any, Literal

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse

from kb import documents, locales, solutions, votes
from kb.db import reading, transaction
from kb.errors import NotFound
from kb.products import called
from service.caching import kept
from service.deps import Address, PagesNeeded, ReaderNeeded, Services, ServicesNeeded
from service.forms import Form
from service.pages import segment
from service.reader import Reader
from service.rich_text import markdown
from service.search import find, view
from service.search.texts import TEXTS, WORDS
from service.security import MaySee, Role, allow, own_form

router = APIRouter(include_in_schema=False, dependencies=[allow(Role.PUBLIC)])


@router.get("/solutions/{id:anything}")
def solution(
    id: str,
    request: Request,
    pages: PagesNeeded,
    services: ServicesNeeded,
    reader: ReaderNeeded,
    seen: MaySee,
    search: str = "",
    language: str = "",
) -> Response:
    """Show one solution; opened from a search it counts as an outcome, and leads back to it."""
    key = _opened(services, search, id) if search else None
    with reading(services.sessions) as session:
        found = solutions.get(session, id, language or reader.wanted, seen)
        known = {product.code: product for product in documents.catalogue(session)}
    named = [
        (code, called(known[code], reader.country, reader.wanted)) for code in found.products if code in known
    ]
    listed = None if key else reader.listed(f"/solutions/{segment(id)}", found.language, found.languages)
    body = markdown(found.body)
    page = pages.render(
        "search/solution.html",
        reader=reader,
        listed=listed,
        here="search" if key else "browse",
        t=WORDS(reader.language),
        solution=found,
        body=body,
        data=view.structured(found, body, listed.canonical if listed else "", [name for _, name in named]),
        summary=view.summary(body),
        products=named,
        foreign=locales.primary(found.language) != locales.primary(language or reader.wanted),
        search=key,
        address=lambda tag: _address(reader, id, key, tag),
    )
    return page if key else kept(request, page)


@router.post("/solutions/{id:anything}/vote", dependencies=[Depends(own_form)])
def vote(id: str, form: Form, services: ServicesNeeded, seen: MaySee, address: Address) -> Response:
    """Record what a reader said who came without a search."""
    services.votes.count(address)
    kind: votes.VoteKind = "solved" if form.get("kind") == "solved" else "rejected"
    reason = form.get("reason") if form.get("reason") in TEXTS["reasons"] else None
    with transaction(services.sessions) as session:
        votes.cast(session, id, form.get("read", ""), kind, seen, reason)
    return RedirectResponse(f"/votes/{kind}", 303)


@router.get("/votes/{kind}")
def voted(kind: Literal["solved", "rejected"], pages: PagesNeeded, reader: ReaderNeeded) -> Response:
    """Thank for what was said, and show the way on."""
    values: dict[str, Any] = {"reader": reader, "here": "browse", "t": WORDS(reader.language)}
    if kind == "solved":
        return pages.render("search/solved.html", search=None, **values)
    return pages.render("search/unsolved.html", **values)


def _opened(services: Services, key: str, solution: str) -> str | None:
    """Record that a solution was opened; a search that is gone does not keep anybody from reading."""
    try:
        find.say(services, key, solution, "opened")
    except NotFound:
        return None
    return key


def _address(reader: Reader, id: str, search: str | None, language: str) -> str:
    """Return the address of another language; in the course of a search only the solution changes its own."""
    if search:
        return reader.base + view.solution_address(id, search, language)
    return f"/{language}/solutions/{segment(id)}"
