import json
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from kb import catalogue, documents, history, solutions
from kb.documents import Document
from kb.imports.articles import import_articles
from kb.imports.report import Rejected
from kb.products import Product
from kb.tables import Article


def write(path: Path, *rows: dict[str, object] | str) -> Path:
    path.write_text("\n".join(row if isinstance(row, str) else json.dumps(row) for row in rows))
    return path


def article(id: str, language: str, title: str, **more: object) -> dict[str, object]:
    return {"id": id, "language": language, "title": title, "body": f"Body of {title}"} | more


def found(session: Session) -> list[tuple[str, str, str]]:
    return [(each.id, each.language, each.title) for each in documents.documents(session)]


def test_trusted_articles_are_found_at_once(session: Session, tmp_path: Path):
    catalogue.save(session, [Product("k1", "One")], actor="a", why="b")
    rows = [article("reset", "en", "Reset", products=["k1"]), article("reset", "de", "Zurücksetzen")]
    path = write(tmp_path / "articles.jsonl", *rows, article("clean", "en", "Clean", visibility="customers"))
    assert import_articles(session, path, trust=True).sentences() == [
        "articles: 3 added, 0 changed, 0 unchanged, 0 rejected."
    ]
    assert list(documents.documents(session)) == [
        Document("clean", "en", (), "Clean", "Body of Clean", (), "customers"),
        Document("reset", "de", ("k1",), "Zurücksetzen", "Body of Zurücksetzen"),
        Document("reset", "en", ("k1",), "Reset", "Body of Reset"),
    ]


def test_articles_that_nobody_reviewed_are_drafts(session: Session, tmp_path: Path):
    path = write(tmp_path / "articles.jsonl", article("a", "en", "A"), article("b", "en", "B"))
    assert import_articles(session, path).sentences()[1] == (
        "2 imported as drafts: not searchable before review; import with --trust if they have been reviewed."
    )
    assert found(session) == []
    again = import_articles(session, path, trust=True)
    assert (again.changed, again.drafts, found(session)) == (2, 0, [("a", "en", "A"), ("b", "en", "B")])


def test_importing_again_changes_nothing_and_a_changed_row_is_a_revision(session: Session, tmp_path: Path):
    path = write(tmp_path / "articles.jsonl", article("a", "en", "A"), article("b", "en", "B"))
    import_articles(session, path, trust=True)
    mark = documents.watermark(session)
    assert import_articles(session, path, trust=True).unchanged == 2
    assert documents.watermark(session) == mark
    write(path, article("a", "en", "A"), article("b", "en", "B", body="Longer"))
    report = import_articles(session, path, trust=True, actor="ana")
    assert (report.unchanged, report.changed) == (1, 1)
    number = session.scalars(select(Article.id).where(Article.key == "b")).one()
    last = history.changes(session, "article", number)[-1]
    assert (last.actor, last.why) == ("ana", "import of articles.jsonl")
    assert last.changes == {"body.en": ["Body of B", "Longer"]}


def test_a_change_that_nobody_reviewed_does_not_reach_the_reader(session: Session, tmp_path: Path):
    path = write(tmp_path / "articles.jsonl", article("a", "en", "A"))
    import_articles(session, path, trust=True)
    write(path, article("a", "en", "Changed"))
    report = import_articles(session, path)
    assert (report.changed, report.drafts) == (1, 1)
    assert found(session) == [("a", "en", "A")]


def test_a_withdrawn_article_stays_withdrawn(session: Session, tmp_path: Path):
    path = write(tmp_path / "articles.jsonl", article("a", "en", "A"), article("b", "en", "B"))
    import_articles(session, path, trust=True)
    solutions.withdraw(session, "a", None, actor="ana", why="wrong")
    import_articles(session, path, trust=True)
    assert found(session) == [("b", "en", "B")]


def test_bad_rows_say_why_and_the_rest_is_imported(session: Session, tmp_path: Path):
    catalogue.save(session, [Product("k1", "One"), Product("k2", "Two")], actor="a", why="b")
    path = write(
        tmp_path / "articles.jsonl",
        article("a", "en", "A", products=["k1"]),
        article("b", "en", "B", products=["k9"]),
        "{oops",
        article("a", "en", "A again", products=["k1"]),
        article("a", "de", "Ah", products=["k2"]),
        article("c", "en", "C", body=" "),
        article("d", "en", "D"),
    )
    report = import_articles(session, path, trust=True)
    assert found(session) == [("a", "en", "A"), ("d", "en", "D")]
    assert [(each.line, each.reason) for each in report.rejected] == [
        (2, "there is no product with the code “k9”; import the products first"),
        (3, "is not valid JSON: Expecting property name enclosed in double quotes at column 2"),
        (4, "repeats “a” and “en” of line 1"),
        (5, "“products” differs from what another translation of “a” says in this file"),
        (6, "“body” is empty"),
    ]
    assert str(Rejected(2, "x", "articles.jsonl")) == "articles.jsonl, line 2: x"
