from datetime import UTC, datetime, timedelta

from sqlalchemy.orm import Session

from kb import catalogue, inquiries, solutions
from kb.inquiries import SearchRecord
from kb.name_report import LEAST_PEOPLE, LEAST_PEOPLE_NOUN, SilentName, UnknownName, report
from kb.products import Product, ProductName
from kb.solutions import NewText

MOMENT = datetime(2026, 5, 1, 12, tzinfo=UTC)
PUMP = Product(
    "pump",
    "Brumela 300",
    (ProductName("Brisota 300", "ES"), ProductName("Brisota 300", "MX"), ProductName("OV-3", kind="model")),
)
Asked = tuple[str, str, str | None]  # text, language, country


def record(session: Session, *asked: Asked, visitor: str | None = None) -> None:
    """Record searches, an hour apart: each is an inquiry of its own."""
    for number, (text, language, country) in enumerate(asked):
        search = SearchRecord(
            text, language, country, (), (), "ask", 0.5, 0.6, False, None, "s1", "e1", visitor=visitor
        )
        inquiries.record_search(session, search, at=MOMENT + timedelta(hours=number))


def names(session: Session) -> list[tuple[str, int]]:
    return [(unknown.name, unknown.people) for unknown in report(session).unknown]


def publish(session: Session, text: str) -> None:
    texts = [NewText("s", "en", "About", text)]
    solutions.put(session, texts, kind="article", actor="a", why="b")


def test_names_that_no_search_used_are_listed_with_their_countries(session: Session):
    catalogue.save(session, [PUMP], actor="a", why="b")
    assert [name.name for name in report(session).silent] == ["Brumela 300", "Brisota 300", "OV-3"]
    record(session, ("my Brumela 300 leaks", "en", "GB"), ("ov 3", "en", None))
    assert report(session).silent == (SilentName("pump", "Brumela 300", "Brisota 300", ("ES", "MX")),)
    record(session, ("mi Brisota 300 gotea", "es", "MX"))
    assert report(session).silent == ()


def test_an_unknown_name_that_many_people_use_is_reported(session: Session):
    catalogue.save(session, [PUMP], actor="a", why="b")
    record(
        session,
        ("my Aquaterra 20 leaks", "en", "GB"),
        ("mi Aquaterra 20 gotea", "es", "ES"),
        ("the aquaterra hums", "en", "GB"),
        ("Why does the Aquaterra 20 hum", "en", "GB"),
        ("my Brisolet leaks", "en", "GB"),
        ("my Brumela 300 leaks", "en", "GB"),
    )
    found = report(session)
    assert (found.searches, found.people) == (6, 6)
    assert found.unknown == (UnknownName("Aquaterra 20", 3, (("GB", 2), ("ES", 1)), "my Aquaterra 20 leaks"),)


def test_one_person_counts_once(session: Session):
    often = [("my Brisolet leaks", "en", "GB")] * LEAST_PEOPLE
    record(session, *often, visitor="v1")
    assert names(session) == []
    record(session, *often[1:])
    assert names(session) == [("Brisolet", LEAST_PEOPLE)]


def test_searches_of_one_inquiry_count_once(session: Session):
    search = SearchRecord("a Brisolet", "en", None, (), (), "ask", 0.5, 0.6, False, None, "s1", "e1")
    previous = inquiries.record_search(session, search, at=MOMENT)
    for _ in range(LEAST_PEOPLE):
        again = SearchRecord(
            "a Brisolet", "en", None, (), (), "ask", 0.5, 0.6, False, None, "s1", "e1", previous=previous
        )
        inquiries.record_search(session, again, at=MOMENT)
    assert names(session) == []


def test_a_word_that_only_begins_sentences_is_no_name(session: Session):
    record(session, *[("Hopefully it works", "en", None)] * 5, *[("Brisolet leaks", "en", None)] * 3)
    assert names(session) == []
    record(session, ("my Brisolet leaks", "en", None))
    assert names(session) == [("Brisolet", 4)]


def test_words_of_published_solutions_are_no_unknown_names(session: Session):
    record(session, *[("pair it over Bluetooth with Brisolet", "en", None)] * LEAST_PEOPLE)
    publish(session, "Switch on bluetooth.")
    assert names(session) == [("Brisolet", LEAST_PEOPLE)]


def test_another_number_of_our_own_product_is_unknown(session: Session):
    catalogue.save(session, [PUMP], actor="a", why="b")
    publish(session, "The Brumela 300 pumps 400 litres.")
    record(session, *[("my Brumela 400 leaks", "en", "GB")] * LEAST_PEOPLE)
    assert names(session) == [("Brumela 400", LEAST_PEOPLE)]


def test_german_nouns_must_be_used_by_more(session: Session):
    asked = ("mein Brisolet mit Zusatzfilter tropft", "de", "DE")
    publish(session, "Reinigen Sie den Filter.")
    record(session, *[asked] * (LEAST_PEOPLE_NOUN - 1))
    assert names(session) == []
    record(session, asked)
    assert names(session) == [("Brisolet", LEAST_PEOPLE_NOUN)]  # a Zusatzfilter is a filter


def test_a_german_noun_that_is_a_name_elsewhere_is_one(session: Session):
    record(session, *[("mein Brisolet tropft", "de", "DE")] * 2, ("my Brisolet leaks", "en", "GB"))
    assert names(session) == [("Brisolet", 3)]


def test_names_inside_text_without_capitals_are_found(session: Session):
    record(
        session, *[("うちのブリゾレットが動かない", "ja", "JP")] * 3, *[("我的Brisolet漏水", "zh", "CN")] * 3
    )
    assert names(session) == [("Brisolet", 3), ("ブリゾレット", 3)]


def test_a_long_text_is_cut_around_the_name(session: Session):
    record(session, *[(f"{'it hums ' * 40}my Brisolet {'leaks ' * 40}", "en", None)] * 3)
    (found,) = report(session).unknown
    assert "my Brisolet leaks" in found.example
    assert len(found.example) <= 162
    assert found.example[0] == found.example[-1] == "…"


def test_progress_is_told_of_each_search(session: Session):
    record(session, *[("it leaks", "en", None)] * 4)
    told: list[int] = []
    report(session, told.append)
    assert sum(told) == 4


def test_without_searches_and_products_the_report_is_empty(session: Session):
    found = report(session)
    assert (found.searches, found.people, found.silent, found.unknown) == (0, 0, (), ())
