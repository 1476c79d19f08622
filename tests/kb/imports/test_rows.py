import csv
import io
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.errors import ImportFailed
from kb.imports import rows, sheets
from kb.imports.report import Rejected
from kb.imports.rows import Row, read_rows


def written(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def read(folder: Path, name: str, content: str | bytes) -> list[Row | Rejected]:
    return list(read_rows(written(folder, name, content)))


def test_json_lines_keep_their_line_numbers(tmp_path: Path):
    content = '{"a": 1}\n\n{"a": 1\nnot json\n"text"\n{"a": NaN}\n{"b": {"c": "é"}}'
    assert read(tmp_path, "x.jsonl", content) == [
        Row(1, {"a": 1}),
        Rejected(3, "is not valid JSON: Expecting ',' delimiter at column 8"),
        Rejected(4, "is not valid JSON: Expecting value at column 1"),
        Rejected(5, "is not a JSON object"),
        Rejected(6, "is not valid JSON: NaN is not a JSON value"),
        Row(7, {"b": {"c": "é"}}),
    ]


def test_json_that_nests_too_deeply_or_counts_too_far_is_rejected(tmp_path: Path):
    deep, far = read(
        tmp_path, "x.jsonl", "[".join(['{"a":', *[""] * 200_000]) + "\n" + '{"a":' + "9" * 5000 + "}"
    )
    assert deep == Rejected(1, "is not valid JSON: nested too deeply")
    assert isinstance(far, Rejected)
    assert far.reason.startswith("is not valid JSON: Exceeds the limit")


def test_a_line_in_another_encoding_says_which_byte_and_what_to_do(tmp_path: Path):
    content = b'{"a": "ok"}\n' + '{"a": "café"}\n'.encode("cp1252") + b'{"a": "go on"}'
    assert read(tmp_path, "x.jsonl", content) == [
        Row(1, {"a": "ok"}),
        Rejected(
            2, "is not UTF-8: byte 0xE9 at character 11; save the file as UTF-8 (it may be Windows-1252)"
        ),
        Row(3, {"a": "go on"}),
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_encodings_that_say_what_they_are(tmp_path: Path, encoding: str):
    assert read(tmp_path, "x.jsonl", '{"a": "日本"}\n{"a": "é"}\n'.encode(encoding)) == [
        Row(1, {"a": "日本"}),
        Row(2, {"a": "é"}),
    ]
    assert read(tmp_path, "x.csv", "a,b\r\n日本,é\r\n".encode(encoding)) == [Row(2, {"a": "日本", "b": "é"})]


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("x.jsonl", b"", "x.jsonl is empty."),
        ("x.csv", b" \r\n\r\n", "x.csv is empty."),
        ("x.csv", b"a,b\n", "x.csv holds a header and no rows."),
        (
            "x.jsonl",
            b'{"a":1}'.replace(b'"', b'"\x00'),
            "x.jsonl is not a text file (or UTF-16 without a mark); save",
        ),
        ("x.csv", b"PK\x03\x04\x00\x00", "x.csv is an Excel or zip file; save the sheet as CSV (UTF-8)."),
        ("x.jsonl", b"\x1f\x8b\x08\x00", "x.jsonl is compressed; unpack it first."),
        ("x.jsonl", b"\xff\xfe\x00\x00a\x00\x00\x00", "x.jsonl is UTF-32; save the file as UTF-8."),
        ("x.jsonl", b"\xff\xfe{\x00\x00\xd8a", "x.jsonl is not proper UTF-16; save the file as UTF-8."),
        (
            "x.json",
            b'[\n{"a": 1}\n]',
            "x.json is one JSON document over several lines; write one object a line",
        ),
        (
            "x.json",
            b'{\n"a": 1\n}',
            "x.json is one JSON document over several lines; write one object a line",
        ),
        ("x.csv", b"a,b,a\n1,2,3\n", "x.csv has two columns with the name “a”."),
        (
            "x.csv",
            "caf\u00e9,b\n1,2\n".encode("cp1252"),
            "The header of x.csv is not UTF-8: byte 0xE9 at character 4;",
        ),
        ("x.xlsx", b"anything", "x.xlsx is neither JSON Lines (.jsonl) nor CSV (.csv)."),
    ],
)
def test_a_file_that_cannot_be_read_gets_a_sentence(tmp_path: Path, name: str, content: bytes, sentence: str):
    with pytest.raises(ImportFailed) as caught:
        read(tmp_path, name, content)
    assert str(caught.value).startswith(sentence)


