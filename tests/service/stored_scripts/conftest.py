"""A company that was filled by somebody malicious: every text of it would run if a page let it."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest
from fastapi import FastAPI
from playwright.sync_api import Browser, Page
from sqlalchemy.orm import Session, sessionmaker

from indexer.embed import Embedder
from kb import catalogue, db, routing, sites, solutions
from kb.products import Product, ProductName
from kb.settings import Settings
from service.app import create_app
from service.widget.build import texts as widget_texts
from tests.service.stored_scripts.payloads import ALL, PAYLOADS, SOME
from tests.service.stored_scripts.witness import Witness

# As many as there are texts in the widget, at most.
_TEXT_IDS = [name for name, text in widget_texts()["en"].items() if isinstance(text, str) and "{" not in text]


@dataclass(frozen=True, slots=True)
class Stored:
    """Where the company is served, and what of it has an address."""

    address: str
    app: FastAPI
    searches: tuple[str, ...]
    tickets: tuple[str, ...]


@pytest.fixture(scope="session")
def stored(
    tmp_path_factory: pytest.TempPathFactory,
    installation: Callable[..., Path],
    embedder: Embedder,
    running: Callable[[FastAPI, Settings], AbstractContextManager[str]],
) -> Iterator[Stored]:
    """Serve the company, with a search for all texts at once, and searches and tickets for some."""
    settings = Settings(data_dir=installation(tmp_path_factory.mktemp("stored"), _fill))
    app = create_app(settings, embedder)
    with running(app, settings) as address, httpx2.Client(base_url=f"{address}/api/v1") as client:
        texts = [each.text for each in SOME]
        searches = tuple(_search(client, text) for text in (ALL, *texts))
        tickets = tuple(_ticket(client, each, key) for each, key in zip(texts, searches, strict=False))
        yield Stored(address, app, searches, tickets)


@pytest.fixture
def witness() -> Witness:
    """Give what notes the scripts that run in a test."""
    return Witness()


@pytest.fixture
def browse(browser: Browser, witness: Witness) -> Iterator[Callable[..., Page]]:
    """Give what opens an empty page that the witness watches."""
    contexts = []

    def browse(**options: object) -> Page:
        context = browser.new_context(**options)  # type: ignore[arg-type]
        contexts.append(context)
        witness.watch(context)
        page = context.new_page()
        page.set_default_timeout(10_000)
        return page

    yield browse
    for context in contexts:
        context.close()


def _fill(sessions: sessionmaker[Session]) -> None:
    with db.transaction(sessions) as session:
        products = [_product(each.text) for each in PAYLOADS]
        catalogue.save(session, products, actor="tests", why="stored scripts")
        articles = [_solution(each.text) for each in PAYLOADS]
        solutions.put(session, articles, kind="article", actor=PAYLOADS[0].text, why=PAYLOADS[0].text)
        rules = [routing.Rule(each.text, product=each.text) for each in PAYLOADS]
        routing.replace_rules(session, rules, actor="tests", why="stored scripts")
        replaced = dict(zip(_TEXT_IDS, (each.text for each in PAYLOADS), strict=False))
        for number, each in enumerate(SOME):
            site = sites.Site(f"site-{number}", each.text, ("https://a.example.com",), texts={"en": replaced})
            sites.add(session, site, widget_texts())


def _product(text: str) -> Product:
    return Product(text, text, (ProductName(f"{text} 2", country="ES"),))


def _solution(text: str) -> solutions.NewText:
    """Return a solution that holds a text wherever people write."""
    line = " ".join(text.split())
    body = f"{text}\n\n## {line}\n\n[x]({line}) [x](<{line}> '{line}') ![{line}](x)\n\n```{line}\n"
    return solutions.NewText(text, "en", text, body, products=(text,))


def _search(client: httpx2.Client, text: str) -> str:
    return client.post("/search", json={"query": text}).raise_for_status().json()["search"]


def _ticket(client: httpx2.Client, text: str, search: str) -> str:
    report = {
        "subject": text,
        "description": ALL,
        "search": search,
        "products": [text],
        "rejected": [text],
        "customer": {"name": text},
    }
    answer = client.post("/tickets", json=report, headers={"idempotency-key": f"key-{search}"})
    return answer.raise_for_status().json()["number"]
