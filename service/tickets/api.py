"""Tickets for programs."""

from typing import Annotated

from fastapi import APIRouter, Header, Response

from kb.errors import Conflict, Invalid, Mistyped, NotFound, TooMany
from service.deps import Address, FromSite, ServicesNeeded
from service.errors import TOO_LARGE, failure, problems
from service.security import Role, allow
from service.tickets import desk
from service.tickets.schema import TicketCreated, TicketOut, TicketRequest
from service.tickets.texts import TEXTS

router = APIRouter(prefix="/api/v1/tickets", tags=["tickets"], dependencies=[allow(Role.PUBLIC)])

Key = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        min_length=8,
        max_length=200,
        pattern=r"^[\x21-\x7e]+$",
        description="made when the form opens; the same key with the same content gives the same ticket",
        examples=["0e0f7a52-5d0c-4f0e-9a5d-3c1c8f6c2b11"],
    ),
]

_REUSED = failure(Conflict("This key was used before, for a ticket with other content."))
_WRONG = failure(Invalid("“subject” is missing.", "subject"))
_UNKNOWN = failure(NotFound(TEXTS["unknown"]))
_MISTYPED = failure(Mistyped(TEXTS["mistyped"], "number"))
_TOO_MANY = failure(TooMany("Too many unknown tracking numbers were tried.", retry_after=30))
_FILED = {
    200: {"model": TicketCreated, "description": "It was filed before, with this key and this content"},
    **problems(_REUSED, _WRONG, TOO_LARGE),
}


@router.post("", status_code=201, summary="File a ticket", responses=_FILED)
def file_ticket(
    asked: TicketRequest, services: ServicesNeeded, response: Response, key: Key, site: FromSite
) -> TicketCreated:
    """File a ticket and return its number; answers 200 with the same number when it was filed before."""
    opened = desk.open_ticket(services, asked, "widget" if site else "api", key, site)
    created = TicketCreated.of(opened, services.settings.address)
    response.status_code = 201 if opened.created else 200
    response.headers["location"] = f"/api/v1/tickets/{created.number}"
    return created


@router.get("/{number}", summary="How far a ticket is", responses=problems(_UNKNOWN, _MISTYPED, _TOO_MANY))
def ticket_status(number: str, services: ServicesNeeded, address: Address) -> TicketOut:
    """Return state, last change and next step; a mistyped number is told apart from an unknown one."""
    return TicketOut.of(desk.status(services, number, address))
