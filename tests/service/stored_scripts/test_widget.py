"""The widget, for a site whose solutions, products, teams and texts are stored scripts: none runs."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page

from tests.service.stored_scripts.conftest import Stored
from tests.service.stored_scripts.payloads import ALL, PAYLOADS, SOME
from tests.service.stored_scripts.witness import Witness

# One solution after the other is opened as a click on its title would, and read by the caller in between.
READ = """async (id) => {
    const widget = document.querySelector("precedent-search");
    await widget.openSolution({ id, title: id }, false);
    return widget.shadowRoot.querySelector("h2").textContent;
}"""


@pytest.fixture(params=["with the policy", "without it"])
def page(
    request: pytest.FixtureRequest, browse: Callable[..., Page], witness: Witness, stored: Stored
) -> Iterator[Page]:
    """Give a page with the widget on which nothing may have run when the test is over."""
    page = browse(base_url=stored.address, bypass_csp=request.param == "without it")
    page.goto("/embed/site-0")
    page.wait_for_function("!!customElements.get('precedent-search')")
    yield page
    witness.look(page)
    assert (witness.ran, witness.attempts) == (set(), [])


def ask(page: Page, text: str) -> None:
    page.locator("#problem").fill(text)
    page.locator("#problem").press("Enter")
    page.locator(".hit, #description").first.wait_for()


def test_nothing_runs_among_the_suggestions(page: Page, witness: Witness):
    seen = 0
    for each in SOME:
        page.locator("#problem").fill("")
        with page.expect_response("**/suggest?*"):
            page.locator("#problem").fill(each.text)
        page.locator("[role=option]").first.wait_for()
        seen += page.locator("[role=option]").count()
        witness.look(page)
    assert seen > len(SOME)


def test_nothing_runs_among_the_results_or_in_a_solution(page: Page, witness: Witness):
    for each in SOME:
        ask(page, each.text)
        witness.look(page)
    ask(page, PAYLOADS[0].text)
    for each in PAYLOADS:
        assert page.evaluate(READ, each.text) == each.text
        witness.look(page)


def test_nothing_runs_in_the_form_or_the_status(page: Page, stored: Stored, witness: Witness):
    ask(page, ALL)
    for each in SOME:
        page.evaluate(READ, each.text)
    page.locator("button.write").click()
    witness.look(page)
    page.reload()
    page.locator("#description").wait_for()
    witness.look(page)
    for number in stored.tickets:
        page.evaluate("number => document.querySelector('precedent-search').track(number)", number)
        page.locator(".state").wait_for()
        witness.look(page)
