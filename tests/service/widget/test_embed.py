"""The page for who builds a site: the widget at work, and what to copy, by hand or with a button."""

import re
from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from fastapi.testclient import TestClient
from playwright.sync_api import Page, expect

from kb.sites import Site

Open = Callable[..., Page]
STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OPTIONS = {"runOnly": {"type": "tag", "values": STANDARDS}, "rules": {"target-size": {"enabled": True}}}
CHOSEN = "/embed/preview?product=SUV&language=de&country=DE&colour=%238A3B12"
SITE = Site(
    "preview",
    "Preview & Sons",
    ("https://preview.example.com",),
    languages=("de", "en"),
    countries=("DE", "CH"),
    mail="help@preview.example.com",
)


@pytest.fixture
def show(open_page: Open, register: Callable[[Site], Site]) -> Open:
    """Give what opens the page of a site."""
    register(SITE)

    def show(path: str = CHOSEN, **options: object) -> Page:
        page = open_page(**options)
        page.goto(path)
        return page

    return show


def test_the_preview_is_the_widget_as_it_was_chosen(show: Open):
    page = show()
    expect(page.get_by_role("combobox", name="Was ist das Problem?")).to_be_visible()
    button = page.get_by_role("button", name="Suchen")
    assert button.evaluate("node => getComputedStyle(node).backgroundColor") == "rgb(138, 59, 18)"
    sent: list[dict[str, object]] = []
    page.on("request", lambda request: sent.append(request.post_data_json) if request.post_data else None)
    page.get_by_role("combobox", name="Was ist das Problem?").fill("Ostrevo")
    page.get_by_role("combobox", name="Was ist das Problem?").press("Enter")
    page.locator("h2[part=heading]").wait_for()
    assert (sent[0]["country"], sent[0]["language"]) == ("DE", "de")


def test_options_are_chosen_and_the_tag_follows(show: Open):
    page = show("/embed/preview")
    assert page.get_by_label("Language").locator("option").all_inner_texts() == [
        "That of your page", "Deutsch", "English",
    ]  # fmt: skip
    assert page.get_by_label("Country").locator("option").all_inner_texts() == [
        "Not said", "Germany", "Switzerland",
    ]  # fmt: skip
    page.get_by_label("Country").select_option("Switzerland")
    page.get_by_label("Your colour").fill("#8a3b12")
    page.get_by_role("button", name="Show it like this").click()
    expect(page.locator("#evergreen")).to_contain_text('country="CH" mail="help@preview.example.com"')
    expect(page.locator("#style")).to_contain_text("--precedent-accent: light-dark(#8a3b12")
    expect(page.get_by_label("Country")).to_have_value("CH")


@pytest.mark.parametrize("id", ["evergreen", "pinned", "policy", "style"])
def test_a_button_copies_exactly_what_is_shown(show: Open, id: str):
    page = show(permissions=["clipboard-read", "clipboard-write"])
    shown = page.locator(f"#{id}").text_content()
    page.locator(f"[data-copy={id}]").click()
    expect(page.get_by_text("Copied.")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == shown


def test_where_the_clipboard_is_closed_the_tag_is_marked(show: Open):
    page = show()
    page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(new Error('closed')); }")
    page.locator("[data-copy=policy]").click()
    expect(page.get_by_text("Marked: copy it with the keyboard.")).to_be_visible()
    assert page.evaluate("String(getSelection())").startswith("Content-Security-Policy: script-src")


def test_without_scripts_the_tags_are_there_and_no_button_that_does_nothing(show: Open):
    page = show(java_script_enabled=False)
    expect(page.locator("#pinned")).to_contain_text('integrity="sha384-')
    expect(page.locator("#policy")).to_contain_text("Content-Security-Policy: script-src 'self' http")
    expect(page.get_by_text("The preview needs scripts.")).to_be_visible()
    expect(page.locator(".copy").first).to_be_hidden()
    page.get_by_label("Language").select_option("English")
    page.get_by_role("button", name="Show it like this").click()
    expect(page.locator("#evergreen")).to_contain_text('locale="en"')


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(show: Open, scheme: str):
    page = show(color_scheme=scheme)
    expect(page.get_by_role("combobox", name="Was ist das Problem?")).to_be_visible()
    found = Axe().run(page, options=OPTIONS).response["violations"]
    assert [f"{each['id']}: {node['html']}" for each in found for node in each["nodes"]] == []


def test_nothing_sticks_out_of_a_narrow_page(show: Open):
    page = show(viewport={"width": 320, "height": 640})
    expect(page.get_by_role("combobox", name="Was ist das Problem?")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.set_viewport_size({"width": 640, "height": 800})
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert page.evaluate("document.documentElement.scrollWidth") <= 640


def test_what_is_typed_into_the_address_is_not_taken_on_trust(show: Open):
    page = show("/embed/preview?product=%22%3E&language=xx&country=ZZ&colour=red;%7D")
    assert page.locator("#evergreen").inner_text() == (
        '<script src="http://127.0.0.1:8000/widget/v1/precedent.js" data-site="preview" async></script>\n'
        '<precedent-search mail="help@preview.example.com">\n'
        '  <form action="http://127.0.0.1:8000/"><button>Help</button></form>\n'
        "</precedent-search>"
    )
    assert page.locator("#style").count() == 0


def test_search_engines_leave_it_out_and_no_origin_is_told(show: Open):
    html = show().content()
    assert re.search(r'<meta name="robots" content="noindex">', html)
    assert "https://preview.example.com" not in html


def test_an_unknown_site_has_no_page(blank: TestClient):
    answer = blank.get("/embed/nothing")
    assert answer.status_code == 404
    assert "There is no such site." in answer.text
