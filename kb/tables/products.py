"""Products, and the names they go by in different countries."""

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kb.tables.record import Table, one_of

NAME_KINDS = ("brand", "model", "former", "nickname")


class Product(Table):
    """One product; `name` is the canonical name."""

    __tablename__ = "products"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    digest: Mapped[str]

    names: Mapped[list["ProductName"]] = relationship(
        back_populates="product", cascade="all, delete-orphan", order_by="ProductName.id"
    )


class ProductName(Table):
    """One more name of a product, for a country, a language, or everywhere."""

    __tablename__ = "product_names"
    __table_args__ = (
        UniqueConstraint("product_id", "name", "country", "language"),
        one_of("kind", NAME_KINDS),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("products.id", ondelete="CASCADE"))
    name: Mapped[str]
    country: Mapped[str] = mapped_column(default="")
    language: Mapped[str] = mapped_column(default="")
    kind: Mapped[str] = mapped_column(default="brand")

    product: Mapped[Product] = relationship(back_populates="names")
