"""Products with their names: `code`, `name`, and `names` with `name`, `country`, `language` and `kind`."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator
from sqlalchemy.orm import Session

from kb import catalogue
from kb.errors import ImportFailed, Invalid
from kb.history import Effect
from kb.imports import fields
from kb.imports.fields import Key, Line, MaybeCountry, MaybeLanguage, Title, listed, word
from kb.imports.loading import Batches, Progress, load
from kb.imports.report import Report
from kb.imports.rows import Row, read_rows
from kb.products import Product, ProductName

NameKind = Annotated[
    Literal["brand", "model", "former", "nickname"], word("brand", "model", "former", "nickname")
]


def _names(value: object) -> object:
    """Accept bare names too, in a cell or in a list."""
    found = listed(value)
    if isinstance(found, list):
        return [{"name": each} if isinstance(each, str) else each for each in found]
    return found


class NameLine(Line):
    """One more name of a product."""

    name: Title
    country: MaybeCountry = None
    language: MaybeLanguage = None
    kind: NameKind = "brand"


class ProductLine(Line):
    """One product."""

    code: Key
    name: Title
    names: Annotated[tuple[NameLine, ...], BeforeValidator(_names)] = ()


def import_products(
    session: Session,
    path: Path,
    *,
    trust: bool = False,
    actor: str = "import",
    progress: Progress | None = None,
) -> Report:
    """Import products. `trust` makes no difference: names are facts, and nothing that customers read."""

    def save(items: list[Product]) -> list[Effect]:
        return catalogue.save(session, items, actor=actor, why=f"import of {path.name}")

    report = Report("products")
    load(read_rows(path), ProductLine, _product, Batches(path, save, report, progress))
    return report


def read_products(path: Path) -> tuple[Product, ...]:
    """Read products without storing them; raises ImportFailed for the first row that cannot be used."""
    found = []
    for row in read_rows(path):
        if not isinstance(row, Row):
            raise ImportFailed(f"{path.name}, line {row.line}: {row.reason}.")
        try:
            found.append(_product(fields.check(ProductLine, row.values))[1])
        except Invalid as error:
            raise ImportFailed(f"{path.name}, line {row.line}: {error}") from error
    return tuple(found)


def _product(line: ProductLine) -> tuple[object, Product]:
    names = tuple(ProductName(each.name, each.country, each.language, each.kind) for each in line.names)
    return line.code, Product(line.code, line.name, names)
