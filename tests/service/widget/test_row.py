"""What the row of a site says to the widget: asked for once, on first use; what the page says comes first."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Request, Route, expect

from kb.sites import Site

Embed = Callable[..., Page]
Ask = Callable[[Page, str], None]
WHISTLES = "vacuum cleaner whistles"
ELSEWHERE = ("https://shop.example.com",)
SHOP = Site(
    "row-shop",
    "The shop",
    ELSEWHERE,
    languages=("de", "en"),
    countries=("ES",),
    texts={"en": {"label": "What may we fix?"}, "de": {"write": "Schreib uns"}},
    mail="fix@example.com",
)
CAREFUL = Site("row-careful", "Careful", ELSEWHERE, consent=True)
IN_SHOP = '<precedent-search site="row-shop"></precedent-search>'
KEPT = "JSON.stringify({...sessionStorage})"


@pytest.fixture(autouse=True)
def _known(register: Callable[[Site], Site]) -> None:
    register(SHOP)
    register(CAREFUL)


def listen(page: Page) -> list[Request]:
    """Return where the requests of a page to the interface go from now on."""
    asked: list[Request] = []
    page.on("request", lambda request: asked.append(request) if "/api/" in request.url else None)
    return asked


def use(page: Page) -> None:
    with page.expect_response("**/api/v1/sites/*"):
        page.get_by_role("combobox").focus()


def paths(asked: list[Request]) -> list[str]:
    return [request.url.split("/api/v1")[1] for request in asked]


def test_it_is_asked_for_once_when_somebody_begins(embed: Embed, ask: Ask):
    page = embed("<p tabindex='0'>Elsewhere</p>" + IN_SHOP)
    asked = listen(page)
    page.get_by_text("Elsewhere").focus()
    page.wait_for_timeout(300)
    assert asked == []
    use(page)
    page.get_by_text("Elsewhere").focus()
    ask(page, WHISTLES)
    page.locator(".hit").first.wait_for()
    assert paths(asked)[0] == "/sites/row-shop"
    assert len([path for path in paths(asked) if path.startswith("/sites/")]) == 1


def test_its_texts_take_their_place_while_somebody_types(embed: Embed):
    page = embed(IN_SHOP)
    held: list[Route] = []
    page.route("**/api/v1/sites/*", lambda route: held.append(route))
    box = page.get_by_role("combobox")
    box.press_sequentially("vacuum clea")
    box.press("ArrowLeft")
    held[0].continue_()
    expect(box).to_have_accessible_name("What may we fix?")
    expect(box).to_be_focused()
    box.press_sequentially("n")
    expect(box).to_have_value("vacuum clena")
    expect(page.get_by_role("option").first).to_have_text("The vacuum cleaner whistles")


def test_who_has_begun_to_fill_in_the_form_keeps_their_place(embed: Embed):
    page = embed(IN_SHOP)
    held: list[Route] = []
    page.route("**/api/v1/sites/*", lambda route: held.append(route))
    page.get_by_role("button", name="Write to us").click()
    page.get_by_label("Name").fill("Ana")
    with page.expect_response("**/api/v1/sites/*"):
        held[0].continue_()
    page.wait_for_timeout(200)
    expect(page.get_by_label("Name")).to_be_focused()
    expect(page.get_by_label("Name")).to_have_value("Ana")


def test_who_has_begun_in_a_language_goes_on_in_it(embed: Embed):
    page = embed(IN_SHOP, lang="it")
    held: list[Route] = []
    page.route("**/api/v1/sites/*", lambda route: held.append(route))
    page.get_by_role("button", name="Scrivici").click()
    with page.expect_response("**/api/v1/sites/*"):
        held[0].continue_()
    page.wait_for_timeout(200)
    page.get_by_role("button", name="Segui una richiesta").click()
    expect(page.locator("h2[part=heading]")).to_have_text("Segui una richiesta")


def test_its_mail_address_is_shown_unless_the_page_has_one(embed: Embed):
    page = embed(IN_SHOP)
    use(page)
    page.get_by_role("button", name="Write to us").click()
    expect(page.get_by_role("link", name="fix@example.com")).to_be_visible()
    page = embed('<precedent-search site="row-shop" mail="page@example.com"></precedent-search>')
    use(page)
    page.get_by_role("button", name="Write to us").click()
    expect(page.get_by_role("link", name="page@example.com")).to_be_visible()


@pytest.mark.parametrize(
    ("lang", "attributes", "name"),
    [
        ("it", "", "Was ist das Problem?"),
        ("en-GB", "", "What may we fix?"),
        ("de-AT", "", "Was ist das Problem?"),
        ("de", 'locale="it"', "Qual è il problema?"),
    ],
)
def test_the_reader_is_spoken_to_in_a_language_of_the_site(
    embed: Embed, lang: str, attributes: str, name: str
):
    page = embed(f'<precedent-search site="row-shop" {attributes}></precedent-search>', lang=lang)
    use(page)
    expect(page.get_by_role("combobox")).to_have_accessible_name(name)


@pytest.mark.parametrize(("attributes", "country"), [("", "ES"), ('country="GB"', "GB")])
def test_the_only_country_of_the_site_goes_along_unless_the_page_says_another(
    embed: Embed, ask: Ask, attributes: str, country: str
):
    page = embed(f'<precedent-search site="row-shop" {attributes}></precedent-search>')
    use(page)
    expect(page.get_by_role("combobox")).to_have_accessible_name("What may we fix?")
    with page.expect_request("**/api/v1/search") as sent:
        ask(page, WHISTLES)
    assert sent.value.post_data_json["country"] == country


def test_of_several_countries_the_one_of_the_reader_is_taken(
    embed: Embed, ask: Ask, register: Callable[[Site], Site]
):
    register(Site("row-alps", "Alps", ELSEWHERE, countries=("DE", "AT")))
    for lang, country in (("de-AT", "AT"), ("de-CH", None), ("de", "DE")):
        page = embed('<precedent-search site="row-alps"></precedent-search>', lang=lang)
        use(page)
        page.wait_for_timeout(100)
        with page.expect_request("**/api/v1/search") as sent:
            ask(page, "Der Staubsauger pfeift")
        assert sent.value.post_data_json.get("country") == country, lang


def test_the_site_goes_with_what_is_recorded_and_with_nothing_else(embed: Embed, ask: Ask):
    page = embed(IN_SHOP)
    asked = listen(page)
    ask(page, WHISTLES)
    page.locator(".title").first.click()
    page.locator("article").wait_for()
    named = {request.method for request in asked if request.headers.get("precedent-site") == "row-shop"}
    unnamed = {request.method for request in asked if "precedent-site" not in request.headers}
    assert (named, unnamed) == ({"POST"}, {"GET"})


def test_where_the_row_cannot_be_had_everything_is_as_it_was(embed: Embed, ask: Ask):
    page = embed(IN_SHOP)
    page.route("**/api/v1/sites/*", lambda route: route.abort())
    ask(page, WHISTLES)
    expect(page.locator(".title").first).to_have_text("The vacuum cleaner whistles")
    expect(page.get_by_role("combobox")).to_have_accessible_name("What is the problem?")
    assert WHISTLES in page.evaluate(KEPT)


def test_nothing_is_kept_before_it_is_known_that_it_may_be_and_then_all_is(embed: Embed):
    page = embed(IN_SHOP)
    held: list[Route] = []
    page.route("**/api/v1/sites/*", lambda route: held.append(route))
    page.get_by_role("combobox").fill("It squeaks")
    page.wait_for_timeout(200)
    assert page.evaluate(KEPT) == "{}"
    held[0].continue_()
    expect(page.get_by_role("combobox")).to_have_accessible_name("What may we fix?")
    assert "It squeaks" in page.evaluate(KEPT)


def test_a_silent_service_is_waited_for_three_seconds_at_most(embed: Embed):
    page = embed(IN_SHOP)
    page.route("**/api/v1/sites/*", lambda route: None)
    page.get_by_role("combobox").fill("It squeaks")
    page.wait_for_timeout(3300)
    assert "It squeaks" in page.evaluate(KEPT)


CONSENT = "Keep what I type in this browser tab until it is sent"
CAREFULLY = '<precedent-search site="row-careful"></precedent-search>'


def test_where_consent_is_asked_nothing_is_kept_until_it_is_given(embed: Embed):
    page = embed(CAREFULLY)
    use(page)
    box = page.get_by_role("combobox")
    box.fill("It squeaks")
    choice = page.get_by_label(CONSENT)
    expect(choice).not_to_be_checked()
    assert page.evaluate("[{...sessionStorage}, {...localStorage}, document.cookie]") == [{}, {}, ""]
    page.reload()
    expect(box).to_have_value("")
    use(page)
    box.fill("It squeaks")
    choice.check()
    assert "It squeaks" in page.evaluate(KEPT)
    page.reload()
    expect(box).to_have_value("It squeaks")


def test_consent_that_is_taken_back_takes_away_what_was_kept(embed: Embed):
    page = embed(CAREFULLY)
    use(page)
    choice = page.get_by_label(CONSENT)
    choice.check()
    page.get_by_role("combobox").fill("It squeaks")
    assert "It squeaks" in page.evaluate(KEPT)
    page.reload()
    use(page)
    expect(choice).to_be_checked()
    choice.uncheck()
    page.get_by_role("combobox").fill("It squeaks at night")
    assert page.evaluate(KEPT) == "{}"


def test_a_page_that_has_asked_itself_says_so(embed: Embed):
    page = embed(CAREFULLY)
    page.evaluate("precedent.set('consent', true)")
    use(page)
    page.get_by_role("combobox").fill("It squeaks")
    expect(page.get_by_label(CONSENT)).to_be_checked()
    assert "It squeaks" in page.evaluate(KEPT)
    page.evaluate("precedent.set('consent', false)")
    expect(page.get_by_label(CONSENT)).not_to_be_checked()
    assert page.evaluate(KEPT) == "{}"


def test_the_tag_can_ask_for_consent_before_the_row_is_there(embed: Embed):
    head = '<script src="/widget/v1/precedent.js" data-site="row-shop" data-consent async></script>'
    page = embed(head=head)
    page.route("**/api/v1/sites/*", lambda route: route.abort())
    expect(page.get_by_label(CONSENT)).to_be_visible()
    page.get_by_role("combobox").fill("It squeaks")
    page.wait_for_timeout(300)
    assert page.evaluate(KEPT) == "{}"


def test_a_character_that_is_being_composed_is_not_interrupted(embed: Embed):
    page = embed(IN_SHOP)
    held: list[Route] = []
    page.route("**/api/v1/sites/*", lambda route: held.append(route))
    box = page.get_by_role("combobox")
    box.focus()
    page.wait_for_timeout(100)
    keyboard = page.context.new_cdp_session(page)
    keyboard.send("Input.imeSetComposition", {"text": "すい", "selectionStart": 2, "selectionEnd": 2})
    with page.expect_response("**/api/v1/sites/*"):
        held[0].continue_()
    page.wait_for_timeout(300)
    expect(box).to_have_accessible_name("What is the problem?")
    keyboard.send("Input.insertText", {"text": "吸引"})
    expect(box).to_have_accessible_name("What may we fix?")
    expect(box).to_have_value("吸引")
