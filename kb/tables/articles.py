"""Written FAQ and how-to texts. What search shows is the published copy, in kb.tables.solutions."""

from datetime import datetime

from sqlalchemy import Column, ForeignKey, UniqueConstraint
from sqlalchemy import Table as Link
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kb.tables.products import Product
from kb.tables.record import Table, one_of

VISIBILITIES = ("public", "customers", "employees")

article_products = Link(
    "article_products",
    Table.metadata,
    Column("article_id", ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True),
    Column("product_id", ForeignKey("products.id", ondelete="CASCADE"), primary_key=True, index=True),
)


class Article(Table):
    """One article in all its languages; `key` is the public id of its solution too."""

    __tablename__ = "articles"
    __table_args__ = (one_of("visibility", VISIBILITIES),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    visibility: Mapped[str] = mapped_column(default="public")
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    products: Mapped[list[Product]] = relationship(secondary=article_products, order_by=Product.code)
    translations: Mapped[list["ArticleTranslation"]] = relationship(
        back_populates="article", cascade="all, delete-orphan", order_by="ArticleTranslation.language"
    )


class ArticleTranslation(Table):
    """The text of an article in one language, as its author last wrote it."""

    __tablename__ = "article_translations"
    __table_args__ = (UniqueConstraint("article_id", "language"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id", ondelete="CASCADE"))
    language: Mapped[str]
    title: Mapped[str]
    body: Mapped[str]
    url: Mapped[str | None]
    updated_at: Mapped[datetime]

    article: Mapped[Article] = relationship(back_populates="translations")
