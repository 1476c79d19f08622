"""The product catalogue: written with its history, and read whole for name recognition."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import astuple
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from kb import history, products, watermarks
from kb.errors import Invalid
from kb.history import Effect
from kb.tables import Product, ProductName


def save(
    session: Session,
    items: Sequence[products.Product],
    *,
    actor: str,
    why: str,
    at: datetime | None = None,
) -> list[Effect]:
    """Add products or bring them up to date; say of each what became of it."""
    codes = [item.code for item in items]
    query = select(Product).where(Product.code.in_(codes)).options(selectinload(Product.names))
    known = {row.code: row for row in session.scalars(query)}
    effects: list[Effect] = []
    for item in items:
        row = known.get(item.code)
        if row is None:
            known[item.code] = _add(session, item)
            effects.append("added")
        elif row.digest == _digest(item):
            effects.append("unchanged")
        else:
            _change(session, row, item, actor, why, at)
            effects.append("changed")
    if set(effects) - {"unchanged"}:
        watermarks.grow(session)
    session.flush()
    return effects


def load(session: Session) -> tuple[products.Product, ...]:
    """Return all products with all their names, by code."""
    rows = session.scalars(select(Product).options(selectinload(Product.names)))
    return tuple(sorted((_view(row) for row in rows), key=lambda product: product.code))


def ids(session: Session) -> dict[str, int]:
    """Return the row id of every product code."""
    return dict(session.execute(select(Product.code, Product.id)).all())


def rows(session: Session, codes: Iterable[str]) -> list[Product]:
    """Return the products of these codes, or say which one is unknown."""
    wanted = sorted(set(codes))
    found = {row.code: row for row in session.scalars(select(Product).where(Product.code.in_(wanted)))}
    unknown = [code for code in wanted if code not in found]
    if unknown:
        raise Invalid(f"There is no product with the code “{unknown[0]}”.", "products")
    return [found[code] for code in wanted]


def _add(session: Session, item: products.Product) -> Product:
    row = Product(code=item.code, name=item.name, digest=_digest(item), names=_names(item))
    session.add(row)
    return row


def _change(
    session: Session, row: Product, item: products.Product, actor: str, why: str, at: datetime | None
) -> None:
    old, new = _described(_view(row)), _described(item)
    row.name, row.digest = item.name, _digest(item)
    row.names.clear()
    session.flush()  # the old names go before the new ones come: one may stand in both
    row.names.extend(_names(item))
    history.record(session, "product", row.id, history.differences(old, new), actor=actor, why=why, at=at)


def _names(item: products.Product) -> list[ProductName]:
    unique = {(name.name, name.country, name.language): name for name in item.names}
    return [
        ProductName(name=name.name, country=name.country or "", language=name.language or "", kind=name.kind)
        for name in unique.values()
    ]


def _view(row: Product) -> products.Product:
    names = tuple(
        products.ProductName(name.name, name.country or None, name.language or None, name.kind)
        for name in row.names
    )
    return products.Product(row.code, row.name, names)


def _described(item: products.Product) -> dict[str, object]:
    return {"name": item.name, "names": [list(astuple(name)) for name in item.names]}


def _digest(item: products.Product) -> str:
    return hashlib.sha256(json.dumps(_described(item)).encode()).hexdigest()
