"""Product names: which product a text speaks of, under the name of any country."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ProductName:
    """One name of a product; it holds for a country, a language, or everywhere."""

    name: str
    country: str | None = None
    language: str | None = None
    kind: str = "brand"


@dataclass(frozen=True, slots=True)
class Product:
    """A product with its canonical name and all its other names."""

    code: str
    name: str
    names: tuple[ProductName, ...] = ()


@dataclass(frozen=True, slots=True)
class ProductMatch:
    """A product that was recognised in a text, and the name that gave it away.

    `matched` is the text as written (`start` to `end`, in characters), `via` the known name it stands for.
    """

    code: str
    name: str
    matched: str
    via: str
    start: int
    end: int
