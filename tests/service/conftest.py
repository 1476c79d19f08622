"""What the tests of service share: a small company, its real index, the application, and a real server."""

import json
import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
import structlog
import uvicorn
from fastapi import FastAPI
from fastapi.testclient import TestClient
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright
from sqlalchemy.orm import Session, sessionmaker

from indexer.embed import Embedder
from kb import catalogue, db, solutions
from kb.products import Product, ProductName
from kb.settings import PREFIX, Settings
from kb.tables import Incident
from service import known_problems, server
from service.app import create_app

CORPUS = json.loads(Path(__file__).with_name("corpus.json").read_text(encoding="utf-8"))


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith(PREFIX)]:
        monkeypatch.delenv(name)


@pytest.fixture(autouse=True)
def _logs_as_before() -> Iterator[None]:
    yield
    structlog.reset_defaults()


@pytest.fixture(scope="session")
def company(tmp_path_factory: pytest.TempPathFactory, installation: Callable[..., Path]) -> Path:
    """Give a data folder with the small company in its database and in its index."""
    return installation(tmp_path_factory.mktemp("company"), _fill)


@pytest.fixture
def company_settings(company: Path, tmp_path: Path) -> Settings:
    """Give settings of a copy of the company that a test may change."""
    shutil.copytree(company, tmp_path / "var")
    return Settings(data_dir=tmp_path / "var")


@pytest.fixture(scope="session")
def site_settings(company: Path, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Give settings of a copy of the company that all journeys in a browser share."""
    folder = tmp_path_factory.mktemp("site") / "var"
    shutil.copytree(company, folder)
    return Settings(data_dir=folder)


@pytest.fixture(scope="session")
def site(site_settings: Settings, embedder: Embedder) -> Iterator[str]:
    """Give the address of the real server of these settings."""
    with _running(create_app(site_settings, embedder), site_settings) as address:
        yield address


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Give a real browser; CHROMIUM names it where it is not Debian's."""
    path = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
    if not path.exists():
        pytest.fail(f"There is no browser at {path}: install Debian's chromium, or let CHROMIUM name one.")
    quiet = ("background-networking", "component-update", "sync", "gpu")
    arguments = ["--no-sandbox", *(f"--disable-{each}" for each in quiet)]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=arguments)
        yield browser
        browser.close()


@pytest.fixture
def open_page(browser: Browser, site: str) -> Iterator[Callable[..., Page]]:
    """Give what opens a page in a context of its own; what it writes to the console fails the test."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def open_page(**options: object) -> Page:
        context = browser.new_context(base_url=site, **options)  # type: ignore[arg-type]
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: complaints.append(said.text) if _is_complaint(said) else None)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []


def _is_complaint(said: ConsoleMessage) -> bool:
    # A page that comes with the status 404 or 422 is meant to; the browser writes that down as an error.
    return said.type in {"error", "warning"} and "Failed to load resource" not in said.text


@pytest.fixture
def app(company_settings: Settings, embedder: Embedder) -> FastAPI:
    """Give the application of the company."""
    return create_app(company_settings, embedder)


@pytest.fixture
def client(app: FastAPI) -> Iterator[TestClient]:
    """Give a client of the started application; it does not follow redirects."""
    with TestClient(app, follow_redirects=False) as client:
        yield client


@pytest.fixture
def bare(settings: Settings) -> Iterator[TestClient]:
    """Give a client of an application on either database that has no solutions and no index."""
    with TestClient(create_app(settings), follow_redirects=False) as client:
        yield client


@pytest.fixture
def blank(sqlite_template: Path, tmp_path: Path) -> Iterator[TestClient]:
    """Give a client like `bare`, on SQLite alone, for what no database has a part in."""
    shutil.copy(sqlite_template, tmp_path / "precedent.db")
    with TestClient(create_app(Settings(data_dir=tmp_path)), follow_redirects=False) as client:
        yield client


@pytest.fixture
def sessions_of(client: TestClient) -> sessionmaker[Session]:
    """Give the sessions of the application that `client` asks."""
    return client.app.state.services.sessions  # type: ignore[attr-defined, no-any-return]


@pytest.fixture
def ticket() -> Callable[..., dict[str, object]]:
    """Give a maker of ticket requests."""

    def make(**changes: object) -> dict[str, object]:
        return {"kind": "problem", "subject": "It squeaks", "description": "It squeaks at night."} | changes

    return make


@pytest.fixture(scope="session")
def running() -> Callable[[FastAPI, Settings], AbstractContextManager[str]]:
    """Give what serves an application on a real port."""
    return _running


@contextmanager
def _running(app: FastAPI, settings: Settings) -> Iterator[str]:
    """Serve an application on a free port in a thread, as `precedent serve` does, and give its address."""
    with server.bind("127.0.0.1", 0) as listener:
        web = uvicorn.Server(server.config(app, settings))
        thread = threading.Thread(target=web.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        while not web.started:
            assert thread.is_alive(), "the server did not start"
            time.sleep(0.01)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        web.should_exit = True
        thread.join(timeout=20)


@pytest.fixture
def address(app: FastAPI, company_settings: Settings) -> Iterator[str]:
    """Give the address of a real server of the company."""
    with _running(app, company_settings) as address:
        yield address


def _fill(sessions: sessionmaker[Session]) -> None:
    """Write the small company into a database."""
    with db.transaction(sessions) as session:
        products = [
            Product(each["code"], each["name"], tuple(ProductName(**name) for name in each["names"]))
            for each in CORPUS["products"]
        ]
        catalogue.save(session, products, actor="tests", why="a small company")
        texts = [
            solutions.NewText(**{**each, "products": tuple(each["products"])}) for each in CORPUS["solutions"]
        ]
        solutions.put(session, texts, kind="article", actor="tests", why="a small company")
        for each in CORPUS["phrasings"]:
            solutions.add_phrasing(session, each["id"], each["text"], each["language"])


@pytest.fixture
def known_problem(site: str, site_settings: Settings) -> Iterator[tuple[sessionmaker[Session], Incident]]:
    """Give an open incident of the server of all journeys, for one test, and the sessions of its database."""
    engine = db.open_engine(site_settings)
    sessions = db.sessions(engine)
    with db.transaction(sessions) as session:
        row = Incident(
            title="Navigation shows the sea since the map update of May",
            text="After the update of the maps the position is wrong. The car drives as before.",
            language="en",
            created_at=datetime(2026, 5, 1, tzinfo=UTC),
        )
        session.add(row)
    time.sleep(known_problems.FRESH_SECONDS)
    yield sessions, row
    with db.transaction(sessions) as session:
        session.delete(session.get_one(Incident, row.id))
    engine.dispose()
    time.sleep(known_problems.FRESH_SECONDS)
