"""All solutions by product and topic: for who would rather look than search."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response

from kb import contents, documents
from kb.contents import Choice
from kb.db import reading
from kb.errors import NotFound
from kb.products import called
from kb.text import fold
from service.browse.shelf import KINDS, PAGE, TOPICS, Item, Shelf, topics
from service.browse.texts import TEXTS, WORDS
from service.caching import kept
from service.deps import PagesNeeded, ReaderNeeded, ServicesNeeded
from service.pages import Pages, segment
from service.reader import Reader
from service.security import MaySee, Role, allow
from service.wording import LANGUAGES

router = APIRouter(include_in_schema=False, dependencies=[allow(Role.PUBLIC)])
Number = Annotated[int, Query(ge=1, le=1_000_000)]


@router.get("/browse")
def browse(
    request: Request, pages: PagesNeeded, services: ServicesNeeded, reader: ReaderNeeded, seen: MaySee
) -> Response:
    """List the products, under the names of the reader's country, and the topics."""
    with reading(services.sessions) as session:
        counts = contents.counts(session, seen)
        products = [each for each in documents.catalogue(session) if counts.products.get(each.code)]
    items = []
    for product in products:
        name = called(product, reader.country, reader.wanted)
        also = product.name if product.name != name else ""
        items.append(Item(name, f"/products/{segment(product.code)}", counts.products[product.code], also))
    page = pages.render(
        "browse/browse.html",
        reader=reader,
        listed=reader.listed("/browse", reader.language, LANGUAGES),
        here="browse",
        t=WORDS(reader.language),
        products=sorted(items, key=lambda item: fold(item.name)),
        topics=topics(counts, WORDS(reader.language)),
    )
    return kept(request, page)


@router.get("/products/{code:anything}")
def product(
    code: str,
    request: Request,
    pages: PagesNeeded,
    services: ServicesNeeded,
    reader: ReaderNeeded,
    seen: MaySee,
    page: Number = 1,
    kind: Literal["", "guides", "cases"] = "",
) -> Response:
    """List the solutions of a product, all or of one kind."""
    with reading(services.sessions) as session:
        known = next((each for each in documents.catalogue(session) if each.code == code), None)
        if known is None:
            raise NotFound(TEXTS["gone"])
        kinds = {each: contents.total(session, Choice(code, kind=KINDS[each]), seen) for each in KINDS}
        choice = Choice(code, kind=KINDS.get(kind))
        shelf = Shelf(
            name=called(known, reader.country, reader.wanted),
            path=f"/products/{segment(code)}",
            total=kinds[kind] if kind else sum(kinds.values()),
            entries=contents.entries(
                session, choice, reader.wanted, seen, start=(page - 1) * PAGE, limit=PAGE
            ),
            number=page,
            also=known.name if known.name != called(known, reader.country, reader.wanted) else "",
            kinds=kinds if all(kinds.values()) else None,
            kind=kind,
        )
    return _shelf(request, pages, reader, shelf)


@router.get("/topics/{topic}")
def topic(
    topic: Literal["general", "guides", "cases"],
    request: Request,
    pages: PagesNeeded,
    services: ServicesNeeded,
    reader: ReaderNeeded,
    seen: MaySee,
    page: Number = 1,
) -> Response:
    """List the solutions of a topic."""
    choice = TOPICS[topic]
    with reading(services.sessions) as session:
        shelf = Shelf(
            name=WORDS(reader.language)[topic],
            path=f"/topics/{topic}",
            total=contents.total(session, choice, seen),
            entries=contents.entries(
                session, choice, reader.wanted, seen, start=(page - 1) * PAGE, limit=PAGE
            ),
            number=page,
            topic=topic,
        )
    return _shelf(request, pages, reader, shelf)


def _shelf(request: Request, pages: Pages, reader: Reader, shelf: Shelf) -> Response:
    if not shelf.entries:
        raise NotFound(TEXTS["gone"])
    page = pages.render(
        "browse/shelf.html",
        reader=reader,
        listed=reader.listed(shelf.at(shelf.number), reader.language, LANGUAGES),
        here="browse",
        t=WORDS(reader.language),
        shelf=shelf,
    )
    return kept(request, page)
