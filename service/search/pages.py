"""The search page, its results, and the page of one solution."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from fastapi import APIRouter, Depends, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.orm import Session

from indexer.results import SearchResult
from kb import documents, inquiries, locales, solutions
from kb.db import reading
from kb.errors import Invalid, NotFound
from kb.products import Product
from kb.text import detect_language
from service.deps import PagesNeeded, Services, ServicesNeeded
from service.forms import Form
from service.pages import Pages
from service.search import find, view
from service.search.texts import TEXTS
from service.security import MaySee, Role, allow, own_form

router = APIRouter(include_in_schema=False, dependencies=[allow(Role.PUBLIC)])
FROM_US = [Depends(own_form)]


@router.get("/")
def home(pages: PagesNeeded, services: ServicesNeeded) -> Response:
    """Show the empty search box."""
    return _home(pages, view.Box(country=services.settings.default_country or ""))


@router.get("/searches")
def searches() -> Response:
    """Lead back who reloads the address that the form is sent to."""
    return RedirectResponse("/", 303)


@router.post("/searches", dependencies=FROM_US)
def submit(form: Form, pages: PagesNeeded, services: ServicesNeeded, seen: MaySee) -> Response:
    """Search with what was typed; the answer has an address of its own, so that it can be reloaded."""
    box = view.Box(*(form.get(name, "") for name in ("q", "country", "language", "previous")))
    try:
        text = find.readable(box.text)
        country = locales.country(box.country) if box.country else None
        language = locales.language(box.language) if box.language else None
    except Invalid as error:
        return _home(pages, _explained(box, error), status=422)
    result = find.search(services, text, country=country, language=language, may_see=seen)
    key = find.record(services, text, country, result, box.previous)
    if len(text) > find.KEPT:
        recorded = find.recall(services, key)
        with reading(services.sessions) as session:
            return _results(pages, session, recorded, result, box, TEXTS["kept"])
    return RedirectResponse(f"/searches/{key}", 303)


@router.get("/searches/{key}")
def show(key: str, pages: PagesNeeded, services: ServicesNeeded, seen: MaySee) -> Response:
    """Show the results of a search; it is searched again, so that what was withdrawn since is gone."""
    recorded = find.recall(services, key)
    text, country = recorded.text, recorded.country
    language = None if recorded.language == detect_language(text) else recorded.language
    result = find.search(services, text, country=country, language=language, may_see=seen)
    box = view.Box(text, country or "", language or "", previous=key)
    with reading(services.sessions) as session:
        return _results(pages, session, recorded, result, box)


@router.post("/searches/{key}/none", dependencies=FROM_US)
def none_of_these(key: str, services: ServicesNeeded) -> Response:
    """Record that nothing fitted, and open the ticket form."""
    find.say(services, key, None, "rejected", "none-of-these")
    return RedirectResponse(f"/tickets/new?search={key}", 303)


@router.post("/searches/{key}/outcome", dependencies=FROM_US)
def outcome(key: str, form: Form, services: ServicesNeeded) -> Response:
    """Record what was said of a solution, and go on from there."""
    kind: inquiries.OutcomeKind = "solved" if form.get("kind") == "solved" else "rejected"
    reason = form.get("reason") if form.get("reason") in TEXTS["reasons"] else None
    find.say(services, key, form.get("solution") or None, kind, reason)
    return RedirectResponse(f"/searches/{key}/solved" if kind == "solved" else f"/searches/{key}", 303)


@router.get("/searches/{key}/solved")
def solved(key: str, pages: PagesNeeded, services: ServicesNeeded) -> Response:
    """Thank for the good news."""
    return pages.render("search/solved.html", t=TEXTS, here="search", search=find.recall(services, key).key)


@router.get("/solutions/{id:anything}")
def solution(
    id: str, pages: PagesNeeded, services: ServicesNeeded, seen: MaySee, search: str = "", language: str = ""
) -> Response:
    """Show one solution; opened from a search it counts as an outcome, and asks whether it helped."""
    key = _opened(services, search, id) if search else None
    with reading(services.sessions) as session:
        found = solutions.get(session, id, language or None, seen)
        products = _products(session)
    return pages.render(
        "search/solution.html",
        t=TEXTS,
        here="search",
        solution=found,
        products=[products[code].name for code in found.products if code in products],
        search=key,
        address=lambda tag: view.solution_address(id, key, tag),
    )


def _home(pages: Pages, box: view.Box, status: int = 200) -> Response:
    return pages.render("search/home.html", code=status, t=TEXTS, here="search", box=box)


def _results(
    pages: Pages,
    session: Session,
    recorded: inquiries.RecordedSearch,
    result: SearchResult,
    box: view.Box,
    *notices: str,
) -> Response:
    page = view.results(recorded, result, find.is_down(result), _products(session), notices)
    return pages.render("search/results.html", t=TEXTS, here="search", box=box, page=page)


def _explained(box: view.Box, error: Invalid) -> view.Box:
    names = {"country": "country_problem", "language": "language_problem"}
    changed: dict[str, Any] = {names.get(error.field or "", "problem"): str(error)}
    return replace(box, **changed)


def _opened(services: Services, key: str, solution: str) -> str | None:
    """Record that a solution was opened; a search that is gone does not keep anybody from reading."""
    try:
        find.say(services, key, solution, "opened")
    except NotFound:
        return None
    return key


def _products(session: Session) -> Mapping[str, Product]:
    return {product.code: product for product in documents.catalogue(session)}
