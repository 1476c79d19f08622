"""Life on somebody else's page: what it may call, what it hears, and what it is left with."""

from collections.abc import Callable

from playwright.sync_api import Page, Route, expect

Embed = Callable[..., Page]
Ask = Callable[[Page, str], None]
WHISTLES = "vacuum cleaner whistles"
TWO = "<precedent-search id='a'></precedent-search><precedent-search id='b'></precedent-search>"
ELEMENT = "<precedent-search></precedent-search>"


def stubbed(calls: str) -> Callable[[Route], None]:
    stub = "window.precedent = function () { (precedent.q = precedent.q || []).push(arguments); };"
    return lambda route: route.fulfill(body=stub + calls, content_type="text/javascript")


def test_calls_that_were_made_before_the_file_came_are_made_then(open_page):
    page = open_page()
    page.route("**/stub.js", stubbed("precedent('on', 'search', (detail) => (window.said = detail));"
                                     "precedent('open', 'vacuum cleaner whistles');"))  # fmt: skip
    head = '<script src="/stub.js"></script><script src="/widget/v1/precedent.js" async></script>'
    page.route("**/host", lambda route: route.fulfill(body=f"{head}{ELEMENT}", content_type="text/html"))
    page.goto("/host")
    expect(page.locator(".title").first).to_have_text("The vacuum cleaner whistles")
    assert len(page.evaluate("said.solutions")) == 3


def test_open_close_and_a_listener_that_is_taken_away(embed: Embed, ask: Ask):
    page = embed("<precedent-search launcher></precedent-search>")
    box = page.get_by_role("combobox")
    expect(box).to_be_hidden()
    page.evaluate(
        """() => { window.heard = [];
        window.unheard = precedent.on("search", (detail) => window.heard.push(detail.action)); }"""
    )
    page.evaluate("precedent.open()")
    expect(box).to_be_focused()
    ask(page, WHISTLES)
    page.locator(".hit").first.wait_for()
    page.evaluate("() => window.unheard()")
    ask(page, WHISTLES)
    page.locator(".hit").first.wait_for()
    page.keyboard.press("Escape")
    expect(box).to_be_hidden()
    expect(page.get_by_role("button", name="Help")).to_be_focused()
    assert page.evaluate("heard.length") == 1


def test_one_tag_is_enough(embed: Embed):
    page = embed("", head='<script src="/widget/v1/precedent.js" data-launcher async></script>')
    page.get_by_role("button", name="Help").click()
    expect(page.get_by_role("combobox")).to_be_focused()


def test_it_goes_on_after_push_state(embed: Embed, ask: Ask):
    page = embed()
    page.evaluate("history.pushState({}, '', '/elsewhere/deeper')")
    ask(page, WHISTLES)
    expect(page.locator(".title").first).to_have_text("The vacuum cleaner whistles")


def test_two_on_a_page_do_not_know_each_other(embed: Embed):
    page = embed(TWO)
    first, second = page.locator("#a"), page.locator("#b")
    first.get_by_role("combobox").fill(WHISTLES)
    first.get_by_role("combobox").press("Enter")
    expect(first.locator(".title").first).to_have_text("The vacuum cleaner whistles")
    expect(second.locator(".title")).to_have_count(0)
    second.get_by_role("button", name="Write to us").click()
    page.reload()
    expect(first.locator(".title").first).to_have_text("The vacuum cleaner whistles")
    expect(second.get_by_label("In one line")).to_have_value("")


def test_taken_away_and_put_back_it_is_as_it_was(embed: Embed, ask: Ask):
    page = embed()
    ask(page, WHISTLES)
    page.locator(".hit").first.wait_for()
    page.evaluate("window.kept = document.querySelector('precedent-search'); kept.remove()")
    expect(page.locator(".hit")).to_have_count(0)
    page.evaluate("document.querySelector('main').append(kept)")
    expect(page.get_by_role("combobox")).to_have_value(WHISTLES)
    expect(page.locator(".title").first).to_have_text("The vacuum cleaner whistles")


def test_what_is_taken_away_for_good_is_freed(embed: Embed):
    page = embed("")
    page.evaluate(
        """() => { window.gone = [];
        for (let turn = 0; turn < 20; turn++) {
            const element = document.createElement("precedent-search");
            document.body.append(element);
            element.remove();
            window.gone.push(new WeakRef(element));
        } }"""
    )
    page.wait_for_timeout(300)
    page.request_gc()
    assert page.evaluate("gone.filter((each) => each.deref()).length") == 0


def test_without_scripts_the_form_inside_is_shown(open_page):
    page = open_page(java_script_enabled=False)
    fields = "<label>Problem <input name='q'></label><button>Search</button>"
    form = f"<form action='/searches' method='post'>{fields}</form>"
    html = f"<!doctype html><title>x</title><precedent-search>{form}</precedent-search>"
    page.route("**/host", lambda route: route.fulfill(body=html, content_type="text/html"))
    page.goto("/host")
    page.get_by_label("Problem").fill(WHISTLES)
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_role("link", name="The vacuum cleaner whistles")).to_be_visible()


