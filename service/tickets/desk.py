"""What the pages and the interface for programs do alike: make a ticket of a request, look up a number."""

from kb import tickets, tracking
from kb.db import reading
from kb.errors import NotFound
from service.deps import Services
from service.tickets.schema import TicketRequest
from service.tickets.texts import TEXTS


def new_ticket(asked: TicketRequest, channel: str) -> tickets.NewTicket:
    """Return what kb opens a ticket with."""
    return tickets.NewTicket(
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
        rejected=tuple(asked.rejected),
    )


def status(services: Services, typed: str, address: str) -> tickets.TicketStatus:
    """Return how far a ticket is; every kind of miss reads alike, and misses are counted."""
    number = tracking.parse(typed)
    with services.misses.guard(address):
        try:
            with reading(services.sessions) as session:
                return tickets.status_by_number(session, number)
        except NotFound as error:
            raise NotFound(TEXTS["unknown"]) from error
