"""Inquiries, their searches, what was shown and decided, and what the visitor said of it."""

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kb.tables.record import Table, one_of

ACTIONS = ("answer", "ask", "escalate")
OUTCOMES = ("opened", "solved", "rejected")


class Inquiry(Table):
    """All that a visitor asks on one matter: what deflection is counted in."""

    __tablename__ = "inquiries"

    id: Mapped[int] = mapped_column(primary_key=True)
    visitor: Mapped[str | None] = mapped_column(index=True)
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customers.id"), index=True)
    site_id: Mapped[int | None] = mapped_column(ForeignKey("sites.id"), index=True)
    started_at: Mapped[datetime] = mapped_column(index=True)
    last_at: Mapped[datetime]


class Search(Table):
    """One submitted query with the decision that was taken; `key` is its public id."""

    __tablename__ = "searches"
    __table_args__ = (one_of("action", ACTIONS),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    inquiry_id: Mapped[int] = mapped_column(ForeignKey("inquiries.id"), index=True)
    at: Mapped[datetime] = mapped_column(index=True)
    text: Mapped[str]
    language: Mapped[str | None]
    country: Mapped[str | None]
    products: Mapped[list[str]]
    action: Mapped[str]
    probability: Mapped[float]
    threshold: Mapped[float]
    certified: Mapped[bool]
    degraded: Mapped[str | None]
    snapshot: Mapped[str]
    embedder: Mapped[str]

    shown: Mapped[list["SearchShown"]] = relationship(
        cascade="all, delete-orphan", order_by="SearchShown.position"
    )


class SearchShown(Table):
    """One solution that a search showed. The id is kept as text, for a solution may be gone later."""

    __tablename__ = "search_shown"
    __table_args__ = (UniqueConstraint("search_id", "position"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    search_id: Mapped[int] = mapped_column(ForeignKey("searches.id", ondelete="CASCADE"))
    position: Mapped[int]
    solution_key: Mapped[str] = mapped_column(index=True)
    language: Mapped[str]
    score: Mapped[float]
    probability: Mapped[float]


class Outcome(Table):
    """What a visitor did with a solution, or said of it; without a solution: of all that was shown."""

    __tablename__ = "outcomes"
    __table_args__ = (one_of("kind", OUTCOMES),)

    id: Mapped[int] = mapped_column(primary_key=True)
    search_id: Mapped[int] = mapped_column(ForeignKey("searches.id", ondelete="CASCADE"), index=True)
    solution_key: Mapped[str | None]
    kind: Mapped[str]
    reason: Mapped[str | None]
    at: Mapped[datetime]
