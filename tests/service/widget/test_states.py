"""Every state of the widget, in light, in dark and from right to left: nothing that axe can find."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

Embed = Callable[..., Page]
Way = Callable[[Page], None]

STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OPTIONS = {"runOnly": {"type": "tag", "values": STANDARDS}, "rules": {"target-size": {"enabled": True}}}
QUERY = "vacuum cleaner whistles"
INLINE = "<precedent-search mail='help@example.com'></precedent-search>"
LAUNCHER = "<precedent-search launcher></precedent-search>"
ASKING = '<script src="/widget/v1/precedent.js" data-consent async></script>'


def find(page: Page) -> None:
    page.locator("#problem").fill(QUERY)
    page.locator("#problem").press("Enter")
    page.locator(".hit").first.wait_for()


def read(page: Page) -> None:
    find(page)
    page.locator(".title").first.click()
    page.locator("article").wait_for()


def why(page: Page) -> None:
    find(page)
    page.locator(".none > button").click()
    page.locator(".reason").first.wait_for()


def reject(page: Page) -> None:
    read(page)
    page.locator(".none > button").click()
    page.locator(".reason").first.click()
    page.locator(".tried").wait_for()


def solve(page: Page) -> None:
    read(page)
    page.locator(".verdict > .main").click()
    page.locator("article").wait_for(state="detached")


def suggest(page: Page) -> None:
    page.locator("#problem").fill("vacuum cleaner")
    page.locator("[role=option]").first.wait_for()
    page.locator("#problem").press("ArrowDown")


def form(page: Page) -> None:
    find(page)
    page.locator("button.write").click()
    page.locator("#description").wait_for()


def mistakes(page: Page) -> None:
    page.locator("button.write").click()
    page.locator("#email").fill("nobody")
    page.locator(".ticket > .main").click()


def escalate(page: Page) -> None:
    page.locator("#problem").fill("Which planets have rings, and who wrote the sonnet about them?")
    page.locator("#problem").press("Enter")
    page.locator("#description").wait_for()
    if page.locator("summary").count():
        page.locator("summary").click()


def down(page: Page) -> None:
    page.route("**/api/v1/search", lambda route: route.abort())
    page.locator("#problem").fill(QUERY)
    page.locator("#problem").press("Enter")
    page.locator("#description").wait_for()


def work(page: Page) -> None:
    page.route("**/api/v1/search", lambda route: None)
    page.locator("#problem").fill(QUERY)
    page.locator("#problem").press("Enter")
    page.locator(".working").wait_for()


def receive(page: Page) -> None:
    page.locator("button.write").click()
    page.locator("#subject").fill("It squeaks")
    page.locator("#description").fill("At night.")
    page.locator(".ticket > .main").click()
    page.locator(".number").wait_for()


def follow(page: Page) -> None:
    receive(page)
    page.locator(".panel .main").click()
    page.locator(".state").wait_for()


def launch(page: Page) -> None:
    page.locator(".launcher").click()
    find(page)


STATES: dict[str, Way] = {
    "start": lambda page: None,
    "asking for consent": lambda page: page.locator(".consent").wait_for(),
    "suggestions": suggest,
    "working": work,
    "results": find,
    "why not": why,
    "one rejected": reject,
    "solution": read,
    "thanks": solve,
    "form": form,
    "form with mistakes": mistakes,
    "nothing fits": escalate,
    "search is down": down,
    "number": receive,
    "status": follow,
    "launched": launch,
}
MODES = {
    "light": {},
    "dark": {"color_scheme": "dark"},
    "right to left": {"lang": "ar", "direction": "rtl"},
}
EVERY_STATE = pytest.mark.parametrize("state", STATES)
# What a reader may set, by WCAG 1.4.12; it has to reach into the shadow root.
SPACED_OUT = """() => { const sheet = new CSSStyleSheet();
sheet.replaceSync("* { line-height: 1.5 !important; letter-spacing: 0.12em !important; "
    + "word-spacing: 0.16em !important; } p { margin-block-end: 2em !important; }");
const root = document.querySelector("precedent-search").shadowRoot;
root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet]; }"""
LARGE = "document.documentElement.style.fontSize = '200%'"
SIDEWAYS = """() => document.documentElement.scrollWidth <= innerWidth ? [] :
[...document.querySelector("precedent-search").shadowRoot.querySelectorAll("*")]
    .filter((each) => each.getBoundingClientRect().right > innerWidth + 1)
    .map((each) => each.outerHTML.slice(0, 120))"""


def opened(embed: Embed, state: str, **options: object) -> Page:
    head = {"head": ASKING} if state == "asking for consent" else {}
    page = embed(LAUNCHER if state == "launched" else INLINE, **head, **options)
    if options.get("lang") == "ar":
        page.locator("section[lang=ar]").wait_for(state="attached")
    STATES[state](page)
    return page


def violations(page: Page) -> list[str]:
    found = Axe().run(page, options=OPTIONS).response["violations"]
    return [
        f"{each['id']}: {node['html']} {node['failureSummary']}" for each in found for node in each["nodes"]
    ]


@EVERY_STATE
@pytest.mark.parametrize("mode", MODES)
def test_axe_finds_nothing(embed: Embed, mode: str, state: str):
    page = opened(embed, state, **MODES[mode])
    assert violations(page) == []


@EVERY_STATE
def test_nothing_is_lost_on_a_narrow_page_with_large_and_spaced_letters(embed: Embed, state: str):
    page = opened(embed, state, viewport={"width": 320, "height": 640})
    assert page.evaluate(SIDEWAYS) == []
    page.evaluate(SPACED_OUT)
    assert page.evaluate(SIDEWAYS) == []
    page.set_viewport_size({"width": 640, "height": 800})
    page.evaluate(LARGE)
    assert page.evaluate(SIDEWAYS) == []


def test_what_has_the_focus_shows_it(embed: Embed):
    page = opened(embed, "form")
    unseen = []
    for _ in range(20):
        page.keyboard.press("Tab")
        seen, what = page.evaluate(
            """() => { const outer = document.activeElement;
            const node = outer.shadowRoot?.activeElement || outer;
            const { outlineStyle, outlineWidth } = getComputedStyle(node);
            const ring = outlineStyle !== "none" && parseFloat(outlineWidth) >= 2;
            return [ring, node.outerHTML.slice(0, 100)]; }"""
        )
        if not seen and not what.startswith("<body"):
            unseen.append(what)
    assert unseen == []


def test_forced_colours_and_less_motion_keep_everything_visible(embed: Embed):
    page = opened(embed, "working", forced_colors="active", reduced_motion="reduce")
    moving = "node => getComputedStyle(node, '::after').animationName"
    assert page.locator(".working").evaluate(moving) == "none"
    edge = "node => getComputedStyle(node).borderTopStyle"
    assert page.locator("form .main").evaluate(edge) == "solid"
