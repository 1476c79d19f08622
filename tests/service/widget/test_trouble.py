"""When something fails, is slow or comes late: nothing typed is lost, and there is always a way."""

import json
import re
import time
from collections.abc import Callable
from contextlib import suppress

from playwright.sync_api import Error, Page, Route, expect

Embed = Callable[..., Page]
Ask = Callable[[Page, str], None]
WHISTLES = "vacuum cleaner whistles"
MAIL = '<precedent-search mail="help@example.com"></precedent-search>'


def button(page: Page, name: str):
    return page.get_by_role("button", name=name, exact=True)


def write(page: Page) -> None:
    button(page, "Write to us").click()
    page.get_by_label("In one line").fill("It squeaks")
    page.get_by_label("What happened?").fill("It squeaks at night.")


def test_a_reload_in_the_middle_of_the_form_keeps_every_word(embed: Embed):
    page = embed()
    write(page)
    page.get_by_label("Name").fill("Ana")
    page.get_by_label("A wish").check()
    page.reload()
    expect(page.get_by_label("In one line")).to_have_value("It squeaks")
    expect(page.get_by_label("What happened?")).to_have_value("It squeaks at night.")
    expect(page.get_by_label("Name")).to_have_value("Ana")
    expect(page.get_by_label("A wish")).to_be_checked()


def test_a_reload_keeps_what_stands_in_the_box_and_what_was_found(embed: Embed, ask: Ask):
    page = embed()
    ask(page, WHISTLES)
    expect(page.locator(".title").first).to_have_text("The vacuum cleaner whistles")
    page.reload()
    expect(page.get_by_role("combobox")).to_have_value(WHISTLES)
    expect(page.locator(".title").first).to_have_text("The vacuum cleaner whistles")


def test_after_the_number_nothing_of_the_form_is_left_in_the_browser(embed: Embed):
    page = embed()
    write(page)
    page.get_by_label("E-mail").fill("someone@example.com")
    assert "It squeaks" in page.evaluate("JSON.stringify(sessionStorage)")
    button(page, "Send").click()
    expect(page.get_by_role("heading", name="We have received it")).to_be_visible()
    assert "It squeaks" not in page.evaluate("JSON.stringify(sessionStorage)")
    button(page, "Search again").click()
    assert page.evaluate("JSON.stringify(sessionStorage)") == "{}"


def test_who_does_nothing_finds_nothing_stored(embed: Embed):
    page = embed()
    page.get_by_role("combobox").focus()
    kept = page.evaluate("[{...sessionStorage}, {...localStorage}, document.cookie]")
    assert kept == [{}, {}, ""]


def test_nobody_answers_then_form_and_mail_are_there_within_three_seconds(embed: Embed, ask: Ask):
    page = embed(MAIL)
    page.route("**/api/v1/**", lambda route: route.abort())
    began = time.monotonic()
    ask(page, WHISTLES)
    expect(page.get_by_label("What happened?")).to_have_value(WHISTLES, timeout=3000)
    assert time.monotonic() - began < 3
    expect(page.get_by_role("link", name="help@example.com")).to_have_attribute(
        "href", "mailto:help@example.com"
    )
    expect(page.locator(".note")).to_contain_text("Our search does not work right now")


def test_a_silent_service_shows_progress_and_within_three_seconds_the_form(embed: Embed, ask: Ask):
    page = embed(MAIL)
    held: list[Route] = []
    page.route("**/api/v1/search", lambda route: held.append(route))
    began = time.monotonic()
    ask(page, WHISTLES)
    expect(page.locator(".working")).to_have_text("Searching …", timeout=500)
    expect(page.get_by_label("What happened?")).to_have_value(WHISTLES, timeout=3000)
    assert time.monotonic() - began < 3
    expect(page.locator(".note")).to_contain_text("takes longer than usual")
    held[0].continue_()
    expect(page.locator(".title").first).to_have_text("The vacuum cleaner whistles")


def test_a_late_answer_does_not_take_away_a_form_that_was_begun(embed: Embed, ask: Ask):
    page = embed()
    held: list[Route] = []
    page.route("**/api/v1/search", lambda route: held.append(route))
    ask(page, WHISTLES)
    page.get_by_label("Name").fill("Ana")
    held[0].continue_()
    button(page, "Back to the results").wait_for()
    expect(page.get_by_label("Name")).to_have_value("Ana")
    expect(page.get_by_label("Name")).to_be_focused()
    button(page, "Back to the results").click()
    expect(page.locator(".title").first).to_have_text("The vacuum cleaner whistles")


def test_a_ticket_that_does_not_get_through_stays_whole_and_is_filed_once(embed: Embed):
    page = embed()
    keys: list[str] = []
    numbers: list[str] = []

    def lose_the_first_answer(route: Route) -> None:
        keys.append(route.request.headers["idempotency-key"])
        answer = route.fetch()
        numbers.append(json.loads(answer.text())["number"])
        if len(keys) == 1:
            route.abort()
        else:
            route.fulfill(response=answer)

    page.route("**/api/v1/tickets", lose_the_first_answer)
    write(page)
    button(page, "Send").click()
    expect(page.get_by_role("alert")).to_contain_text("Not sent yet")
    expect(page.get_by_label("What happened?")).to_have_value("It squeaks at night.")
    page.reload()
    button(page, "Send").click()
    expect(page.locator(".number")).to_have_text(numbers[0])
    assert keys[0] == keys[1]
    assert numbers[0] == numbers[1]


