"""Tickets with their messages and all that happened to them."""

from datetime import datetime

from sqlalchemy import Column, ForeignKey
from sqlalchemy import Table as Link
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kb.tables.contacts import CHANNELS
from kb.tables.products import Product
from kb.tables.record import Table, one_of

TICKET_KINDS = ("problem", "bug", "request")
TICKET_STATES = ("open", "answered", "solved", "closed", "reopened", "planned", "shipped", "declined")
EVENT_KINDS = ("state", "team", "assignee", "read", "confirmed", "deleted")
AUTHORS = ("customer", "agent")

ticket_products = Link(
    "ticket_products",
    Table.metadata,
    Column("ticket_id", ForeignKey("tickets.id", ondelete="CASCADE"), primary_key=True),
    Column("product_id", ForeignKey("products.id", ondelete="CASCADE"), primary_key=True, index=True),
)


class Ticket(Table):
    """One tracked report. `key` is its id in the system it was imported from.

    `solution_key` names the article, or the key shared by tickets, that solved it; `reviewed` says that a
    person has vouched for its resolution. `idempotency_key` and `request_digest` make a repeated submit
    harmless, `digest` a repeated import.
    """

    __tablename__ = "tickets"
    __table_args__ = (
        one_of("kind", TICKET_KINDS),
        one_of("state", TICKET_STATES),
        one_of("channel", CHANNELS),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)
    key: Mapped[str | None] = mapped_column(unique=True)
    kind: Mapped[str]
    state: Mapped[str]
    subject: Mapped[str]
    description: Mapped[str]
    channel: Mapped[str]
    language: Mapped[str | None]
    country: Mapped[str | None]
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customers.id"), index=True)
    site_id: Mapped[int | None] = mapped_column(ForeignKey("sites.id"), index=True)
    team_id: Mapped[int | None] = mapped_column(ForeignKey("teams.id"), index=True)
    assignee_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"), index=True)
    search_id: Mapped[int | None] = mapped_column(ForeignKey("searches.id"), index=True)
    rejected: Mapped[list[str]]
    resolution: Mapped[str | None]
    solution_key: Mapped[str | None] = mapped_column(index=True)
    reviewed: Mapped[bool] = mapped_column(default=False)
    confirmed: Mapped[bool] = mapped_column(default=False)
    digest: Mapped[str | None]
    idempotency_key: Mapped[str | None] = mapped_column(unique=True)
    request_digest: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(index=True)
    updated_at: Mapped[datetime]
    solved_at: Mapped[datetime | None]
    deleted_at: Mapped[datetime | None]

    products: Mapped[list[Product]] = relationship(secondary=ticket_products, order_by=Product.code)
    messages: Mapped[list["TicketMessage"]] = relationship(
        cascade="all, delete-orphan", order_by="TicketMessage.at, TicketMessage.id"
    )
    events: Mapped[list["TicketEvent"]] = relationship(
        cascade="all, delete-orphan", order_by="TicketEvent.at, TicketEvent.id"
    )


class TicketMessage(Table):
    """What the customer or an agent wrote; never searchable. What is not public is an internal note."""

    __tablename__ = "ticket_messages"
    __table_args__ = (one_of("author", AUTHORS),)

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id", ondelete="CASCADE"), index=True)
    author: Mapped[str]
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"), index=True)
    public: Mapped[bool]
    text: Mapped[str]
    at: Mapped[datetime]


class TicketEvent(Table):
    """One thing that happened to a ticket: a new state, another team, a confirmation."""

    __tablename__ = "ticket_events"
    __table_args__ = (one_of("kind", EVENT_KINDS),)

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str]
    old: Mapped[str | None]
    new: Mapped[str]
    at: Mapped[datetime]
    actor: Mapped[str]
    why: Mapped[str]
