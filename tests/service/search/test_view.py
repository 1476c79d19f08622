"""What the results page says of a result."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from indexer.decide import Decision
from indexer.results import Hit, SearchResult
from kb.inquiries import RecordedSearch, Said
from kb.products import Product, ProductMatch, ProductName
from service.search import view
from service.search.texts import TEXTS

NOW = datetime(2026, 11, 22, tzinfo=UTC)
SUV = Product(
    "SUV",
    "Tarnwald",
    (ProductName("Ostrevo", "ES"), ProductName("Ostrevo", "MX"), ProductName("Highmoor", "GB")),
)


def hit(id: str, language: str = "en") -> Hit:
    return Hit(id, language, f"Title of {id}", "Snippet.", 3.0, 0.5, ("SUV",), ("its title says the same",))


def result(action: str, *hits: Hit, **changes: object) -> SearchResult:
    decision = Decision(action, 0.934, 0.7, False)  # type: ignore[arg-type]
    found = SearchResult("text", "en", (), decision, hits, None, False, "snapshot", "embedder")
    return replace(found, **changes)  # type: ignore[arg-type]


def recorded(*said: Said, country: str | None = None) -> RecordedSearch:
    return RecordedSearch("key", NOW, "text", "en", country, (), "ask", 0.5, (), said)


def shown(
    found: SearchResult, *said: Said, country: str | None = None, down: bool = False
) -> view.ResultsPage:
    return view.results(recorded(*said, country=country), found, down, {"SUV": SUV}, ())


def rejected(id: str) -> Said:
    return Said(id, "rejected", None, NOW)


@pytest.mark.parametrize(
    ("found", "said", "action", "headline"),
    [
        (result("answer", hit("a"), hit("b")), (), "answer", "answer"),
        (result("ask", hit("a"), hit("b")), (), "ask", "ask"),
        (result("ask", hit("a")), (), "ask", "ask_one"),
        (result("escalate", hit("a")), (), "escalate", "escalate"),
        (result("answer"), (), "escalate", "escalate"),
        (result("answer", hit("a"), hit("b")), (rejected("a"),), "ask", "ask_rest"),
        (result("answer", hit("a")), (rejected("a"),), "escalate", "escalate"),
        (result("answer", hit("a")), (Said(None, "rejected", None, NOW),), "answer", "answer"),
    ],
)
def test_a_decision_is_put_into_words(
    found: SearchResult, said: tuple[Said, ...], action: str, headline: str
):
    page = shown(found, *said)
    assert (page.action, page.headline) == (action, TEXTS["headline"][headline])


def test_without_search_it_says_so_and_offers_the_form():
    page = shown(result("escalate", degraded="no index"), down=True)
    assert (page.action, page.headline) == ("escalate", TEXTS["headline"]["down"])
    assert page.notices == ()


def test_what_was_rejected_moves_to_the_end():
    page = shown(result("ask", hit("a"), hit("b"), hit("c")), rejected("a"))
    assert [each.title for each in page.hits] == ["Title of b", "Title of c", "Title of a"]
    assert [each.rejected for each in page.hits] == [False, False, True]
    assert [each.title for each in page.touched] == ["Title of a"]


@pytest.mark.parametrize(
    ("via", "country", "expected"),
    [
        ("Highmoor", None, ("Highmoor", "GB", "Tarnwald")),
        ("Highmoor", "DE", ("Highmoor", "GB", "Tarnwald")),
        ("Ostrevo", "MX", ("Ostrevo", "MX", "Tarnwald")),
        ("Ostrevo", None, ("Ostrevo", None, "Tarnwald")),
        ("Tarnwald", "ES", (None, None, "Tarnwald")),
    ],
)
def test_a_name_is_explained_with_its_place(
    via: str, country: str | None, expected: tuple[str | None, str | None, str]
):
    match = ProductMatch("SUV", "Tarnwald", via.lower(), via, 0, len(via))
    (name,) = shown(result("ask", hit("a"), products=(match,)), country=country).products
    assert (name.via, name.place, name.name) == expected


def test_a_named_product_is_not_repeated_on_every_card():
    match = ProductMatch("SUV", "Tarnwald", "Highmoor", "Highmoor", 0, 8)
    assert shown(result("ask", hit("a"))).hits[0].products == ("Tarnwald",)
    assert shown(result("ask", hit("a"), products=(match,))).hits[0].products == ()


def test_another_language_is_marked():
    page = shown(result("ask", hit("a"), hit("b", "de"), hit("c", "en-GB")))
    assert [each.translated for each in page.hits] == [False, True, False]


def test_how_sure_we_are_is_never_certain_and_says_where_it_comes_from():
    said = "Solves it in {} of 10 cases like this; {} on this help desk’s own questions."
    assert shown(result("answer", hit("a"))).how == said.format("about 9", "not yet checked")
    for probability, share in (
        (1.0, "more than 9"),
        (0.951, "more than 9"),
        (0.8, "about 8"),
        (0.0, "fewer than 1"),
    ):
        sure = result("answer", hit("a"), decision=Decision("answer", probability, 0.7, True))
        assert shown(sure).how == said.format(share, "checked")


def test_what_was_cut_and_what_was_poorer_is_said():
    page = shown(result("ask", hit("a"), cut=True, degraded="words only"))
    assert page.notices == (TEXTS["cut"], TEXTS["degraded"])


def test_ids_are_escaped_in_addresses():
    assert view.solution_address("a/b?c#d", "key", "es") == "/solutions/a%2Fb%3Fc%23d?search=key&language=es"
