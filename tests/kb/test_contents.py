"""The table of contents: what is listed, in which language and order, and which addresses there are."""

from datetime import UTC, datetime

import pytest
from sqlalchemy.orm import Session

from kb import catalogue, contents, locales, solutions
from kb.contents import Choice
from kb.products import Product

PUBLIC = frozenset({"public"})
STAFF = frozenset({"public", "customers", "employees"})
SPRING = datetime(2026, 3, 1, tzinfo=UTC)
AUTUMN = datetime(2026, 9, 1, tzinfo=UTC)
TEXTS = [
    solutions.NewText("lamp", "en", "lamp flickers", "Tighten it.", ("A", "B")),
    solutions.NewText("lamp", "de", "Lampe flackert", "Festdrehen.", ("A", "B")),
    solutions.NewText("belt", "en", "Belt squeaks", "Oil it.", ("A",)),
    solutions.NewText("money", "en", "Getting money back", "Ask.", ()),
    solutions.NewText("ledger", "en", "The ledger", "Look.", (), visibility="employees"),
]


@pytest.fixture(autouse=True)
def _filled(session: Session) -> None:
    products = [Product("A", "Alpha"), Product("B", "Beta"), Product("C", "Gamma")]
    catalogue.save(session, products, actor="tests", why="x")
    solutions.put(session, TEXTS, kind="article", actor="tests", why="x", at=SPRING)
    case = solutions.NewText("case", "es", "Caso resuelto", "Listo.", ("B",))
    solutions.put(session, [case], kind="ticket", actor="tests", why="x", at=AUTUMN)


def listed(session: Session, choice: Choice, language: str = "en") -> list[tuple[str, str]]:
    found = contents.entries(session, choice, language, PUBLIC, start=0, limit=10)
    return [(each.id, each.language) for each in found]


def test_counts_are_of_solutions_that_the_reader_may_see(session: Session):
    assert contents.counts(session, PUBLIC) == contents.Counts(
        {"A": 2, "B": 2}, 1, {"article": 3, "ticket": 1}
    )
    assert contents.counts(session, STAFF).general == 2


def test_lists_are_by_title_in_the_readers_language(session: Session):
    assert listed(session, Choice("A")) == [("belt", "en"), ("lamp", "en")]
    assert listed(session, Choice("A"), "de-AT") == [("lamp", "de"), ("belt", "en")]
    assert listed(session, Choice("B")) == [("lamp", "en"), ("case", "es")]
    assert listed(session, Choice("B", kind="article")) == [("lamp", "en")]
    assert listed(session, Choice(general=True)) == [("money", "en")]
    assert listed(session, Choice(kind="ticket")) == [("case", "es")]
    assert [contents.total(session, each, PUBLIC) for each in (Choice("A"), Choice(), Choice("x"))] == [
        2,
        4,
        0,
    ]


def test_pages_follow_each_other_without_gap_or_repetition(session: Session):
    pages = [contents.entries(session, Choice(), "en", PUBLIC, start=n, limit=1) for n in range(5)]
    assert [[each.id for each in page] for page in pages] == [["belt"], ["money"], ["lamp"], ["case"], []]


@pytest.mark.parametrize("wanted", ["en", "pt", "pt-BR", "pt-PT", "fr", "en-GB"])
def test_the_language_is_the_one_that_the_page_itself_chooses(session: Session, wanted: str):
    tags = ["de", "en-US", "pt", "pt-AO", "pt-BR"]
    texts = [solutions.NewText("many", tag, f"Many {tag}", "x", ("C",)) for tag in tags]
    solutions.put(session, texts, kind="article", actor="tests", why="x")
    assert listed(session, Choice("C"), wanted) == [("many", locales.closest(wanted, tags))]


def test_every_public_address_is_in_one_part_and_withdrawn_ones_in_none(
    session: Session, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(contents, "SOLUTIONS_A_PART", 2)
    found = {part.number: part.changed for part in contents.parts(session)}
    addresses = {
        each.id: sorted(each.languages) for number in found for each in contents.part(session, number)
    }
    assert addresses == {"lamp": ["de", "en"], "belt": ["en"], "money": ["en"], "case": ["es"]}
    assert set(found.values()) == {SPRING, AUTUMN}
    solutions.withdraw(session, "lamp", "de", actor="ana", why="wrong")
    solutions.withdraw(session, "belt", None, actor="ana", why="wrong")
    left = [each for part in contents.parts(session) for each in contents.part(session, part.number)]
    assert {each.id: sorted(each.languages) for each in left} == {
        "lamp": ["en"],
        "money": ["en"],
        "case": ["es"],
    }
