"""What the pages and the interface for programs do alike: make a ticket of a request, look up a number."""

from contextlib import suppress

from sqlalchemy.orm import Session

from kb import documents, inquiries, tickets, tracking
from kb.db import reading, transaction
from kb.errors import NotFound, Unavailable
from service.deps import Services
from service.tickets.schema import TicketRequest
from service.tickets.texts import TEXTS


def open_ticket(
    services: Services, asked: TicketRequest, channel: str, key: str, site: str | None = None
) -> tickets.OpenedTicket:
    """File a ticket; its products, where none are given, are those that its search recognised.

    The number is returned after the ticket is on disk. What it came from is written before it, if it can be.
    """
    with suppress(Unavailable):
        services.recorder.settle(asked.search)
    with transaction(services.sessions) as session:
        codes = asked.products or _products(services, session, asked.search)
        new = tickets.NewTicket(
            kind=asked.kind,
            subject=asked.subject,
            description=asked.description,
            channel=channel,
            language=asked.language,
            country=asked.country,
            name=asked.customer.name,
            email=asked.customer.email,
            phone=asked.customer.phone,
            search_id=asked.search,
            products=tuple(codes),
            rejected=tuple(asked.rejected),
            site=site,
            incident=asked.incident,
        )
        return tickets.open_ticket(session, new, key)


def search_of(services: Services, session: Session, key: str | None) -> inquiries.RecordedSearch | None:
    """Return the search that a ticket comes from; one that is gone keeps nobody from writing."""
    try:
        return services.recorder.recall(key) or inquiries.recall(session, key) if key else None
    except NotFound:
        return None


def _products(services: Services, session: Session, key: str | None) -> list[str]:
    search = search_of(services, session, key)
    known = {product.code for product in documents.catalogue(session)}
    return [code for code in search.products if code in known] if search else []


def status(services: Services, typed: str, address: str) -> tickets.TicketStatus:
    """Return how far a ticket is; every kind of miss reads alike, and misses are counted."""
    number = tracking.parse(typed)
    with services.misses.guard(address):
        try:
            with reading(services.sessions) as session:
                return tickets.status_by_number(session, number)
        except NotFound as error:
            raise NotFound(TEXTS["unknown"]) from error
