"""Customers: one person, many identities."""

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kb.tables.record import Table, one_of

IDENTITY_KINDS = ("email", "phone", "host", "channel")


class Customer(Table):
    """A person. A merged record keeps its own rows and points to the one it was merged into."""

    __tablename__ = "customers"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str | None]
    country: Mapped[str | None]
    language: Mapped[str | None]
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("customers.id"), index=True)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    identities: Mapped[list["Identity"]] = relationship(
        back_populates="customer", cascade="all, delete-orphan", order_by="Identity.id"
    )


class Identity(Table):
    """One way to recognise a person; unverified until they proved that it is theirs."""

    __tablename__ = "identities"
    __table_args__ = (UniqueConstraint("kind", "value"), one_of("kind", IDENTITY_KINDS))

    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"), index=True)
    kind: Mapped[str]
    value: Mapped[str]
    verified_at: Mapped[datetime | None]
    created_at: Mapped[datetime]

    customer: Mapped[Customer] = relationship(back_populates="identities")
