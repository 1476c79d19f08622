"""From the first letter to a solution or to a number, in a real browser on somebody else's page."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

Embed = Callable[..., Page]
Ask = Callable[[Page, str], None]
WHISTLES = "vacuum cleaner whistles"
WINE = "Which planets have rings, and who wrote the sonnet about them?"
NUMBER = re.compile(r"^[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){2}$")


def button(page: Page, name: str):
    return page.get_by_role("button", name=name, exact=True)


def heard(page: Page) -> list[list[object]]:
    return page.evaluate("window.heard")


def listen(page: Page) -> None:
    page.evaluate(
        """() => { window.heard = [];
        for (const name of ["search", "solved", "escalated", "error"])
            document.addEventListener(name, (event) => window.heard.push([name, event.detail])); }"""
    )


def test_type_read_solved(embed: Embed, ask: Ask):
    page = embed()
    listen(page)
    ask(page, WHISTLES)
    first = page.locator(".title").first
    expect(first).to_have_text("The vacuum cleaner whistles")
    first.click()
    expect(page.get_by_role("heading", name="The vacuum cleaner whistles")).to_be_focused()
    button(page, "This solved it").click()
    expect(page.get_by_role("heading", name="Good to hear")).to_be_focused()
    (search, found), (solved, said) = heard(page)
    assert (search, solved) == ("search", "solved")
    assert said["search"] == found["search"]
    assert said["solution"] == found["solutions"][0]


def test_none_of_these_why_form_number_status(embed: Embed, ask: Ask):
    page = embed()
    listen(page)
    ask(page, WHISTLES)
    button(page, "None of these").click()
    button(page, "It is about something else").click()
    expect(page.get_by_role("heading", name="Write to us")).to_be_focused()
    expect(page.get_by_label("In one line")).to_have_value(WHISTLES)
    expect(page.get_by_label("What happened?")).to_have_value(WHISTLES)
    page.get_by_label("What happened?").fill("It whistles at night.")
    page.get_by_label("E-mail").fill("ana@example.com")
    button(page, "Send").click()
    expect(page.get_by_role("heading", name="We have received it")).to_be_focused()
    number = page.locator(".number").inner_text()
    assert NUMBER.match(number)
    button(page, "Show the status").click()
    expect(page.get_by_role("heading", name="Received")).to_be_visible()
    assert heard(page)[-1] == ["escalated", {"number": number, "search": heard(page)[0][1]["search"]}]


def test_what_nothing_fits_opens_the_form_at_once(embed: Embed, ask: Ask):
    page = embed()
    ask(page, WINE)
    expect(page.get_by_role("heading", name="We found nothing that fits")).to_be_visible()
    expect(page.get_by_label("What happened?")).to_have_value(WINE)


def test_by_keyboard_alone(embed: Embed):
    page = embed()
    page.keyboard.press("Tab")
    page.keyboard.type("vacuum cleaner whis")
    expect(page.get_by_role("option").first).to_have_text("The vacuum cleaner whistles")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="The vacuum cleaner whistles")).to_be_visible()
    box = page.get_by_role("combobox")
    expect(box).to_be_focused()
    expect(box).to_have_value("vacuum cleaner whis")
    until(page, "This did not help")
    page.keyboard.press("Enter")
    until(page, "I would rather not say")
    page.keyboard.press("Enter")
    until(page, "None of these")
    page.keyboard.press("Enter")
    until(page, "I could not follow it")
    page.keyboard.press("Enter")
    until(page, "Send")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="We have received it")).to_be_focused()


def until(page: Page, name: str) -> None:
    """Walk on with Tab until the button of this name has the focus."""
    expect(button(page, name)).to_be_visible()
    for _ in range(30):
        page.keyboard.press("Tab")
        if button(page, name).evaluate("node => node.getRootNode().activeElement === node"):
            return
    raise AssertionError(f"Tab does not lead to “{name}”.")