def test_the_same_form_with_another_text_asks_before_it_makes_a_second_ticket(embed: Embed):
    page = embed()
    lost: list[str] = []

    def lose_the_first_answer(route: Route) -> None:
        answer = route.fetch()
        lost.append(answer.text())
        route.abort() if len(lost) == 1 else route.fulfill(response=answer)

    page.route("**/api/v1/tickets", lose_the_first_answer)
    write(page)
    button(page, "Send").click()
    expect(page.get_by_role("alert")).to_contain_text("Not sent yet")
    page.get_by_label("What happened?").fill("It squeaks at noon.")
    button(page, "Send").click()
    expect(page.get_by_role("alert")).to_contain_text("You have sent this before")
    button(page, "Send").click()
    second = page.locator(".number")
    expect(second).to_be_visible()
    assert second.inner_text() != json.loads(lost[0])["number"]


def test_a_product_that_the_page_has_wrong_keeps_nobody_from_writing(embed: Embed):
    page = embed('<precedent-search product="mistyped"></precedent-search>')
    write(page)
    button(page, "Send").click()
    expect(page.get_by_role("heading", name="We have received it")).to_be_visible()


def test_the_form_names_each_mistake_beside_its_field_and_goes_to_the_first(embed: Embed):
    page = embed()
    button(page, "Write to us").click()
    page.get_by_label("E-mail").fill("nobody")
    button(page, "Send").click()
    expect(page.get_by_label("In one line")).to_be_focused()
    expect(page.get_by_label("In one line")).to_have_accessible_description("Please fill this in.")
    expect(page.get_by_label("E-mail")).to_have_accessible_description("Please check this address.")
    expect(page.get_by_label("E-mail")).to_have_value("nobody")


def test_what_the_service_finds_wrong_stands_beside_the_field(embed: Embed):
    page = embed()
    write(page)
    page.get_by_label("Phone").fill("twelve")
    button(page, "Send").click()
    expect(page.get_by_label("Phone")).to_be_focused()
    expect(page.get_by_label("Phone")).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_label("What happened?")).to_have_value("It squeaks at night.")


def test_of_two_lists_that_come_in_the_wrong_order_the_right_one_is_shown(embed: Embed):
    page = embed()
    early: list[Route] = []
    page.route("**/api/v1/suggest?q=va&**", lambda route: early.append(route))
    box = page.get_by_role("combobox")
    box.press_sequentially("va")
    page.wait_for_timeout(300)
    assert len(early) == 1
    box.press_sequentially("cuum cleaner")
    option = page.get_by_role("option").first
    expect(option).to_have_text("The vacuum cleaner whistles")
    answer_late(early[0], {"suggestions": [{"id": "old", "language": "en", "title": "An old answer"}]})
    page.wait_for_timeout(300)
    expect(option).to_have_text("The vacuum cleaner whistles")


def test_of_two_searches_that_come_in_the_wrong_order_the_last_one_is_shown(embed: Embed, ask: Ask):
    page = embed()
    held: list[Route] = []
    page.route("**/api/v1/search", lambda route: held.append(route) if not held else route.continue_())
    ask(page, "how do I descale")
    page.wait_for_timeout(200)
    ask(page, WHISTLES)
    expect(page.locator(".title").first).to_have_text("The vacuum cleaner whistles")
    answer_late(held[0], {})
    page.wait_for_timeout(300)
    expect(page.locator(".title").first).to_have_text("The vacuum cleaner whistles")


def answer_late(route: Route, body: object) -> None:
    """Answer a request that the widget has given up; the browser may have closed it already."""
    with suppress(Error):
        route.fulfill(json=body)


def test_the_same_beginning_is_asked_for_once(embed: Embed):
    page = embed()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/suggest" in request.url else None)
    box = page.get_by_role("combobox")
    for _ in range(2):
        box.fill("vacuum cleaner")
        expect(page.get_by_role("option").first).to_have_text("The vacuum cleaner whistles")
        box.fill("")
        expect(page.get_by_role("listbox")).to_be_hidden()
    assert len(asked) == 1


def test_a_quick_typist_asks_once(embed: Embed):
    page = embed()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/suggest" in request.url else None)
    page.get_by_role("combobox").press_sequentially("vacuum cleaner")
    expect(page.get_by_role("option").first).to_have_text("The vacuum cleaner whistles")
    assert len(asked) == 1


def test_an_empty_box_is_explained_and_nothing_is_asked(embed: Embed, ask: Ask):
    page = embed()
    ask(page, " ?! ")
    said = re.compile(r"Please say in a few words what the problem is\.$")
    expect(page.get_by_role("combobox")).to_have_accessible_description(said)
    expect(page.get_by_role("combobox")).to_be_focused()


def test_a_mistyped_number_is_told_from_an_unknown_one_without_asking(embed: Embed):
    page = embed()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/tickets/" in request.url else None)
    button(page, "Track a request").click()
    number = page.get_by_label("Tracking number")
    for typed, said in (("K7M2-9QXD-4HT", "has 12 letters"), ("K7M2-9QXD-4HTA", "is mistyped")):
        number.fill(typed)
        number.press("Enter")
        expect(page.get_by_role("alert")).to_contain_text(said)
    assert asked == []
    number.fill("0000 0000 0000")
    number.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("We know no request with this number")
    assert len(asked) == 1
