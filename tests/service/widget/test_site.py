"""The sample site: another origin, its own colours, and the strictest policy that a page can have."""

import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

import data
from kb import db, tracking
from kb.settings import Settings
from kb.sites import Site
from kb.tables import Inquiry, Search, Ticket
from kb.tables import Site as Row

FOLDER = data.FOLDER / "site"
ROW = Site(**json.loads((data.FOLDER / "sites.jsonl").read_text(encoding="utf-8")))
# Where `precedent serve` answers when nothing else was said; the tests' service has a port of its own.
USUAL = "http://127.0.0.1:8000"
WHISTLES = "vacuum cleaner whistles"
LABEL = "What is wrong with your device?"
Reported = tuple[Page, list[dict[str, str]]]


class Quiet(SimpleHTTPRequestHandler):
    """Serves a folder and says nothing about it."""

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture(scope="session")
def folder(site: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a copy of the sample site that embeds the widget of the service that `site` is."""
    folder = tmp_path_factory.mktemp("shop")
    for path in FOLDER.iterdir():
        (folder / path.name).write_text(path.read_text(encoding="utf-8").replace(USUAL, site), "utf-8")
    return folder


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve a folder on a port of its own, and give its origin."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder))) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


@pytest.fixture(scope="session")
def shop(folder: Path, register: Callable[[Site], Site]) -> Iterator[str]:
    """Give the address of the sample site; the service knows it."""
    with served(folder) as origin:
        register(replace(ROW, origins=(origin,)))
        yield origin


@pytest.fixture(scope="session")
def stranger(folder: Path, shop: str) -> Iterator[str]:
    """Give the address of a copy of the sample site that nobody has allowed."""
    with served(folder) as origin:
        yield origin


@pytest.fixture
def visit(browser) -> Iterator[Callable[[str], Reported]]:
    """Give what opens a page of a shop, and all that its policy was broken by."""
    contexts = []

    def visit(address: str) -> Reported:
        contexts.append(browser.new_context(color_scheme="dark"))
        page = contexts[-1].new_page()
        reports: list[dict[str, str]] = []
        page.expose_function("report", lambda report: reports.append(report))
        page.add_init_script(
            """addEventListener("securitypolicyviolation", ({ effectiveDirective, blockedURI }) =>
                report({ directive: effectiveDirective, what: blockedURI }))"""
        )
        page.goto(address)
        page.wait_for_function("!!customElements.get('precedent-search')")
        return page, reports

    yield visit
    for context in contexts:
        context.close()


def ask(page: Page, text: str) -> None:
    page.get_by_role("combobox").fill(text)
    page.get_by_role("combobox").press("Enter")


def test_from_the_first_letter_to_solved(shop: str, visit: Callable[[str], Reported]):
    page, reports = visit(shop)
    page.get_by_role("combobox").press_sequentially("vacuum cleaner")
    expect(page.get_by_role("combobox")).to_have_accessible_name(LABEL)
    expect(page.get_by_role("option").first).to_have_text("The vacuum cleaner whistles")
    page.get_by_role("combobox").press("ArrowDown")
    page.get_by_role("combobox").press("Enter")
    expect(page.locator("article h2")).to_have_text("The vacuum cleaner whistles")
    page.get_by_role("button", name="This solved it").click()
    expect(page.get_by_role("heading", name="Good to hear")).to_be_visible()
    expect(page.locator("#heard")).to_have_attribute("data-last", "solved")
    assert reports == []


def test_from_none_of_these_to_a_number_and_its_status(
    shop: str, visit: Callable[[str], Reported], site_settings: Settings
):
    page, reports = visit(shop)
    ask(page, WHISTLES)
    page.get_by_role("button", name="None of these").click()
    page.get_by_role("button", name="I tried it, and it did not work").click()
    expect(page.get_by_label("What happened?")).to_have_value(WHISTLES)
    page.get_by_label("Name").fill("Ana")
    page.get_by_role("button", name="Send", exact=True).click()
    number = page.locator(".number")
    expect(number).to_have_text(re.compile(r"^\w{4}-\w{4}-\w{4}$"))
    expect(page.locator("#heard")).to_have_attribute("data-last", "escalated")
    filed = number.inner_text()
    page.get_by_role("button", name="Show the status").click()
    expect(page.get_by_role("heading", name="Received", exact=True)).to_be_visible()
    assert reports == []
    assert recorded(site_settings, filed) == ("orrinvale", "orrinvale", "widget")


def recorded(settings: Settings, number: str) -> tuple[str, str, str]:
    """Return the site of a ticket, the site of its search, and the channel that it came over."""
    engine = db.open_engine(settings)
    with db.reading(db.sessions(engine)) as session:
        ticket = session.scalars(select(Ticket).where(Ticket.number == tracking.parse(number))).one()
        inquiry = session.get_one(Inquiry, session.get_one(Search, ticket.search_id).inquiry_id)
        of_ticket, of_search = (session.get_one(Row, each.site_id).key for each in (ticket, inquiry))
    engine.dispose()
    return of_ticket, of_search, ticket.channel


def test_a_reload_in_the_middle_of_the_form_keeps_every_word(shop: str, visit: Callable[[str], Reported]):
    page, reports = visit(shop)
    with page.expect_response("**/api/v1/sites/*"):
        page.get_by_role("button", name="Write to us").click()
    page.get_by_label("In one line").fill("It squeaks")
    page.wait_for_timeout(200)
    page.reload()
    expect(page.get_by_label("In one line")).to_have_value("It squeaks")
    assert reports == []


def test_a_site_that_nobody_has_allowed_still_gives_its_visitors_form_and_mail(
    stranger: str, visit: Callable[[str], Reported]
):
    page, reports = visit(stranger)
    began = time.monotonic()
    ask(page, "The door does not open")
    expect(page.get_by_label("What happened?")).to_have_value("The door does not open", timeout=3000)
    expect(page.get_by_role("link", name="help@orrinvale.example.com")).to_be_visible()
    assert time.monotonic() - began < 3
    expect(page.locator("#heard")).to_have_attribute("data-last", "error")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("Not sent yet")
    expect(page.get_by_label("What happened?")).to_have_value("The door does not open")
    assert reports == []


def test_the_site_lends_the_widget_its_colours(shop: str, visit: Callable[[str], Reported]):
    page, _ = visit(shop)
    button = page.get_by_role("button", name="Search")
    assert button.evaluate("node => getComputedStyle(node).backgroundColor") == "rgb(240, 168, 120)"


@pytest.mark.parametrize("is_right", [True, False])
def test_the_pinned_file_is_run_when_it_has_its_hash_and_only_then(browser, site: str, is_right: bool):
    page = browser.new_page(base_url=site)
    entry = page.request.get("/widget/v1/manifest.json").json()["en"]
    integrity = entry["integrity"] if is_right else "sha384-" + "A" * 64
    tag = f'<script src="{entry["path"]}" integrity="{integrity}" crossorigin></script>'
    page.route(
        "**/host", lambda route: route.fulfill(body=f"<title>x</title>{tag}", content_type="text/html")
    )
    page.goto("/host")
    assert page.evaluate("() => Boolean(customElements.get('precedent-search'))") is is_right
    page.context.close()


def test_the_sample_site_is_plain_files():
    assert sorted(path.name for path in FOLDER.iterdir()) == ["index.html", "site.css", "site.js"]
