"""The acceptance criteria that the British government holds its autocompletion to, one test each.

They stand in `accessibility-criteria.md` of alphagov/accessible-autocomplete, in this order.
"""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

Embed = Callable[..., Page]
FIRST = "The vacuum cleaner whistles"


@pytest.fixture
def page(embed: Embed) -> Page:
    return embed()


@pytest.fixture
def box(page: Page) -> Locator:
    return page.get_by_role("combobox")


def offer(page: Page, typed: str = "vacuum cleaner") -> Locator:
    page.get_by_role("combobox").fill(typed)
    options = page.get_by_role("option")
    expect(options.first).to_have_text(FIRST)
    return options


def said(page: Page, sentence: str | re.Pattern[str]) -> None:
    expect(page.locator("[aria-live=polite]").filter(has_text=sentence)).to_have_count(1)


def test_01_it_can_be_reached_with_the_keyboard(page: Page, box: Locator):
    page.keyboard.press("Tab")
    expect(box).to_be_focused()


def test_02_it_shows_that_it_has_the_focus(page: Page, box: Locator):
    page.keyboard.press("Tab")
    assert box.evaluate("node => getComputedStyle(node).outlineWidth") == "3px"


def test_03_it_is_known_as_a_field_that_can_be_edited(box: Locator):
    expect(box).to_be_editable()
    expect(box).to_have_accessible_name("What is the problem?")


def test_04_what_stands_in_it_already_is_its_value(page: Page, box: Locator):
    box.fill("It squeaks")
    page.reload()
    expect(box).to_have_value("It squeaks")


def test_05_it_says_that_it_offers_a_list(box: Locator):
    expect(box).to_have_attribute("aria-autocomplete", "list")
    expect(box).to_have_attribute("aria-controls", "list")


def test_06_it_explains_how_the_list_is_used(box: Locator):
    expect(box).to_have_accessible_description(
        re.compile("use the up and down arrows .* and Enter to open one")
    )


def test_07_it_says_when_the_list_is_open(page: Page, box: Locator):
    expect(box).to_have_attribute("aria-expanded", "false")
    offer(page)
    expect(box).to_have_attribute("aria-expanded", "true")


def test_08_it_says_when_nothing_is_found(page: Page, box: Locator):
    page.route("**/api/v1/suggest?**", lambda route: route.fulfill(json={"suggestions": []}))
    box.fill("zzzz")
    said(page, "No suggestions")
    expect(box).to_have_attribute("aria-expanded", "false")


def test_09_it_says_how_many_are_found(page: Page):
    count = offer(page).count()
    said(page, f"{count} suggestion")


def test_10_it_says_when_the_number_changes_after_typing_has_paused_and_in_the_other_region(page: Page):
    count = offer(page).count()
    said(page, f"{count} suggestion")
    before = page.locator("[aria-live=polite]").all_inner_texts()
    title = {"suggestions": [{"id": "x", "language": "en", "title": "Only this"}]}
    page.route("**/api/v1/suggest?**", lambda route: route.fulfill(json=title))
    page.get_by_role("combobox").fill("vacuum cleaner w")
    expect(page.get_by_role("option")).to_have_text(["Only this"])
    assert page.locator("[aria-live=polite]").all_inner_texts() == before
    said(page, "1 suggestion")
    after = page.locator("[aria-live=polite]").all_inner_texts()
    assert [bool(text) for text in after] == [not text for text in before]


def test_11_one_way_of_pointing_is_enough(page: Page, box: Locator):
    offer(page).first.click()
    expect(page.get_by_role("heading", name=FIRST)).to_be_visible()


def test_12_one_press_goes_one_step(page: Page, box: Locator):
    options = offer(page)
    for key, place in (("ArrowDown", 0), ("ArrowUp", None), ("ArrowUp", -1)):
        box.press(key)
        marked = page.locator("[aria-selected=true]")
        expect(marked).to_have_count(0 if place is None else 1)
        if place is not None:
            expect(marked).to_have_text(options.nth(place).inner_text())


def test_13_what_is_marked_is_known(page: Page, box: Locator):
    offer(page)
    box.press("ArrowDown")
    expect(page.locator("#option-0")).to_have_attribute("aria-selected", "true")
    expect(box).to_have_attribute("aria-activedescendant", "option-0")


def test_14_its_place_among_the_others_is_known(page: Page):
    offer(page)
    assert page.get_by_role("listbox").evaluate(
        "node => [...node.children].every((each) => each.getAttribute('role') === 'option')"
    )


def test_15_nothing_is_marked_before_somebody_does(page: Page, box: Locator):
    offer(page)
    assert box.get_attribute("aria-activedescendant") is None
    expect(page.locator("[aria-selected=true]")).to_have_count(0)


def test_16_what_is_marked_can_be_taken(page: Page, box: Locator):
    offer(page)
    box.press("ArrowDown")
    box.press("Enter")
    expect(page.get_by_role("heading", name=FIRST)).to_be_visible()


def test_17_it_says_what_was_taken(page: Page, box: Locator):
    offer(page)
    box.press("ArrowDown")
    box.press("Enter")
    said(page, FIRST)


def test_18_the_focus_is_in_the_field_again_and_so_is_what_was_typed(page: Page, box: Locator):
    offer(page).first.click()
    expect(page.get_by_role("heading", name=FIRST)).to_be_visible()
    expect(box).to_be_focused()
    expect(box).to_have_value("vacuum cleaner")


def test_escape_closes_the_list_and_nothing_else(page: Page, box: Locator):
    offer(page)
    box.press("Escape")
    expect(page.get_by_role("listbox")).to_be_hidden()
    expect(box).to_have_value("vacuum cleaner")
    expect(box).to_be_focused()


def test_a_press_elsewhere_closes_the_list(page: Page):
    offer(page)
    page.get_by_role("heading", name="Help").click()
    expect(page.get_by_role("listbox")).to_be_hidden()
