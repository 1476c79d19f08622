"""Known open problems that many may follow instead of reporting them again."""

from datetime import datetime

from sqlalchemy import Column, ForeignKey, UniqueConstraint
from sqlalchemy import Table as Link
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kb.tables.products import Product
from kb.tables.record import Table, one_of

INCIDENT_STATES = ("open", "resolved")

incident_products = Link(
    "incident_products",
    Table.metadata,
    Column("incident_id", ForeignKey("incidents.id", ondelete="CASCADE"), primary_key=True),
    Column("product_id", ForeignKey("products.id", ondelete="CASCADE"), primary_key=True, index=True),
)


class Incident(Table):
    """One known problem. `key` is its id in the system it was imported from."""

    __tablename__ = "incidents"
    __table_args__ = (one_of("state", INCIDENT_STATES),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str | None] = mapped_column(unique=True, index=True)
    title: Mapped[str]
    text: Mapped[str]
    language: Mapped[str]
    state: Mapped[str] = mapped_column(default="open")
    solution_id: Mapped[int | None] = mapped_column(ForeignKey("solutions.id"), index=True)
    created_at: Mapped[datetime]
    resolved_at: Mapped[datetime | None]

    products: Mapped[list[Product]] = relationship(secondary=incident_products, order_by=Product.code)
    followers: Mapped[list["IncidentFollower"]] = relationship(
        cascade="all, delete-orphan", order_by="IncidentFollower.id"
    )


class IncidentFollower(Table):
    """A customer who wants to hear of an incident, with the ticket they wrote about it if there is one."""

    __tablename__ = "incident_followers"
    __table_args__ = (UniqueConstraint("incident_id", "customer_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id", ondelete="CASCADE"))
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"), index=True)
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("tickets.id"), index=True)
    at: Mapped[datetime]
