import json
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from kb import catalogue, documents
from kb.documents import Document
from kb.errors import ImportFailed
from kb.imports.beir import Query, import_beir, read_beir
from kb.imports.report import Rejected
from kb.products import Product

CORPUS: list[dict[str, object] | str] = [
    {"_id": "t1", "title": "Card is late", "text": "", "metadata": {"language": "en", "solution": "late"}},
    {
        "_id": "t2",
        "title": "",
        "text": "Where is my card?",
        "metadata": {"solution": "late", "products": ["k1"]},
    },
    {
        "_id": "lone",
        "title": "Olvidé mi PIN",
        "text": "Pida otro.",
        "metadata": {"language": "es", "product": "k1"},
    },
]
QUERIES: list[dict[str, object] | str] = [
    {"_id": "q1", "text": "card?", "metadata": {"language": "en", "country": "es", "kind": "typo", "x": 1}},
    {"_id": "q2", "text": "weather?"},
]
QRELS = "query-id\tcorpus-id\tscore\nq1\tt2\t1\nq1\tlone\t0\n"


def folder(path: Path, corpus: list, queries: list | None = None, qrels: str | None = None) -> Path:
    for name, rows in (("corpus", corpus), ("queries", queries)):
        if rows is not None:
            lines = [row if isinstance(row, str) else json.dumps(row) for row in rows]
            (path / f"{name}.jsonl").write_text("\n".join(lines))
    if qrels is not None:
        (path / "qrels").mkdir()
        (path / "qrels" / "test.tsv").write_text(qrels)
    return path


LATE = Document("late", "en", ("k1",), "Card is late", "Card is late", ("Where is my card?",))
LONE = Document("lone", "es", ("k1",), "Olvidé mi PIN", "Pida otro.")


def test_rows_of_one_solution_become_one_document(tmp_path: Path):
    beir = read_beir(folder(tmp_path, CORPUS, QUERIES, QRELS), require_qrels=True)
    assert beir.documents == [LATE, LONE]
    assert beir.queries == [
        Query("q1", "card?", "en", "ES", "typo", {"language": "en", "country": "es", "kind": "typo", "x": 1}),
        Query("q2", "weather?", None, None, None, {}),
    ]
    assert beir.qrels == {"q1": {"late": 1}}
    assert beir.rejected == []


def test_trusted_documents_are_found_with_their_phrasings(session: Session, tmp_path: Path):
    catalogue.save(session, [Product("k1", "One")], actor="a", why="b")
    path = folder(tmp_path, CORPUS)
    assert import_beir(session, path).drafts == 2
    assert list(documents.documents(session)) == []
    assert import_beir(session, path, trust=True).changed == 2
    assert list(documents.documents(session)) == [LATE, LONE]
    mark = documents.watermark(session)
    assert import_beir(session, path, trust=True).unchanged == 2
    assert documents.watermark(session) == mark


def test_a_new_phrasing_is_a_change(session: Session, tmp_path: Path):
    import_beir(session, folder(tmp_path, CORPUS[:1]), trust=True)
    more = {"_id": "t9", "title": "No card", "text": "at all", "metadata": {"solution": "late"}}
    report = import_beir(session, folder(tmp_path, [CORPUS[0], more]), trust=True)
    assert (report.changed, report.unchanged) == (1, 0)
    assert [each.phrasings for each in documents.documents(session)] == [("No card\nat all",)]


def test_bad_rows_say_why_and_the_rest_is_read(session: Session, tmp_path: Path):
    corpus = [
        CORPUS[0],
        "{",
        {"_id": "t1", "title": "again"},
        {"_id": "e", "title": "", "text": " "},
        CORPUS[2],
    ]
    queries = [{"_id": "q1", "text": "ok"}, {"_id": "q1", "text": "twice"}, {"_id": "q3", "text": ""}]
    queries.append({"_id": "q4", "text": "x", "metadata": {"country": "Spain"}})
    beir = read_beir(folder(tmp_path, corpus, queries, QRELS + "q1\tlate\nq1\tlate\tmany\n"))
    assert [each.id for each in beir.documents] == ["late", "lone"]
    assert [(each.id, each.country) for each in beir.queries] == [("q1", None), ("q4", None)]
    assert [str(each)[:60] for each in beir.rejected] == [
        "corpus.jsonl, line 2: is not valid JSON: Expecting property ",
        "corpus.jsonl, line 3: repeats the id “t1”",
        "corpus.jsonl, line 4: “title” and “text” are both empty",
        "queries.jsonl, line 2: repeats the id “q1”",
        "queries.jsonl, line 3: “text” is empty",
        "queries.jsonl, line 4: “Spain” is not a country; give two le",
        "qrels/test.tsv, line 4: is not query-id, corpus-id and score",
        "qrels/test.tsv, line 5: is not query-id, corpus-id and score",
    ]
    report = import_beir(session, tmp_path, trust=True)
    assert Rejected(
        5, "there is no product with the code “k1”; import the products first", "corpus.jsonl"
    ) in (report.rejected)
    assert [each.id for each in documents.documents(session)] == ["late"]


def test_a_text_without_a_title_is_shown_under_its_beginning(tmp_path: Path):
    rows = [{"_id": "a", "text": "Short text."}, {"_id": "b", "text": "word " * 40 + "\nsecond line"}]
    first, second = read_beir(folder(tmp_path, rows)).documents
    assert (first.title, first.text) == ("Short text.", "Short text.")
    assert second.title == ("word " * 24).strip() + "…"
    assert second.text.endswith("second line")


def test_queries_and_qrels_may_be_missing_for_an_import_only(tmp_path: Path):
    path = folder(tmp_path, CORPUS)
    assert (read_beir(path).queries, read_beir(path).qrels) == ([], {})
    with pytest.raises(
        ImportFailed, match=r"holds no queries\.jsonl; without questions nothing can be evaluated"
    ):
        read_beir(path, require_qrels=True)
    folder(tmp_path, CORPUS, QUERIES)
    with pytest.raises(
        ImportFailed, match=r"holds no qrels/test\.tsv; without it nobody knows the right answers"
    ):
        read_beir(path, require_qrels=True)


def test_a_folder_without_documents_gets_a_sentence(tmp_path: Path):
    with pytest.raises(ImportFailed, match=r"holds no corpus\.jsonl; a folder in the layout of BEIR has one"):
        read_beir(tmp_path)
    (tmp_path / "corpus.jsonl").write_text("")
    with pytest.raises(ImportFailed, match=r"corpus\.jsonl is empty\."):
        read_beir(tmp_path)
    (tmp_path / "corpus.jsonl").write_text('{"title": "no id"}\n')
    with pytest.raises(
        ImportFailed, match=r"no document that can be used\. corpus\.jsonl, line 1: “_id” is missing"
    ):
        read_beir(tmp_path)