def test_a_file_that_is_not_there_gets_a_sentence(tmp_path: Path):
    with pytest.raises(ImportFailed, match=r"x\.jsonl cannot be read: No such file or directory\.$"):
        list(read_rows(tmp_path / "x.jsonl"))


def test_csv_keeps_line_numbers_over_quoted_line_breaks_and_bad_rows(tmp_path: Path):
    content = 'a,b\n1,"two\nlines, ""quoted"""\n\n3,4,5\n6,7,8,9\n10\n,\n"11",12'
    assert sorted(read(tmp_path, "x.csv", content), key=lambda each: each.line) == [
        Row(2, {"a": "1", "b": 'two\nlines, "quoted"'}),
        Rejected(5, "has more cells than the 2 columns of the header"),
        Rejected(6, "has more cells than the 2 columns of the header"),
        Row(7, {"a": "10"}),
        Row(9, {"a": "11", "b": "12"}),
    ]


def test_a_quote_that_is_never_closed_costs_one_row(tmp_path: Path):
    assert read(tmp_path, "x.csv", 'a,b\n1,2\n3,"open\n5,6\n7,8\n') == [
        Rejected(3, "opens a quote that is never closed"),
        Row(2, {"a": "1", "b": "2"}),
        Row(4, {"a": "5", "b": "6"}),
        Row(5, {"a": "7", "b": "8"}),
    ]


def test_inches_in_a_cell_are_no_quotes(tmp_path: Path):
    assert read(tmp_path, "x.csv", 'a,b\n1,24" screen\n2,x\n3,27" screen\n') == [
        Row(2, {"a": "1", "b": '24" screen'}),
        Row(3, {"a": "2", "b": "x"}),
        Row(4, {"a": "3", "b": '27" screen'}),
    ]


def test_words_for_nothing_are_nothing_but_namibia_is_a_country(tmp_path: Path):
    content = "a,b,c,d,e\nNaN,nan,NULL,None,NA\n"
    assert read(tmp_path, "x.csv", content) == [Row(2, {"e": "NA"})]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_separators_and_nested_columns(tmp_path: Path, separator: str):
    content = separator.join(["id", "customer.email", "customer.name", ""]) + "\n"
    content += separator.join(["7", "a@example.org", "Ana", "x"]) + "\n"
    assert read(tmp_path, "x.csv", content) == [
        Row(2, {"id": "7", "customer": {"email": "a@example.org", "name": "Ana"}})
    ]


def test_a_cell_of_ten_megabytes_is_read(tmp_path: Path):
    (row,) = read(tmp_path, "x.csv", 'a,b\n1,"' + "x" * 10_000_000 + '"\n')
    assert isinstance(row, Row)
    assert len(row.values["b"]) == 10_000_000


def test_a_line_beyond_all_measure_is_skipped_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(rows, "LONGEST_LINE", 2 * 1024**2)
    content = '{"a": 1}\n{"a": "' + "x" * 5_000_000 + '"}\n{"a": 3}\n'
    assert read(tmp_path, "x.jsonl", content) == [
        Row(1, {"a": 1}),
        Rejected(2, "is longer than 2 MB"),
        Row(3, {"a": 3}),
    ]


cells = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=12)


@given(st.lists(st.tuples(cells, cells), min_size=1, max_size=12))
def test_what_python_writes_as_csv_comes_back(
    tmp_path_factory: pytest.TempPathFactory, table: list[tuple[str, str]]
):
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n", quoting=csv.QUOTE_ALL)
    writer.writerows([("a", "b"), *table])
    path = written(tmp_path_factory.mktemp("csv"), "x.csv", file.getvalue())
    clean = [tuple(cell.strip() for cell in row) for row in table]
    expected = [{n: c for n, c in zip("ab", row, strict=True) if c not in sheets.NOTHING} for row in clean]
    try:
        found = [row.values for row in read_rows(path) if isinstance(row, Row)]
    except ImportFailed:
        found = []
    assert found == [row for row in expected if row]


@given(st.lists(st.dictionaries(st.text(max_size=5), st.text(max_size=20)), min_size=1, max_size=5))
def test_what_python_writes_as_json_comes_back(
    tmp_path_factory: pytest.TempPathFactory, table: list[dict[str, str]]
):
    content = "".join(json.dumps(row) + "\n" for row in table)
    path = written(tmp_path_factory.mktemp("json"), "x.jsonl", content)
    assert list(read_rows(path)) == [Row(number, row) for number, row in enumerate(table, start=1)]
