from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from kb import articles, catalogue, documents, history, solutions
from kb.articles import NewArticle
from kb.documents import Document
from kb.errors import Conflict, NotFound
from kb.products import Product
from kb.solutions import NewText
from kb.tables import Solution

PUBLIC = frozenset({"public"})
MOMENT = datetime(2026, 5, 1, tzinfo=UTC)
LEAK = NewText("leak", "en", "It leaks", "Change the seal.")
FUGA = NewText("leak", "es", "Pierde agua", "Cambie la junta.")


def put(session: Session, *texts: NewText, **options: object) -> set[str]:
    given = {"kind": "ticket", "actor": "ana", "why": "reviewed", "at": MOMENT} | options
    return solutions.put(session, texts, **given)


def found(session: Session) -> list[tuple[str, str]]:
    return [(document.id, document.language) for document in documents.documents(session)]


def revisions(session: Session, key: str) -> list[dict[str, object]]:
    number = session.scalars(select(Solution.id).where(Solution.key == key)).one()
    return [dict(change.changes) for change in history.changes(session, "solution", number)]


def test_a_draft_is_found_only_after_it_was_published(session: Session):
    solutions.draft(session, LEAK, actor="ana", why="from a ticket")
    assert found(session) == []
    with pytest.raises(NotFound):
        solutions.get(session, "leak", "en", PUBLIC)
    solutions.publish(session, "leak", "en", actor="ben", why="reviewed")
    assert found(session) == [("leak", "en")]
    assert solutions.get(session, "leak", "en", PUBLIC).body == "Change the seal."


def test_a_published_text_is_not_drafted_over(session: Session):
    put(session, LEAK)
    with pytest.raises(Conflict, match="published before; revise it instead"):
        solutions.draft(session, LEAK, actor="ana", why="again")


def test_get_gives_the_asked_language_else_english_else_any(session: Session):
    put(session, LEAK, FUGA)
    put(session, NewText("smell", "fr", "Odeur", "Nettoyez."))
    for asked, language in (("es", "es"), ("es-MX", "es"), ("ja", "en"), (None, "en")):
        view = solutions.get(session, "leak", asked, PUBLIC)
        assert (view.language, view.languages, view.kind) == (language, ("en", "es"), "ticket")
    assert solutions.get(session, "smell", "ja", PUBLIC).title == "Odeur"


def test_what_one_may_not_see_does_not_exist(session: Session):
    put(session, NewText("secret", "en", "T", "B", visibility="employees"))
    with pytest.raises(NotFound) as hidden:
        solutions.get(session, "secret", "en", PUBLIC)
    with pytest.raises(NotFound) as missing:
        solutions.get(session, "nothing", "en", PUBLIC)
    assert str(hidden.value) == str(missing.value)
    assert solutions.get(session, "secret", "en", PUBLIC | {"employees"}).visibility == "employees"


def test_one_language_can_be_withdrawn_and_published_again(session: Session):
    put(session, LEAK, FUGA)
    solutions.withdraw(session, "leak", "es", actor="ben", why="wrong part")
    assert found(session) == [("leak", "en")]
    assert solutions.get(session, "leak", "es", PUBLIC).languages == ("en",)
    solutions.publish(session, "leak", "es", actor="ana", why="corrected")
    assert found(session) == [("leak", "en"), ("leak", "es")]
    assert revisions(session, "leak")[1:] == [
        {"state.es": ["published", "withdrawn"]},
        {"state.es": ["withdrawn", "published"]},
    ]


def test_a_withdrawn_text_stays_withdrawn_when_it_is_put_again(session: Session):
    put(session, LEAK)
    solutions.withdraw(session, "leak", None, actor="ben", why="dangerous")
    put(session, NewText("leak", "en", "It leaks", "Use glue."))
    assert found(session) == []


def test_a_revision_says_who_when_what_and_why(session: Session):
    put(session, LEAK)
    solutions.revise(
        session,
        NewText("leak", "en", "It leaks", "Change both seals."),
        actor="ben",
        why="clearer",
        at=MOMENT,
    )
    number = session.scalars(select(Solution.id)).one()
    first, second = history.changes(session, "solution", number)
    assert first.changes == {"state.en": [None, "published"]}
    assert (second.at, second.actor, second.why) == (MOMENT, "ben", "clearer")
    assert second.changes == {"body.en": ["Change the seal.", "Change both seals."]}


