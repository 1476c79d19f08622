"""The ticket form, the number that it gives, and the status page."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.orm import Session

from kb import documents, inquiries, solutions, tracking
from kb.db import reading
from kb.errors import Conflict, Invalid, Mistyped, NotFound
from service.caching import kept
from service.deps import Address, PagesNeeded, ReaderNeeded, ServicesNeeded
from service.forms import Form
from service.pages import Pages
from service.reader import Reader
from service.security import MaySee, Role, allow, own_form
from service.tickets import desk
from service.tickets import form as forms
from service.tickets.schema import TicketRequest
from service.tickets.texts import TEXTS, WORDS

router = APIRouter(include_in_schema=False, dependencies=[allow(Role.PUBLIC)])
FROM_US = [Depends(own_form)]


@router.get("/tickets/new")
def new(
    pages: PagesNeeded,
    reader: ReaderNeeded,
    services: ServicesNeeded,
    may_see: MaySee,
    search: str = "",
    incident: str = "",
) -> Response:
    """Open the form; after a search it holds what was typed, the products and what did not help."""
    with reading(services.sessions) as session:
        recorded = desk.search_of(services, session, search)
        form = forms.opened(recorded, _products(session, recorded), _seen(session, recorded, may_see))
    return _form(pages, reader, replace(form, incident=incident, known=services.known.get(incident)))


@router.post("/tickets", dependencies=FROM_US)
def file(
    form: Form, pages: PagesNeeded, reader: ReaderNeeded, services: ServicesNeeded, may_see: MaySee
) -> Response:
    """File the ticket, or give the form back with all that was typed and a sentence for each mistake."""
    sent = forms.typed(form)
    with reading(services.sessions) as session:
        recorded = desk.search_of(services, session, sent.search)
        sent = replace(
            sent,
            search=recorded.key if recorded else "",
            known=services.known.get(sent.incident),
            products=tuple(_products(session, recorded)),
            seen=tuple(_seen(session, recorded, may_see)),
        )
    checked = forms.check(sent, WORDS(reader.language))
    if not isinstance(checked, TicketRequest):
        return _form(pages, reader, replace(sent, problems=checked), status=422)
    checked.rejected = _rejected(recorded)
    try:
        opened = desk.open_ticket(services, checked, "web", sent.key)
    except Invalid as error:
        return _form(pages, reader, replace(sent, problems={error.field or "form": str(error)}), status=422)
    except Conflict as error:
        return _form(pages, reader, replace(sent, key=forms.new_key(), sent_as=_number_of(error)), status=409)
    return RedirectResponse(f"/tickets/{tracking.display(opened.number)}/received", 303)


@router.get("/tickets")
def tickets_address() -> Response:
    """Lead back who reloads the address that the form is sent to."""
    return RedirectResponse("/tickets/new", 303)


@router.get("/tickets/{number}/received")
def received(
    number: str, pages: PagesNeeded, reader: ReaderNeeded, services: ServicesNeeded, address: Address
) -> Response:
    """Show the number, large, and what happens next."""
    status = desk.status(services, number, address)
    return pages.render(
        "tickets/received.html",
        reader=reader,
        t=WORDS(reader.language),
        number=tracking.display(status.number),
    )


@router.get("/status")
def lookup(request: Request, pages: PagesNeeded, reader: ReaderNeeded) -> Response:
    """Ask for a number."""
    return kept(request, _lookup(pages, reader, "", None))


@router.post("/status", dependencies=FROM_US)
def look_up(
    form: Form, pages: PagesNeeded, reader: ReaderNeeded, services: ServicesNeeded, address: Address
) -> Response:
    """Lead to the status of a number, or say what is wrong with it."""
    typed = form.get("number", "")
    try:
        found = desk.status(services, typed, address)
    except (Invalid, NotFound) as error:
        return _lookup(pages, reader, typed[:100], error)
    return RedirectResponse(f"/status/{tracking.display(found.number)}", 303)


@router.get("/status/{number}")
def status(
    number: str, pages: PagesNeeded, reader: ReaderNeeded, services: ServicesNeeded, address: Address
) -> Response:
    """Show how far a ticket is."""
    try:
        found = desk.status(services, number, address)
    except (Invalid, NotFound) as error:
        return _lookup(pages, reader, number[:100], error)
    return pages.render(
        "tickets/status.html",
        reader=reader,
        t=WORDS(reader.language),
        here="status",
        status=found,
        number=tracking.display(found.number),
    )


def _form(pages: Pages, reader: Reader, form: forms.TicketForm, status: int = 200) -> Response:
    page = pages.render("tickets/new.html", code=status, reader=reader, t=WORDS(reader.language), form=form)
    # Who goes back to a form that was sent must find it with its key: a second send is no second ticket.
    page.headers["cache-control"] = "private, no-cache"
    return page


def _lookup(pages: Pages, reader: Reader, typed: str, error: Invalid | NotFound | None) -> Response:
    status = error.status if error else 200
    problem = _said(error, WORDS(reader.language)) if error else ""
    return pages.render(
        "tickets/lookup.html",
        code=status,
        reader=reader,
        t=WORDS(reader.language),
        here="status",
        typed=typed,
        problem=problem,
    )


def _said(error: Invalid | NotFound, t: Mapping[str, Any]) -> str:
    """Say what is wrong with a number; English has a sentence of its own for each way to mistype it."""
    if t is TEXTS:
        return str(error)
    kinds = ((NotFound, "unknown"), (Mistyped, "mistyped"))
    return str(t[next((key for kind, key in kinds if isinstance(error, kind)), "missing")])


def _products(session: Session, recorded: inquiries.RecordedSearch | None) -> list[str]:
    codes = recorded.products if recorded else ()
    return [product.name for product in documents.catalogue(session) if product.code in codes]


def _rejected(recorded: inquiries.RecordedSearch | None) -> list[str]:
    said = recorded.outcomes if recorded else ()
    return list(dict.fromkeys(each.solution for each in said if each.kind == "rejected" and each.solution))


def _seen(
    session: Session, recorded: inquiries.RecordedSearch | None, may_see: frozenset[str]
) -> list[forms.Seen]:
    """Return the solutions that were opened or rejected, as far as they can still be read."""
    rejected = _rejected(recorded)
    said = recorded.outcomes if recorded else ()
    seen = []
    for id in dict.fromkeys(each.solution for each in said if each.solution):
        try:
            found = solutions.get(session, id, recorded.language if recorded else None, may_see)
        except NotFound:
            continue
        seen.append(forms.Seen(found.title, found.language, id in rejected))
    return seen


def _number_of(error: Conflict) -> str | None:
    number = getattr(error, "number", None)
    return tracking.display(number) if number else None
