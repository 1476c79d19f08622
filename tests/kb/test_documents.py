from sqlalchemy.orm import Session

from kb import documents, solutions
from kb.documents import Document
from kb.solutions import NewPhrasing, NewText


def put(session: Session, *texts: NewText) -> None:
    solutions.put(session, texts, kind="ticket", actor="ana", why="reviewed")


def test_documents_come_by_id_and_language(session: Session):
    put(session, NewText("b", "es", "Be", "2"), NewText("b", "de", "B", "1"), NewText("Z", "en", "Z", "3"))
    put(session, NewText("a", "en", "A", "0"))
    assert list(documents.documents(session)) == [
        Document("Z", "en", (), "Z", "3"),
        Document("a", "en", (), "A", "0"),
        Document("b", "de", (), "B", "1"),
        Document("b", "es", (), "Be", "2"),
    ]
    assert [each.language for each in documents.documents(session, ["b", "nothing"])] == ["de", "es"]


def test_each_phrasing_stands_in_one_document(session: Session):
    put(session, NewText("a", "es", "A", "1"), NewText("a", "en", "A", "1"), NewText("b", "fr", "B", "2"))
    phrasings = [
        ("a", "hola", "es"),
        ("a", "hola", "en"),
        ("a", "salut", "fr"),
        ("a", "hi", "en-GB"),
        ("b", "x", "ja"),
    ]
    solutions.add_phrasings(
        session,
        [NewPhrasing(key, text, tag, "import", str(n)) for n, (key, text, tag) in enumerate(phrasings)],
    )
    assert [(each.id, each.language, each.phrasings) for each in documents.documents(session)] == [
        ("a", "en", ("salut", "hi")),
        ("a", "es", ("hola",)),
        ("b", "fr", ("x",)),
    ]


def test_more_solutions_than_one_page(session: Session):
    put(session, *(NewText(f"s{number:04}", "en", f"Title {number}", "Body") for number in range(1001)))
    found = list(documents.documents(session))
    assert [each.id for each in found] == [f"s{number:04}" for number in range(1001)]
    keys = [(each.id, "en") for each in found]
    assert documents.visible(session, [*keys, ("s0000", "de")], frozenset({"public"})) == set(keys)


def test_visible_leaves_out_what_was_withdrawn_or_is_not_for_the_reader(session: Session):
    put(session, NewText("open", "en", "T", "B"), NewText("gone", "en", "T", "B"))
    put(session, NewText("staff", "en", "T", "B", visibility="employees"))
    solutions.withdraw(session, "gone", None, actor="ana", why="old")
    keys = [("open", "en"), ("gone", "en"), ("staff", "en"), ("never", "en")]
    assert documents.visible(session, keys, frozenset({"public"})) == {("open", "en")}
    assert documents.visible(session, keys, frozenset({"public", "employees"})) == {
        ("open", "en"),
        ("staff", "en"),
    }
    assert documents.visible(session, keys, frozenset()) == set()
