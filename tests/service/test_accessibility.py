"""Every page, light, dark and right to left: nothing that axe can find, nothing sideways at 320 pixels."""

import re
from collections.abc import Callable, Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from fastapi import FastAPI
from playwright.sync_api import Page

from kb import tracking
from kb.settings import Settings
from service.app import create_app

Open = Callable[..., Page]
Visit = Callable[[Page], None]

STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OPTIONS = {"runOnly": {"type": "tag", "values": STANDARDS}, "rules": {"target-size": {"enabled": True}}}


def ask(text: str, then: str | None = None) -> Visit:
    def visit(page: Page) -> None:
        page.goto("/")
        page.locator("#q").fill(text)
        page.get_by_role("button", name="Find a solution").click()
        if then:
            page.get_by_role("button", name=then).or_(page.get_by_role("link", name=then)).first.click()

    return visit


def go(path: str) -> Visit:
    return lambda page: page.goto(path) and None


def send(subject: str, email: str) -> Visit:
    def visit(page: Page) -> None:
        page.goto("/tickets/new")
        page.locator("#subject").fill(subject)
        page.locator("#description").fill("At night.")
        page.locator("#email").fill(email)
        page.get_by_role("button", name="Send to us").click()

    return visit


def follow(page: Page) -> None:
    send("It squeaks", "ana@example.com")(page)
    page.get_by_role("link", name="See the status").click()


def reject(page: Page) -> None:
    ask("vacuum cleaner whistles", "The vacuum cleaner whistles")(page)
    page.get_by_role("button", name="This did not help").click()


def solve(page: Page) -> None:
    ask("vacuum cleaner whistles", "The vacuum cleaner whistles")(page)
    page.get_by_role("button", name="This solved it").click()


def unfold(page: Page) -> None:
    ask("El Ostrevo no arranca con el frío")(page)
    for summary in page.locator("summary").all():
        summary.click()


# What a reader may set, by WCAG 1.4.12.
SPACED_OUT = (
    "* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important; } "
    "p { margin-block-end: 2em !important; }"
)

# Each page with a heading by which we know that we have come to it.
PAGES: dict[str, tuple[str, Visit]] = {
    "home": ("What is the problem", go("/")),
    "empty query": ("What is the problem", ask("")),
    "results": ("very likely|one of these", ask("vacuum cleaner whistles")),
    "results unfolded": ("very likely|one of these|Is it this", unfold),
    "results with one rejected": ("one of the others", reject),
    "nothing fits": ("nothing that fits", ask("What is the best wine for fish?")),
    "solution": ("engine does not start", ask("frosty mornings engine start", "The engine does not start")),
    "solution without a search": ("Descaling", go("/solutions/descale")),
    "solution in another language": ("إزالة", go("/solutions/descale?language=ar")),
    "solution that is not translated": ("flat tyre", go("/de/solutions/flat-tyre")),
    "all solutions": ("All solutions", go("/browse")),
    "solutions of a product": ("Highmoor|Tarnwald", go("/products/SUV")),
    "solutions of a topic": ("Guides", go("/topics/guides")),
    "vote against": ("Thank you for saying so", go("/votes/rejected")),
    "solved": ("Good to hear", solve),
    "ticket form": ("Tell us about it", ask("vacuum cleaner whistles", "None of these")),
    "ticket form with mistakes": ("Tell us about it", send("", "nobody")),
    "received": ("We have received it", send("It squeaks", "")),
    "status": ("Received", follow),
    "look-up": ("Track a request", go("/status")),
    "look-up of a mistyped number": ("Track a request", go("/status/K7M2-9QXD-4HTA")),
    "look-up of an unknown number": ("Track a request", go(f"/status/{tracking.new()}")),
    "nothing here": ("Nothing is here", go("/nowhere")),
}
RIGHT_TO_LEFT = {
    "home": ("المشكلة", go("/ar/")),
    "all solutions": ("كل الحلول", go("/ar/browse")),
    "solutions of a product": ("Tarnwald", go("/ar/products/SUV")),
    "solution": ("إزالة", go("/ar/solutions/descale")),
    "solution from left to right": ("flat tyre", go("/ar/solutions/flat-tyre")),
    "ticket form": ("أخبرنا", go("/ar/tickets/new")),
    "look-up": ("متابعة طلب", go("/ar/status")),
    "nothing here": ("لا شيء هنا", go("/ar/nowhere")),
    "in Hebrew": ("מה הבעיה", go("/he/")),
}
EVERY_PAGE = pytest.mark.parametrize("name", PAGES)


