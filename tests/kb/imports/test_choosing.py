import json
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from kb import catalogue, documents, timeline
from kb.errors import ImportFailed
from kb.imports import import_path, sniff
from kb.tables import Customer

PRODUCT = {"code": "k1", "name": "One"}
ARTICLE = {"id": "a", "title": "A", "body": "Text", "language": "en", "products": ["k1"]}
CUSTOMER = {"id": "c1", "name": "Ana", "identities": [{"kind": "email", "value": "ana@example.org"}]}
CONTACT = {"id": 1, "customer": {"id": "c1"}, "kind": "call", "channel": "phone", "at": "2026-03-01"}
CONTACT |= {"ticket": "1"}
INCIDENT = {"id": 1, "title": "A", "text": "B", "language": "en", "state": "open", "created_at": "2026-03-01"}
RULE = {"team": "Washing care", "product": "k1"}
TICKET = {"id": 1, "subject": "S", "description": "D", "status": "open", "created_at": "2026-03-01"}
CORPUS = {"_id": "d1", "title": "T", "text": "Text", "metadata": {"product": "k1"}}


def write(path: Path, row: dict[str, object]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(row) + "\n")
    return path


KINDS = {
    "products": PRODUCT,
    "customers": CUSTOMER,
    "articles": ARTICLE,
    "tickets": TICKET,
    "contacts": CONTACT,
    "incidents": INCIDENT,
    "routing": RULE,
}


@pytest.mark.parametrize(("kind", "row"), KINDS.items())
def test_files_are_known_by_their_fields_or_their_name(tmp_path: Path, kind: str, row: dict[str, object]):
    assert sniff(write(tmp_path / "export.jsonl", row)) == kind
    assert sniff(write(tmp_path / f"our-{kind}.jsonl", {"other": 1})) == kind
    (tmp_path / "sheet.csv").write_text(",".join(row) + "\n" + ",".join("1" for _ in row) + "\n")
    assert sniff(tmp_path / "sheet.csv") == kind


def test_a_file_of_its_name_holds_tickets_and_a_table_with_teams_is_not_taken_for_rules(tmp_path: Path):
    assert sniff(write(tmp_path / "unreviewed.jsonl", {"other": 1})) == "tickets"
    assert sniff(write(tmp_path / "export.jsonl", TICKET | {"team": "A"})) == "tickets"
    with pytest.raises(ImportFailed, match=r"is not known by its fields: .* routing have team"):
        sniff(write(tmp_path / "x.jsonl", {"team": "A", "agent": "Ben"}))


def test_folders_are_known_by_what_they_hold(tmp_path: Path):
    write(tmp_path / "beir" / "corpus.jsonl", CORPUS)
    write(tmp_path / "files" / "articles.jsonl", ARTICLE)
    (tmp_path / "files" / "README.md").write_text("About")
    (tmp_path / "texts" / "deep").mkdir(parents=True)
    (tmp_path / "texts" / "deep" / "a.md").write_text("Text")
    assert [sniff(tmp_path / name) for name in ("beir", "files", "texts")] == ["beir", "folder", "markdown"]


@pytest.mark.parametrize(
    ("name", "row", "sentence"),
    [
        (
            "x.jsonl",
            {"a": 1},
            "x.jsonl is not known by its fields: products have code and name; customers have",
        ),
        ("x.jsonl", CORPUS, "x.jsonl belongs to a folder in the layout of BEIR; give the folder."),
        ("x.md", {"a": 1}, "x.md is one Markdown file; give the folder that it is in."),
        ("x.exe", {"a": 1}, "x.exe is neither JSON Lines (.jsonl) nor CSV (.csv)."),
    ],
)
def test_what_is_not_known_gets_a_sentence(tmp_path: Path, name: str, row: dict[str, object], sentence: str):
    with pytest.raises(ImportFailed) as caught:
        sniff(write(tmp_path / name, row))
    assert str(caught.value).startswith(sentence)


def test_nothing_and_empty_folders_get_a_sentence(session: Session, tmp_path: Path):
    with pytest.raises(ImportFailed, match="There is no file or folder"):
        sniff(tmp_path / "nothing")
    with pytest.raises(ImportFailed, match="holds nothing that can be imported"):
        sniff(tmp_path)
    with pytest.raises(
        ImportFailed, match="“recipes” cannot be imported; choose one of products, customers,"
    ):
        import_path(session, tmp_path, "recipes")


def test_the_files_of_a_folder_are_imported_in_the_order_in_which_they_need_each_other(
    session: Session, tmp_path: Path
):
    for name, row in KINDS.items():
        write(tmp_path / f"{name}.jsonl", row)
    solved = TICKET | {"status": "solved", "resolution": "Done.", "language": "en", "customer": {"id": "c1"}}
    write(tmp_path / "tickets.jsonl", solved)
    write(tmp_path / "unreviewed.jsonl", solved | {"id": 2})
    report = import_path(session, tmp_path, trust=True)
    assert report.sentences() == [
        "products, customers, articles, tickets, contacts, incidents, routing:"
        " 8 added, 0 changed, 0 unchanged, 0 rejected.",
        "1 imported as drafts: not searchable before review; import with --trust if they have been reviewed.",
        "The list of rules was replaced: 0 before, 1 now. Tickets that are open already stay where they are.",
    ]
    found = documents.documents(session)
    assert [(each.id, each.products) for each in found] == [("a", ("k1",)), ("ticket-1", ())]
    ana = session.scalars(select(Customer.id)).one()
    assert [each.kind for each in timeline.happenings(session, ana)] == [
        "ticket open",
        "ticket solved",
        "ticket open",
        "ticket solved",
        "call",
    ]


def test_a_beir_folder_brings_its_products(session: Session, tmp_path: Path):
    write(tmp_path / "corpus.jsonl", CORPUS)
    write(tmp_path / "products.jsonl", PRODUCT)
    assert import_path(session, tmp_path, trust=True).added == 2
    assert [product.code for product in catalogue.load(session)] == ["k1"]
    assert [(each.id, each.products) for each in documents.documents(session)] == [("d1", ("k1",))]
