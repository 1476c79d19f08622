"""How the public pages come up in a real browser: soon, at rest, and readable without styles and scripts."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

Open = Callable[..., Page]
PAGES = pytest.mark.parametrize(
    "path", ["/", "/browse", "/products/SUV", "/solutions/cold-start", "/ar/solutions/descale", "/status"]
)
# Milliseconds: machines that run tests are busy, and a page that waits for something takes longer still.
PATIENCE = 10_000
MEASURE = """() => new Promise((done) => {
    let painted = 0, moved = 0;
    const watch = (type, see) => new PerformanceObserver((list) => list.getEntries().forEach(see))
        .observe({ type, buffered: true });
    watch("largest-contentful-paint", (entry) => { painted = entry.startTime; });
    watch("layout-shift", (entry) => { moved += entry.value; });
    setTimeout(() => done([painted, moved]), 300);
})"""


@PAGES
@pytest.mark.parametrize("width", [390, 1200])
def test_a_page_is_painted_soon_and_does_not_move(open_page: Open, path: str, width: int):
    page = open_page(viewport={"width": width, "height": 900})
    page.goto("/status")  # the browser has the styles and is awake
    page.goto(path)
    painted, moved = page.evaluate(MEASURE)
    assert 0 < painted < PATIENCE
    assert moved == 0


@PAGES
def test_a_page_loads_its_own_files_and_sets_no_cookie(open_page: Open, site: str, path: str):
    page = open_page()
    loaded: list[str] = []
    page.on("request", lambda request: loaded.append(request.url))
    page.goto(path)
    assert [address for address in loaded if not address.startswith(site)] == []
    assert page.context.cookies() == []


def test_a_page_reads_in_order_without_styles_and_scripts(open_page: Open):
    page = open_page(java_script_enabled=False)

    def without_styles(route: Route) -> None:
        route.abort() if route.request.resource_type == "stylesheet" else route.continue_()

    page.route("**/*", without_styles)
    page.goto("/solutions/cold-start")
    text = page.locator("body").inner_text()
    parts = [
        "Skip to the content",
        "All solutions",
        "The engine does not start",
        "Glow plugs",
        "Last changed on",
    ]
    places = [
        text.index(part) for part in [*parts, "Did this solve your problem?", "Nederlands", "What you type"]
    ]
    assert places == sorted(places)
    page.get_by_role("button", name="This solved it").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Good to hear")


def test_print_shows_the_solution_and_its_address_and_no_buttons(open_page: Open, site: str):
    page = open_page(color_scheme="dark")
    page.goto("/solutions/cold-start")
    page.emulate_media(media="print")
    expect(page.get_by_role("heading", name="Glow plugs")).to_be_visible()
    expect(page.locator(".printed")).to_have_text("http://127.0.0.1:8000/en/solutions/cold-start")
    for hidden in (".feedback", ".top", ".bottom"):
        expect(page.locator(hidden)).to_be_hidden()
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(28, 33, 38)"


def test_another_language_is_two_clicks_away_and_stays(open_page: Open):
    page = open_page(java_script_enabled=False)
    page.goto("/browse")
    page.get_by_role("link", name="Read these pages in: English").click()
    page.get_by_role("link", name="Deutsch").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Alle Lösungen")
    page.get_by_role("link", name="Suche", exact=True).click()
    page.get_by_label("Ihr Problem, in Ihren Worten").fill("Der Staubsauger pfeift")
    page.get_by_role("button", name="Lösung finden").click()
    expect(page.locator("html")).to_have_attribute("lang", "de")
    page.get_by_role("link", name="The vacuum cleaner whistles").first.click()
    page.get_by_role("button", name="Das hat es gelöst").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Das freut uns")


def test_what_was_typed_stays_when_the_language_changes(open_page: Open):
    page = open_page()
    page.goto("/")
    page.locator("#q").fill("It squeaks")
    page.get_by_role("link", name="العربية").click()
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    expect(page.locator("#q")).to_have_value("It squeaks")