def visit(page: Page, name: str, pages: dict[str, tuple[str, Visit]] = PAGES) -> None:
    heading, way = pages[name]
    way(page)
    page.get_by_role("heading", level=1, name=re.compile(heading)).wait_for()


def violations(page: Page) -> list[str]:
    found = Axe().run(page, options=OPTIONS).response["violations"]
    return [f"{each['id']}: {node['failureSummary']}" for each in found for node in each["nodes"]]


def sideways(page: Page) -> list[str]:
    """Return what sticks out of the window; what scrolls within itself, such as a table, may."""
    return page.evaluate(
        """() => document.documentElement.scrollWidth <= innerWidth ? [] :
        [...document.querySelectorAll("body *")]
            .filter((each) => each.getBoundingClientRect().right > innerWidth)
            .map((each) => each.outerHTML.slice(0, 120))"""
    )


def cut_off(page: Page) -> list[str]:
    return page.evaluate(
        """() => [...document.querySelectorAll("main *")]
        .filter((each) => getComputedStyle(each).overflowX === "hidden")
        .filter((each) => each.scrollWidth > each.clientWidth + 1)
        .map((each) => each.outerHTML.slice(0, 120))"""
    )


@EVERY_PAGE
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(open_page: Open, scheme: str, name: str):
    page = open_page(color_scheme=scheme)
    visit(page, name)
    assert violations(page) == []


@pytest.mark.parametrize("name", RIGHT_TO_LEFT)
def test_axe_finds_nothing_from_right_to_left(open_page: Open, name: str):
    page = open_page()
    visit(page, name, RIGHT_TO_LEFT)
    assert page.evaluate("getComputedStyle(document.body).direction") == "rtl"
    assert violations(page) == []


@pytest.mark.parametrize("name", RIGHT_TO_LEFT)
def test_nothing_scrolls_sideways_from_right_to_left(open_page: Open, name: str):
    page = open_page(viewport={"width": 320, "height": 640}, bypass_csp=True)
    visit(page, name, RIGHT_TO_LEFT)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.set_viewport_size({"width": 640, "height": 800})
    page.add_style_tag(content=":root { font-size: 200%; }")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@EVERY_PAGE
def test_nothing_scrolls_sideways_or_is_cut_off(open_page: Open, name: str):
    page = open_page(viewport={"width": 320, "height": 640}, bypass_csp=True)
    visit(page, name)
    assert sideways(page) == []
    page.add_style_tag(content=SPACED_OUT)
    assert sideways(page) == []
    assert cut_off(page) == []
    page.set_viewport_size({"width": 640, "height": 800})
    page.add_style_tag(content=":root { font-size: 200%; }")
    assert sideways(page) == []
    assert cut_off(page) == []


@pytest.fixture
def without_index(settings: Settings, running) -> Iterator[str]:
    """Give the address of a service that cannot search."""
    app: FastAPI = create_app(settings)
    with running(app, settings) as address:
        yield address


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_form_below_an_empty_result_is_accessible_too(open_page: Open, without_index: str, scheme: str):
    page = open_page(color_scheme=scheme, viewport={"width": 390, "height": 800})
    page.goto(without_index)
    page.locator("#q").fill("It squeaks. Only at night.")
    page.get_by_role("button", name="Find a solution").click()
    page.get_by_role("heading", name="Our search does not work right now").wait_for()
    assert page.locator("#subject").input_value() == "It squeaks."
    assert violations(page) == []
    page.get_by_role("button", name="Send to us").click()
    page.get_by_role("heading", name="We have received it").wait_for()


def test_forced_colours_and_less_motion_keep_everything_visible(open_page: Open):
    page = open_page(forced_colors="active", reduced_motion="reduce")
    visit(page, "ticket form")
    button = page.get_by_role("button", name="Send to us")
    assert button.evaluate("node => getComputedStyle(node).borderTopStyle") == "solid"
    assert button.evaluate("node => getComputedStyle(node).transitionDuration") == "0s"


@pytest.mark.parametrize("name", ["home", "results", "ticket form"])
def test_what_has_the_focus_shows_it(open_page: Open, name: str):
    page = open_page()
    visit(page, name)
    unseen = []
    for _ in range(30):
        page.keyboard.press("Tab")
        seen, what = page.evaluate(
            """() => { const node = document.activeElement;
            const drawn = [getComputedStyle(node), getComputedStyle(node, "::after")];
            const ring = drawn.some(({ outlineStyle, outlineWidth }) =>
                outlineStyle !== "none" && parseFloat(outlineWidth) >= 2);
            return [node === document.body || ring, node.outerHTML.slice(0, 100)]; }"""
        )
        if not seen:
            unseen.append(what)
    assert unseen == []