def test_revising_needs_a_text_and_leaves_articles_alone(session: Session):
    put(session, LEAK)
    with pytest.raises(NotFound, match="no text in “es”"):
        solutions.revise(session, FUGA, actor="ana", why="?")
    articles.write_many(
        session, [NewArticle("how", "en", "How", "So.")], actor="ana", why="new", publish=True
    )
    with pytest.raises(Conflict, match="change the article"):
        solutions.revise(session, NewText("how", "en", "How", "Else."), actor="ana", why="?")
    with pytest.raises(NotFound):
        solutions.withdraw(session, "nothing", None, actor="ana", why="?")


def test_every_change_that_search_must_know_moves_the_watermark(session: Session):
    marks = [documents.watermark(session)]

    def moved() -> bool:
        marks.append(documents.watermark(session))
        return marks[-1] > marks[-2]

    assert put(session, LEAK) == {"leak"}
    assert moved()
    assert put(session, LEAK) == set()
    assert not moved()
    assert solutions.add_phrasing(session, "leak", "water everywhere", "en")
    assert moved()
    assert not solutions.add_phrasing(session, "leak", "water everywhere", "en")
    assert not moved()
    put(session, NewText("other", "en", "Other", "Text"))
    assert moved()
    before = marks[-1]
    solutions.withdraw(session, "leak", None, actor="ana", why="old")
    assert moved()
    assert documents.changed_since(session, before) == ("leak",)
    assert documents.changed_since(session, 0) == ("leak", "other")


def test_a_phrasing_of_one_origin_is_replaced_and_can_be_withdrawn(session: Session):
    put(session, LEAK)
    for text in ("wet floor", "very wet floor"):
        solutions.add_phrasing(session, "leak", text, "en", source="ticket", origin="ticket:1")
    assert [document.phrasings for document in documents.documents(session)] == [("very wet floor",)]
    assert solutions.withdraw_phrasings(session, "ticket:1") == {"leak"}
    assert solutions.withdraw_phrasings(session, "ticket:1") == set()
    assert [document.phrasings for document in documents.documents(session)] == [()]


def test_an_article_takes_over_what_tickets_said_under_its_key(session: Session):
    put(session, LEAK, FUGA)
    solutions.add_phrasing(session, "leak", "moja el suelo", "es", source="ticket", origin="ticket:1")
    text = NewText("leak", "en", "Leaks", "Read this.")
    put(session, text, kind="article")
    assert list(documents.documents(session)) == [
        Document("leak", "en", (), "Leaks", "Read this.", ("moja el suelo",))
    ]
    assert revisions(session, "leak")[-1]["body.es"] == ["Cambie la junta.", None]
    put(session, NewText("leak", "es", "Fugas", "Lea esto."), kind="article")
    assert found(session) == [("leak", "en"), ("leak", "es")]


def test_products_are_kept_unless_they_are_given(session: Session):
    catalogue.save(session, [Product("k1", "One"), Product("k2", "Two")], actor="a", why="b")
    put(session, NewText("leak", "en", "T", "B", ("k2", "k1")))
    put(session, NewText("leak", "en", "T", "C"))
    assert solutions.get(session, "leak", "en", PUBLIC).products == ("k1", "k2")
    put(session, NewText("leak", "en", "T", "C", ()))
    assert solutions.get(session, "leak", "en", PUBLIC).products == ()


def test_a_translation_that_did_not_follow_a_change_names_the_newer_one(session: Session):
    put(session, LEAK, FUGA)
    later = MOMENT + timedelta(days=1)
    put(session, replace(LEAK, body="Change both seals."), at=later)
    assert solutions.get(session, "leak", "es", PUBLIC).newer is None
    put(session, replace(LEAK, body="Change all seals."), at=later + timedelta(days=2))
    assert solutions.get(session, "leak", "es", PUBLIC).newer == "en"
    assert solutions.get(session, "leak", "en", PUBLIC).newer is None
    solutions.withdraw(session, "leak", "en", actor="ana", why="wrong")
    assert solutions.get(session, "leak", "es", PUBLIC).newer is None
