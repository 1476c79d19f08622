"""Journeys through the pages in a real browser: with a mouse, with the keyboard, and without scripts."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from kb import tracking
from service.languages import LANGUAGE_NAMES
from service.pages import language_name, own_name

Open = Callable[..., Page]
FROSTY = "my car will not turn over on frosty mornings"
NAME_OF_FOCUSED = "(document.activeElement.labels?.[0] || document.activeElement).innerText"
NUMBER = re.compile(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}")
WITH_AND_WITHOUT_SCRIPTS = pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])


def ask(page: Page, text: str) -> None:
    page.goto("/")
    page.get_by_label("Your problem, in your own words").fill(text)
    page.get_by_role("button", name="Find a solution").click()


@WITH_AND_WITHOUT_SCRIPTS
def test_a_problem_finds_its_solution(open_page: Open, scripts: bool):
    page = open_page(java_script_enabled=scripts)
    ask(page, FROSTY)
    expect(page).to_have_url(re.compile(r"/searches/[\w-]{20,}$"))
    expect(page.get_by_role("heading", level=1)).to_have_text(
        re.compile("This very likely solves it|Is it one of these")
    )
    page.get_by_role("link", name="The engine does not start in cold weather").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("The engine does not start in cold weather")
    expect(page.get_by_role("heading", name="Glow plugs")).to_be_visible()
    page.get_by_role("button", name="This solved it").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Good to hear")


@WITH_AND_WITHOUT_SCRIPTS
def test_what_nothing_solves_becomes_a_ticket_that_can_be_followed(open_page: Open, scripts: bool):
    page = open_page(java_script_enabled=scripts)
    ask(page, "The Highmoor will not start.\nOnly uphill.")
    page.get_by_role("button", name="None of these").click()
    expect(page.get_by_label("In one line")).to_have_value("The Highmoor will not start.")
    expect(page.get_by_label("What happened?")).to_have_value("The Highmoor will not start.\nOnly uphill.")
    expect(page.get_by_text("Tarnwald")).to_be_visible()
    page.get_by_label("E-mail").fill("ana@example.com")
    page.get_by_role("button", name="Send to us").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("We have received it")
    number = page.get_by_text(NUMBER).inner_text()
    assert tracking.display(tracking.parse(number)) == number

    page.get_by_role("link", name="Track a request").click()
    page.get_by_label("Your tracking number").fill(number.lower().replace("-", " "))
    page.get_by_role("button", name="Show the status").click()
    expect(page).to_have_url(re.compile(f"/status/{number}$"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Received")
    expect(page.get_by_role("heading", name="Next step")).to_be_visible()
    assert "uphill" not in page.content()
    assert "ana@" not in page.content()


@WITH_AND_WITHOUT_SCRIPTS
def test_when_nothing_fits_the_form_is_there_at_once(open_page: Open, scripts: bool):
    page = open_page(java_script_enabled=scripts)
    ask(page, "What is the best wine for fish?")
    expect(page.get_by_role("heading", level=1)).to_have_text("We found nothing that fits")
    expect(page.get_by_label("What happened?")).to_have_value("What is the best wine for fish?")
    titles = page.get_by_role("group").get_by_role("link")
    expect(titles.first).to_be_hidden()
    page.get_by_text("closest title").click()
    expect(titles.first).to_be_visible()
    page.get_by_role("button", name="Send to us").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("We have received it")


def test_everything_can_be_done_with_the_keyboard_alone(open_page: Open):
    page = open_page()
    page.goto("/")

    def tab_to(name: str) -> None:
        for _ in range(40):
            page.keyboard.press("Tab")
            if name in page.evaluate(NAME_OF_FOCUSED):
                return
        pytest.fail(f"“{name}” cannot be reached with the Tab key")

    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    tab_to("Your problem")
    page.keyboard.type(FROSTY)
    page.keyboard.press("Enter")
    page.wait_for_url("**/searches/*")
    tab_to("The engine does not start")
    page.keyboard.press("Enter")
    page.wait_for_url("**/solutions/**")
    tab_to("This did not help")
    page.keyboard.press("Enter")
    page.wait_for_url("**/searches/*")
    expect(page.get_by_role("heading", level=1)).to_have_text("Is it one of the others?")
    expect(page.get_by_text("You said that this did not help")).to_be_visible()
    tab_to("None of these")
    page.keyboard.press("Enter")
    page.wait_for_url("**/tickets/new?search=*")
    expect(page.get_by_text("This did not help:")).to_contain_text("The engine does not start")
    tab_to("A problem")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("radio", name="A mistake")).to_be_checked()
    tab_to("Send to us")
    page.keyboard.press("Enter")
    page.wait_for_url("**/tickets/*/received")
    tab_to("See the status")
    page.keyboard.press("Enter")
    page.wait_for_url("**/status/*")
    expect(page.get_by_text("A mistake")).to_be_visible()


@WITH_AND_WITHOUT_SCRIPTS
def test_a_mistake_in_the_form_loses_nothing(open_page: Open, scripts: bool):
    page = open_page(java_script_enabled=scripts)
    text = "Make it green.\n  Please <b>do</b> & “thank” you"
    page.goto("/tickets/new")
    page.get_by_label("A wish").check()
    page.get_by_label("What happened?").fill(text)
    page.get_by_label("Name", exact=True).fill("Ana")
    page.get_by_label("E-mail").fill("nobody")
    page.get_by_role("button", name="Send to us").click()
    expect(page).to_have_title("Please check: write to us · Precedent")
    subject = page.get_by_label("In one line")
    expect(subject).to_be_focused()
    expect(subject).to_have_accessible_description("Please say in one line what it is about.")
    expect(page.get_by_label("E-mail")).to_have_accessible_description("“nobody” is not an e-mail address.")
    expect(page.get_by_label("E-mail")).to_have_value("nobody")
    expect(page.get_by_label("A wish")).to_be_checked()
    expect(page.get_by_label("Name", exact=True)).to_have_value("Ana")
    expect(page.get_by_label("What happened?")).to_have_value(text)
    subject.fill("Green")
    page.get_by_label("E-mail").fill("ana@example.com")
    page.get_by_role("button", name="Send to us").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("We have received it")


def test_sending_twice_is_one_ticket_and_another_text_asks_first(open_page: Open):
    page = open_page()
    page.goto("/tickets/new")
    page.get_by_label("In one line").fill("It squeaks")
    page.get_by_label("What happened?").fill("At night.")
    page.get_by_role("button", name="Send to us").click()
    number = page.get_by_text(NUMBER).inner_text()
    page.go_back()
    page.get_by_label("In one line").fill("It squeaks")
    page.get_by_label("What happened?").fill("At night.")
    page.get_by_role("button", name="Send to us").click()
    expect(page.get_by_text(NUMBER)).to_have_text(number)
    page.go_back()
    page.get_by_label("In one line").fill("It squeaks")
    page.get_by_label("What happened?").fill("By day too.")
    page.get_by_role("button", name="Send to us").click()
    expect(page.get_by_role("status")).to_contain_text(f"You have sent this form before, as {number}.")
    expect(page.get_by_label("What happened?")).to_have_value("By day too.")
    page.get_by_role("button", name="Send to us").click()
    assert page.get_by_text(NUMBER).inner_text() != number


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("   ", "Please type what the problem is."),
        ("👍 🔥", "We could not read any words in this."),
        ("??? …", "We could not read any words in this."),
    ],
)
@WITH_AND_WITHOUT_SCRIPTS
def test_what_has_no_words_is_said_at_the_box(open_page: Open, scripts: bool, typed: str, sentence: str):
    page = open_page(java_script_enabled=scripts)
    ask(page, typed)
    box = page.get_by_label("Your problem, in your own words")
    expect(box).to_be_focused()
    expect(box).to_have_value(typed.strip())
    expect(page.get_by_text(sentence)).to_be_visible()
    assert page.locator("#q").get_attribute("aria-invalid") == "true"


def test_a_text_of_a_megabyte_is_searched_and_kept(open_page: Open):
    page = open_page()
    page.set_default_timeout(60_000)
    long = (f"{FROSTY}. " + "lorem ipsum " * 90_000).strip()
    ask(page, long)
    expect(page.get_by_text("we searched with its first 2,000 characters")).to_be_visible()
    expect(page.get_by_text("We can keep 20,000 characters; your text has more.")).to_be_visible()
    assert page.locator("#q").input_value() == long
    expect(page.get_by_role("link", name="The engine does not start in cold weather")).to_be_visible()


def test_a_draft_survives_a_reload_and_is_forgotten_when_it_was_sent(open_page: Open):
    page = open_page()
    page.goto("/tickets/new")
    page.get_by_label("In one line").fill("It rattles")
    page.get_by_label("A mistake").check()
    page.get_by_label("What happened?").fill("On gravel.")
    page.reload()
    expect(page.get_by_label("What happened?")).to_have_value("On gravel.")
    expect(page.get_by_label("A mistake")).to_be_checked()
    page.get_by_role("button", name="Send to us").click()
    page.get_by_text(NUMBER).wait_for()
    page.goto("/tickets/new")
    expect(page.get_by_label("What happened?")).to_have_value("")
    assert page.context.cookies() == []


def test_a_typing_error_in_a_number_is_said_before_anything_is_sent(open_page: Open):
    page = open_page()
    page.goto("/status")
    sent: list[str] = []  # the browser may still fetch the icon: only what carries the number counts
    page.on("request", lambda request: sent.append(request.url) if request.is_navigation_request() else None)
    page.get_by_label("Your tracking number").fill("K7M2-9QXD-4HTA")
    page.get_by_role("button", name="Show the status").click()
    expect(page.get_by_text("This tracking number is mistyped")).to_be_visible()
    expect(page.get_by_label("Your tracking number")).to_be_focused()
    page.get_by_label("Your tracking number").fill("K7M2")
    page.get_by_role("button", name="Show the status").click()
    expect(page.get_by_text("A tracking number has 12 letters and digits")).to_be_visible()
    assert sent == []


def test_without_scripts_the_server_says_the_same(open_page: Open):
    page = open_page(java_script_enabled=False)
    page.goto("/status")
    page.get_by_label("Your tracking number").fill("K7M2-9QXD-4HTA")
    page.get_by_role("button", name="Show the status").click()
    expect(page.get_by_text("This tracking number is mistyped")).to_be_visible()
    expect(page.get_by_label("Your tracking number")).to_have_value("K7M2-9QXD-4HTA")
    page.get_by_label("Your tracking number").fill(tracking.new())
    page.get_by_role("button", name="Show the status").click()
    expect(page.get_by_text("We know no request with this number.")).to_be_visible()


def test_the_name_of_the_country_is_explained(open_page: Open):
    page = open_page()
    page.goto("/")
    page.get_by_label("Country").select_option(label="Spain")
    page.get_by_label("Language").select_option(label="Español")
    page.get_by_label("Your problem, in your own words").fill("El Ostrevo no arranca con el frío")
    page.get_by_role("button", name="Find a solution").click()
    expect(page.get_by_text("“Ostrevo” (ES) = Tarnwald")).to_be_visible()
    link = page.get_by_role("link", name="El motor no arranca cuando hace frío")
    assert link.get_attribute("lang") == "es"
    link.click()
    expect(page.locator("article")).to_have_attribute("lang", "es")
    page.get_by_role("main").get_by_role("link", name="English").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("The engine does not start in cold weather")


def test_a_right_to_left_solution_runs_from_right_to_left(open_page: Open):
    page = open_page()
    page.goto("/solutions/descale?language=ar")
    heading = page.get_by_role("heading", level=1)
    assert heading.evaluate("node => getComputedStyle(node).direction") == "rtl"
    expect(page.locator("article")).to_have_attribute("lang", "ar")


def test_nothing_that_was_typed_stands_in_an_address(open_page: Open):
    page = open_page()
    addresses: list[str] = []
    page.on("request", lambda request: addresses.append(request.url))
    ask(page, "The Highmoor of Ana Torres will not start")
    page.get_by_role("button", name="None of these").click()
    page.get_by_label("E-mail").fill("ana@example.com")
    page.get_by_role("button", name="Send to us").click()
    page.get_by_text(NUMBER).wait_for()
    assert not [each for each in addresses if "torres" in each.lower() or "example" in each]


def test_the_names_of_the_languages_are_those_of_cldr():
    assert {tag: own_name(tag) for tag in LANGUAGE_NAMES} == LANGUAGE_NAMES
    assert [language_name(tag) for tag in ("de-AT", "pt-BR", "eu", "x")] == [
        "Deutsch",
        "Português",
        "Euskara",
        "x",
    ]
