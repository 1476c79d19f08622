"""Solutions: what search shows. And the phrasings that lead to them, which it never shows."""

from datetime import datetime

from sqlalchemy import Column, ForeignKey, UniqueConstraint
from sqlalchemy import Table as Link
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kb.tables.articles import VISIBILITIES
from kb.tables.products import Product
from kb.tables.record import Table, one_of

SOLUTION_KINDS = ("article", "ticket")
SOLUTION_STATES = ("draft", "published", "withdrawn")
PHRASING_SOURCES = ("ticket", "search", "import", "editor")

solution_products = Link(
    "solution_products",
    Table.metadata,
    Column("solution_id", ForeignKey("solutions.id", ondelete="CASCADE"), primary_key=True),
    Column("product_id", ForeignKey("products.id", ondelete="CASCADE"), primary_key=True, index=True),
)


class Solution(Table):
    """One answer in all its languages. `stamp` is the watermark of its last change that search must know."""

    __tablename__ = "solutions"
    __table_args__ = (one_of("kind", SOLUTION_KINDS), one_of("visibility", VISIBILITIES))

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    visibility: Mapped[str] = mapped_column(default="public")
    stamp: Mapped[int] = mapped_column(default=0, index=True)
    created_at: Mapped[datetime]

    products: Mapped[list[Product]] = relationship(secondary=solution_products, order_by=Product.code)
    texts: Mapped[list["SolutionText"]] = relationship(
        back_populates="solution", cascade="all, delete-orphan", order_by="SolutionText.language"
    )
    phrasings: Mapped[list["Phrasing"]] = relationship(
        back_populates="solution", cascade="all, delete-orphan", order_by="Phrasing.id"
    )


class SolutionText(Table):
    """A solution in one language. Each language is reviewed for itself, so that each has a state."""

    __tablename__ = "solution_texts"
    __table_args__ = (UniqueConstraint("solution_id", "language"), one_of("state", SOLUTION_STATES))

    id: Mapped[int] = mapped_column(primary_key=True)
    solution_id: Mapped[int] = mapped_column(ForeignKey("solutions.id", ondelete="CASCADE"))
    language: Mapped[str]
    title: Mapped[str]
    body: Mapped[str]
    state: Mapped[str]
    updated_at: Mapped[datetime]

    solution: Mapped[Solution] = relationship(back_populates="texts")


class Phrasing(Table):
    """Another way to put a problem; `origin` names where it came from, to change or withdraw it later."""

    __tablename__ = "phrasings"
    __table_args__ = (
        UniqueConstraint("solution_id", "origin"),
        one_of("source", PHRASING_SOURCES),
        one_of("state", SOLUTION_STATES),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    solution_id: Mapped[int] = mapped_column(ForeignKey("solutions.id", ondelete="CASCADE"))
    origin: Mapped[str] = mapped_column(index=True)
    source: Mapped[str]
    state: Mapped[str]
    language: Mapped[str]
    text: Mapped[str]
    created_at: Mapped[datetime]

    solution: Mapped[Solution] = relationship(back_populates="phrasings")


class Watermark(Table):
    """One row that grows with every change that search must know; a writer holds it until the commit."""

    __tablename__ = "watermark"

    id: Mapped[int] = mapped_column(primary_key=True)
    value: Mapped[int]