def test_it_speaks_the_language_around_it_and_changes_it_on_demand(embed: Embed):
    page = embed(lang="de")
    box = page.get_by_role("combobox", name="Was ist das Problem?")
    box.fill("Der Staubsauger")
    page.evaluate("document.querySelector('precedent-search').locale = 'ar-EG'")
    expect(page.get_by_role("combobox", name="ما المشكلة؟")).to_have_value("Der Staubsauger")
    expect(page.locator("section[lang=ar]")).to_have_attribute("dir", "rtl")


def test_a_file_with_the_language_of_the_page_is_all_that_is_loaded(embed: Embed):
    page = embed(lang="ja", head='<script src="/widget/v1/ja/precedent.js" async></script>')
    expect(page.get_by_role("combobox", name="どのような問題ですか")).to_be_visible()
    loaded = page.evaluate(
        "performance.getEntriesByType('resource').map((each) => new URL(each.name).pathname)"
    )
    assert loaded == ["/widget/v1/ja/precedent.js"]


def test_what_the_page_tells_of_the_reader_goes_with_every_question(embed: Embed, ask: Ask):
    page = embed()
    sent: list[dict[str, object]] = []
    page.on("request", lambda request: sent.append(request.post_data_json) if request.post_data else None)
    page.evaluate(
        "precedent.set('country', 'ES'); precedent.set('locale', 'es'); precedent.set('product', 'SUV')"
    )
    page.get_by_role("button", name="Escríbanos").click()
    page.get_by_label("En una línea").fill("El Ostrevo no arranca")
    page.get_by_label("¿Qué ha pasado?").fill("Con el frío.")
    page.get_by_role("button", name="Enviar").click()
    expect(page.get_by_role("heading", name="Lo hemos recibido")).to_be_visible()
    assert (sent[-1]["country"], sent[-1]["language"], sent[-1]["products"]) == ("ES", "es", ["SUV"])


def test_the_token_of_the_page_goes_along_and_is_renewed_once_when_it_has_run_out(embed: Embed, ask: Ask):
    page = embed()
    seen: list[str | None] = []

    def refuse_the_first(route: Route) -> None:
        seen.append(route.request.headers.get("authorization"))
        if len(seen) == 1:
            route.fulfill(status=401, json={"detail": "expired"})
        else:
            route.continue_()

    page.route("**/api/v1/search", refuse_the_first)
    page.evaluate("let turn = 0; precedent.set('identity', async () => `token-${++turn}`)")
    ask(page, WHISTLES)
    expect(page.locator(".title").first).to_have_text("The vacuum cleaner whistles")
    assert seen == ["Bearer token-1", "Bearer token-2"]


def test_a_page_gives_it_its_own_colours_and_parts(embed: Embed):
    page = embed()
    page.evaluate(
        """() => { const sheet = new CSSStyleSheet();
        sheet.replaceSync("precedent-search { --precedent-accent: rgb(90, 0, 90); } "
            + "precedent-search::part(label) { text-transform: uppercase; }");
        document.adoptedStyleSheets = [sheet]; }"""
    )
    main = page.get_by_role("button", name="Search")
    assert main.evaluate("node => getComputedStyle(node).backgroundColor") == "rgb(90, 0, 90)"
    label = page.get_by_text("What is the problem?")
    assert label.evaluate("node => getComputedStyle(node).textTransform") == "uppercase"


def test_it_follows_the_page_and_not_the_system_into_the_dark(embed: Embed):
    page = embed(color_scheme="dark")
    ground = "node => getComputedStyle(node.shadowRoot.querySelector('.widget')).backgroundColor"
    assert page.locator("precedent-search").evaluate(ground) == "rgb(28, 34, 38)"
    page.evaluate("document.querySelector('meta[name=color-scheme]').content = 'light'")
    assert page.locator("precedent-search").evaluate(ground) == "rgb(255, 255, 255)"


def test_what_somebody_wrote_into_a_solution_is_only_text(embed: Embed, ask: Ask):
    page = embed()
    bad = "<img src=x onerror=alert(1)>"
    blocks = [
        {"tag": "script", "children": ["alert(1)"]},
        {"tag": "p", "children": [bad, {"tag": "a", "href": "javascript:alert(1)", "children": ["here"]}]},
    ]
    page.route(
        "**/api/v1/solutions/**",
        lambda route: route.fulfill(json={"id": "x", "language": "en", "title": bad, "blocks": blocks}),
    )
    ask(page, WHISTLES)
    page.locator(".title").first.click()
    expect(page.get_by_role("heading", name=bad)).to_be_visible()
    article = page.locator("article")
    expect(article).to_contain_text("alert(1)" + bad + "here")
    assert article.locator("script, img, a[href]").count() == 0


def test_without_a_site_nothing_is_asked_before_somebody_types(embed: Embed):
    page = embed()
    page.wait_for_timeout(300)
    asked = page.evaluate("performance.getEntriesByType('resource').map((each) => each.name)")
    assert [each for each in asked if "/api/" in each] == []
