"""Everything that happened with a customer besides searches and tickets, over any channel."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from kb.tables.record import Table, one_of

CHANNELS = ("web", "widget", "email", "phone", "chat", "store", "api")
CONTACT_KINDS = ("call", "email", "chat", "visit", "purchase", "return", "repair", "other")


class Contact(Table):
    """One call, mail, visit, purchase or return. `key` is its id in the system it was imported from."""

    __tablename__ = "contacts"
    __table_args__ = (one_of("kind", CONTACT_KINDS), one_of("channel", CHANNELS))

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str | None] = mapped_column(unique=True, index=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"), index=True)
    kind: Mapped[str]
    channel: Mapped[str]
    at: Mapped[datetime]
    summary: Mapped[str] = mapped_column(default="")
    reference: Mapped[str | None]
    product_id: Mapped[int | None] = mapped_column(ForeignKey("products.id"), index=True)
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("tickets.id"), index=True)
