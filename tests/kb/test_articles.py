from datetime import UTC, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from kb import articles, catalogue, documents, history, solutions
from kb.articles import NewArticle
from kb.documents import Document
from kb.errors import Invalid, NotFound
from kb.products import Product
from kb.tables import Article

MOMENT = datetime(2026, 5, 1, tzinfo=UTC)
RESET = NewArticle("reset", "en", "Reset it", "Press **both** keys.")
ZURUECK = NewArticle("reset", "de", "Zurücksetzen", "Beide Tasten drücken.")


def write(session: Session, *written: NewArticle, publish: bool = False) -> list[str]:
    return list(articles.write_many(session, written, actor="ana", why="new", publish=publish, at=MOMENT))


def found(session: Session) -> list[tuple[str, str, str]]:
    return [(document.id, document.language, document.text) for document in documents.documents(session)]


def test_what_was_written_is_found_only_after_it_was_published(session: Session):
    assert write(session, RESET, ZURUECK) == ["added", "added"]
    assert found(session) == []
    assert articles.unpublished(session) == {("reset", "de"), ("reset", "en")}
    articles.publish(session, "reset", "de", actor="ben", why="read it")
    assert found(session) == [("reset", "de", "Beide Tasten drücken.")]
    assert articles.unpublished(session) == {("reset", "en")}


def test_a_revision_shows_only_after_it_was_published_again(session: Session):
    write(session, RESET, publish=True)
    longer = NewArticle("reset", "en", "Reset it", "Press both keys for ten seconds.")
    assert articles.write(session, longer, actor="ben", why="it took longer", at=MOMENT) == "changed"
    assert found(session) == [("reset", "en", RESET.body)]
    assert articles.unpublished(session) == {("reset", "en")}
    articles.publish(session, "reset", None, actor="ana", why="right")
    assert found(session) == [("reset", "en", longer.body)]


def test_a_revision_says_who_when_what_and_why(session: Session):
    write(session, RESET)
    articles.write(session, ZURUECK, actor="ben", why="translated", at=MOMENT)
    articles.write(
        session, NewArticle("reset", "en", "Reset", RESET.body), actor="cy", why="shorter", at=MOMENT
    )
    changes = history.changes(session, "article", session.scalars(select(Article.id)).one())
    assert [(each.actor, each.why, each.changes) for each in changes] == [
        ("ana", "new", {"title.en": [None, "Reset it"]}),
        ("ben", "translated", {"title.de": [None, "Zurücksetzen"]}),
        ("cy", "shorter", {"title.en": ["Reset it", "Reset"]}),
    ]


def test_writing_the_same_again_changes_nothing(session: Session):
    write(session, RESET, ZURUECK, publish=True)
    mark = documents.watermark(session)
    assert write(session, RESET, ZURUECK, publish=True) == ["unchanged", "unchanged"]
    assert documents.watermark(session) == mark
    assert len(history.changes(session, "article", session.scalars(select(Article.id)).one())) == 1


def test_publishing_what_was_only_written_counts_as_a_change(session: Session):
    write(session, RESET)
    assert write(session, RESET, publish=True) == ["changed"]


def test_products_and_visibility_belong_to_all_languages(session: Session):
    catalogue.save(session, [Product("k1", "One")], actor="a", why="b")
    write(session, NewArticle("reset", "en", "R", "B", ("k1",), "customers"), publish=True)
    write(session, ZURUECK, publish=True)
    assert list(documents.documents(session)) == [
        Document("reset", "de", ("k1",), ZURUECK.title, ZURUECK.body, (), "customers"),
        Document("reset", "en", ("k1",), "R", "B", (), "customers"),
    ]
    assert documents.visible(session, [("reset", "de")], frozenset({"public"})) == set()


def test_an_unknown_product_gets_a_sentence(session: Session):
    with pytest.raises(Invalid, match="There is no product with the code “k9”"):
        write(session, NewArticle("reset", "en", "R", "B", ("k9",)))


def test_a_withdrawn_article_is_published_again_only_on_purpose(session: Session):
    write(session, RESET, publish=True)
    solutions.withdraw(session, "reset", None, actor="ben", why="unsafe")
    write(session, NewArticle("reset", "en", "Reset it", "Else."), publish=True)
    assert found(session) == []
    articles.publish(session, "reset", "en", actor="ben", why="safe now")
    assert found(session) == [("reset", "en", "Else.")]


def test_what_does_not_exist_cannot_be_published(session: Session):
    write(session, RESET)
    for key, language in (("other", None), ("reset", "fr")):
        with pytest.raises(NotFound):
            articles.publish(session, key, language, actor="ana", why="?")
