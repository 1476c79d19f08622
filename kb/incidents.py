"""Known open problems: who has one follows it instead of reporting it again."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, selectinload

from kb import customers, locales
from kb.errors import Conflict, NotFound
from kb.tables import Incident, IncidentFollower, now
from kb.ticket_history import by_number


@dataclass(frozen=True, slots=True)
class OpenIncident:
    """A known problem that is not solved yet; `products` are codes, none when it is about no one of them."""

    id: int
    key: str | None
    title: str
    text: str
    language: str
    products: tuple[str, ...]
    followers: int
    since: datetime


def open_incidents(
    session: Session, products: Iterable[str] = (), language: str | None = None
) -> tuple[OpenIncident, ...]:
    """Return the open incidents about any of these products or about none; without products, all.

    First come those about the products, of these the ones in the reader's language, then the most followed.
    """
    wanted = set(products)
    counted = select(IncidentFollower.incident_id, func.count().label("followers")).group_by(
        IncidentFollower.incident_id
    )
    count = counted.subquery()
    query = (
        select(Incident, func.coalesce(count.c.followers, 0))
        .outerjoin(count, count.c.incident_id == Incident.id)
        .where(Incident.state == "open")
        .options(selectinload(Incident.products))
    )
    found = [_view(row, followers) for row, followers in session.execute(query)]
    fitting = [each for each in found if not (wanted and each.products) or wanted & set(each.products)]
    spoken = locales.primary(language) if language else None

    def order(each: OpenIncident) -> tuple[bool, bool, int, float, int]:
        about, read = bool(wanted & set(each.products)), locales.primary(each.language) == spoken
        return not about, not read, -each.followers, -each.since.timestamp(), each.id

    return tuple(sorted(fitting, key=order))


def follow(
    session: Session,
    incident: int,
    customer_id: int,
    ticket: str | None = None,
    *,
    at: datetime | None = None,
) -> bool:
    """Let a customer follow an open incident, with their ticket about it; False when they did already."""
    row = session.get(Incident, incident)
    if row is None:
        raise NotFound("There is no such incident.")
    if row.state != "open":
        raise Conflict("This problem is solved already.")
    people = customers.records(session, customer_id)
    number = _ticket(session, ticket, people) if ticket else None
    query = select(IncidentFollower).where(
        IncidentFollower.incident_id == incident, IncidentFollower.customer_id.in_(people)
    )
    if follower := session.scalars(query.order_by(IncidentFollower.id)).first():
        follower.ticket_id = follower.ticket_id or number
        session.flush()
        return False
    try:
        with session.begin_nested():
            session.add(
                IncidentFollower(
                    incident_id=incident, customer_id=people[0], ticket_id=number, at=at or now()
                )
            )
    except IntegrityError:
        return False  # the same customer was quicker in another window
    session.expire(row, ["followers"])
    return True


def _ticket(session: Session, number: str, people: tuple[int, ...]) -> int:
    """Return the row id of a ticket of this person; one of somebody else does not exist for them."""
    ticket = by_number(session, number)
    if ticket.customer_id not in people:
        raise NotFound("There is no ticket with this number.")
    return ticket.id


def _view(row: Incident, followers: int) -> OpenIncident:
    codes = tuple(product.code for product in row.products)
    return OpenIncident(row.id, row.key, row.title, row.text, row.language, codes, followers, row.created_at)
