"""The search page and its results."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.orm import Session

from indexer.results import SearchResult
from kb import documents, inquiries, locales
from kb.db import reading
from kb.errors import Invalid
from kb.incidents import OpenIncident
from kb.products import Product
from kb.text import detect_language
from service.caching import kept
from service.deps import PagesNeeded, ReaderNeeded, ServicesNeeded
from service.forms import Form
from service.pages import Pages
from service.reader import Reader
from service.search import find, view
from service.search.texts import TEXTS, WORDS
from service.security import MaySee, Role, allow, own_form
from service.wording import LANGUAGES

router = APIRouter(include_in_schema=False, dependencies=[allow(Role.PUBLIC)])
FROM_US = [Depends(own_form)]
BOX = ("q", "country", "language", "previous")


@router.get("/")
def home(request: Request, pages: PagesNeeded, services: ServicesNeeded, reader: ReaderNeeded) -> Response:
    """Show the empty search box."""
    country = reader.country or services.settings.default_country or ""
    return kept(request, _home(pages, reader, view.Box(country=country)))


@router.get("/searches")
def searches() -> Response:
    """Lead back who reloads the address that the form is sent to."""
    return RedirectResponse("/", 303)


@router.post("/searches", dependencies=FROM_US)
def submit(
    form: Form, pages: PagesNeeded, services: ServicesNeeded, reader: ReaderNeeded, seen: MaySee
) -> Response:
    """Search with what was typed; the answer has an address of its own, so that it can be reloaded."""
    box = _checked(view.Box(*(form.get(name, "") for name in BOX)), WORDS(reader.language))
    if box.wrong:
        return _home(pages, reader, box, status=422)
    country, language = box.country or None, _language(box, reader)
    result = find.search(services, box.text, country=country, language=language, may_see=seen)
    key = find.record(services, box.text, country, result, box.previous)
    if len(box.text) > find.KEPT:
        recorded = find.recall(services, key)
        known = find.known(services, box.text, country, language, result)
        with reading(services.sessions) as session:
            return _results(
                pages, reader, session, recorded, result, box, known, WORDS(reader.language)["kept"]
            )
    return RedirectResponse(f"/searches/{key}", 303)


@router.get("/searches/{key}")
def show(
    key: str, pages: PagesNeeded, services: ServicesNeeded, reader: ReaderNeeded, seen: MaySee
) -> Response:
    """Show the results of a search; it is searched again, so that what was withdrawn since is gone."""
    recorded = find.recall(services, key)
    text, country = recorded.text, recorded.country
    language = None if recorded.language == detect_language(text) else recorded.language
    result = find.search(services, text, country=country, language=language, may_see=seen)
    box = view.Box(text, country or "", language or "", previous=key)
    known = find.known(services, text, country, language, result)
    with reading(services.sessions) as session:
        return _results(pages, reader, session, recorded, result, box, known)


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
def solved(key: str, pages: PagesNeeded, services: ServicesNeeded, reader: ReaderNeeded) -> Response:
    """Thank for the good news."""
    found = find.recall(services, key).key
    return pages.render(
        "search/solved.html", reader=reader, t=WORDS(reader.language), here="search", search=found
    )


def _home(pages: Pages, reader: Reader, box: view.Box, status: int = 200) -> Response:
    listed = reader.listed("/", reader.language, LANGUAGES) if status == 200 else None
    return pages.render(
        "search/home.html",
        code=status,
        reader=reader,
        listed=listed,
        t=WORDS(reader.language),
        here="search",
        box=box,
    )


def _results(
    pages: Pages,
    reader: Reader,
    session: Session,
    recorded: inquiries.RecordedSearch,
    result: SearchResult,
    box: view.Box,
    known: Iterable[OpenIncident],
    *notices: str,
) -> Response:
    t = WORDS(reader.language)
    page = view.results(recorded, result, find.is_down(result), _products(session), notices, t, known)
    return pages.render("search/results.html", reader=reader, t=t, here="search", box=box, page=page)


def _language(box: view.Box, reader: Reader) -> str | None:
    """Return what was chosen; a text that is too short to tell its language by speaks as its reader does."""
    if box.language or not reader.said or detect_language(box.text):
        return box.language or None
    return reader.wanted


def _checked(box: view.Box, t: Mapping[str, Any]) -> view.Box:
    """Return the box with country and language in one spelling, and a sentence for what is not right."""
    changed: dict[str, str] = {}
    if wrong := find.fault(box.text):
        changed["problem"] = t[wrong]
    for name, check in (("country", locales.country), ("language", locales.language)):
        typed = getattr(box, name)
        try:
            changed[name] = check(typed) if typed else ""
        except Invalid:
            changed[f"{name}_problem"] = t[f"{name}_problem"].format(value=typed[:40])
    return replace(box, **changed)


def _products(session: Session) -> Mapping[str, Product]:
    return {product.code: product for product in documents.catalogue(session)}
