import json
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from kb import catalogue
from kb.errors import ImportFailed
from kb.imports.products import import_products, read_products
from kb.imports.report import Rejected
from kb.products import Product, ProductName

LINES = [
    '{"code": "w1", "name": "Washer One", "names": [{"name": "Lavadora Uno", "country": "es"}, "W-1"]}',
    '{"code": "w2"}',
    '{"code": "w1", "name": "Washer Again"}',
    '{"code": "w3", "name": "Three", "names": [{"name": "Drei", "country": "Germany"}], "colour": "red"}',
    '{"code": "w4", "name": "Four", "names": [{"name": "Vier", "language": "de", "kind": "former"}], "€": 1}',
]


def test_good_rows_are_imported_and_bad_ones_say_why(session: Session, tmp_path: Path):
    path = tmp_path / "products.jsonl"
    path.write_text("\n".join(LINES))
    report = import_products(session, path)
    assert catalogue.load(session) == (
        Product("w1", "Washer One", (ProductName("Lavadora Uno", "ES"), ProductName("W-1"))),
        Product("w4", "Four", (ProductName("Vier", None, "de", "former"),)),
    )
    assert report.rejected == [
        Rejected(2, "“name” is missing", "products.jsonl"),
        Rejected(3, "repeats “w1” of line 1", "products.jsonl"),
        Rejected(
            4,
            "“names.0.country”: “Germany” is not a country; give two letters of ISO 3166, such as ES",
            "products.jsonl",
        ),
    ]
    assert report.sentences() == [
        "products: 2 added, 0 changed, 0 unchanged, 3 rejected.",
        "The field “€” is not known; it was left out of 1 rows.",
    ]


def test_csv_gives_the_same_and_importing_again_changes_nothing(session: Session, tmp_path: Path):
    jsonl, table = tmp_path / "products.jsonl", tmp_path / "products.csv"
    jsonl.write_text(LINES[0] + "\n" + LINES[4])
    names = json.dumps([{"name": "Lavadora Uno", "country": "ES"}, {"name": "W-1"}]).replace('"', '""')
    former = json.dumps([{"name": "Vier", "language": "de", "kind": "former"}]).replace('"', '""')
    table.write_text(f'code,name,names\nw1,Washer One,"{names}"\nw4,Four,"{former}"\n')
    assert import_products(session, jsonl).added == 2
    for path in (jsonl, table):
        assert import_products(session, path).unchanged == 2


def test_progress_is_told(session: Session, tmp_path: Path):
    path = tmp_path / "products.csv"
    path.write_text(
        "code,name,names\n" + "".join(f"p{n},Product {n},Name {n};Other {n}\n" for n in range(1200))
    )
    told: list[int] = []
    assert import_products(session, path, progress=told.append).added == 1200
    assert told == [500, 500, 200]
    assert [name.name for name in catalogue.load(session)[0].names] == ["Name 0", "Other 0"]


def test_products_are_read_without_a_database_too(tmp_path: Path):
    path = tmp_path / "products.jsonl"
    path.write_text(LINES[0])
    assert read_products(path) == (
        Product("w1", "Washer One", (ProductName("Lavadora Uno", "ES"), ProductName("W-1"))),
    )
    for bad in ("{", LINES[1]):
        path.write_text(f"{LINES[0]}\n{bad}")
        with pytest.raises(ImportFailed, match=r"products\.jsonl, line 2: "):
            read_products(path)
