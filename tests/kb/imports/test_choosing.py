import json
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from kb import catalogue, documents
from kb.errors import ImportFailed
from kb.imports import import_path, sniff

PRODUCT = {"code": "k1", "name": "One"}
ARTICLE = {"id": "a", "title": "A", "body": "Text", "language": "en", "products": ["k1"]}
TICKET = {"id": 1, "subject": "S", "description": "D", "status": "open", "created_at": "2026-03-01"}
CORPUS = {"_id": "d1", "title": "T", "text": "Text", "metadata": {"product": "k1"}}


def write(path: Path, row: dict[str, object]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(row) + "\n")
    return path


@pytest.mark.parametrize(("kind", "row"), [("products", PRODUCT), ("articles", ARTICLE), ("tickets", TICKET)])
def test_files_are_known_by_their_fields_or_their_name(tmp_path: Path, kind: str, row: dict[str, object]):
    assert sniff(write(tmp_path / "export.jsonl", row)) == kind
    assert sniff(write(tmp_path / f"our-{kind}.jsonl", {"other": 1})) == kind
    (tmp_path / "sheet.csv").write_text(",".join(row) + "\n" + ",".join("1" for _ in row) + "\n")
    assert sniff(tmp_path / "sheet.csv") == kind


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
        ("x.jsonl", {"a": 1}, "x.jsonl is not known by its fields: products have code and name;"),
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
    with pytest.raises(ImportFailed, match="“recipes” cannot be imported; choose one of products, articles,"):
        import_path(session, tmp_path, "recipes")


def test_a_folder_of_files_is_imported_products_first(session: Session, tmp_path: Path):
    for name, row in (("articles", ARTICLE), ("products", PRODUCT), ("tickets", TICKET)):
        write(tmp_path / f"{name}.jsonl", row)
    report = import_path(session, tmp_path, trust=True)
    assert (report.kind, report.added, report.rejected) == ("products, articles, tickets", 3, [])
    assert [(each.id, each.products) for each in documents.documents(session)] == [("a", ("k1",))]


def test_a_beir_folder_brings_its_products(session: Session, tmp_path: Path):
    write(tmp_path / "corpus.jsonl", CORPUS)
    write(tmp_path / "products.jsonl", PRODUCT)
    assert import_path(session, tmp_path, trust=True).added == 2
    assert [product.code for product in catalogue.load(session)] == ["k1"]
    assert [(each.id, each.products) for each in documents.documents(session)] == [("d1", ("k1",))]
