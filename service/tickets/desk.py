"""What the pages and the interface for programs do alike: make a ticket of a request, look up a number."""

from sqlalchemy.orm import Session

from kb import documents, inquiries, tickets, tracking
from kb.db import reading
from kb.errors import NotFound
from service.deps import Services
from service.tickets.schema import TicketRequest
from service.tickets.texts import TEXTS


def open_ticket(session: Session, asked: TicketRequest, channel: str, key: str) -> tickets.OpenedTicket:
    """File a ticket; its products, where none are given, are those that its search recognised."""
    codes = asked.products or _products(session, asked.search)
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
    )
    return tickets.open_ticket(session, new, key)


def _products(session: Session, search: str | None) -> list[str]:
    try:
        recognised = inquiries.recall(session, search).products if search else ()
    except NotFound:
        return []
    known = {product.code for product in documents.catalogue(session)}
    return [code for code in recognised if code in known]


def status(services: Services, typed: str, address: str) -> tickets.TicketStatus:
    """Return how far a ticket is; every kind of miss reads alike, and misses are counted."""
    number = tracking.parse(typed)
    with services.misses.guard(address):
        try:
            with reading(services.sessions) as session:
                return tickets.status_by_number(session, number)
        except NotFound as error:
            raise NotFound(TEXTS["unknown"]) from error
