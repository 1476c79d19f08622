"""What the tests of the widget share: a page that embeds it under the strictest policy."""

import time
from collections.abc import Callable
from contextlib import suppress

import pytest
from playwright.sync_api import Page

from kb import db, sites
from kb.errors import Conflict
from kb.settings import Settings
from kb.sites import Site
from service.sites import FRESH_SECONDS
from service.widget.build import texts

# One origin for scripts and connections, and nothing that could take a text for code.
POLICY = (
    "default-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
    "script-src {service}; connect-src {service}; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)
ELEMENT = "<precedent-search></precedent-search>"
SCRIPT = '<script src="/widget/v1/precedent.js" async></script>'
HTML = """<!doctype html><html lang="{lang}" dir="{dir}"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><title>Orrinvale</title>{head}</head>
<body><main><h1>Help</h1>{body}</main></body></html>"""

Embed = Callable[..., Page]


@pytest.fixture
def embed(open_page: Callable[..., Page], site: str) -> Embed:
    """Give what opens a page with the widget; a report of the policy fails the test through the console."""

    def embed(
        body: str = ELEMENT, head: str = SCRIPT, lang: str = "en", direction: str = "ltr", **options: object
    ) -> Page:
        page = open_page(**options)
        html = HTML.format(lang=lang, dir=direction, head=head, body=body)
        headers = {"content-security-policy": POLICY.format(service=site)}
        page.route(
            "**/host",
            lambda route: route.fulfill(body=html, content_type="text/html; charset=utf-8", headers=headers),
        )
        page.goto("/host")
        page.wait_for_function("!!customElements.get('precedent-search')")
        return page

    return embed


@pytest.fixture(scope="session")
def register(site: str, site_settings: Settings) -> Callable[[Site], Site]:
    """Give what adds a site to the server of all journeys, as the command does beside it."""

    def register(new: Site) -> Site:
        engine = db.open_engine(site_settings)
        with suppress(Conflict), db.transaction(db.sessions(engine)) as session:
            sites.add(session, new, texts())
            time.sleep(FRESH_SECONDS)
        engine.dispose()
        return new

    return register


@pytest.fixture
def ask() -> Callable[[Page, str], None]:
    """Give what types a problem into the widget and submits it."""

    def ask(page: Page, text: str) -> None:
        page.get_by_role("combobox").fill(text)
        page.get_by_role("combobox").press("Enter")

    return ask
