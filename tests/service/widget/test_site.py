"""The sample site: another origin, its own colours, and the strictest policy that a page can have."""

import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

import data

FOLDER = data.FOLDER / "site"
# Where `precedent serve` answers when nothing else was said; the tests' service has a port of its own.
USUAL = "http://127.0.0.1:8000"


class Quiet(SimpleHTTPRequestHandler):
    """Serves a folder and says nothing about it."""

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture(scope="session")
def shop(site: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Give the address of the sample site; it embeds the widget of the service that `site` is."""
    folder = tmp_path_factory.mktemp("shop")
    for path in FOLDER.iterdir():
        (folder / path.name).write_text(path.read_text(encoding="utf-8").replace(USUAL, site), "utf-8")
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder))) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


@pytest.fixture
def reported(browser, shop: str) -> Iterator[tuple[Page, list[dict[str, str]]]]:
    """Give the page of the shop, and all that its policy was broken by."""
    context = browser.new_context(color_scheme="dark")
    page = context.new_page()
    reports: list[dict[str, str]] = []
    page.expose_function("report", lambda report: reports.append(report))
    page.add_init_script(
        """addEventListener("securitypolicyviolation", ({ effectiveDirective, blockedURI }) =>
            report({ directive: effectiveDirective, what: blockedURI }))"""
    )
    page.goto(shop)
    page.wait_for_function("!!customElements.get('precedent-search')")
    yield page, reports
    context.close()


def test_a_site_that_nobody_has_allowed_still_gives_its_visitors_form_and_mail(
    reported: tuple[Page, list[dict[str, str]]],
):
    page, reports = reported
    page.get_by_role("combobox").fill("The door does not open")
    page.get_by_role("combobox").press("Enter")
    expect(page.get_by_label("What happened?")).to_have_value("The door does not open", timeout=3000)
    expect(page.get_by_role("link", name="help@orrinvale.example.com")).to_be_visible()
    expect(page.locator("#heard")).to_have_attribute("data-last", "error")
    assert reports == []


def test_the_site_lends_the_widget_its_colours(reported: tuple[Page, list[dict[str, str]]]):
    page, _ = reported
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


def test_the_sample_site_is_plain_files(shop: str):
    assert sorted(path.name for path in Path(FOLDER).iterdir()) == ["index.html", "site.css", "site.js"]
